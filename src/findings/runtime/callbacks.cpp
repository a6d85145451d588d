#include "findings/runtime/finders.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::findings {

namespace {

constexpr std::int64_t long_for_loader_ns = 100'000'000, long_for_callback_ns = 100'000'000;

} // namespace

void Callbacks::see(const journal::TookLong& e) {
    using enum journal::Callback;
    const bool locked = e.callback == driver_init || e.callback == init || e.callback == finish ||
                        e.callback == dlopen || e.callback == dlclose;
    const std::int64_t longest = std::max(e.cpu_ns, e.wall_ns);
    if (longest < (locked ? long_for_loader_ns : long_for_callback_ns)) return;
    const std::string evidence =
        fmt::format("{} took over {}", words::name(e.callback), longest >= 1'000'000'000 ? "1 s" : "100 ms");
    if (locked)
        reading_.add(Rule::slow_finish_freezes_node, e.driver, evidence);
    else
        reading_.add(Rule::callback_stalls_scheduler, e.driver, evidence);
}

// It answers -1, as documented, and nobody hears anything.
void Callbacks::see(const journal::ApiCalled& e) {
    if (e.result != -1) return;
    using enum words::ApiFunction;
    if (e.function == erl_drv_output_term || e.function == driver_output_term)
        reading_.add(Rule::late_callback_into_closed_port, reading_.first_driver(),
                     fmt::format("{} answered -1: its port is closed", words::name(e.function)), 0, Severity::note);
}

} // namespace ddll::findings
