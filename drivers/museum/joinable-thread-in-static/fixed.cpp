/* A static std::thread, joined at once: a node that halts does not call finish, and destroys it as well. */
#include "exhibit.h"
#include <thread>

static std::thread worker;
static bool prepared;

static int init() {
    worker = std::thread([] { prepared = true; });
    worker.join();
    return 0;
}

EXHIBIT(.init = init, .start = keep_port)
