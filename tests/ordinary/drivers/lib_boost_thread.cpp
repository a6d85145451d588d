// A boost::thread for each call, joined in it, with a value of its own that boost frees. Where the driver provides what
// would keep libboost_thread in memory, the library leaves with it, but not its key: the destructor is gone, and the value
// of the scheduler that joined is still there.
// needs: libboost-thread-dev
// flags: -lboost_thread
// compilers: g++
// true: pthread-key-destructor-left
// says: libboost_thread
#include "ordinary.h"

#include <boost/thread.hpp>
#include <boost/thread/tss.hpp>
#include <memory>
#include <string>

namespace {
std::unique_ptr<boost::thread_specific_ptr<std::string>> own;
} // namespace

static int init() {
    own = std::make_unique<boost::thread_specific_ptr<std::string>>();
    return 0;
}
static void finish() {
    own.reset();
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command;
    std::string out;
    boost::thread worker([&] {
        own->reset(new std::string(buf, len));
        out = **own;
    });
    worker.join();
    return answer(rbuf, rlen, out.data(), out.size());
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
