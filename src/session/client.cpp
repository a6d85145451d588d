#include "session/client.h"

#include "session/lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace ddll::session {

namespace {

/// Longer than any server needs to come up.
constexpr std::chrono::seconds patience{10};

/// What a server says when it has begun to listen; anything else are words about why it cannot.
constexpr char serving = '\0';

void to_null(int fd) {
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0) dup2(null, fd);
}

// The server: a session of its own, with nothing of the terminal or of the caller's pipes.
[[noreturn]] void become_server(const SessionFolder& folder, const ServerOptions& options, int report) {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) to_null(fd);
    setsid();
    if (fork() != 0) _exit(0);
    if (report > 3) close_range(3, static_cast<unsigned>(report) - 1, 0);
    close_range(static_cast<unsigned>(report) + 1, ~0U, 0);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    const auto fail = [report](const Error& e) {
        static_cast<void>(write(report, e.message.data(), e.message.size()));
        _exit(1);
    };
    auto lock = folder.lock();
    if (!lock) fail(lock.error());
    if (!*lock) _exit(0); // another client was faster
    auto listener = folder.listen();
    if (!listener) fail(listener.error());
    if (chdir("/") != 0) _exit(1);
    static_cast<void>(write(report, &serving, 1));
    close(report);
    serve(folder, *listener, **lock, options);
    _exit(0);
}

// True: it listens; false: another one is in its place. Or its words when it cannot.
Result<bool> start_server(const SessionFolder& folder, const ServerOptions& options) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return error(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child < 0) {
        const int why = errno;
        close(ends[0]);
        close(ends[1]);
        return error(fmt::format("cannot start the session: {}", std::strerror(why)));
    }
    if (child == 0) become_server(folder, options, ends[1]);
    close(ends[1]);
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
    std::string words;
    char bytes[1024];
    for (ssize_t n = 0; (n = read(ends[0], bytes, sizeof bytes)) != 0;) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) break;
        words.append(bytes, static_cast<std::size_t>(n));
    }
    close(ends[0]);
    if (words.empty()) return false;
    if (words[0] == serving) return true;
    return error(words, "XDG_RUNTIME_DIR names the folder that sessions are kept in");
}

} // namespace

Connection::~Connection() {
    if (fd_ >= 0) close(fd_);
}

Result<std::unique_ptr<Connection>> Connection::open(const SessionFolder& folder, bool may_start,
                                                     const ServerOptions& options) {
    using std::chrono::steady_clock;
    const auto until = steady_clock::now() + patience;
    bool started = false;
    std::string last_ending;
    while (true) {
        auto fd = folder.connect();
        if (!fd) return std::move(fd).error();
        if (*fd) {
            std::unique_ptr<Connection> made(new Connection(**fd));
            made->started_ = started;
            made->last_ending_ = std::move(last_ending);
            return made;
        }
        if (!may_start) return std::unique_ptr<Connection>();
        if (steady_clock::now() > until)
            return error(fmt::format("the session {} does not answer", folder.session()),
                         fmt::format("{} is held by a process that does not listen", folder.file(".lock")));
        last_ending = folder.was_killed() ? "it was killed, and its story is lost" : folder.last_ending().value_or("");
        auto done = start_server(folder, options);
        if (!done) return std::move(done).error();
        started = *done;
        if (!started) poll(nullptr, 0, 5); // another client is starting it, or it is about to end
    }
}

Result<nlohmann::json> Connection::ask(const Request& request) const {
    const Error gone = error("the session was killed before it answered", "ddlltool status tells what is left");
    // One that ends has its last word, also where it takes no more.
    static_cast<void>(write_line(fd_, to_json(request).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
    LineReader reader(fd_);
    const auto line = reader.next();
    if (!line) return gone;
    auto answer = nlohmann::json::parse(*line, nullptr, false);
    if (!answer.is_object()) return error("the session's answer makes no sense");
    return answer;
}

} // namespace ddll::session
