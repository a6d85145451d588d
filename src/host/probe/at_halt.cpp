#include "host/probe/at_halt.h"

#include "host/callbacks.h"
#include "host/host.h"
#include "host/probe/grace.h"

#include <link.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <vector>

extern "C" void __cxa_finalize(void* handle);

namespace ddll::host {
namespace {

/// What _dl_fini calls of one library, in its order.
struct Finishers {
    std::vector<void (*)()> functions;
};

Finishers finishers_of(const CodeRange& range) {
    struct Search {
        const CodeRange& range;
        Finishers found;
    } search{range, {}};
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* data) {
            auto& s = *static_cast<Search*>(data);
            const ElfW(Dyn)* dynamic = nullptr;
            for (int i = 0; i < info->dlpi_phnum; ++i)
                if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
                    dynamic = reinterpret_cast<const ElfW(Dyn)*>(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
            if (dynamic == nullptr || !s.range.has(reinterpret_cast<std::uintptr_t>(dynamic))) return 0;
            std::uintptr_t array = 0, bytes = 0, last = 0;
            for (; dynamic->d_tag != DT_NULL; ++dynamic) {
                if (dynamic->d_tag == DT_FINI_ARRAY) array = info->dlpi_addr + dynamic->d_un.d_ptr;
                if (dynamic->d_tag == DT_FINI_ARRAYSZ) bytes = dynamic->d_un.d_val;
                if (dynamic->d_tag == DT_FINI) last = info->dlpi_addr + dynamic->d_un.d_ptr;
            }
            const auto* functions = reinterpret_cast<void (*const*)()>(array);
            for (std::size_t i = bytes / sizeof *functions; i-- > 0;) s.found.functions.push_back(functions[i]);
            if (last != 0) s.found.functions.push_back(reinterpret_cast<void (*)()>(last));
            return 1;
        },
        &search);
    return search.found;
}

void tell(Host& host, const Driver& driver, std::string_view text, std::uintptr_t function) {
    host.journal().write(journal::LeftBehind{driver.id,
                                             driver.image_id,
                                             Residue::thread_at_halt,
                                             text,
                                             {reinterpret_cast<const char*>(&function), sizeof function}});
}

/// Threads that run code of the library; true when there are any.
bool tell_threads(Host& host, const Driver& driver, const CodeRange& range) {
    bool any = false;
    for (const std::uintptr_t function : host.probe().interposed().running_in(range)) {
        tell(host, driver, "a thread", function);
        any = true;
    }
    for (const Thread* thread : host.threads().of(driver.id)) {
        if (thread->state == Thread::State::ended) continue;
        tell(host, driver, "the thread \"" + thread->name + "\"", reinterpret_cast<std::uintptr_t>(thread->runs));
        any = true;
    }
    return any;
}

bool run_handlers_of(Host& host, const Driver& driver) {
    CodeRange range{driver.image->identity().base, driver.image->identity().end};
    const bool threads = tell_threads(host, driver, range);
    const Finishers finishers = finishers_of(range);
    const std::set<std::uintptr_t> handles = handles_inside(range);
    const callbacks::LoaderFrame frame(host, journal::Callback::exit_handlers, driver.id, driver.image_id,
                                       driver.image->path());
    // exit() runs what was given to atexit first, then what the loader knows of.
    for (const std::uintptr_t handle : handles) __cxa_finalize(reinterpret_cast<void*>(handle));
    for (auto* const function : finishers.functions) function();
    return threads;
}

} // namespace

void run_exit_handlers(Host& host) {
    if (!host.probe().wanted()) return;
    bool threads = false;
    for (const auto& driver : host.drivers().listed())
        if (driver->image) threads = run_handlers_of(host, *driver) || threads;
    if (!threads) return;
    // On the driver's side of the border, where its threads have their turn. The node of this run is still there for a
    // while when the destructors have run: a real one has other libraries to finish.
    host.threads().leave(Side::driver);
    for (Grace grace([] { return delays_of(getpid()); }); grace.wait();) continue;
    host.threads().enter();
}

} // namespace ddll::host
