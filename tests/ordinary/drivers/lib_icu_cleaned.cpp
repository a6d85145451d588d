// The same with u_cleanup in finish.
// needs: libicu-dev
// flags: -licui18n -licuuc
#define CLEANS
#include "lib_icu.cpp"
