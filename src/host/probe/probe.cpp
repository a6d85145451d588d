#include "host/probe/probe.h"

#include "host/host.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <malloc.h>
#include <poll.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ddll::host {
namespace {

// A node always has the unwinder: what that keeps of a driver does not go with the driver. And the C library's malloc,
// which a node itself hardly uses, is as it is at first: large blocks are mapped one by one, and unmapped when freed.
void be_like_a_node() {
    constexpr int usual_mmap_threshold = 128 * 1024;
    static void* const held = [] {
        mallopt(M_MMAP_THRESHOLD, usual_mmap_threshold);
        return dlopen("libgcc_s.so.1", RTLD_LAZY);
    }();
    static_cast<void>(held);
}

constexpr int grace_ms = 250;

} // namespace

void Probe::before_open(Driver& driver) {
    if (!wanted_) return;
    be_like_a_node();
    driver.before = std::make_unique<Traces>(look_for_traces());
    driver.heap_before = heap_outside_driver_api();
}

Probe::Closing Probe::before_close(const Driver& driver) {
    CodeRange code{driver.image->identity().base, driver.image->identity().end};
    if (!driver.before) return {code, {}};
    code.handles = handles_inside(code);
    code.code = code_inside(code);
    return {code, variables_inside(code)};
}

std::int64_t Probe::heap_outside_driver_api() {
    return heap_in_use() - static_cast<std::int64_t>(host_.memory().footprint());
}

void Probe::after_close(Driver& driver, const Closing& closing, bool gone) {
    const CodeRange& old = closing.code;
    if (!driver.before) {
        if (gone) report_threads(driver, old);
        return;
    }
    // First of all: whatever else is looked at changes it.
    const std::int64_t heap = heap_outside_driver_api();
    const auto report = [&](const Found& found) {
        const std::uintptr_t address = found.address;
        host_.journal().write(
            journal::LeftBehind{driver.id,
                                driver.image_id,
                                found.kind,
                                found.text,
                                {reinterpret_cast<const char*>(&address), address != 0 ? sizeof address : 0},
                                found.bytes,
                                found.path});
    };
    const std::set<int> ours = host_.threads().system_ids();
    if (gone)
        for (const Found& found : threads_inside(*driver.before, old, ours, interposed_)) report(found);
    std::vector<Found> all = compare(*driver.before, old, gone, ours, interposed_);
    for (Found& found : variables_left(closing.variables)) all.push_back(std::move(found));
    for (Found& found : interposed_.take_leading_into(old)) all.push_back(std::move(found));
    // A thread that still runs there crashes at once.
    if (gone) guard(old);
    const std::int64_t growth = heap - driver.heap_before;
    all.push_back({Residue::heap, fmt::format("{}", growth), 0, growth});
    for (const Found& found : all) report(found);
    driver.before.reset();
}

// Where nothing else is looked at. A thread that is about to end may do so, or crash.
void Probe::report_threads(const Driver& driver, const CodeRange& old) {
    std::vector<std::uintptr_t> functions = interposed_.running_in(old);
    for (int waited = 0; !functions.empty() && waited < grace_ms; waited += 5) {
        poll(nullptr, 0, 5);
        functions = interposed_.running_in(old);
    }
    for (const std::uintptr_t function : functions)
        host_.journal().write(
            journal::Misused{Rule::thread_outlives_driver,
                             no_function,
                             {},
                             fmt::format("a thread of {} made with pthread_create still runs its function, whose code "
                                         "has left memory",
                                         driver.name),
                             {reinterpret_cast<const char*>(&function), sizeof function}});
}

void Probe::see_entry(const Driver& driver) {
    using enum journal::Callback;
    const ErlDrvEntry& c = driver.callbacks;
    const std::pair<journal::Callback, bool> all[] = {{init, c.init},
                                                      {start, c.start},
                                                      {stop, c.stop},
                                                      {output, c.output},
                                                      {outputv, c.outputv},
                                                      {ready_input, c.ready_input},
                                                      {ready_output, c.ready_output},
                                                      {finish, c.finish},
                                                      {control, c.control},
                                                      {timeout, c.timeout},
                                                      {ready_async, c.ready_async},
                                                      {flush, c.flush},
                                                      {call, c.call},
                                                      {process_exit, c.process_exit},
                                                      {stop_select, c.stop_select},
                                                      {emergency_close, c.emergency_close}};
    std::uint32_t bits = 0;
    for (const auto& [callback, there] : all)
        if (there) bits |= words::bit(callback);
    const CodeRange range{driver.image->identity().base, driver.image->identity().end};
    const auto offset = [&](auto* callback) -> std::uint64_t {
        const auto address = reinterpret_cast<std::uintptr_t>(callback);
        return range.has(address) ? address - range.base : 0;
    };
    host_.journal().write(journal::EntrySeen{driver.id, driver.image_id, static_cast<std::uint32_t>(driver.flags), bits,
                                             driver.entry->major_version, driver.entry->minor_version,
                                             offset(c.control), offset(c.call)});
    // The emulator keeps the pointer: it has to stay valid as long as the driver is there.
    if (!range.has(reinterpret_cast<std::uintptr_t>(driver.entry->driver_name)) ||
        !range.has(reinterpret_cast<std::uintptr_t>(driver.entry)))
        host_.journal().write(journal::LeftBehind{driver.id,
                                                  driver.image_id,
                                                  Residue::name_elsewhere,
                                                  range.has(reinterpret_cast<std::uintptr_t>(driver.entry))
                                                      ? "driver_name does not lie in the library"
                                                      : "the entry does not lie in the library",
                                                  {}});
}

} // namespace ddll::host
