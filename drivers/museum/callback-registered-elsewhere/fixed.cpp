/* Gives the C++ library, which stays, its own function to call when there is no memory left, and takes it back. */
#include "exhibit.h"
#include <new>

static std::new_handler before;

static void make_room() {
    std::set_new_handler(nullptr);
}

static int init() {
    before = std::set_new_handler(make_room);
    return 0;
}

static void finish() {
    std::set_new_handler(before);
}

EXHIBIT(.init = init, .start = keep_port, .finish = finish)
