#pragma once
/// What one step caused, read from its journal entries.
#include "journal/journal.h"
#include "scenario/versions.h"
#include "term/term.h"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ddll::scenario {

/// Something that arrived, and whether before the step's call had returned.
struct Arrival {
    term::Term message;
    bool before_return = true;
};

/// A callback, a loader event or an API call of the driver.
struct DriverCall {
    enum class Kind : std::uint8_t { callback, loader, api } kind = Kind::callback;
    std::optional<journal::Callback> callback; ///< nothing for an API call
    std::string name;
    std::string driver;
    std::string version; ///< empty when the scenario has no name for the code
    std::vector<term::Term> arguments;
    bool before_return = true;
};

struct StepView {
    std::map<ProcessId, std::vector<Arrival>> arrivals;
    std::map<ProcessId, term::Term> exits;
    std::vector<DriverCall> driver_calls;
    std::vector<std::string> logs;
    /// At a peer: bytes, as long as nothing else came between them, or the atoms closed and reset.
    std::map<std::string, std::vector<std::variant<std::string, term::Term>>> at_peers;
};

/// Follows a journal and knows what its numbers mean at each moment.
class Observer {
public:
    Observer(const journal::Journal& journal, const Versions& versions) : journal_(journal), versions_(versions) {}

    /// All that was journaled since the last call. `returned_at` is the sequence number of the entry that says that the
    /// step's call returned; 0 when it did not. Reads no further than the entry `last`.
    StepView next(std::uint64_t returned_at, std::uint64_t last = UINT64_MAX);
    /// The same, added to what an earlier call gave for the same step.
    void next(std::uint64_t returned_at, StepView& view, std::uint64_t last = UINT64_MAX);

    const std::string& driver_name(DriverId id) const;
    std::string version(ImageId id) const;
    ImageId image_of(DriverId id) const; ///< the last one opened for it

private:
    void see(const journal::Entry& entry, bool before_return, StepView& view);
    void add_callback(const journal::Entered& entered, bool before_return, StepView& view);

    const journal::Journal& journal_;
    const Versions& versions_;
    std::uint64_t seen_ = 0;
    std::map<DriverId, std::string> names_;
    std::map<ImageId, std::string> labels_;
    std::map<DriverId, ImageId> images_;
    using Frames = std::vector<std::pair<DriverId, ImageId>>;
    std::map<std::uint16_t, Frames> frames_; ///< by thread: callbacks entered and not left, for API calls
};

} // namespace ddll::scenario
