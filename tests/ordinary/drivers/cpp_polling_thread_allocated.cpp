// The same with a std::thread that has no destructor which a node would call when it halts.
#define ALLOCATED
#include "cpp_polling_thread.cpp"
