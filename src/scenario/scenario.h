#pragma once
/// scenario/ is the scenario file: read it (reader.h), run it (runner.h), say how it ended (result.h).
/// Scenario is the file after reading: names resolved, texts parsed, every mistake already reported.
#include "base/result.h"
#include "base/time.h"
#include "journal/entry.h"
#include "term/expr.h"
#include "words/release.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ddll::scenario {

/// An expression or pattern as written, with its place in the file.
struct Text {
    std::string source;
    term::ExprPtr expr;
    Place place;
};

struct DriverFile {
    std::string version;
    std::string file;    ///< resolved path
    std::string written; ///< as in the scenario
    bool broken = false; ///< unusable on purpose: not examined
    Place place;
};

struct DriverDecl {
    std::string name;
    std::vector<DriverFile> versions; ///< in file order
};

struct ProcessDecl {
    std::string name;     ///< alice
    std::string variable; ///< Alice
    bool trap_exit = false;
};

struct PathDecl {
    std::string variable;
    std::string folder;
};

/// What the other side of a driver's descriptors is.
enum class PeerKind : std::uint8_t { tcp, unix_socket, fifo };
struct PeerDecl {
    std::string name;
    PeerKind kind = PeerKind::tcp;
};
enum class PeerVerb : std::uint8_t { connect, listen, accept, send, close };
enum class PeerClose : std::uint8_t { all, writing, reset };

using words::InstallHow;

/// Class and reason of an expected exception.
struct Raises {
    std::string exception_class; ///< error, exit, throw
    Text reason;
};
using CallOutcome = std::variant<std::monostate, Text, Raises>; ///< anything but an exception; a value; an exception

/// Either the marker for "the call returned" or a pattern.
struct ReceivePattern {
    bool is_return = false;
    Text pattern;
};
struct Receives {
    std::string process;
    std::vector<ReceivePattern> messages;
    Place place;
    bool to_peer = false; ///< `process` is a peer
};

struct DriverCallPattern {
    bool is_return = false;
    std::string driver;                        ///< empty: any
    std::string version;                       ///< empty: any
    std::optional<journal::Callback> callback; ///< nothing: an API function
    std::string name;
    std::vector<Text> arguments;
    std::string written;
};
struct DriverCalls {
    std::vector<DriverCallPattern> calls;
    Place place;
};

struct NamedPattern {
    std::string process;
    Text pattern;
};

struct Unblocks {
    std::string process;
    CallOutcome outcome;
};

/// What a call or an advance may be expected to cause.
struct Effects {
    std::vector<Receives> receives;
    std::vector<NamedPattern> exits;
    std::vector<Unblocks> unblocks;
    std::optional<DriverCalls> driver_calls;
    std::optional<std::vector<Text>> logs;   ///< `*` stands for any run of characters
    Duration await;                          ///< real time until all of this must hold
    std::vector<std::string> not_compared{}; ///< keys of what a node may do differently
};

struct CallStep {
    std::string by;
    std::vector<Text> calls;           ///< one, or a batch
    std::vector<CallOutcome> outcomes; ///< as many
    bool is_batch = false;
    bool blocks = false;
    Effects effects;
};
struct InstallStep {
    std::string driver;
    std::string version; ///< empty for remove
    std::string into;    ///< path variable
    std::string as;      ///< file name without .so
    InstallHow how = InstallHow::rename;
    Effects effects{};
};
struct AdvanceStep {
    Duration by;
    Effects effects;
};
struct ExpectStep {
    std::string driver;
    std::optional<std::string> status;
    std::optional<bool> forced;
    std::optional<std::string> image;
    std::optional<bool> replaced;
    std::optional<bool> unloaded;
    std::optional<std::uint32_t> port_count;
    std::optional<std::vector<Text>> held_by;
    std::optional<std::vector<std::pair<std::string, std::uint32_t>>> users;
};
struct PeerStep {
    std::string peer;
    PeerVerb verb = PeerVerb::connect;
    Text what;            ///< of connect, send, and listen on a path: an expression; of listen on TCP: a pattern
    std::string listener; ///< of accept
    PeerClose close = PeerClose::all;
    std::string fails; ///< name of the errno it must fail with; empty: it must not fail
    Effects effects;
};
/// A look at a file.
struct FileStep {
    std::string file; ///< relative to the work folder, or absolute
    std::optional<bool> exists;
    std::optional<std::uint64_t> size;
    std::optional<Text> bytes; ///< a pattern for the contents as one binary
    std::vector<std::string> contains;
    std::optional<std::string> sha256; ///< small hexadecimal digits
};
struct NoteStep {};
struct ScenarioStep;
struct RepeatStep {
    std::uint32_t times = 0;
    std::vector<ScenarioStep> steps;
};

struct ScenarioStep {
    std::variant<CallStep, InstallStep, AdvanceStep, ExpectStep, PeerStep, FileStep, NoteStep, RepeatStep> what;
    std::string note;
    Place place;
};

/// How the scenario is expected to die; every given part must hold.
struct ExpectedCrash {
    std::optional<std::string> signal;
    std::optional<std::string> callback;
    std::optional<int> exit;
    bool hang = false, exception = false, memory = false, deadlock = false;
    Place place;
};

struct Scenario {
    std::string file; ///< as given on the command line
    std::string title;
    std::vector<std::string> description;
    std::vector<std::string> tags;
    std::vector<PathDecl> paths;
    std::vector<DriverDecl> drivers;
    std::vector<ProcessDecl> processes;
    std::vector<PeerDecl> peers;
    std::map<std::string, std::string> environment;
    bool strict = false;
    std::optional<std::chrono::milliseconds> time_limit;
    Duration async_takes;
    unsigned async_threads = 1; ///< of the emulator's pool
    struct Emulator {
        bool free_threads = false;     ///< threads run as they would on a node, instead of one at a time
        bool open_error_preset = true; ///< the list of dlopen texts begins with the emulator's own first failure
    } emulator;
    std::vector<words::Release> releases; ///< whose answers it expects, oldest first; empty: those of all
    std::vector<words::Rule> expected_findings;
    std::optional<ExpectedCrash> expected_crash;
    bool node_dies = false;   ///< what ddlltool survives and reports ends a real node
    std::string not_compared; ///< why the scenario is not for a real node; empty when it is
    std::vector<ScenarioStep> steps;

    /// The folder that an installation goes to, and the file that it takes: null where there is none.
    const std::string& folder_of(const InstallStep& step) const;
    const DriverFile* file_of(const InstallStep& step) const;
    /// The release that is simulated for it: the one that is wanted, or else the newest that it is for. Nothing where
    /// it is for others than the one that is wanted.
    std::optional<words::Release> release(std::optional<words::Release> wanted) const;
    /// "it is for OTP 25 and 26"
    std::string whose() const;
};

/// Steps in the order they are run, repeats unrolled; the journal's step indices count along this list.
struct FlatStep {
    const ScenarioStep* step = nullptr;
    std::vector<const ScenarioStep*> repeats; ///< the repeats it stands in, outermost first
    std::vector<std::uint32_t> rounds;        ///< 1-based round of each of them
    std::uint32_t number = 0;                 ///< 1-based number of the step as written in the file, depth first
};

/// The steps point into `scenario`.
std::vector<FlatStep> flatten(const Scenario& scenario);

} // namespace ddll::scenario
