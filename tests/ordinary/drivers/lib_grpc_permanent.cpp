// The same, exporting driver_init only, and permanent, as the fix for the other says.
// needs: protobuf-compiler libprotobuf-dev libgrpc++-dev protobuf-compiler-grpc
// make: protoc --cpp_out={out} --grpc_out={out} --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin
// make: -I{here} {here}/ordinary.proto
// flags: -I{out} {out}/ordinary.pb.cc {out}/ordinary.grpc.pb.cc -lgrpc++ -lgrpc -lgpr -lprotobuf
// flags: -Wl,--version-script={here}/only_driver_init.map
// true: permanent-by-driver-lock
// accepts: permanent-by-driver-lock
// node: permanent
#define PERMANENT
#include "lib_grpc.cpp"
