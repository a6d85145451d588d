#include "report/event_line.h"

#include "journal/kinds.h"
#include "journal/visitor.h"
#include "report/wording.h"

#include <fmt/format.h>

#include <array>

namespace ddll::report {
namespace {

using namespace journal;
using enum LineKind;

using MaybeLine = std::optional<EventLine>;

class LineReader : public Visitor<LineReader, MaybeLine> {
public:
    using Ignores = Kinds<StepBegun, StepEnded,            // the step has a line of its own
                          NumberChosen, Bound,             // the names stand for the values everywhere
                          LeftBehind, EntrySeen, TookLong, // findings speak of them
                          Mismatched,                      // said by RunResult::failures, with more
                          Ended>;

    explicit LineReader(const Naming& naming) : naming_(naming) {}

    MaybeLine on(const Called& e) const { return {{call, one_line(e.text)}}; }
    MaybeLine on(const Returned& e) const {
        if (e.outcome == Outcome::blocked) return {{blocks, "has not got its answer yet"}};
        if (e.outcome == Outcome::value) return {{returns, term(e.term)}};
        return {{raises, fmt::format("{}:{}", name(e.outcome), term(e.term))}};
    }
    MaybeLine on(const Delivered& e) const { return {{message, term(e.term)}}; }
    MaybeLine on(const PeerReceived& e) const { return {{message, term(e.term)}}; }
    MaybeLine on(const ProcessStarted& e) const { return minor(starts, one_line(e.name)); }
    MaybeLine on(const ProcessEnded& e) const { return {{ends, term(e.reason)}}; }
    MaybeLine on(const PortOpened& e) const {
        return {{opens, fmt::format("port of driver {}: \"{}\"", naming_.driver(e.driver), one_line(e.name))}};
    }
    MaybeLine on(const PortClosing& e) const {
        if (e.draining) return {{closes, "is closing: its queue is not empty, so stop comes later"}};
        return minor(closes, "is closing");
    }
    MaybeLine on(const PortClosed&) const { return minor(closed, "the port is gone"); }
    MaybeLine on(const Entered& e) const {
        const bool loading = e.callback == Callback::dlopen || e.callback == Callback::driver_init ||
                             e.callback == Callback::dlclose || e.callback == Callback::exit_handlers;
        return {{runs, callback_text(e, naming_), false, loading}};
    }
    MaybeLine on(const Left& e) const { return minor(leaves, fmt::format("{}: {}", name(e.callback), e.result)); }
    MaybeLine on(const ApiCalled&) const { return minor(api, plain()); }
    MaybeLine on(const DriverChanged& e) const { return {{state, state_text(e, naming_)}}; }
    MaybeLine on(const ImageOpened& e) const {
        const bool odd = e.was_mapped || e.differs;
        return {{loader, plain(), odd, !odd}};
    }
    MaybeLine on(const ImageFailed&) const { return {{loader, plain()}}; }
    MaybeLine on(const ImageClosed& e) const { return {{proof, closed_text(e, naming_), !e.gone}}; }
    MaybeLine on(const Reloaded& e) const { return {{proof, reload_text(e, naming_), !(e.old_gone && e.new_runs)}}; }
    MaybeLine on(const FileInstalled&) const { return minor(outside, plain()); }
    MaybeLine on(const ClockAdvanced&) const { return minor(outside, plain()); }
    MaybeLine on(const Awaited&) const { return {{outside, plain()}}; }
    MaybeLine on(const PeerActed&) const { return minor(outside, plain()); }
    MaybeLine on(const Misused&) const { return bad(misuse, plain()); }
    MaybeLine on(const ClearedAway& e) const { return minor(gone, cleared_text(e, naming_.words())); }
    MaybeLine on(const Logged& e) const { return {{log, one_line(e.text)}}; }
    MaybeLine on(const StepFailed& e) const { return bad(trouble, one_line(e.text)); }
    MaybeLine on(const Deadlocked&) const { return bad(trouble, plain()); }
    MaybeLine on(const ThreadStarted&) const { return minor(thread, plain()); }
    MaybeLine on(const ThreadWaits&) const { return minor(thread, plain()); }
    MaybeLine on(const ThreadRuns&) const { return minor(thread, plain()); }
    MaybeLine on(const ThreadEnded&) const { return minor(thread, plain()); }
    MaybeLine on(const ThreadLeftAlone&) const { return bad(thread, plain()); }

private:
    static EventLine minor(LineKind kind, std::string text) { return {kind, std::move(text), false, true}; }
    static EventLine bad(LineKind kind, std::string text) { return {kind, std::move(text), true, false}; }
    std::string plain() const { return event_text(entry(), naming_.words()); }
    std::string term(std::string_view external) const { return term_text(external, entry().cut, naming_.words()); }

    const Naming& naming_;
};

constexpr std::array names = {"step",  "call",   "returns", "raises",  "blocks", "message", "starts", "ends",
                              "opens", "closes", "closed",  "runs",    "leaves", "api",     "state",  "loader",
                              "proof", "misuse", "gone",    "outside", "log",    "thread",  "FAILED", "died"};
static_assert(names.size() == static_cast<std::size_t>(died) + 1);

} // namespace

const char* name(LineKind kind) {
    return names[static_cast<std::size_t>(kind)];
}

std::optional<EventLine> event_line(const Entry& entry, const Naming& naming) {
    return LineReader(naming).read(entry);
}

} // namespace ddll::report
