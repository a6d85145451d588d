// Whole commands, from fork to exit: what somebody at a shell or in a CI job waits for.
#include "bench/world.h"

#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

extern char** environ;

namespace {

using ddll::bench::require;

// Runs a command without output, which must succeed; seconds until it has ended.
double run(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    const auto start = std::chrono::steady_clock::now();
    pid_t child = 0;
    int status = 1;
    const bool started = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    require(started && waitpid(child, &status, 0) == child && status == 0,
            ("a command that succeeds: " + words[0]).c_str());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void cold_run(benchmark::State& state) {
    for (auto _ : state)
        state.SetIterationTime(
            run({DDLL_BENCH_TOOL, "run", "--driver-path", DDLL_BENCH_DRIVERS, DDLL_BENCH_SOURCE "/twelve_steps.json"}));
}

void cold_erl(benchmark::State& state) {
    if (std::system("command -v escript >/dev/null") != 0) {
        state.SkipWithError("there is no escript here");
        return;
    }
    const std::string v1 = DDLL_BENCH_DRIVERS "/counter_v1.so", v2 = DDLL_BENCH_DRIVERS "/counter_v2.so";
    for (auto _ : state) state.SetIterationTime(run({"escript", DDLL_BENCH_SOURCE "/twelve_steps.escript", v1, v2}));
}

void inspect(benchmark::State& state, const char* driver) {
    for (auto _ : state)
        state.SetIterationTime(
            run({DDLL_BENCH_TOOL, "inspect", "--fail-on", "never", std::string(DDLL_BENCH_DRIVERS "/") + driver}));
}

// Reading both files, a dozen stories in children, six cycles: what CI waits for.
void check(benchmark::State& state) {
    for (auto _ : state)
        state.SetIterationTime(
            run({DDLL_BENCH_TOOL, "check", "--strictness", "5", "--name", "counter",
                 DDLL_BENCH_DRIVERS "/counter_v2.so", "--against", DDLL_BENCH_DRIVERS "/counter_v1.so"}));
}

// Per scenario, one after the other: a child of its own for each, its drivers put in place, its story checked.
void scenario(benchmark::State& state) {
    const std::filesystem::path folder = DDLL_BENCH_SCENARIOS "/lifecycle";
    double scenarios = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.path().extension() == ".json") ++scenarios;
    for (auto _ : state)
        state.SetIterationTime(
            run({DDLL_BENCH_TOOL, "run", "-j", "1", "--driver-path", DDLL_BENCH_DRIVERS, folder.string()}) / scenarios);
}

/// A runtime folder with a copy of the sample driver; the session in it ends with this.
class SessionFolder {
public:
    SessionFolder() : path_(std::filesystem::temp_directory_path() / ("ddlltool-bench-" + std::to_string(getpid()))) {
        std::filesystem::create_directories(path_);
        std::filesystem::copy_file(DDLL_BENCH_DRIVERS "/counter_v1.so", path_ / "counter.so",
                                   std::filesystem::copy_options::overwrite_existing);
        setenv("XDG_RUNTIME_DIR", path_.c_str(), 1);
    }
    ~SessionFolder() {
        stop();
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    double load() const { return run({DDLL_BENCH_TOOL, "load", path_.string(), "counter"}); }
    void stop() {
        if (std::filesystem::exists(path_ / "ddlltool/default.sock")) run({DDLL_BENCH_TOOL, "session", "stop"});
    }

private:
    std::filesystem::path path_;
};

// The first command of a session: server and emulator start, the driver is loaded.
void session_first(benchmark::State& state) {
    SessionFolder folder;
    for (auto _ : state) {
        state.SetIterationTime(folder.load());
        state.PauseTiming();
        folder.stop();
        state.ResumeTiming();
    }
}

// One command of a session that has seen so many.
void session_command(benchmark::State& state) {
    SessionFolder folder;
    folder.load();
    run({DDLL_BENCH_TOOL, "open", "counter"});
    const std::vector<std::string> command = {DDLL_BENCH_TOOL, "control", "P1", "1", "add"};
    for (std::int64_t i = 0; i < state.range(0); ++i) run(command);
    for (auto _ : state) state.SetIterationTime(run(command));
}

void session_status(benchmark::State& state) {
    SessionFolder folder;
    folder.load();
    for (auto _ : state) state.SetIterationTime(run({DDLL_BENCH_TOOL, "status"}));
}

} // namespace

BENCHMARK(session_first)->UseManualTime()->Iterations(20);
BENCHMARK(session_command)->Arg(10)->Arg(2000)->UseManualTime()->Iterations(50);
BENCHMARK(session_status)->UseManualTime()->Iterations(50);
BENCHMARK(cold_run)->UseManualTime()->Iterations(20);
BENCHMARK(cold_erl)->UseManualTime()->Iterations(2);
BENCHMARK_CAPTURE(inspect, small, "counter_v1.so")->UseManualTime()->Iterations(10);
BENCHMARK_CAPTURE(inspect, large, "bench/many_symbols.so")->UseManualTime()->Iterations(10);
BENCHMARK(check)->UseManualTime()->Iterations(5);
BENCHMARK(scenario)->UseManualTime()->Iterations(2);
