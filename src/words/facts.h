#pragma once
/// Facts that stand in the journal and in crash reports beside the texts for people, so that nobody reads them out of
/// those texts. Each is set where the thing happens.
#include "words/words.h"

namespace ddll::words {

/// What a call of erl_ddll asks for.
#define DDLL_LOAD_CALLS(X) X(none, "") X(load, "load") X(unload, "unload")
DDLL_WORDS(LoadCall, DDLL_LOAD_CALLS)

/// Why the loader of the system refused a file, or a library that the file needs; told from its own words, once, in
/// image/.
#define DDLL_LOADER_REFUSALS(X)                                                                                        \
    X(none, "")                                                                                                        \
    X(other, "other")                                                                                                  \
    X(missing_file, "missing file")                                                                                    \
    X(missing_library, "missing library")                                                                              \
    X(undefined_symbol, "undefined symbol")                                                                            \
    X(static_tls, "static TLS")                                                                                        \
    X(executable_stack, "executable stack")                                                                            \
    X(this_machine, "this machine")
DDLL_WORDS(LoaderRefusal, DDLL_LOADER_REFUSALS)

/// What goes away with a port, in silence. The result of an async job is given to async_free, or forgotten.
#define DDLL_CLEARED(X)                                                                                                \
    X(timer, "timer")                                                                                                  \
    X(queue, "queue")                                                                                                  \
    X(monitor, "monitor")                                                                                              \
    X(async_job, "async job")                                                                                          \
    X(async_job_forgotten, "async job, its result forgotten")
DDLL_WORDS(Cleared, DDLL_CLEARED)

/// The kinds of misuse at which the emulator ends the whole node. `lock`: a lock, or an object that is destroyed like
/// one, was none or in use.
#define DDLL_FATALS(X) X(none, "") X(other, "other") X(lock, "lock")
DDLL_WORDS(Fatal, DDLL_FATALS)

} // namespace ddll::words
