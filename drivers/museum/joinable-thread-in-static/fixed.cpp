/* A static std::thread, ended long ago. finish joins it. */
#include "exhibit.h"
#include <thread>

static std::thread worker;
static bool prepared;

static int init() {
    worker = std::thread([] { prepared = true; });
    return 0;
}

static void finish() {
    worker.join();
}

EXHIBIT(.init = init, .start = keep_port, .finish = finish)
