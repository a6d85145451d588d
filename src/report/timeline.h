#pragma once
/// One run as lanes, moments and spans: who did what when, for writers that draw. A value; read from the journal alone.
#include "report/event_line.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ddll::report {

inline constexpr std::uint32_t nobody = UINT32_MAX;

enum class LaneKind : std::uint8_t { process, driver, port, image, thread, peer };
const char* name(LaneKind kind); ///< "process", ..., "library" for image

struct Lane {
    LaneKind kind = LaneKind::process;
    std::string name;
};

/// One journal entry that says something. Moments are in the order of the journal; virtual time may stand still.
struct Moment : EventLine {
    std::uint32_t lane = nobody;
    std::uint32_t from = nobody; ///< lane that a message or a call came from
    std::uint32_t step = nobody; ///< into RunResult::flat
    std::uint64_t seq = 0;       ///< of the journal entry, or of the one after which it was found out
    std::int64_t time_ns = 0;
};

enum class SpanKind : std::uint8_t {
    life,     ///< the lane's process, port, library or thread is there
    state,    ///< of a driver, or of a port that is closing
    callback, ///< driver code runs
    call,     ///< a process has called and has no answer yet
    wait,     ///< a thread waits
    step,     ///< of the scenario; its lane is nobody
};
const char* name(SpanKind kind);

/// From one moment to another. Spans of one kind and lane follow each other or lie inside each other.
struct Span {
    SpanKind kind = SpanKind::life;
    std::uint32_t lane = nobody;
    std::uint32_t first = 0, last = 0; ///< moments
    bool ended = false;                ///< false: it was still so at the end; `last` is the last moment
    bool bad = false;
    std::uint32_t depth = 0; ///< of callbacks inside callbacks
    std::string word;        ///< "reload pending", "control"
    std::string text;        ///< with all that is known: "reload pending: held by P"
};

struct Timeline {
    std::vector<Lane> lanes; ///< processes, drivers, ports, libraries, threads, peers; each in order of appearance
    std::vector<Moment> moments;
    std::vector<Span> spans; ///< by first moment
    std::uint64_t left_out = 0;
};

/// Of more than `most` entries those in the middle are left out, and a moment says how many.
Timeline timeline_of(const scenario::RunResult& result, std::uint64_t most = UINT64_MAX);

} // namespace ddll::report
