#include "check/verdict.h"

#include "journal/entry.h"

#include <algorithm>

namespace ddll::check {

namespace {

/// What start returned, when it refused the port.
const char* refusal(std::int64_t result) {
    switch (result) {
    case -1:
        return "ERL_DRV_ERROR_GENERAL";
    case -2:
        return "ERL_DRV_ERROR_ERRNO";
    case -3:
        return "ERL_DRV_ERROR_BADARG";
    default:
        return nullptr;
    }
}

/// A call to a port, as its author wrote it: "port_control(P, 1, <<>>)", "P ! {self(), close}".
bool is_of_ports(std::string_view source) {
    return source.substr(0, source.find('(')).find("port_") != source.npos || source.find(" ! ") != source.npos;
}

void list_calls(Coverage& coverage, const scenario::RunResult& result) {
    for (std::size_t i = 0; i < result.flat.size() && i < result.steps.size(); ++i) {
        const auto* step = std::get_if<scenario::CallStep>(&result.flat[i].step->what);
        if (step == nullptr || result.steps[i].state == scenario::StepResult::State::not_reached) continue;
        for (const scenario::Text& call : step->calls)
            if (is_of_ports(call.source) &&
                std::find(coverage.calls.begin(), coverage.calls.end(), call.source) == coverage.calls.end())
                coverage.calls.push_back(call.source);
    }
}

} // namespace

bool opened_a_port(const scenario::RunResult& run) {
    if (!run.journal) return false;
    for (const journal::Entry& entry : *run.journal)
        if (const auto* opened = std::get_if<journal::PortOpened>(&entry.event); opened && opened->driver) return true;
    return false;
}

void cover(Coverage& coverage, const CheckRun& run) {
    if (run.id == "workload") list_calls(coverage, run.result);
    if (!run.result.journal) return;
    for (const journal::Entry& entry : *run.result.journal) {
        if (const auto* entered = std::get_if<journal::Entered>(&entry.event))
            coverage.reached |= words::bit(entered->callback);
        else if (const auto* opened = std::get_if<journal::PortOpened>(&entry.event); opened && opened->driver)
            ++coverage.ports;
        const auto* left = std::get_if<journal::Left>(&entry.event);
        if (left == nullptr || left->callback != words::Callback::start) continue;
        if (const char* why = refusal(left->result)) {
            --coverage.ports; // it was made before start was asked
            coverage.refused = why;
        }
    }
}

} // namespace ddll::check
