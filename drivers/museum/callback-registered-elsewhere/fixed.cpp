/* Gives the C++ library, which stays, its own function to call when nobody catches an exception, and takes it back. */
#include "exhibit.h"
#include <cstdlib>
#include <exception>

static std::terminate_handler before;

static void last_words() {
    abort();
}

static int init() {
    before = std::set_terminate(last_words);
    return 0;
}

static void finish() {
    std::set_terminate(before);
}

EXHIBIT(.init = init, .start = keep_port, .finish = finish)
