// The same, permanent, as the fix for the other says: the threads of the runtime have their code as long as the node runs.
// needs: libtbb-dev
// flags: -ltbb
// true: permanent-by-driver-lock
// accepts: permanent-by-driver-lock
// node: permanent
#define PERMANENT
#include "lib_tbb.cpp"
