// A client of gRPC in each port, with generated classes.
// needs: protobuf-compiler libprotobuf-dev libgrpc++-dev protobuf-compiler-grpc
// make: protoc --cpp_out={out} --grpc_out={out} --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin
// make: -I{here} {here}/ordinary.proto
// flags: -I{out} {out}/ordinary.pb.cc {out}/ordinary.grpc.pb.cc -lgrpc++ -lgrpc -lgpr -lprotobuf
// true: dso-pinned-by-importer reload-kept-old-code
// says: version script
// may: heap-leak-outside-driver-heap fd-leak constructor-throws driver-crashed
// node: stays grows
#include "ordinary.grpc.pb.h"
#include "ordinary.h"

#include <grpcpp/grpcpp.h>
#include <memory>

namespace {
struct Port {
    std::shared_ptr<grpc::Channel> channel = grpc::CreateChannel("127.0.0.1:1", grpc::InsecureChannelCredentials());
    std::unique_ptr<ordinary::Greeter::Stub> stub = ordinary::Greeter::NewStub(channel);
};
} // namespace

static ErlDrvData start([[maybe_unused]] ErlDrvPort port, char*) {
#ifdef PERMANENT
    driver_lock_driver(port);
#endif
    return reinterpret_cast<ErlDrvData>(new Port);
}
static void stop(ErlDrvData data) {
    delete reinterpret_cast<Port*>(data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)command, (void)buf, (void)len;
    const auto* port = reinterpret_cast<Port*>(data);
    return say(rbuf, rlen, port->channel->GetState(false) == GRPC_CHANNEL_SHUTDOWN ? "shut down" : "open");
}

DRIVER(.start = start, .stop = stop, .control = control)
