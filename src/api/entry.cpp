#include "api/entry.h"

#include "isolate/crash.h"

#include <fmt/format.h>

#include <cstring>

namespace ddll::api {

bool Call::on_emulator_thread() {
    if (host_.threads().on_emulator_thread()) return true;
    misuse(Rule::call_from_wrong_thread, "");
    return false;
}

void Call::locks_driver_list() {
    const auto& frames = host::call_frames();
    if (frames.empty()) return;
    using enum journal::Callback;
    const journal::Callback outermost = frames.front().callback;
    if (outermost == driver_init || outermost == init || outermost == finish) misuse(Rule::finish_deadlock, "");
}

host::Made made_by_caller(Function function, const void* address) {
    const auto& frames = host::call_frames();
    if (frames.empty()) return {};
    return {frames.back().driver, function, address, frames.back().port};
}

bool Call::has_part(const ErlDrvBinary* binary, std::size_t offset, std::size_t length) {
    if (host_.memory().state_of(binary) != host::PointerState::live) {
        misuse(Rule::binary_refcount_error, "the binary is not (or no longer) one of driver_alloc_binary");
        return false;
    }
    const auto whole = static_cast<std::size_t>(binary->orig_size);
    if (offset <= whole && length <= whole - offset) return true;
    misuse(Rule::binary_out_of_bounds, "the part lies outside the binary");
    return false;
}

// May the calling thread make this call for that port?
bool Call::allowed(const host::Port& port) {
    using Caller = words::ApiCaller;
    const Caller caller = words::row(function_).caller;
    if (host_.threads().on_emulator_thread()) {
        if (caller == Caller::port && !host::lock_held(port))
            misuse(Rule::port_lock_not_held, "the callback that runs is of another port");
        return true;
    }
    if (caller == Caller::any) return true;
    if (caller == Caller::lock && port.data_lock != nullptr && port.data_lock->held_by(host_.threads().self()))
        return true;
    misuse(Rule::call_from_wrong_thread, caller == Caller::lock ? "the port data lock is not held" : "");
    return false;
}

host::Port* Call::live(PortId id) {
    host::Port* port = host_.ports().find(id);
    if (port != nullptr && port->valid()) {
        port_ = id;
        return allowed(*port) ? port : nullptr;
    }
    misuse(Rule::late_callback_into_closed_port, "");
    return nullptr;
}

host::Port* Call::port(ErlDrvPort handle) {
    if (handle == reinterpret_cast<ErlDrvPort>(-1)) return nullptr;
    const auto id = host::port_of(handle);
    if (id) return live(*id);
    if (host::DriverMemory::is_of_freed(reinterpret_cast<std::uintptr_t>(handle)))
        misuse(Rule::driver_heap_use_after_free,
               "the port handle is what freed memory is filled with here: it was read after driver_free");
    else
        misuse(Rule::not_a_port_handle, "");
    return nullptr;
}

host::Port* Call::port(ErlDrvTermData word) {
    const auto id = host::port_of(word);
    host::Port* port = id ? host_.ports().find(*id) : nullptr;
    // A port that has closed meanwhile is an ordinary thing to meet here: -1 and no blame.
    if (port == nullptr || !port->valid()) return nullptr;
    port_ = port->id;
    return port;
}

void Call::misuse(host::Misuse rule, std::string_view detail) {
    host_.misuse(rule, function_, port_, detail);
}

void Call::journal(std::int64_t result, std::int64_t a, std::int64_t b) {
    host_.journal().write(journal::ApiCalled{function_, port_, a, b, result});
}

void fatal(words::Fatal kind, Function function, int error) {
    isolate::die(kind, fmt::format("Fatal error in {}(): {} [{}]", words::name(function), std::strerror(error), error));
}

int skip_bytes(ErlIOVec& ev, std::size_t skip) {
    int i = 0;
    while (i < ev.vsize && skip > 0) {
        SysIOVec& element = ev.iov[i];
        if (element.iov_len > skip) {
            element.iov_base = static_cast<char*>(element.iov_base) + skip;
            element.iov_len -= skip;
            return i;
        }
        skip -= element.iov_len;
        ++i;
    }
    return i;
}

} // namespace ddll::api
