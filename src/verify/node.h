#pragma once
/// A real emulator, started for comparison: it runs node/ddlltool_player.erl, watched by node/witness.cpp, and answers
/// commands one at a time.
#include "base/result.h"
#include "scenario/run_here.h"
#include "scenario/work_folder.h"
#include "term/term.h"
#include "verify/witness_log.h"

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace ddll::verify {

/// What a node says of itself.
struct NodeFacts {
    std::string otp;                ///< "25"
    std::string erts;               ///< "13.1.5"
    std::string driver_interface;   ///< "3.3"
    scenario::ComparedNode machine; ///< what ddlltool has to know to be comparable
};

/// Of what a node calls its release: one that is older or newer than all that are known is taken for the one next to
/// it.
words::Release nearest_release(const std::string& otp);

/// What runs on a node and the witness, unpacked and compiled in a folder of their own; several nodes share it.
class Toolbox {
public:
    /// `erl`: path of the program, or a name that is looked for on PATH. The error says when there is none.
    static Result<Toolbox> open(const std::string& erl);

    const std::string& erl() const { return erl_; }
    const std::string& folder() const { return folder_.path(); }

private:
    Toolbox(std::string erl, scenario::WorkFolder folder) : erl_(std::move(erl)), folder_(std::move(folder)) {}
    std::string erl_;
    scenario::WorkFolder folder_;
};

/// The erl that a name stands for: a path as it is, a name found on PATH; nothing when there is none that can be run.
std::optional<std::string> find_erl(const std::string& name);

class Node {
public:
    struct Settings {
        std::map<std::string, std::string> environment{};
        Duration async_takes{}; ///< how long a job occupies its thread, in the emulator's stopped time
        unsigned async_threads = 1;
    };
    /// Starts an emulator with one scheduler and waits until it answers. The toolbox must outlive it.
    static Result<std::unique_ptr<Node>> start(const Toolbox& toolbox, const Settings& settings);
    ~Node(); ///< ends the emulator, without a word
    Node(const Node&) = delete;

    const NodeFacts& facts() const { return facts_; }
    WitnessLog& log() { return *log_; }

    /// The answer, or nothing when the emulator has died or given none within `limit`: then death() says.
    std::optional<term::Term> ask(const term::Term& command, std::chrono::milliseconds limit);
    const std::optional<std::string>& death() const { return death_; }
    std::string output() const; ///< what it and the drivers printed, the end of it

private:
    Node() = default;
    Result<void> launch(const Toolbox& toolbox, const Settings& settings);
    bool write_all(const std::string& bytes);
    std::optional<std::string> read_packet(std::chrono::milliseconds limit);
    void note_death(bool timed_out, std::chrono::milliseconds limit);

    pid_t pid_ = -1;
    int commands_ = -1, answers_ = -1;
    std::optional<scenario::WorkFolder> folder_;
    std::optional<WitnessLog> log_;
    NodeFacts facts_;
    std::optional<std::string> death_;
};

} // namespace ddll::verify
