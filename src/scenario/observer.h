#pragma once
/// Follows a journal, step by step, and knows what its numbers mean at each moment.
#include "journal/journal.h"
#include "scenario/driver_reader.h"
#include "scenario/step_record.h"
#include "scenario/versions.h"

namespace ddll::scenario {

class Observer {
public:
    /// Both must outlive it.
    Observer(const journal::Journal& journal, const Versions& versions) : journal_(journal), versions_(versions) {}

    /// Adds all that was journaled since the last call to what is known of the same step. `caller` is the process whose
    /// call the step makes, or empty. Reads no further than the entry `last`.
    void read(StepRecord& record, const std::string& caller, std::uint64_t last = UINT64_MAX);

    const DriverReader& drivers() const { return drivers_; }
    std::string version(ImageId id) const;

private:
    class Reader;

    const journal::Journal& journal_;
    const Versions& versions_;
    std::uint64_t seen_ = 0;
    bool returned_ = false; ///< the call of the step, or the last one of several so far
    DriverReader drivers_;
    std::map<ProcessId, std::string> processes_;
    std::map<ImageId, std::string> labels_;
    using Frames = std::vector<std::pair<DriverId, ImageId>>;
    std::map<std::uint16_t, Frames> frames_; ///< by thread: callbacks entered and not left, for API calls
};

} // namespace ddll::scenario
