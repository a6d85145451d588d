#include "api/entry.h"

namespace ddll::api {

bool Call::on_emulator_thread() {
    if (host::is_host_thread()) return true;
    host_.note_foreign_call(static_cast<std::uint16_t>(function_));
    return false;
}

host::Port* Call::live(PortId id) {
    host::Port* port = host_.find(id);
    if (port != nullptr && port->valid()) {
        port_ = id;
        return port;
    }
    misuse(host::Misuse::dead_port, "");
    return nullptr;
}

host::Port* Call::port(ErlDrvPort handle) {
    if (!on_emulator_thread() || handle == reinterpret_cast<ErlDrvPort>(-1)) return nullptr;
    const auto id = host::port_of(handle);
    if (id) return live(*id);
    misuse(host::Misuse::foreign_port, "");
    return nullptr;
}

host::Port* Call::port(ErlDrvTermData word) {
    if (!on_emulator_thread()) return nullptr;
    const auto id = host::port_of(word);
    host::Port* port = id ? host_.find(*id) : nullptr;
    // A port that has closed meanwhile is an ordinary thing to meet here: -1 and no blame.
    if (port == nullptr || !port->valid()) return nullptr;
    port_ = port->id;
    return port;
}

void Call::misuse(host::Misuse rule, std::string_view detail) {
    if (host::is_host_thread())
        host_.misuse(rule, static_cast<std::uint16_t>(function_), port_, detail);
    else
        host_.note_foreign_call(static_cast<std::uint16_t>(function_));
}

void Call::journal(std::int64_t result, std::int64_t a, std::int64_t b) {
    if (!host::is_host_thread()) return;
    host_.journal().write(journal::ApiCalled{static_cast<std::uint16_t>(function_), port_, a, b, result});
}

} // namespace ddll::api
