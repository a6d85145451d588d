/// Runs the benchmarks and prints what they say about each other: ratios of one run on one machine, which say more than
/// times do. Nothing is judged; the last column repeats the aim.
///
/// Takes the options of google-benchmark. The time of a benchmark is that of the fastest of its repetitions (5 unless
/// --benchmark_repetitions says otherwise), because whatever else the machine does only adds.
#include "bench/world.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>

namespace {

using Times = std::map<std::string, double>; // seconds, by name

// Names as written in the sources, without what google-benchmark adds ("/iterations:5000/manual_time").
std::string short_name(const benchmark::BenchmarkReporter::Run& run) {
    std::string name = run.run_name.function_name;
    if (!run.run_name.args.empty()) name += "/" + run.run_name.args;
    return name;
}

class Fastest final : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (run.error_occurred || run.run_type != Run::RT_Iteration || run.iterations == 0) continue;
            const double seconds = run.real_accumulated_time / static_cast<double>(run.iterations);
            const auto [at, is_new] = times.emplace(short_name(run), seconds);
            if (!is_new) at->second = std::min(at->second, seconds);
        }
    }
    Times times;
};

// On a real node, where there is one: names with "erl/" in front.
void ask_emulator(Times& times) {
    const std::string command =
        "escript " DDLL_BENCH_SOURCE "/emulator.escript " + ddll::bench::driver_folder().string() + " 2>/dev/null";
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return;
    char name[32];
    long nanoseconds = 0;
    while (std::fscanf(pipe, "%31s %ld", name, &nanoseconds) == 2)
        times["erl/" + std::string(name)] = static_cast<double>(nanoseconds) * 1e-9;
    pclose(pipe);
}

struct Row {
    const char* what;
    const char* name;
    const char* reference; ///< another benchmark, or nullptr
    const char* aim;
};

constexpr Row rows[] = {
    {"reload / dlopen + driver_init + dlclose", "reload", "bare_reload", "<= 1.25"},
    {"reload / on a node", "reload", "erl/reload", "< 1"},
    {"port_control / on a node", "control/10", "erl/control", "< 0.15 us"},
    {"port_control as a step of a scenario", "control_step", "control/10", ""},
    {"echo through the driver / on a node", "echo/10", "erl/echo", "< 0.3 us"},
    {"open_port + port_close / on a node", "open_close/10", "erl/open_close", "< 1"},
    {"API call inside a callback, journaled", "api_call/journaled", nullptr, "tens of ns"},
    {"driver_alloc + driver_free", "api_call/memory", nullptr, "tens of ns"},
    {"journal entry written", "journal_write", nullptr, "tens of ns"},
    {"journal entry read", "journal_read", nullptr, "tens of ns"},
    {"port_control, 100,000 ports / 10", "control/100000", "control/10", "about 1"},
    {"echo, 100,000 ports / 10", "echo/100000", "echo/10", "about 1"},
    {"open + close, 100,000 ports / 10", "open_close/100000", "open_close/10", "about 1"},
    {"close an old one + open, 100,000 / 10", "open_close_oldest/100000", "open_close_oldest/10", "about 1"},
    {"unload_driver, per port, 10,000 / 1,000", "kill_ports/10000", "kill_ports/1000", "about 1"},
    {"unload_driver, per port, 100,000 / 10,000", "kill_ports/100000", "kill_ports/10000", "about 1"},
    {"exit of the owner, per port, 10,000 / 1,000", "owner_exit/10000", "owner_exit/1000", "about 1"},
    {"exit of the owner, per port, 100,000 / 10,000", "owner_exit/100000", "owner_exit/10000", "about 1"},
    {"12 steps, cold: escript / ddlltool run", "cold_erl", "cold_run", ">= 20"},
    {"ddlltool run, cold, 12 steps", "cold_run", nullptr, "a few ms"},
    {"ddlltool inspect, cold, 10,000 symbols / 3", "inspect/large", "inspect/small", "< 20 ms"},
    {"ddlltool check, strictness 5, two versions", "check", nullptr, "< 2 s"},
    {"one of the life cycle scenarios, in a suite", "scenario", nullptr, "about 1 ms"},
    {"first command of a session, with its start", "session_first", nullptr, "< 60 ms"},
    {"one command of a session, after 10 others", "session_command/10", nullptr, "< 5 ms"},
    {"one command, after 2,000 / 10", "session_command/2000", "session_command/10", "about 1"},
    {"status", "session_status", nullptr, "< 5 ms"},
};

std::string shown(double seconds) {
    char text[32];
    if (seconds < 1e-6)
        std::snprintf(text, sizeof text, "%.1f ns", seconds * 1e9);
    else if (seconds < 1e-3)
        std::snprintf(text, sizeof text, "%.2f us", seconds * 1e6);
    else
        std::snprintf(text, sizeof text, "%.2f ms", seconds * 1e3);
    return text;
}

void print(const Times& times) {
    std::printf("%-46s %10s %10s %8s   %s\n", "what", "time", "reference", "ratio", "aim");
    for (const Row& row : rows) {
        const auto time = times.find(row.name);
        if (time == times.end()) continue; // filtered out
        const auto reference = row.reference != nullptr ? times.find(row.reference) : times.end();
        const bool has_reference = reference != times.end();
        char ratio[32] = "";
        if (has_reference) std::snprintf(ratio, sizeof ratio, "%.2f", time->second / reference->second);
        std::printf("%-46s %10s %10s %8s   %s\n", row.what, shown(time->second).c_str(),
                    has_reference ? shown(reference->second).c_str() : "", ratio, row.aim);
    }
}

} // namespace

int main(int argc, char** argv) {
    // The first of two equal options counts least. Interleaved, so that a busy minute hurts both sides of a ratio.
    std::string repetitions = "--benchmark_repetitions=5", interleaving = "--benchmark_enable_random_interleaving=true";
    std::vector<char*> arguments(argv, argv + argc);
    arguments.insert(arguments.begin() + (argc > 0 ? 1 : 0), {repetitions.data(), interleaving.data()});
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
    Fastest fastest;
    benchmark::RunSpecifiedBenchmarks(&fastest);
    const bool compares = std::any_of(std::begin(rows), std::end(rows), [&](const Row& row) {
        return row.reference != nullptr && std::strncmp(row.reference, "erl/", 4) == 0 &&
               fastest.times.contains(row.name);
    });
    if (compares) ask_emulator(fastest.times);
    print(fastest.times);
    return 0;
}
