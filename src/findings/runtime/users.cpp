#include "findings/runtime/finders.h"
#include "lifecycle/record.h"
#include "term/external.h"

#include <fmt/format.h>

namespace ddll::findings {

void Users::see(const journal::DriverChanged& e) {
    CloseReading::Driver& driver = reading_.drivers[e.driver];
    const words::Status status = e.status;
    const bool waits = lifecycle::reloading(status) || lifecycle::unloading(status);
    if (waits && !driver.waits && e.ports > 0) {
        const char* were = e.ports == 1 ? " was" : "s were";
        reading_.add(Rule::open_port_blocks_reload, e.driver,
                     fmt::format("{} port{} open when it was asked for", e.ports, were));
        if (lifecycle::reloading(status))
            reading_.add(Rule::state_not_carried_over, e.driver, fmt::format("{} port{} open", e.ports, were));
    }
    if (status == words::Status::permanent && driver.status != status)
        reading_.add(Rule::permanent_by_driver_lock, e.driver, "it called driver_lock_driver");
    // Who loses the last load without a call for it has ended.
    const bool unused = e.loads == 0 && driver.loads > 0 && lifecycle::unloading(status);
    if (unused && !unload_asked_) reading_.add(Rule::loader_process_exits, e.driver, "its last user ended");
    driver = {waits, status, e.loads};
}

void Users::see(const journal::Called& e) {
    calls_[e.process] = e.asks;
    unload_asked_ = e.asks == words::LoadCall::unload;
}

void Users::see(const journal::ProcessEnded& e) {
    const auto reason = term::decode(e.reason);
    if (reason && reason->term.is_atom("driver_unloaded") && !reading_.drivers.empty())
        reading_.add(Rule::kill_ports_kills_owners, reading_.first_driver(),
                     "a process ended with the reason driver_unloaded");
}

void Users::see(const journal::Returned& e) {
    unload_asked_ = false;
    if (e.outcome != journal::Outcome::value || e.term.size() > 256 || reading_.drivers.empty()) return;
    const auto value = term::decode(e.term);
    if (!value) return;
    const auto first_is = [&](const char* atom) {
        return value->term.is_tuple(2) && value->term.elements()[0].is_atom(atom);
    };
    if (calls_[e.process] == words::LoadCall::load && (value->term.is_atom("ok") || first_is("ok")))
        loaders_.insert(e.process);
    if (!first_is("error")) return;
    const auto& reason = value->term.elements()[1];
    const DriverId driver = reading_.first_driver();
    if (reason.is_atom("inconsistent"))
        reading_.add(Rule::path_or_options_inconsistent, driver, "it was refused: inconsistent");
    if (reason.is_atom("not_loaded_by_this_process"))
        reading_.add(Rule::reload_needs_own_load, driver, "it was refused: not_loaded_by_this_process");
    if (reason.is_atom("pending_process")) {
        if (loaders_.contains(e.process))
            reading_.add(Rule::loaded_more_than_once, driver, "a reload was refused: pending_process");
        else
            reading_.add(Rule::reload_needs_own_load, driver,
                         "a reload was refused: pending_process, and who asked had not loaded it");
    }
}

} // namespace ddll::findings
