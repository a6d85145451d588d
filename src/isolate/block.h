#pragma once
/// What a child tells its parent through shared memory, written by signal handlers: plain arrays and flags, no
/// pointers. The parent trusts nothing in it, since a driver may have written over it. Internal to isolate/.
#include "isolate/crash.h"

#include <atomic>
#include <cstddef>

namespace ddll::isolate {

struct Block {
    static constexpr std::size_t most_frames = 256, most_modules = 512, path_room = 64 * 1024, text_room = 4096;

    std::atomic<std::uint32_t> writer; ///< thread that records an end; the first one wins
    std::atomic<bool> returned;        ///< the job's function came back
    std::atomic<bool> signalled;       ///< `signal` is valid
    std::atomic<bool> bug;             ///< bug_text is valid

    struct Signal {
        std::int32_t number, code;
        std::uint64_t fault_address;
        bool has_fault_address, stack_exhausted;
    } signal;
    std::uint16_t thread;
    Stopped stopped;
    words::Fatal fatal_kind;
    bool near_memory_limit;

    std::atomic<std::uint32_t> frames;
    std::uint64_t stack[most_frames];

    struct Mapped {
        std::uint64_t base, end;
        std::uint32_t path; ///< offset in Modules::paths
    };
    struct Modules {
        std::atomic<std::uint32_t> count;
        std::uint32_t paths_used;
        Mapped all[most_modules];
        char paths[path_room];
    } modules;

    char exception[text_room];
    char fatal[text_room];
    char bug_text[text_room];

    std::uint64_t memory_limit; ///< RLIMIT_DATA of the child, 0 for none
    std::uint64_t memory_slack; ///< less than this left counts as near the limit
};

/// Shared with children that are forked later, all zero. Null when the system has no memory.
Block* make_block();
void free_block(Block* block);

/// A copy, checked.
CrashReport read_report(const Block& block);
std::string read_text(const char (&text)[Block::text_room]);

// --- in the child ----------------------------------------------------------------------------------------------------

/// Makes the handlers of this process (signals, terminate, exit, failed DDLL_CHECK) write into `block`.
void install_crash_handlers(Block* block);

/// Asks the child for its stack; it then kills itself.
int stack_request_signal();

/// Loads what unwinding needs, which cannot be loaded inside a handler. Before the fork.
void warm_up_unwinder();

/// Bytes of private memory that can be written, as RLIMIT_DATA counts it, and the stack; 0 when unknown. Safe in a
/// signal handler.
std::uint64_t data_used();

} // namespace ddll::isolate
