#include "findings/runtime/finders.h"

#include "base/prose.h"

#include <fmt/format.h>

#include <cstring>

namespace ddll::findings {

namespace {

/// "driver_output, port P: the port is closed, at counter.c:42".
class Evidence {
public:
    void add(std::string_view separator, std::string_view part) {
        if (part.empty()) return;
        text += fmt::format("{}{}", text.empty() ? "" : separator, part);
    }
    std::string text;
};

/// Does it tell somebody something, be it that the port failed?
bool tells(words::ApiFunction function) {
    using enum words::ApiFunction;
    switch (function) {
    case driver_output:
    case driver_output2:
    case driver_output_binary:
    case driver_outputv:
    case driver_output_term:
    case driver_send_term:
    case erl_drv_output_term:
    case erl_drv_send_term:
    case driver_failure:
    case driver_failure_atom:
    case driver_failure_posix:
    case driver_failure_eof:
        return true;
    default:
        return false;
    }
}

} // namespace

void Misuses::see(const journal::Misused& misused, const journal::Entry& entry) {
    const RunNames& names = reading_.names;
    const std::string function = words::name(misused.function);
    std::vector<std::uintptr_t> stack(misused.stack.size() / sizeof(std::uintptr_t));
    if (!stack.empty()) std::memcpy(stack.data(), misused.stack.data(), stack.size() * sizeof(std::uintptr_t));
    Evidence evidence;
    evidence.add("", function);
    if (misused.port) evidence.add(", ", "port " + names.port(misused.port));
    evidence.add(": ", misused.detail);
    evidence.add(", ", place_of(stack, entry));
    if (misused.rule == Rule::malformed_term) {
        Refusal refusal{entry.thread, running_[entry.thread].size(), finding_of(misused.rule, function, {})};
        refusal.finding.evidence = std::move(evidence.text);
        refusal.finding.entry = entry.seq;
        refusal.finding.stack = std::move(stack);
        refusals_.push_back(std::move(refusal));
        return;
    }
    Finding* fresh = reading_.add(misused.rule, function, std::move(evidence.text), entry.seq);
    if (fresh != nullptr) fresh->stack = std::move(stack);
}

std::string Misuses::place_of(const std::vector<std::uintptr_t>& stack, const journal::Entry& entry) const {
    for (const std::uintptr_t address : stack)
        if (const std::string place = reading_.names.place ? reading_.names.place(address, entry.seq) : "";
            !place.empty())
            return "at " + place;
    const auto it = running_.find(entry.thread);
    if (it == running_.end() || it->second.empty()) return "";
    return fmt::format("in {}", words::name(it->second.back().callback));
}

// The refused call itself is the first that follows, with its answer.
void Misuses::see(const journal::ApiCalled& called, const journal::Entry& entry) {
    if (refusals_.empty() || called.result < 0 || !tells(called.function)) return;
    for (Refusal& refusal : refusals_) {
        if (!refusal.pending || refusal.thread != entry.thread) continue;
        refusal.pending = false;
        refusal.taken_well = true;
    }
}

void Misuses::end_refusals(std::uint16_t thread, std::size_t depth) {
    for (Refusal& refusal : refusals_)
        if (refusal.thread == thread && refusal.depth >= depth) refusal.pending = false;
}

void Misuses::find_refusals() {
    for (const bool well : {false, true})
        for (Refusal& refusal : refusals_) {
            if (refusal.taken_well != well) continue;
            Finding* fresh = reading_.findings.add(refusal.finding);
            if (fresh == nullptr || !well) continue;
            fresh->severity = Severity::note;
            fresh->evidence += prose("; the driver then sends something else");
        }
}

void Misuses::see(const journal::Left&, const journal::Entry& entry) {
    end_refusals(entry.thread, running_[entry.thread].size());
    if (auto& running = running_[entry.thread]; !running.empty()) running.pop_back();
}

// Inside a callback, and not in a wait of the driver API, where other threads have their turn.
void Misuses::see_asleep(const journal::Entry& entry) {
    const auto& running = running_[emulator_thread];
    using enum journal::Callback;
    if (emulator_waits_ || running.empty() || running.back().callback == dlopen || running.back().callback == dlclose)
        return;
    constexpr words::RuleOf<words::by_run> rule(Rule::callback_sleeps);
    const Running& inner = running.back();
    reading_.add(rule, reading_.names.driver(inner.driver), fmt::format("in {}", words::name(inner.callback)),
                 entry.seq);
}

} // namespace ddll::findings
