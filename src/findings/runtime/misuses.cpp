#include "findings/runtime/finders.h"

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

void Misuses::see(const journal::Left&, const journal::Entry& entry) {
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
