#include "api/entry.h"
#include "base/text.h"
#include "host/ports/output.h"
#include "host/ports/term_spec.h"

#include <fmt/format.h>

#include <cstring>

namespace {

// To the port's owner or to `to`; the order of the checks is the emulator's: port, description, receiver.
int send(Call& call, host::Port* port, const ErlDrvTermData* words, int length, std::optional<ErlDrvTermData> to) {
    if (port == nullptr) return call.returns(-1);
    auto message = host::read_term_spec(call.host(), words, length);
    if (!message) {
        call.misuse(Rule::malformed_term, "the description of the term is malformed");
        return call.returns(-1);
    }
    ProcessId receiver = port->owner;
    if (to) {
        const auto pid = host::pid_of(*to);
        if (!pid) return call.returns(0);
        receiver = *pid;
    }
    return call.returns(host::send_term(call.host(), port, receiver, *std::move(message)), length);
}

} // namespace

// Declared `extern` by the header, so this const has external linkage.
const ErlDrvTermData driver_term_nil = host::nil_word;

extern "C" {

ErlDrvTermData driver_mk_term_nil(void) {
    return host::nil_word;
}

ErlDrvTermData driver_mk_atom(char* text) {
    Call call(Function::driver_mk_atom);
    // Latin-1, and what is too long for an atom is cut.
    constexpr std::size_t longest = 255;
    const std::string_view bytes(text, strnlen(text, longest));
    if (text[bytes.size()] != '\0')
        call.misuse(Rule::atom_too_long, fmt::format("only {} characters are kept", longest));
    return call.host().atoms().word(latin1_to_utf8(bytes));
}

ErlDrvTermData driver_mk_port(ErlDrvPort handle) {
    Call call(Function::driver_mk_port);
    const host::Port* port = call.port(handle);
    return port == nullptr ? host::nil_word : host::word_of(port->id);
}

ErlDrvTermData driver_connected(ErlDrvPort handle) {
    Call call(Function::driver_connected);
    const host::Port* port = call.port(handle);
    return port == nullptr ? host::nil_word : host::word_of(port->owner);
}

ErlDrvTermData driver_caller(ErlDrvPort handle) {
    Call call(Function::driver_caller);
    const host::Port* port = call.port(handle);
    if (port == nullptr) return host::nil_word;
    // The request that is being served, also from a stop nested in it.
    for (auto frame = host::call_frames().rbegin(); frame != host::call_frames().rend(); ++frame)
        if (frame->port == port->id && frame->caller) return host::word_of(frame->caller);
    return host::nil_word;
}

int erl_drv_output_term(ErlDrvTermData port, ErlDrvTermData* data, int len) {
    Call call(Function::erl_drv_output_term);
    return send(call, call.port(port), data, len, std::nullopt);
}

int erl_drv_send_term(ErlDrvTermData port, ErlDrvTermData to, ErlDrvTermData* data, int len) {
    Call call(Function::erl_drv_send_term);
    return send(call, call.port(port), data, len, to);
}

int driver_output_term(ErlDrvPort port, ErlDrvTermData* data, int len) {
    Call call(Function::driver_output_term);
    return send(call, call.port(port), data, len, std::nullopt);
}

int driver_send_term(ErlDrvPort port, ErlDrvTermData to, ErlDrvTermData* data, int len) {
    Call call(Function::driver_send_term);
    return send(call, call.port(port), data, len, to);
}

} // extern "C"
