#include "verify/node.h"

#include "base/text.h"
#include "base/write_file.h"
#include "isolate/isolate.h"
#include "term/external.h"

#include <embedded/verify.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

extern char** environ;

namespace ddll::verify {

using std::chrono::milliseconds;
using term::Term;

namespace fs = std::filesystem;

namespace {

constexpr milliseconds start_limit{30'000};
constexpr std::size_t largest_packet = std::size_t{256} << 20, shown_output = 4096;

std::vector<std::string> environment_with(const std::map<std::string, std::string>& more) {
    std::vector<std::string> out;
    for (char** e = environ; *e != nullptr; ++e) {
        const std::string_view entry(*e);
        if (!more.contains(std::string(entry.substr(0, entry.find('='))))) out.emplace_back(entry);
    }
    for (const auto& [name, value] : more) out.push_back(name + "=" + value);
    return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

/// A program with descriptors 0 (nothing), 1 and 2 (into `output`), and `in` and `out` as 3 and 4 where given.
Result<pid_t> spawn(std::vector<std::string> arguments, std::vector<std::string> environment, const std::string& output,
                    int in = -1, int out = -1) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (in >= 0) {
        posix_spawn_file_actions_adddup2(&actions, in, 3);
        posix_spawn_file_actions_adddup2(&actions, out, 4);
    }
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    sigset_t none, pipe;
    sigemptyset(&none);
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &pipe);
    pid_t pid = -1;
    const int failed = posix_spawn(&pid, arguments.front().c_str(), &actions, &attributes, pointers(arguments).data(),
                                   pointers(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed != 0) return error(fmt::format("cannot run {}: {}", arguments.front(), std::strerror(failed)));
    return pid;
}

/// Two ends, both away from the numbers that the emulator gets.
Result<std::pair<int, int>> move_up(int (&ends)[2], bool made) {
    if (!made) return error(fmt::format("cannot make a channel to a node: {}", std::strerror(errno)));
    const std::pair<int, int> high(fcntl(ends[0], F_DUPFD_CLOEXEC, 10), fcntl(ends[1], F_DUPFD_CLOEXEC, 10));
    close(ends[0]);
    close(ends[1]);
    if (high.first < 0 || high.second < 0) return error("cannot make a channel to a node: too many open files");
    return high;
}

std::string tail_of(const std::string& path) {
    auto text = read_file(path, std::size_t{64} << 20);
    if (!text) return {};
    return text->size() > shown_output ? text->substr(text->size() - shown_output) : *text;
}

std::string binary_text(const Term& term) {
    return term.is(Term::Kind::bits) ? std::string(term.as_bits().bytes()) : std::string();
}

} // namespace

words::Release nearest_release(const std::string& otp) {
    if (const auto release = words::named<words::Release>(otp)) return *release;
    unsigned number = 0;
    std::from_chars(otp.data(), otp.data() + otp.size(), number);
    return number < words::number_of(words::oldest_release) ? words::oldest_release : words::newest_release;
}

std::optional<std::string> find_erl(const std::string& name) {
    const auto runs = [](const std::string& path) {
        std::error_code ignored;
        return access(path.c_str(), X_OK) == 0 && !fs::is_directory(path, ignored);
    };
    if (name.find('/') != std::string::npos) return runs(name) ? std::optional(name) : std::nullopt;
    const char* path = std::getenv("PATH");
    std::string_view left = path == nullptr ? "" : path;
    while (!left.empty()) {
        const auto end = std::min(left.find(':'), left.size());
        const std::string folder(left.substr(0, end));
        left.remove_prefix(std::min(end + 1, left.size()));
        const std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
        if (runs(candidate)) return candidate;
    }
    return std::nullopt;
}

Result<Toolbox> Toolbox::open(const std::string& erl) {
    const auto program = find_erl(erl);
    if (!program)
        return error(fmt::format("there is no {} that can be run", erl),
                     "install Erlang/OTP, or name its erl with --erl PATH");
    auto folder = scenario::WorkFolder::create();
    if (!folder) return std::move(folder).error();
    const std::string source = folder->path() + "/ddlltool_player.erl";
    if (auto done = write_file(source, embedded::ddlltool_player_erl()); !done) return std::move(done).error();
    if (auto done = write_file(folder->path() + "/witness.so", embedded::witness_so()); !done)
        return std::move(done).error();
    const std::string output = folder->path() + "/compiler";
    const std::string compile = fmt::format("case compile:file(\"{}\", [{{outdir, \"{}\"}}, report]) of "
                                            "{{ok, _}} -> halt(0); _ -> halt(1) end.",
                                            source, folder->path());
    auto pid = spawn({*program, "-noinput", "-boot", "start_clean", "-eval", compile}, environment_with({}), output);
    if (!pid) return std::move(pid).error();
    int status = 0;
    while (waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return error(fmt::format("{} cannot compile the player: {}", *program, tail_of(output)),
                     "is it a complete Erlang/OTP, 24 or later?");
    return Toolbox(*program, *std::move(folder));
}

namespace {

/// As much address space beyond what it has now as the children of a run get.
void limit_memory(pid_t pid) {
    std::ifstream sizes(fmt::format("/proc/{}/statm", pid));
    std::uint64_t pages = 0;
    if (!(sizes >> pages)) return;
    const rlim_t limit = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + isolate::Limits{}.memory;
    const rlimit both{limit, limit};
    prlimit(pid, RLIMIT_AS, &both, nullptr);
}

} // namespace

Result<std::unique_ptr<Node>> Node::start(const Toolbox& toolbox, const Settings& settings) {
    std::unique_ptr<Node> node(new Node);
    auto folder = scenario::WorkFolder::create();
    if (!folder) return std::move(folder).error();
    node->folder_.emplace(*std::move(folder));
    if (auto launched = node->launch(toolbox, settings); !launched) return std::move(launched).error();
    const auto hello = node->read_packet(start_limit);
    const auto decoded = hello ? term::decode(*hello) : std::nullopt;
    if (!decoded || !decoded->term.is_tuple(7)) {
        if (!node->death_) node->note_death(true, start_limit);
        return error(fmt::format("{} did not start: {}", toolbox.erl(), *node->death_), node->output());
    }
    if (!node->log_->present())
        return error(fmt::format("{} does not let itself be watched", toolbox.erl()),
                     "its emulator must be a program called beam... that takes LD_PRELOAD and glibc");
    limit_memory(node->pid_);
    const auto& parts = decoded->term.elements();
    node->facts_.otp = binary_text(parts[1]);
    node->facts_.erts = binary_text(parts[2]);
    node->facts_.machine.release = nearest_release(node->facts_.otp);
    node->facts_.machine.erts_version = node->facts_.erts;
    node->facts_.driver_interface = binary_text(parts[3]);
    for (const Term& name : parts[4].items()) node->facts_.machine.linked_in.push_back(binary_text(name));
    node->facts_.machine.first_port = static_cast<std::uint64_t>(parts[6].as_integer());
    node->facts_.machine.open_error_preset = binary_text(parts[5]) != "Unknown dlload error";
    return node;
}

Result<void> Node::launch(const Toolbox& toolbox, const Settings& settings) {
    const std::string log = folder_->path() + "/witness";
    auto mapped = WitnessLog::create(log);
    if (!mapped) return std::move(mapped).error();
    log_.emplace(*std::move(mapped));
    // A socket for commands, because a write to a dead emulator must not be a signal; a pipe for answers, because the
    // emulator can open it as a file.
    int ends[2];
    auto commands = move_up(ends, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    if (!commands) return std::move(commands).error();
    commands_ = commands->first;
    auto answers = move_up(ends, pipe2(ends, O_CLOEXEC) == 0);
    if (!answers) {
        close(commands->second);
        return std::move(answers).error();
    }
    answers_ = answers->first;
    std::map<std::string, std::string> variables = settings.environment;
    variables["LD_PRELOAD"] = toolbox.folder() + "/witness.so";
    variables["DDLLTOOL_WITNESS"] = log;
    if (settings.async_takes.ns > 0) variables["DDLLTOOL_ASYNC_TAKES"] = fmt::format("{}", settings.async_takes.ns);
    variables["ERL_CRASH_DUMP_SECONDS"] = "0";
    variables["HOME"] = folder_->path(); // no .erlang, no cookie of the user
    for (const char* flags : {"ERL_FLAGS", "ERL_AFLAGS", "ERL_ZFLAGS", "ERL_LIBS"}) variables[flags] = "";
    auto pid = spawn({toolbox.erl(),
                      "+S",
                      "1:1",
                      "+SDcpu",
                      "1:1",
                      "+SDio",
                      "1",
                      "+A",
                      fmt::format("{}", settings.async_threads),
                      "-noinput",
                      "-boot",
                      "start_clean",
                      "-pa",
                      toolbox.folder(),
                      "-kernel",
                      "logger_level",
                      "none",
                      "-s",
                      "ddlltool_player",
                      "start"},
                     environment_with(variables), folder_->path() + "/output", commands->second, answers->second);
    close(commands->second);
    close(answers->second);
    if (!pid) return std::move(pid).error();
    pid_ = *pid;
    const rlimit no_core{0, 0};
    prlimit(pid_, RLIMIT_CORE, &no_core, nullptr);
    return {};
}

Node::~Node() {
    if (pid_ > 0) {
        kill(-pid_, SIGKILL);
        while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    if (commands_ >= 0) close(commands_);
    if (answers_ >= 0) close(answers_);
}

void Node::note_death(bool timed_out, milliseconds limit) {
    int status = 0;
    if (timed_out) kill(-pid_, SIGKILL);
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    kill(-pid_, SIGKILL); // what it had started
    pid_ = -1;
    if (timed_out)
        death_ = fmt::format("no answer within {} ms", limit.count());
    else if (WIFSIGNALED(status))
        death_ = fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        death_ = fmt::format("exit with status {}", WEXITSTATUS(status));
}

bool Node::write_all(const std::string& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n = send(commands_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        done += static_cast<std::size_t>(n);
    }
    return true;
}

std::optional<std::string> Node::read_packet(milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    std::string bytes;
    std::size_t wanted = 4;
    while (bytes.size() < wanted) {
        const auto left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now()).count();
        pollfd waiting{answers_, POLLIN, 0};
        const int ready = left <= 0 ? 0 : poll(&waiting, 1, static_cast<int>(left));
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) {
            note_death(true, limit);
            return std::nullopt;
        }
        char buffer[65536];
        const ssize_t n = read(answers_, buffer, std::min(sizeof buffer, wanted - bytes.size()));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            note_death(false, limit);
            return std::nullopt;
        }
        bytes.append(buffer, static_cast<std::size_t>(n));
        if (wanted == 4 && bytes.size() == 4) {
            std::size_t size = 0;
            for (const char c : bytes) size = size << 8 | static_cast<unsigned char>(c);
            if (size == 0 || size > largest_packet) {
                note_death(true, limit);
                return std::nullopt;
            }
            wanted = 4 + size;
        }
    }
    return bytes.substr(4);
}

std::optional<Term> Node::ask(const Term& command, milliseconds limit) {
    if (death_) return std::nullopt;
    const std::string body = term::encode(command);
    std::string packet;
    for (int shift = 24; shift >= 0; shift -= 8) packet += static_cast<char>(body.size() >> shift & 0xff);
    packet += body;
    if (!write_all(packet)) {
        note_death(false, limit);
        return std::nullopt;
    }
    const auto answer = read_packet(limit);
    if (!answer) return std::nullopt;
    auto decoded = term::decode(*answer);
    if (!decoded) {
        note_death(true, limit);
        death_ = "an answer that makes no sense";
        return std::nullopt;
    }
    return std::move(decoded->term);
}

std::string Node::output() const {
    return tail_of(folder_->path() + "/output");
}

} // namespace ddll::verify
