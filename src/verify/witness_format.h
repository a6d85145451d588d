#pragma once
/// The file that the witness (node/witness.cpp) writes inside the emulator and ddlltool reads: a Header, then events of
/// different lengths. Both run on one machine, so the layout is that of its compiler.
#include <cstddef>
#include <cstdint>

namespace ddll::verify::witness {

enum class Kind : std::uint32_t {
    library_path, ///< data: what dlopen was given
    library_id,   ///< data: the build-id of what is mapped
    dlopen,
    dlclose,
    driver_init,
    init,
    start,
    stop,
    output,
    outputv,
    control,
    call,
    timeout,
    flush,
    ready_input,
    ready_output,
    ready_async,
    process_exit,
    stop_select,
    emergency_close,
    finish,
    // Of a node that is recorded (`ddlltool record`):
    callbacks, ///< a: which a driver has, a bit for each callback, counted from init
    refused,   ///< dlopen gave nothing. a: number of its copy, 0: there is no file. data: the path
    set_timer, ///< a: milliseconds
    cancel_timer,
    term_sent, ///< by a driver. a: the process that is to have it, as the emulator keeps it
    term, ///< library: TermTag. a: the port that is concerned as the emulator keeps it, or 0. data: external format
};

/// What the tracer (record/node/tracer.cpp) writes: {Process, What, More}.
enum class TermTag : std::uint32_t {
    call,      ///< What: {Module, Function, Arguments}
    returned,  ///< What: {Module, Function, Arity}, More: the value
    raised,    ///< What: {Module, Function, Arity}, More: {Class, Reason}
    sent,      ///< What: the message, More: the receiver
    received,  ///< What: the message of a port
    delivered, ///< What: a message of the emulator, or of whom is not known. The port: the process
    ended,     ///< What: the reason
    named,     ///< What: the name
    node,      ///< What: {Release, Version of the emulator, Linked-in drivers, Names, Those who trap exits}
};

struct Header {
    std::uint64_t present; ///< 1: the witness is at work
    std::uint64_t stopped; ///< 1: the emulator's clock shows `clock` nanoseconds since it was stopped (offset 8)
    std::int64_t clock;    ///< (offset 16)
    std::uint64_t count;   ///< events written
    std::uint64_t used;    ///< bytes of them
    std::uint64_t full;    ///< 1: events are missing at the end
    // Where DDLLTOOL_ASYNC_TAKES gives async jobs a duration of the stopped clock (offset 48):
    std::uint64_t jobs_begun, jobs_done; ///< handed to the emulator; whose function has returned
    std::int64_t job_ends;               ///< `clock` at which the running one ends; 0: none runs
};

struct Event {
    std::uint32_t size; ///< of all of it, a multiple of 8
    Kind kind;
    std::uint32_t library; ///< number of the opening, from 1
    std::uint32_t port;    ///< number of the start callback, from 1; no_port, unknown_port
    std::uint64_t a;       ///< command, length or descriptor
    std::uint32_t data_size;
    std::uint32_t padding;
};

inline constexpr std::uint32_t no_port = 0, unknown_port = UINT32_MAX;
inline constexpr std::size_t shown_bytes = 64, most_data = 4096;
inline constexpr std::size_t log_size = std::size_t{64} << 20, file_size = sizeof(Header) + log_size;
/// Of a recorded node: the file is as long as what is in it, rounded up.
inline constexpr std::size_t most_recorded = std::size_t{16} << 20, recorded_size = std::size_t{4} << 30,
                             recorded_chunk = std::size_t{8} << 20;

} // namespace ddll::verify::witness
