// Generated classes, whose weak symbols libprotobuf binds to: it stays, and it keeps the driver. The next one is
// never opened.
// needs: protobuf-compiler libprotobuf-dev
// make: protoc --cpp_out={out} -I{here} {here}/ordinary.proto
// flags: -I{out} {out}/ordinary.pb.cc -lprotobuf
// true: dso-pinned-by-importer reload-kept-old-code
// may: constructor-throws driver-crashed
// says: version script
// silent: RTLD_GLOBAL
// node: stays
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

static ErlDrvData start(ErlDrvPort port, char* arguments) {
#ifdef PERMANENT
    driver_lock_driver(port);
#endif
    return keep_port(port, arguments);
}

DRIVER(.start = start, .control = control)
