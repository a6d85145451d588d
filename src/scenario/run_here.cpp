#include "scenario/run_here.h"

#include "host/probe/fresh_memory.h"
#include "scenario/simulated_target.h"
#include "scenario/step_engine.h"

#include <memory>

namespace ddll::scenario {

namespace {

SimulatedOptions simulated_options(const Scenario& scenario, const RunOptions& options) {
    SimulatedOptions out;
    out.host.release = words::facts_of(scenario.release(wanted_release(options)).value_or(words::newest_release));
    if (options.term_atoms) out.host.release.term_atoms = *options.term_atoms;
    out.seed = options.seed;
    out.host.async_takes = scenario.async_takes;
    out.host.async_threads = scenario.async_threads;
    out.host.threads =
        scenario.emulator.free_threads || options.free_threads ? host::ThreadMode::free : host::ThreadMode::serial;
    out.host.open_error_preset = scenario.emulator.open_error_preset;
    out.host.environment = scenario.environment;
    out.host.probe = options.probe;
    if (options.compared_with) {
        out.only_kinds = out.records_info = true;
        out.host.open_error_preset = options.compared_with->open_error_preset;
        out.host.first_port = options.compared_with->first_port;
        out.host.linked_in = options.compared_with->linked_in;
        const std::string& erts = options.compared_with->erts_version;
        if (!erts.empty()) out.host.release.erts_version = erts.c_str(); // the options outlive the run
    }
    return out;
}

// Terms of the engine may share driver binaries with the host, so it is declared after it and goes first.
struct RunHere {
    SimulatedTarget target;
    StepEngine engine;

    RunHere(const Scenario& scenario, const Versions& versions, const RunOptions& options, journal::Journal& journal)
        : target(simulated_options(scenario, options), scenario.peers, versions, journal),
          engine(scenario, target, {options.lenient || options.compared_with.has_value(), {}}) {}

    void all(const std::vector<FlatStep>& steps) {
        engine.declare();
        for (std::uint32_t i = 0; i < steps.size(); ++i)
            if (!engine.run_step(i, steps[i])) return;
        target.end();
    }
};

} // namespace

void run_here(const Scenario& scenario, const std::vector<FlatStep>& steps, const Versions& versions,
              const RunOptions& options, journal::Journal& journal) {
    if (options.fresh_memory && !options.in_process) host::fresh_memory::fill_with(*options.fresh_memory);
    auto run = std::make_unique<RunHere>(scenario, versions, options, journal);
    run->all(steps);
    if (!options.in_process) static_cast<void>(run.release()); // NOLINT: what still runs may use it
}

} // namespace ddll::scenario
