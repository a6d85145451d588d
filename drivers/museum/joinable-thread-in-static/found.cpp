/* A static std::thread, ended long ago. Nobody has joined it, so its destructor ends the node when the library goes. */
#include "exhibit.h"
#include <thread>

static std::thread worker;
static bool prepared;

static int init() {
    worker = std::thread([] { prepared = true; });
    return 0;
}

EXHIBIT(.init = init, .start = keep_port)
