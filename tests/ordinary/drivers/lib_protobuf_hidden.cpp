// The same with nothing exported but driver_init: it leaves memory, and libprotobuf, which stays, aborts when the next
// one registers the same classes.
// needs: protobuf-compiler libprotobuf-dev
// make: protoc --cpp_out={out} -I{here} {here}/ordinary.proto
// flags: -I{out} {out}/ordinary.pb.cc -lprotobuf -Wl,--version-script={here}/only_driver_init.map
// true: driver-crashed
// may: constructor-throws reload-leaves-no-driver
// node: dies
#include "ordinary.h"
#include "ordinary.pb.h"

#include <string>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data;
    ordinary::Hello hello, again;
    hello.set_n(static_cast<int>(command));
    hello.set_name(std::string(len, 'x'));
    again.ParseFromString(hello.SerializeAsString());
    return say(rbuf, rlen, (buf != nullptr && again.n() == hello.n()) ? "same" : "?");
}

DRIVER(.start = keep_port, .control = control)
