#include "findings/runtime/finders.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::findings {

namespace {

constexpr std::int64_t long_for_all_ns = 100'000'000;
/// Of so many calls one may take long: the system let it wait (a busy disk, a busy processor), and another one does
/// not.
constexpr std::uint64_t calls_for_one = 50;

bool locks_the_list(words::Callback callback) {
    using enum words::Callback;
    return callback == driver_init || callback == init || callback == finish || callback == dlopen ||
           callback == dlclose;
}

} // namespace

void Callbacks::see(const journal::TookLong& e) {
    const std::int64_t longest = std::max(e.cpu_ns, e.wall_ns);
    if (longest < long_for_all_ns) return;
    Slow& slow = slow_[e.callback];
    if (slow.times++ == 0) slow.entry = reading_.at;
    slow.driver = e.driver;
    slow.longest = std::max(slow.longest, longest);
}

void Callbacks::find() {
    for (const auto& [callback, slow] : slow_) {
        if (slow.times * calls_for_one < calls_[callback]) continue;
        reading_.at = slow.entry;
        const std::string evidence =
            fmt::format("{} took over {}", words::name(callback), slow.longest >= 1'000'000'000 ? "1 s" : "100 ms");
        if (locks_the_list(callback))
            reading_.add(Rule::slow_finish_freezes_node, slow.driver, evidence);
        else
            reading_.add(Rule::callback_stalls_scheduler, slow.driver, evidence);
    }
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
