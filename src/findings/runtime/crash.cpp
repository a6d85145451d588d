#include "findings/runtime/find.h"

#include <fmt/format.h>

#include <csignal>
#include <optional>

namespace ddll::findings {

namespace {

using ProbeRule = words::RuleOf<words::by_probe>;

bool in_destructor(const CrashNote& crash) {
    return crash.callback == journal::Callback::exit_handlers;
}

std::optional<ProbeRule> rule_of(const CrashNote& crash) {
    using enum journal::Callback;
    const auto in = [&](journal::Callback callback) { return crash.callback == callback; };
    // A destructor that crashes by itself is a crash like any other.
    if (crash.at_halt)
        return crash.threads_at_halt.empty() ? std::nullopt : std::optional(ProbeRule(Rule::halt_under_running_thread));
    if (crash.exited) return ProbeRule(Rule::process_exit_called);
    if (crash.exception)
        return in(dlopen)    ? ProbeRule(Rule::constructor_throws)
               : in(dlclose) ? ProbeRule(Rule::joinable_thread_in_static)
                             : ProbeRule(Rule::exception_through_callback);
    if (crash.signal == SIGABRT && in(dlclose)) return ProbeRule(Rule::joinable_thread_in_static);
    if (crash.timed_out && in(dlclose)) return ProbeRule(Rule::unload_deadlock_in_destructor);
    if (crash.fatal == words::Fatal::lock) return ProbeRule(Rule::lock_destroyed_while_held);
    // Who else would still be there: callbacks of signals and timers are known by what was left behind.
    if (crash.in_unloaded_code && !crash.callback) return ProbeRule(Rule::thread_outlives_driver);
    if (crash.stack_exhausted && in(async_invoke)) return ProbeRule(Rule::async_stack_overflow);
    return std::nullopt;
}

} // namespace

std::optional<Finding> find_in_crash(const CrashNote& crash) {
    const auto rule = rule_of(crash);
    if (!rule) return std::nullopt;
    if (!crash.at_halt) return finding_of(*rule, crash.driver, crash.headline);
    return finding_of(*rule, crash.driver,
                      fmt::format("after halt(), {} the static destructors of the library: {}; still running: {}",
                                  in_destructor(crash) ? "in" : "behind", crash.headline,
                                  listed(crash.threads_at_halt, 3)));
}

} // namespace ddll::findings
