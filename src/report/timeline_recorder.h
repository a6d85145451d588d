#pragma once
/// Writes a timeline down while the journal is read: moments one after the other, spans that are open until something
/// closes them, the gap in the middle of what is too long, and the lanes: numbers of the journal to numbers of lanes.
#include "journal/entry.h"
#include "report/naming.h"
#include "report/timeline.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ddll::report {

/// Every function gives the lane, and makes it when it is new; names are those known at that moment.
class Lanes {
public:
    std::uint32_t process(ProcessId id, const Naming& naming);
    std::uint32_t driver(DriverId id, const Naming& naming);
    std::uint32_t port(PortId id, const Naming& naming);
    std::uint32_t image(ImageId id, DriverId driver, const Naming& naming);
    std::uint32_t thread(std::uint16_t number, std::string_view name = {});
    std::uint32_t peer(const std::string& name);
    /// The lane's port or library is gone: the next one of that name goes on in it.
    void leave(std::uint32_t lane);
    std::uint32_t driver_named(std::string_view name) const; ///< nobody when there is none

    /// Puts the lanes that something refers to into their order, and renumbers what refers to them.
    void sort_into(Timeline& timeline);

private:
    std::uint32_t lane(LaneKind kind, std::uint64_t number, const std::string& name);

    std::vector<Lane> lanes_;
    std::map<std::pair<LaneKind, std::uint64_t>, std::uint32_t> known_;
    std::map<std::string, std::uint64_t> peers_;
    std::map<std::pair<LaneKind, std::string>, unsigned> used_;
    std::map<std::pair<LaneKind, std::string>, std::uint32_t> left_; ///< lanes that nobody lives in any more
};

class Recorder {
public:
    /// Of more than `most` entries of `result`'s journal those in the middle are left out.
    Recorder(const scenario::RunResult& result, std::uint64_t most);

    /// What follows was caused by this entry; `step` is the one it belongs to.
    void at(const journal::Entry& entry, std::uint32_t step);

    /// Appends a moment, and gives its number; inside the gap that of the moment that stands for it.
    std::uint32_t note(EventLine said, std::uint32_t lane);
    /// The last moment; there is one after the first note().
    std::uint32_t last() const { return static_cast<std::uint32_t>(out_.moments.size() - 1); }
    /// The moment was caused from that lane, which may be nobody.
    void arrow(std::uint32_t moment, std::uint32_t from);

    /// `span.last` and `span.ended` are set by close(), or at the end.
    void open(Span span);
    /// Ends the innermost one, if there is any.
    void close(SpanKind kind, std::uint32_t lane, std::uint32_t moment);

    /// Nothing may follow.
    Timeline finish(Lanes& lanes);

private:
    std::string named(std::string text) const;

    const scenario::RunResult& result_;
    Timeline out_;
    std::map<std::pair<SpanKind, std::uint32_t>, std::vector<std::size_t>> open_; ///< spans, innermost last
    std::uint64_t seq_ = 0;
    std::int64_t time_ns_ = 0;
    std::uint32_t step_ = nobody;
    std::uint64_t gap_first_ = UINT64_MAX, gap_last_ = 0; ///< journal entries
    std::uint32_t gap_ = nobody;                          ///< the moment that stands for them
    bool skipped_ = false;                                ///< the last note() lay in the gap
};

} // namespace ddll::report
