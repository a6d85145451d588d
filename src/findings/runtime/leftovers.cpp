#include "findings/fixes.h"
#include "findings/runtime/finders.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::findings {

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
        running_.push_back({Rule::signal_handler_left, e.driver, text, address,
                            address == 0 ? Severity::warning : Severity::error, reading_.at});
        return;
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
    case kept_function:
    case data_pointer:
    case kept_memory:
        return see_kept(e, text);
    case thread_at_halt: // a fault only where something comes of it, see crash.cpp
        return;
    case thread_key:
        running_.push_back({Rule::pthread_key_destructor_left, e.driver, text, address, Severity::error, reading_.at});
        return;
    case exit_handler:
        return reading_.add(Rule::on_exit_handler_left, e.driver, text, address);
    case executable_stack:
        return reading_.add(Rule::exec_stack_required, e.driver, text);
    case name_elsewhere:
        return reading_.add(Rule::driver_name_dangling, e.driver, text);
    case heap:
    case mapping:
        return; // Memory
    case scheduler_thread:
        return reading_.add(Rule::scheduler_thread_changed, e.driver, text);
    }
}

void Leftovers::see_kept(const journal::LeftBehind& e, const std::string& text) {
    using enum words::Residue;
    const bool known = e.kind == kept_function || e.kind == kept_memory;
    // What strtok and its like leave there, the C library itself never follows.
    const bool harmless = e.kind == data_pointer && e.path.starts_with("libc.so");
    const Severity severity = known ? Severity::error : harmless ? Severity::note : Severity::warning;
    const bool function = e.kind == kept_function || e.kind == code_pointer;
    std::vector<Kept>& kept = function ? kept_functions_ : kept_memory_;
    if (!kept.empty() && severity < kept.front().severity) return;
    if (!kept.empty() && severity > kept.front().severity) kept.clear();
    // One keeper may have several pointers, the last of them to what lies behind its memory.
    if (std::any_of(kept.begin(), kept.end(), [&](const Kept& one) { return one.text.starts_with(e.text); })) return;
    kept.push_back({text, address_in(e.stack), severity});
}

// Of all that keep something the gravest are told together.
void Leftovers::tell_kept(words::RuleOf<words::by_probe> rule, DriverId driver, std::vector<Kept>& kept) {
    if (kept.empty()) return;
    std::vector<std::string> texts;
    for (const Kept& one : kept) texts.push_back(one.text);
    reading_.add(rule, driver, listed(texts, 4), kept.front().address, kept.front().severity);
    kept.clear();
}

void Leftovers::see_thread(const journal::LeftBehind& e) {
    const std::uintptr_t address = address_in(e.stack);
    if (const auto runtime = runtime_of(e.image); !runtime.empty())
        reading_.add(Rule::openmp_runtime_unloaded, e.driver, fmt::format("a thread of {} is left", runtime));
    else if (address != 0)
        running_.push_back({Rule::thread_outlives_driver, e.driver,
                            "a thread is left: " + reading_.with_place(e.text, address), address, Severity::error,
                            reading_.at});
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

// Where the library stays, its code does, and crashes nothing: a thread of it goes on, a signal still leads there.
void Leftovers::tell_running(bool code_gone) {
    const std::uint64_t now = reading_.at;
    for (Running& one : running_) {
        reading_.at = one.entry;
        const bool stays = !code_gone && one.address != 0;
        if (stays) one.text += "; its code stays in memory with the library";
        reading_.add(one.rule, one.driver, std::move(one.text), one.address,
                     stays ? std::min(one.severity, Severity::warning) : one.severity);
    }
    running_.clear();
    reading_.at = now;
}

// What stays with a library that stays is no news.
void Leftovers::see(const journal::ImageClosed& e) {
    tell_running(e.gone);
    tell_kept(Rule::callback_registered_elsewhere, e.driver, kept_functions_);
    tell_kept(Rule::memory_registered_elsewhere, e.driver, kept_memory_);
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

} // namespace ddll::findings
