#include "session/emulator.h"

#include "base/check.h"
#include "base/descriptor.h"
#include "session/lines.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace ddll::session {

using Json = nlohmann::json;

namespace {

// In the child: nothing of the server's but one end of the socket and the journal.
void become_emulator(int fd, const std::string& folder, journal::Journal& journal, words::Release release) {
    const int mine = move_high(fd);
    if (mine > 3) close_range(3, static_cast<unsigned>(mine) - 1, 0);
    close_range(static_cast<unsigned>(mine) + 1, ~0U, 0);
    clearenv();
    if (chdir(folder.c_str()) != 0) DDLL_CHECK_MSG(false, std::strerror(errno));
    live(mine, journal, release);
}

} // namespace

Result<void> Emulator::start(std::shared_ptr<journal::Journal> journal, words::Release release) {
    auto folder = scenario::WorkFolder::create();
    if (!folder) return std::move(folder).error();
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return error(fmt::format("cannot make a socket: {}", std::strerror(errno)));
    if (child_ >= 0) close(child_); // one at an impasse: it ends now
    child_ = ends[0];
    unread_.clear();
    folder_.emplace(*std::move(folder));
    isolate::Job job;
    job.body = [fd = ends[1], path = folder_->path(), journal, release] {
        become_emulator(fd, path, *journal, release);
    };
    job.deadline = [this, mine = ++generation_]() -> std::optional<Clock::time_point> {
        if (mine != generation_) return Clock::now(); // the next one waits for its place
        return deadline_;
    };
    job.progress = [journal] { return journal->size(); };
    job.done = [this, mine = generation_](isolate::Ending ending) {
        if (mine == generation_) ended(std::move(ending));
    };
    pool_.add(std::move(job));
    child_end_ = ends[1];
    state_ = State::running;
    return {};
}

void Emulator::send(const Order& order) {
    static_cast<void>(write_line(child_, to_json(order).dump(-1, ' ', false, Json::error_handler_t::replace)));
}

void Emulator::close_child_end() {
    if (child_end_ >= 0) close(std::exchange(child_end_, -1));
}

bool Emulator::read() {
    close_child_end(); // the child has its own by now
    char bytes[64 * 1024];
    const ssize_t n = recv(child_, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n <= 0) return false; // the pool reports its end
    unread_.append(bytes, static_cast<std::size_t>(n));
    for (auto end = unread_.find('\n'); end != unread_.npos; end = unread_.find('\n')) {
        const Json answer = Json::parse(unread_.substr(0, end), nullptr, false);
        unread_.erase(0, end + 1);
        if (answer.is_object()) heard_.answer(answer);
    }
    return true;
}

void Emulator::hang_up() {
    close_child_end();
    shutdown(child_, SHUT_RDWR);
}

void Emulator::ended(isolate::Ending ending) {
    while (child_ >= 0 && read()) continue;
    if (child_ >= 0) close(std::exchange(child_, -1));
    close_child_end();
    deadline_.reset();
    state_ = State::gone;
    heard_.ended(std::move(ending));
    folder_.reset();
}

} // namespace ddll::session
