#include "record/command.h"

#include "base/text.h"
#include "base/write_file.h"
#include "verify/node.h"

#include <embedded/record.h>
#include <embedded/verify.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

extern char** environ;

namespace ddll::record {

namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

std::vector<std::string> our_environment() {
    std::vector<std::string> out;
    for (char** e = environ; *e != nullptr; ++e) out.emplace_back(*e);
    return out;
}

/// The signals that are waited for, or left to the command.
sigset_t held_back() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT}) sigaddset(&set, signal);
    return set;
}

/// Of a process that has been started with our descriptors.
Ended wait_for(pid_t pid) {
    const sigset_t signals = held_back();
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        siginfo_t came{};
        const int signal = sigwaitinfo(&signals, &came);
        // Those of the keys have reached the command itself.
        if (signal == SIGTERM || signal == SIGHUP || (signal > 0 && signal != SIGCHLD && came.si_code == SI_USER))
            kill(pid, signal);
    }
    if (WIFSIGNALED(status)) return {128 + WTERMSIG(status), fmt::format("SIG{}", sigabbrev_np(WTERMSIG(status)))};
    return {WEXITSTATUS(status), {}};
}

Result<pid_t> start(std::vector<std::string> command, std::vector<std::string> environment, const sigset_t& mask,
                    const std::string& output) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (!output.empty()) {
        posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        posix_spawn_file_actions_adddup2(&actions, 1, 2);
    }
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &mask);
    pid_t pid = -1;
    const int failed = posix_spawnp(&pid, command.front().c_str(), &actions, &attributes, pointers(command).data(),
                                    pointers(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed != 0)
        return error(fmt::format("cannot run {}: {}", command.front(), std::strerror(failed)),
                     "name a program of PATH, or its path, after --");
    return pid;
}

Result<Ended> run(std::vector<std::string> command, std::vector<std::string> environment, const std::string& output) {
    const sigset_t signals = held_back();
    sigset_t before;
    sigprocmask(SIG_BLOCK, &signals, &before);
    sigset_t none;
    sigemptyset(&none);
    auto pid = start(std::move(command), std::move(environment), none, output);
    Result<Ended> ended = pid ? Result<Ended>(wait_for(*pid)) : Result<Ended>(std::move(pid).error());
    sigprocmask(SIG_SETMASK, &before, nullptr);
    return ended;
}

} // namespace

Result<void> unpack_recorder(const std::string& folder, const std::string& erl) {
    const auto program = verify::find_erl(erl);
    if (!program)
        return error(fmt::format("there is no {} that can be run", erl),
                     "the recorder is compiled with it: install Erlang/OTP, or name its erl with --erl PATH");
    const std::pair<std::string_view, std::string_view> files[] = {
        {"ddlltool_recorder.erl", embedded::ddlltool_recorder_erl()},
        {"ddlltool_tracer.erl", embedded::ddlltool_tracer_erl()},
        {"tracer.so", embedded::tracer_so()},
        {"witness.so", embedded::witness_so()},
    };
    for (const auto& [name, bytes] : files)
        if (auto done = write_file(fmt::format("{}/{}", folder, name), bytes); !done) return done;
    const std::string compile =
        fmt::format("R = [compile:file(F, [{{outdir, \"{0}\"}}, report]) || F <- [\"{0}/ddlltool_recorder\", "
                    "\"{0}/ddlltool_tracer\"]], halt(length([bad || B <- R, element(1, B) =/= ok])).",
                    folder);
    const std::string output = folder + "/compiler";
    const auto ended = run({*program, "-noinput", "-boot", "start_clean", "-eval", compile}, our_environment(), output);
    if (!ended) return ended.error();
    if (ended->status == 0) return {};
    return error(fmt::format("{} cannot compile the recorder: {}", *program,
                             read_file(output, std::size_t{1} << 16).operator bool()
                                 ? *read_file(output, std::size_t{1} << 16)
                                 : std::string()),
                 "is it a complete Erlang/OTP, 24 or later?");
}

std::vector<std::string> with_recorder(const std::vector<std::string>& environment, const std::string& tools,
                                       const std::string& logs) {
    const std::pair<std::string, std::string> more[] = {
        {"ERL_AFLAGS", fmt::format("-pa {} -run ddlltool_recorder start", tools)},
        {"LD_PRELOAD", tools + "/witness.so"},
        {"DDLLTOOL_RECORD", logs},
    };
    std::vector<std::string> out = environment;
    for (const auto& [name, value] : more) {
        const std::string begins = name + "=";
        const auto known = std::ranges::find_if(out, [&](const std::string& e) { return e.starts_with(begins); });
        if (known == out.end())
            out.push_back(begins + value);
        else if (name == "DDLLTOOL_RECORD" || known->size() == begins.size())
            *known = begins + value;
        else
            *known += " " + value; // both lists are written with blanks between
    }
    return out;
}

Result<Ended> run_command(const std::vector<std::string>& command, const std::string& tools, const std::string& logs) {
    return run(command, with_recorder(our_environment(), tools, logs), "");
}

} // namespace ddll::record
