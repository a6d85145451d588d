/* Gives the C++ library, which stays, its own function to call when there is no memory left. */
#include "exhibit.h"
#include <new>

static void make_room() {
    std::set_new_handler(nullptr);
}

static int init() {
    std::set_new_handler(make_room);
    return 0;
}

EXHIBIT(.init = init, .start = keep_port)
