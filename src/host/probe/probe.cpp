#include "host/probe/probe.h"

#include "base/text.h"
#include "host/host.h"
#include "host/probe/grace.h"
#include "isolate/crash.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
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

Found memory_found(const HeldAt& held, std::uintptr_t base, bool lost) {
    Found out{held.site.mapping ? Residue::mapping : Residue::heap,
              fmt::format("{} bytes from {}", held.bytes, counted(held.calls, "call"))};
    if (held.site.owner != 0) out.address = base + held.site.place;
    // The place may be in no library at all: then it is not named.
    if (Dl_info library{}; held.site.owner == 0 && dladdr(reinterpret_cast<void*>(held.site.place), &library) != 0)
        out.path = library.dli_fname;
    out.bytes = held.bytes;
    out.calls = held.calls;
    out.lost = lost;
    return out;
}

} // namespace

Probe::Probe(Host& host, bool wanted) : host_(host), wanted_(wanted), process_(host, wanted) {
    if (wanted_) memory_watch::begin();
}

Probe::~Probe() {
    if (wanted_) memory_watch::end();
}

std::uint16_t Probe::owner(const Driver& driver) {
    auto it = std::find(owners_.begin(), owners_.end(), driver.name);
    if (it == owners_.end()) it = owners_.insert(it, driver.name);
    return static_cast<std::uint16_t>(it - owners_.begin() + 1);
}

void Probe::before_open(Driver& driver, const std::string& file) {
    if (!wanted_) return;
    be_like_a_node();
    driver.before = std::make_unique<Traces>(look_for_traces());
    driver.before->data = LibraryData::now();
    driver.before->held = held_by(memory_watch::pieces(), owner(driver));
    driver.before->first_call = memory_watch::calls() + 1;
    memory_watch::library_opening(file.c_str(), owner(driver));
}

void Probe::opened(const Driver& driver) {
    if (wanted_) memory_watch::library_opened(driver.image->identity().base, owner(driver));
}

Probe::Closing Probe::before_close(const Driver& driver) {
    CodeRange code{driver.image->identity().base, driver.image->identity().end};
    if (!driver.before) return {code, {}};
    interposed_.name_libraries_of_keys();
    code.handles = handles_inside(code);
    code.code = code_inside(code);
    return {code, variables_inside(code)};
}

void Probe::report(const Driver& driver, const Found& found) {
    const std::uintptr_t address = found.address;
    host_.journal().write(
        journal::LeftBehind{driver.id,
                            driver.image_id,
                            found.kind,
                            found.text,
                            {reinterpret_cast<const char*>(&address), address != 0 ? sizeof address : 0},
                            found.bytes,
                            found.path,
                            found.calls,
                            found.lost});
}

void Probe::after_close(Driver& driver, const Closing& closing, bool gone) {
    const CodeRange& old = closing.code;
    if (!driver.before) {
        if (gone) report_threads(driver, old);
        return;
    }
    const std::set<int> ours = host_.threads().system_ids();
    if (gone)
        for (const Found& found : threads_inside(*driver.before, old, ours, interposed_)) report(driver, found);
    std::vector<Found> all = compare(*driver.before, old, gone, ours, interposed_);
    for (Found& found : variables_left(closing.variables)) all.push_back(std::move(found));
    for (Found& found : interposed_.take_leading_into(old)) all.push_back(std::move(found));
    // A thread that still runs there crashes at once.
    if (gone) guard(old);
    const Pieces held = memory_watch::pieces();
    const std::uint16_t number = owner(driver);
    for (const HeldAt& more : grown(driver.before->held, held_by(held, number)))
        all.push_back(memory_found(more, old.base, false));
    for (const HeldAt& one : lost(held, number, driver.before->first_call))
        all.push_back(memory_found(one, old.base, true));
    if (gone) memory_watch::library_gone(old.base);
    isolate::stay_if_ending();
    for (const Found& found : all) report(driver, found);
    driver.before.reset();
}

// Where nothing else is looked at. A thread that is about to end may do so, or crash.
void Probe::report_threads(const Driver& driver, const CodeRange& old) {
    std::vector<std::uintptr_t> functions = interposed_.running_in(old);
    for (Grace grace([] { return delays_of(getpid()); }); !functions.empty() && grace.wait();)
        functions = interposed_.running_in(old);
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

void Probe::at_end(const Driver& driver) {
    if (!driver.before || !driver.image) return;
    for (const HeldAt& one : lost(memory_watch::pieces(), owner(driver), driver.before->first_call))
        report(driver, memory_found(one, driver.image->identity().base, true));
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
