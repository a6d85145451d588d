// The same, exporting driver_init only: the library stays, by design, and its key with it. The driver does not.
// needs: libboost-thread-dev
// flags: -lboost_thread -Wl,--version-script={here}/only_driver_init.map
#include "lib_boost_thread.cpp"
