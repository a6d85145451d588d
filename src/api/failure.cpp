#include "api/entry.h"
#include "base/text.h"
#include "host/ports/output.h"

using term::Term;

namespace {

int fail(Call& call, ErlDrvPort handle, Term reason, std::int64_t shown) {
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1, shown);
    call.returns(0, shown);
    call.host().ports().close(*port, reason, host::CloseCause::driver);
    return 0;
}

int end_of_file(Call& call, ErlDrvPort handle) {
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    host::flush_line_buffer(call.host(), *port);
    call.host().ports().answer_opener(*port);
    if (!port->options.eof || !port->usable()) return fail(call, handle, Term::atom("normal"), 0);
    if (host::Process* owner = call.host().processes().find(port->owner))
        call.host().processes().deliver(*owner, term::make_tuple(Term::port(port->id.value), Term::atom("eof")),
                                        port->id, {});
    return call.returns(0); // the port stays open
}

} // namespace

extern "C" {

int driver_failure_atom(ErlDrvPort port, char* text) {
    Call call(Function::driver_failure_atom);
    return fail(call, port, Term::atom(latin1_to_utf8(text)), 0);
}

int driver_failure_posix(ErlDrvPort port, int error) {
    Call call(Function::driver_failure_posix);
    return fail(call, port, Term::atom(host::errno_name(error)), error);
}

int driver_failure(ErlDrvPort port, int code) {
    Call call(Function::driver_failure);
    if (code == 0) return end_of_file(call, port);
    return fail(call, port, Term::integer(code), code);
}

int driver_failure_eof(ErlDrvPort port) {
    Call call(Function::driver_failure_eof);
    return end_of_file(call, port);
}

// The owner does not hear of it: its link goes first.
int driver_exit(ErlDrvPort handle, int error) {
    Call call(Function::driver_exit);
    if (host::Port* port = call.port(handle)) call.host().processes().unlink(port->owner, Term::port(port->id.value));
    return fail(call, handle, Term::atom(error == 0 ? "normal" : host::errno_name(error)), error);
}

} // extern "C"
