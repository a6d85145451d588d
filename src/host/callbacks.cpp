#include "host/callbacks.h"
#include "host/probe/fresh_memory.h"
#include "host/probe/memory_watch.h"
#include "host/probe/run_delay.h"
#include "host/probe/scheduler_thread.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <optional>

namespace ddll::host::callbacks {
namespace {

using journal::Callback;

constexpr std::size_t shown_bytes = 64;

// Calls driver code from a frame that, to the unwinder, is the outermost one. Not inlined and never a tail call, so
// that the frame really is on the stack.
template <class R, class... A>
[[gnu::noinline]] R enter(R (*function)(A...), A... arguments) {
#if defined(__x86_64__)
    asm volatile(".cfi_undefined rip");
#elif defined(__aarch64__)
    asm volatile(".cfi_undefined x30");
#endif
    const OnDriverStack here(__builtin_frame_address(0), reinterpret_cast<std::uintptr_t>(function));
    if constexpr (std::is_void_v<R>) {
        function(arguments...);
        asm volatile("" ::: "memory");
    } else {
        R result = function(arguments...);
        asm volatile("" ::: "memory");
        return result;
    }
}

struct Where {
    Callback callback;
    const Driver* driver;
    Port* port = nullptr;
    PortId port_id{};
    ProcessId caller{};
    std::uint64_t a = 0;
    std::string_view data{};
};

template <class R>
std::int64_t journaled(R result) {
    if constexpr (std::is_pointer_v<R>) {
        // Addresses are not journaled; ERL_DRV_ERROR_* (-1 to -3) are what a reader wants to see.
        const auto value = reinterpret_cast<std::intptr_t>(result);
        return value >= -3 && value < 0 ? value : value != 0 ? 1 : 0;
    } else {
        return static_cast<std::int64_t>(result);
    }
}

// Callbacks inside of this one have not come back: it was jumped into, from the innermost.
[[gnu::cold, gnu::noinline]] void jumped_over(Host& host, std::vector<CallFrame>& frames, std::size_t depth) {
    host.misuse(
        Rule::callback_left_by_longjmp, no_function, frames.back().port,
        fmt::format("from {} into {}", words::name(frames.back().callback), words::name(frames[depth - 1].callback)));
    for (; frames.size() > depth; frames.pop_back())
        if (Port* port = host.ports().find(frames.back().port)) --port->running.callbacks;
}

// Whether the host is to look closely at what this callback does to the thread that runs it.
bool is_watched(Host& host, const Where& where) {
    return host.probe().wanted() && where.callback != Callback::thread && where.callback != Callback::async_invoke;
}

// Journals a callback that keeps the emulator's thread for longer than a node's schedulers can bear.
class Stopwatch {
public:
    Stopwatch(Host& host, const Where& where)
        : host_(host), where_(where), sleeps_(sleeps()), cpu_(now(CLOCK_THREAD_CPUTIME_ID)),
          wall_(now(CLOCK_MONOTONIC)) {}
    ~Stopwatch() {
        const std::int64_t cpu = now(CLOCK_THREAD_CPUTIME_ID) - cpu_, wall = now(CLOCK_MONOTONIC) - wall_;
        if (wall < worth_reporting_ns) return;
        // One that never gave up its processor took what it computed; one that waited did so for what it waited for,
        // and not for a machine with other things to do.
        const std::int64_t taken = sleeps() != sleeps_ ? std::max(cpu, wall - delay_.ns()) : cpu;
        host_.journal().write(journal::TookLong{where_.callback, where_.driver ? where_.driver->id : DriverId{},
                                                where_.port ? where_.port->id : where_.port_id, cpu, taken});
    }
    Stopwatch(const Stopwatch&) = delete;

private:
    static constexpr std::int64_t worth_reporting_ns = 1'000'000;
    static std::int64_t now(clockid_t clock) {
        timespec t{};
        clock_gettime(clock, &t);
        return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
    }
    static long sleeps() {
        rusage use{};
        getrusage(RUSAGE_THREAD, &use);
        return use.ru_nvcsw;
    }
    Host& host_;
    const Where& where_;
    const RunDelay delay_;
    const long sleeps_;
    const std::int64_t cpu_, wall_;
};

// Tells when a callback leaves the thread that ran it changed.
class ThreadWatch {
public:
    ThreadWatch(Host& host, const Where& where) : host_(host), where_(where), before_(SchedulerThread::now()) {}
    void compare() const {
        if (where_.driver == nullptr) return;
        const std::string changes = before_.changes_to(SchedulerThread::now());
        if (!changes.empty())
            host_.journal().write(journal::LeftBehind{where_.driver->id,
                                                      where_.driver->image_id,
                                                      words::Residue::scheduler_thread,
                                                      fmt::format("{}: {}", words::name(where_.callback), changes),
                                                      {}});
    }

private:
    Host& host_;
    const Where& where_;
    const SchedulerThread before_;
};

// Journals, pushes the frame, calls, pops, journals. Returns what the driver returned.
template <class R, class... A>
R run(Host& host, const Where& where, R (*function)(A...), A... arguments) {
    const PortId port = where.port ? where.port->id : where.port_id;
    const DriverId driver = where.driver ? where.driver->id : DriverId{};
    const ImageId image = where.driver ? where.driver->image_id : ImageId{};
    auto& frames = call_frames();
    host.journal().write(journal::Entered{where.callback, driver, port, where.caller, image, where.a,
                                          where.data.substr(0, shown_bytes)});
    frames.push_back({where.callback, driver, port, where.caller});
    const std::size_t depth = frames.size();
    if (where.port) {
        ++where.port->running.callbacks;
        where.port->running.timeslice_used = 0;
    }
    const bool watched = is_watched(host, where);
    std::optional<ThreadWatch> thread;
    if (watched) [[unlikely]]
        thread.emplace(host, where);
    const std::vector<Lockable*>& held = host.threads().self().holds;
    const std::size_t locks_before = held.size();
    const auto after = [&](std::int64_t result) {
        const int error = errno;
        host.threads().enter();
        if (frames.size() != depth) [[unlikely]]
            jumped_over(host, frames, depth);
        if (held.size() > locks_before && where.callback != Callback::thread)
            host.misuse(Rule::lock_held_at_return, no_function, port,
                        fmt::format("{} \"{}\" was taken in the callback and is still held at its end",
                                    name(held.back()->kind), held.back()->name));
        if (thread) thread->compare();
        host.probe().process().settle();
        if (where.port) --where.port->running.callbacks;
        frames.pop_back();
        host.journal().write(journal::Left{where.callback, port, result});
        errno = error;
    };
    std::optional<Stopwatch> watch;
    if (watched) [[unlikely]]
        watch.emplace(host, where);
    memory_watch::driver_called();
    host.threads().leave(Side::driver);
    fresh_memory::paint_stack();
    if constexpr (std::is_void_v<R>) {
        enter<R, A...>(function, arguments...);
        after(0);
    } else {
        R result = enter<R, A...>(function, arguments...);
        after(journaled(result));
        return result;
    }
}

} // namespace

ErlDrvEntry* driver_init(Host& host, Driver& driver, void* address) {
    return run(host, {Callback::driver_init, &driver}, reinterpret_cast<ErlDrvEntry* (*)()>(address));
}

int init(Host& host, Driver& driver) {
    return run(host, {Callback::init, &driver}, driver.callbacks.init);
}

void finish(Host& host, Driver& driver) {
    run(host, {Callback::finish, &driver}, driver.callbacks.finish);
}

Started start(Host& host, Port& port, ProcessId caller) {
    // The driver may scribble over the text; it is its own copy for the time of the call.
    std::string command = port.name;
    errno = 0;
    const ErlDrvData data = run(host, {Callback::start, port.driver, &port, {}, caller, 0, port.name},
                                port.driver->callbacks.start, handle_of(port.id), command.data());
    return {data, errno};
}

void stop(Host& host, Port& port) {
    run(host, {Callback::stop, port.driver, &port}, port.driver->callbacks.stop, port.data);
}

void flush(Host& host, Port& port) {
    run(host, {Callback::flush, port.driver, &port}, port.driver->callbacks.flush, port.data);
}

void timeout(Host& host, Port& port) {
    run(host, {Callback::timeout, port.driver, &port}, port.driver->callbacks.timeout, port.data);
    host.ports().settle(port);
}

void output(Host& host, Port& port, ProcessId caller, char* bytes, std::size_t size) {
    run(host, {Callback::output, port.driver, &port, {}, caller, size, {bytes, size}}, port.driver->callbacks.output,
        port.data, bytes, static_cast<ErlDrvSizeT>(size));
    host.ports().settle(port);
}

void outputv(Host& host, Port& port, ProcessId caller, ErlIOVec& vector, std::string_view first_bytes) {
    run(host, {Callback::outputv, port.driver, &port, {}, caller, vector.size, first_bytes},
        port.driver->callbacks.outputv, port.data, &vector);
    host.ports().settle(port);
}

std::int64_t control(Host& host, Port& port, ProcessId caller, unsigned command, std::string& data, char** result,
                     std::size_t result_size) {
    fresh_memory::paint(*result, result_size);
    return run(host, {Callback::control, port.driver, &port, {}, caller, command, data}, port.driver->callbacks.control,
               port.data, command, data.data(), static_cast<ErlDrvSizeT>(data.size()), result,
               static_cast<ErlDrvSizeT>(result_size));
}

std::int64_t call(Host& host, Port& port, ProcessId caller, unsigned command, std::string& data, char** result,
                  std::size_t result_size, unsigned* flags) {
    fresh_memory::paint(*result, result_size);
    return run(host, {Callback::call, port.driver, &port, {}, caller, command, data}, port.driver->callbacks.call,
               port.data, command, data.data(), static_cast<ErlDrvSizeT>(data.size()), result,
               static_cast<ErlDrvSizeT>(result_size), flags);
}

namespace {

ErlDrvEvent event_of(int descriptor) {
    return reinterpret_cast<ErlDrvEvent>(static_cast<std::intptr_t>(descriptor));
}

} // namespace

void ready_input(Host& host, Port& port, int descriptor) {
    run(host, {Callback::ready_input, port.driver, &port, {}, {}, static_cast<std::uint64_t>(descriptor)},
        port.driver->callbacks.ready_input, port.data, event_of(descriptor));
    host.ports().settle(port);
}

void ready_output(Host& host, Port& port, int descriptor) {
    run(host, {Callback::ready_output, port.driver, &port, {}, {}, static_cast<std::uint64_t>(descriptor)},
        port.driver->callbacks.ready_output, port.data, event_of(descriptor));
    host.ports().settle(port);
}

void stop_select(Host& host, Driver& driver, int descriptor) {
    run(host, {Callback::stop_select, &driver, nullptr, {}, {}, static_cast<std::uint64_t>(descriptor)},
        driver.callbacks.stop_select, event_of(descriptor), static_cast<void*>(nullptr));
}

void ready_async(Host& host, Port& port, void* data) {
    run(host, {Callback::ready_async, port.driver, &port}, port.driver->callbacks.ready_async, port.data,
        static_cast<ErlDrvThreadData>(data));
    host.ports().settle(port);
}

void process_exit(Host& host, Port& port, ErlDrvMonitor& monitor) {
    run(host, {Callback::process_exit, port.driver, &port}, port.driver->callbacks.process_exit, port.data, &monitor);
}

void emergency_close(Host& host, Port& port) {
    run(host, {Callback::emergency_close, port.driver, &port}, port.driver->callbacks.emergency_close, port.data);
}

void async_invoke(Host& host, Driver& driver, PortId port, void (*invoke)(void*), void* data) {
    run(host, {Callback::async_invoke, &driver, nullptr, port}, invoke, data);
}

void* thread(Host& host, DriverId driver, ImageId image, void* (*function)(void*), void* argument) {
    Driver stand_in; // the driver may be gone before its thread is
    stand_in.id = driver;
    stand_in.image_id = image;
    return run(host, {Callback::thread, &stand_in}, function, argument);
}

void async_free(Host& host, Driver& driver, PortId port, void (*free)(void*), void* data) {
    run(host, {Callback::async_free, &driver, nullptr, port}, free, data);
}

LoaderFrame::LoaderFrame(Host& host, Callback which, DriverId driver, ImageId image, std::string_view path)
    : host_(host), which_(which), stack_(__builtin_frame_address(0), 0) {
    memory_watch::driver_called();
    host.journal().write(journal::Entered{which, driver, {}, {}, image, 0, path});
    call_frames().push_back({which, driver, {}, {}});
    host.threads().leave(Side::driver);
}

LoaderFrame::~LoaderFrame() {
    host_.threads().enter();
    host_.probe().process().settle();
    memory_watch::library_opening(nullptr, 0);
    call_frames().pop_back();
    host_.journal().write(journal::Left{which_, {}, 0});
}

} // namespace ddll::host::callbacks
