// The same, exporting driver_init only, and permanent, as the fix for the other says: what never leaves cannot be kept
// by mistake. A reload is refused instead of going on with the old code.
// needs: protobuf-compiler libprotobuf-dev
// make: protoc --cpp_out={out} -I{here} {here}/ordinary.proto
// flags: -I{out} {out}/ordinary.pb.cc -lprotobuf
// flags: -Wl,--version-script={here}/only_driver_init.map
// true: permanent-by-driver-lock
// accepts: permanent-by-driver-lock
// node: permanent
#define PERMANENT
#include "lib_protobuf.cpp"
