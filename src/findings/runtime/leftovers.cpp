#include "findings/fixes.h"
#include "findings/runtime/finders.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::findings {

namespace {

/// So many loads are needed until growth is a trend, and not the first use of something.
constexpr std::size_t warm_up = 3, least_growths = 3;
/// Per cycle; the loader, stdio and the host itself keep less than that.
constexpr std::int64_t worth_telling_bytes = 2048;

} // namespace

void Leftovers::see(const journal::LeftBehind& e) {
    using enum words::Residue;
    const std::uintptr_t address = address_in(e.stack);
    const std::string text = reading_.with_place(e.text, address);
    switch (e.kind) {
    case descriptor:
        return reading_.add(Rule::fd_leak, e.driver, "descriptor " + text + " is still open after the unload");
    case thread:
        return see_thread(e);
    case signal_handler:
        return reading_.add(Rule::signal_handler_left, e.driver, text, address,
                            address == 0 ? Severity::warning : Severity::error);
    case signal_stack:
        return reading_.add(Rule::sigaltstack_left, e.driver, "the signal stack is " + text);
    case timer:
        return reading_.add(Rule::posix_timer_left, e.driver, text + " still runs");
    case environment:
        return reading_.add(Rule::environment_points_into_driver, e.driver, text);
    case process_state:
        return reading_.add(Rule::process_state_changed, e.driver, text);
    case float_mode:
        return reading_.add(Rule::fp_mode_changed, e.driver, text);
    case object:
        objects_.push_back({e.image, std::string(e.path), reading_.at});
        return;
    case code_pointer:
        return reading_.add(Rule::callback_registered_elsewhere, e.driver, text, address, Severity::warning);
    case thread_key:
        return reading_.add(Rule::pthread_key_destructor_left, e.driver, text, address);
    case exit_handler:
        return reading_.add(Rule::on_exit_handler_left, e.driver, text, address);
    case executable_stack:
        return reading_.add(Rule::exec_stack_required, e.driver, text);
    case name_elsewhere:
        return reading_.add(Rule::driver_name_dangling, e.driver, text);
    case heap:
        return see_heap(e);
    }
}

void Leftovers::see_heap(const journal::LeftBehind& e) {
    auto& cycles = grown_[reading_.names.driver(e.driver)];
    cycles.first = e.driver;
    cycles.second.push_back(e.bytes);
}

void Leftovers::see_thread(const journal::LeftBehind& e) {
    const std::uintptr_t address = address_in(e.stack);
    if (const auto runtime = runtime_of(e.image); !runtime.empty())
        reading_.add(Rule::openmp_runtime_unloaded, e.driver, fmt::format("a thread of {} is left", runtime));
    else if (address != 0)
        reading_.add(Rule::thread_outlives_driver, e.driver,
                     "a thread is left: " + reading_.with_place(e.text, address), address);
    else // of a library that stays, most likely
        reading_.add(Rule::thread_outlives_driver, e.driver, "a thread is left, which runs no function of the library",
                     0, Severity::note);
}

void Leftovers::see(const journal::ClearedAway& e) {
    const bool forgotten = e.cleared == words::Cleared::async_job_forgotten;
    if ((!forgotten && e.cleared != words::Cleared::async_job) || reading_.drivers.empty()) return;
    const std::uintptr_t made = address_in(e.stack);
    const std::string text = reading_.with_place(e.what, made);
    if (forgotten)
        reading_.add(Rule::async_data_leak, reading_.first_driver(), text, made);
    else
        reading_.add(Rule::async_job_outstanding, reading_.first_driver(), text, made);
}

// What stays with a library that stays is no news.
void Leftovers::see(const journal::ImageClosed& e) {
    for (const Object& object : objects_) {
        if (object.image != e.image || !e.gone) continue;
        reading_.at = object.entry;
        const std::string name = object.path.substr(object.path.rfind('/') + 1);
        if (is_of_the_system(object.path))
            reading_.add(Rule::dependency_pinned, e.driver,
                         name + " is still mapped, a library of the system: it is not replaced with the driver", 0,
                         Severity::note, fix_of_pinned_dependency(true));
        else
            reading_.add(Rule::dependency_pinned, e.driver, name + " is still mapped");
    }
    objects_.clear();
}

std::string_view Leftovers::runtime_of(ImageId image) const {
    const ImageNote note = reading_.names.image(image);
    return note.facts == nullptr ? std::string_view() : parallel_runtime(*note.facts);
}

void Leftovers::find_growth() {
    for (const auto& [name, cycles] : grown_) {
        const auto& [driver, grown] = cycles;
        if (grown.size() < warm_up + least_growths) continue;
        const std::int64_t least = *std::min_element(grown.begin() + warm_up, grown.end());
        if (least >= worth_telling_bytes)
            reading_.add(Rule::heap_leak_outside_driver_heap, driver,
                         fmt::format("at least {} bytes more after each cycle", least));
    }
}

} // namespace ddll::findings
