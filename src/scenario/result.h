#pragma once
/// How a scenario ended: what the reports print and the exit code comes from. Built in the parent from the journal and
/// the child's Ending; nothing here comes from anywhere else.
#include "isolate/isolate.h"
#include "journal/journal.h"
#include "scenario/scenario.h"
#include "words/emulator.h"
#include "words/findings.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ddll::scenario {

/// The order is not that of severity; see cli/exit_code.h.
enum class Verdict : std::uint8_t { passed, failed, crashed, hung, unusable, bug, skipped };
const char* name(Verdict v);

struct Failure {
    std::uint32_t step = 0; ///< index into RunResult::flat; UINT32_MAX for the scenario as a whole
    std::string what;       ///< "returns", "receives alice", "driver_calls", ...
    std::string expected;
    std::string got;
    std::string help;       ///< what to do next; may be empty
    bool of_return = false; ///< it is about what the step's call returned
};

struct StackFrame {
    std::string module;                  ///< base name of the file
    std::optional<std::uint64_t> offset; ///< none for code that was stopped while it ran: it is chance
    std::string function;                ///< demangled, may be empty
    std::string source;    ///< file:line, or file:first-last of the function that was stopped; may be empty
    std::string path = {}; ///< that file as the compiler was told it; not for texts that have to be equal elsewhere
};

/// A finding of a run: what findings/ found in its journal, with the step and the source lines that belong to it.
struct RunFinding {
    words::Rule rule{};
    words::Severity severity = words::Severity::note;
    std::string title;   ///< one line with the names filled in
    std::string subject; ///< whom it concerns; may be empty
    std::string evidence;
    std::vector<StackFrame> stack; ///< driver code that led there, innermost first; empty where none did
    std::uint32_t step = UINT32_MAX;
    bool expected = false;
    std::string fix{}; ///< for this case; empty: what the rule advises
};

/// The callback that was running when the child died.
struct InCallback {
    std::optional<words::Callback> callback; ///< nothing when no driver code was running
    std::string driver;
    std::string version;
    std::string port; ///< the scenario's name for it, or #Port<...>
    std::uint32_t step = UINT32_MAX;

    std::string callback_name() const { return callback ? words::name(*callback) : ""; } ///< "control", or empty
};

struct Death {
    std::string what;     ///< "SIGSEGV (address 0x8 is not mapped)": the headline without where it was
    std::string headline; ///< "SIGSEGV (address 0x8 is not mapped) in callback control of driver counter"
    std::string signal;   ///< "SIGSEGV", or empty
    std::optional<int> exit_status;
    bool timed_out = false, out_of_memory = false;
    std::string exception;
    InCallback in;
    std::vector<StackFrame> stack;
    std::string output; ///< what the driver printed, the end of it
    std::string advice;
    bool expected = false;
};

struct StepResult {
    enum class State : std::uint8_t { not_reached, done, failed, died } state = State::not_reached;
    std::uint64_t first_entry = 0, last_entry = 0; ///< journal sequence numbers
};

struct RunResult {
    std::shared_ptr<const Scenario> scenario;
    std::string file;
    std::string title;
    Verdict verdict = Verdict::bug;
    std::optional<words::Release> release; ///< that was simulated; nothing when the file could not be used
    std::vector<FlatStep> flat;
    std::vector<StepResult> steps; ///< one for each of flat
    std::vector<Failure> failures;
    std::vector<RunFinding> findings;
    std::optional<Death> death;
    std::vector<Error> mistakes; ///< when the file could not be used
    struct Skipped {
        std::string why;         ///< empty: it was not
        bool for_others = false; ///< because it is for other releases
        bool left_out = false;   ///< because RunOptions::until had come
    } skipped;
    std::optional<words::ImpasseKind> impasse; ///< why the emulator could go no further, when that ended the run
    bool reproducible = true; ///< false: real time, or threads on their own, had a part in it: another run may differ
    std::string output;       ///< what the driver printed, the end of it
    std::shared_ptr<const journal::Journal> journal; ///< may be null
    std::map<std::uint64_t, std::string> versions;   ///< image number to the scenario's version of it
    std::map<std::uint64_t, std::string> places;     ///< of what was cleared away, by entry: where it was made
    std::map<std::string, std::string> chosen;       ///< digits of a number that the system chose, to the variable
    std::map<std::string, std::string> names;        ///< printed pid, port or reference to the scenario's name for it
};

/// The text with the names of variables in place of the numbers that the system chose: they are others in the next run.
std::string with_names(std::string text, const std::map<std::string, std::string>& chosen);

} // namespace ddll::scenario
