#pragma once
/// record/ runs a command that starts Erlang nodes, watches what they do with drivers, and writes it as scenarios that
/// `ddlltool run` plays. The node's side is node/: a tracer in native code, which writes into memory that outlives the
/// node, beside what verify's witness sees of the drivers.
///
/// Four steps, each of values alone but for the first and the last: command.h runs and watches, node_log.h reads what
/// was written, story.h makes calls of it, and fit.h runs these once and finds for everything that was seen the step
/// that causes it. write.h makes the file. Nothing here knows how any of it is shown.
#include "base/result.h"
#include "scenario/reader.h"
#include "scenario/result.h"
#include "verify/node.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ddll::record {

struct Options {
    std::vector<std::string> command;
    std::string folder = "recorded";
    std::vector<std::string> drivers{}; ///< only these; empty: all
    std::string erl = "erl";            ///< compiles the recorder
    bool replay = true;
    scenario::ReadOptions read{}; ///< for what is replayed
};

/// A callback that a driver has, and whether the node called it.
struct Coverage {
    std::string driver;
    std::uint32_t reached = 0, all = 0;
    std::vector<std::string> not_reached{};
};

/// What a step did on the node and does not do here.
struct Disagreement {
    std::uint32_t step = 0; ///< as `run` counts them
    std::string call;
    std::string what; ///< "returns", "receives bob", "driver_calls"
    std::string node, here;
};

struct Recorded {
    std::string file;
    std::string title;
    std::uint32_t steps = 0; ///< repeats unrolled
    std::uint32_t agree = 0;
    std::vector<Disagreement> disagreements{};
    std::vector<std::string> not_replayed{}; ///< what no scenario can do, each with why
    std::vector<Coverage> coverage{};
    bool traces_itself = false; ///< before OTP 27: calls may be missing, and the program's traces too
    bool lost_the_end = false;  ///< the disk was full
    scenario::RunResult run{};  ///< of the file as it is, where it was replayed
};

struct Recording {
    int exit_status = 0;     ///< of the command; 128 + signal where one ended it
    std::string ended_by{};  ///< "SIGKILL"
    std::uint32_t nodes = 0; ///< that were watched
    std::vector<Recorded> scenarios{};
};

/// The error is one of the user's or the machine: the command cannot be found, it starts no node, the node uses no
/// driver, nothing can be written.
Result<Recording> record(const Options& options);

} // namespace ddll::record
