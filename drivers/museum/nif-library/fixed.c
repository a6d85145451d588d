/* The same functions, in a library that is a driver as well. */
#include "exhibit.h"
#include <erl_nif.h>

static ERL_NIF_TERM same(ErlNifEnv* env, int count, const ERL_NIF_TERM arguments[]) {
    (void)env;
    (void)count;
    return arguments[0];
}

static ErlNifFunc functions[] = {{"same", 1, same, 0}};

ERL_NIF_INIT(exhibit, functions, NULL, NULL, NULL, NULL)

EXHIBIT(.start = keep_port)
