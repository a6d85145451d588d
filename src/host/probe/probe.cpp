#include "host/probe/probe.h"

#include "host/host.h"

#include <fmt/format.h>

namespace ddll::host {

void Probe::before_open(Driver& driver) {
    if (!wanted_) return;
    driver.before = std::make_unique<Traces>(look_for_traces());
    driver.heap_before = heap_outside_driver_api();
}

Probe::Closing Probe::before_close(const Driver& driver) {
    CodeRange code{driver.image->identity().base, driver.image->identity().end};
    if (!driver.before) return {code, {}};
    code.handles = handles_inside(code);
    return {code, variables_inside(code)};
}

std::int64_t Probe::heap_outside_driver_api() {
    return heap_in_use() - static_cast<std::int64_t>(host_.memory().footprint());
}

void Probe::after_close(Driver& driver, const Closing& closing, bool gone) {
    if (!driver.before) return;
    const CodeRange& old = closing.code;
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
    host_.journal().write(journal::EntrySeen{driver.id, driver.image_id, static_cast<std::uint32_t>(driver.flags), bits,
                                             driver.entry->major_version, driver.entry->minor_version});
    // The emulator keeps the pointer: it has to stay valid as long as the driver is there.
    const CodeRange range{driver.image->identity().base, driver.image->identity().end};
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
