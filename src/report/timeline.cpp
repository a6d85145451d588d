#include "report/timeline.h"

#include "journal/kinds.h"
#include "journal/visitor.h"
#include "report/event_line.h"
#include "report/location.h"
#include "report/naming.h"
#include "report/timeline_recorder.h"
#include "report/wording.h"
#include "term/external.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace ddll::report {
namespace {

using namespace journal;

class TimelineReader : public Visitor<TimelineReader> {
public:
    using Ignores = Kinds<NumberChosen, Bound,             // the names stand for the values everywhere
                          LeftBehind, EntrySeen, TookLong, // findings speak of them
                          Mismatched,                      // said by RunResult::failures, with more
                          Ended>;
    using OfNobody = Kinds<FileInstalled, ClockAdvanced, Awaited, Logged, StepFailed, Deadlocked>;
    using OfDriver = Kinds<ImageFailed, Reloaded>;
    using OfCode = Kinds<ApiCalled, Misused, ClearedAway>;
    using OfPeer = Kinds<PeerActed, PeerReceived>;

    TimelineReader(const scenario::RunResult& result, std::uint64_t most)
        : result_(result), naming_(result), out_(result, most) {}

    Timeline whole() {
        for (const auto& entry : *result_.journal) {
            last_entry_ = entry;
            began_ = true;
            out_.at(entry, step_);
            naming_.observe(entry);
            read(entry);
        }
        if (began_) note_the_end();
        return out_.finish(lanes_);
    }

    void on(const StepBegun& e) {
        be_in(e.index);
        calls_seen_ = 0;
        caller_ = nobody;
        const auto at = note({LineKind::step, step_words(result_, e.index)}, nobody);
        open({SpanKind::step, nobody, at, at, false, failed(e.index), 0, "step", step_words(result_, e.index)});
    }
    void on(const StepEnded&) {
        show_states();
        note_failures();
        close(SpanKind::step, nobody, last());
        be_in(nobody);
    }
    template <among<OfNobody> E>
    void on(const E&) {
        note(line(), nobody);
    }
    template <among<OfDriver> E>
    void on(const E& e) {
        note(line(), lanes_.driver(e.driver, naming_));
    }
    template <among<OfCode> E>
    void on(const E& e) {
        note(line(), here(e.port));
    }
    template <among<OfPeer> E>
    void on(const E& e) {
        note(line(), lanes_.peer(one_line(e.peer)));
    }
    void on(const Called& e) {
        const auto lane = lanes_.process(e.process, naming_);
        caller_ = lane;
        EventLine said = line();
        // The line of an ordinary step is its call.
        said.minor = ++calls_seen_ == 1 && !batch();
        begin({SpanKind::call, lane, 0, 0, false, false, 0, "call", said.text}, said);
    }
    void on(const Returned& e) {
        const auto lane = lanes_.process(e.process, naming_);
        const auto at = note(line(), lane);
        if (e.outcome != Outcome::blocked) close(SpanKind::call, lane, at);
    }
    void on(const Delivered& e) {
        const auto to = lanes_.process(e.to, naming_);
        auto from = e.from_port      ? lanes_.port(e.from_port, naming_)
                    : e.from_process ? lanes_.process(e.from_process, naming_)
                                     : driver_in(e.term);
        arrow(note(line(), to), from);
    }
    void on(const ProcessStarted& e) { live(lanes_.process(e.process, naming_)); }
    void on(const ProcessEnded& e) {
        const auto lane = lanes_.process(e.process, naming_);
        const auto at = note(line(), lane);
        close(SpanKind::call, lane, at);
        close(SpanKind::life, lane, at);
    }
    void on(const PortOpened& e) {
        live(lanes_.port(e.port, naming_));
        if (e.owner) arrow(last(), lanes_.process(e.owner, naming_));
    }
    void on(const PortClosing& e) {
        EventLine said = line();
        begin({SpanKind::state, lanes_.port(e.port, naming_), 0, 0, false, false, 0, "closing", said.text}, said);
    }
    void on(const PortClosed& e) {
        const auto lane = lanes_.port(e.port, naming_);
        const auto at = note(line(), lane);
        close(SpanKind::state, lane, at);
        close(SpanKind::life, lane, at);
        lanes_.leave(lane);
    }
    void on(const Entered& e) {
        const auto lane = entry().thread != 0 ? lanes_.thread(entry().thread)
                          : e.port            ? lanes_.port(e.port, naming_)
                                              : lanes_.driver(e.driver, naming_);
        auto& stack = running_[entry().thread];
        const auto depth = static_cast<std::uint32_t>(stack.size());
        EventLine said = line();
        const auto at = begin({SpanKind::callback, lane, 0, 0, false, false, depth, name(e.callback), said.text}, said);
        if (e.caller) arrow(at, lanes_.process(e.caller, naming_));
        stack.push_back(lane);
    }
    void on(const Left&) {
        auto& stack = running_[entry().thread];
        if (stack.empty()) return;
        const auto lane = stack.back();
        stack.pop_back();
        close(SpanKind::callback, lane, note(line(), lane));
    }
    void on(const DriverChanged& e) {
        states_[e.driver] = e;
        // What a pending state waits for is shown when the step is over: ports come and go in several small steps.
        const auto shown = shown_.find(e.driver);
        if (shown == shown_.end() || shown->second.state != state_of(e)) show_state(e);
    }
    void on(const ImageOpened& e) { live(lanes_.image(e.image, e.driver, naming_)); }
    void on(const ImageClosed& e) {
        const auto lane = lanes_.image(e.image, e.driver, naming_);
        EventLine said = line();
        if (e.gone) {
            const auto at = note(std::move(said), lane);
            lanes_.leave(lane);
            return close(SpanKind::life, lane, at);
        }
        begin({SpanKind::state, lane, 0, 0, false, true, 0, "still in memory", said.text}, said);
    }
    void on(const ThreadStarted& e) { live(lanes_.thread(e.thread, one_line(e.name))); }
    void on(const ThreadWaits& e) {
        const auto lane = e.thread == 0 ? here({}) : lanes_.thread(e.thread);
        if (lane == nobody) return void(note(line(), lane));
        waiting_[e.thread] = lane;
        begin({SpanKind::wait, lane, 0, 0, false, false, 0, "waits", "waits for " + one_line(e.text)}, line());
    }
    void on(const ThreadRuns& e) { waits_no_more(e.thread, note(line(), of(e.thread))); }
    void on(const ThreadEnded& e) {
        const auto at = note(line(), of(e.thread));
        waits_no_more(e.thread, at);
        if (e.thread != 0) close(SpanKind::life, lanes_.thread(e.thread), at);
    }
    void on(const ThreadLeftAlone& e) { note(line(), of(e.thread)); }

private:
    struct Shown {
        std::optional<DriverState> state; ///< nothing before it was loaded
        std::string text;
    };

    EventLine line() const { return *event_line(entry(), naming_); }

    void live(std::uint32_t lane) {
        EventLine said = line();
        begin({SpanKind::life, lane, 0, 0, false, false, 0, "life", said.text}, said);
    }

    /// Where driver code runs now, or the port it is about.
    std::uint32_t here(PortId port) {
        const auto& stack = running_[entry().thread];
        if (!stack.empty()) return stack.back();
        if (entry().thread != 0) return lanes_.thread(entry().thread);
        return port ? lanes_.port(port, naming_) : nobody;
    }
    std::uint32_t of(std::uint16_t thread) { return thread == 0 ? nobody : lanes_.thread(thread); }

    void waits_no_more(std::uint16_t thread, std::uint32_t at) {
        const auto found = waiting_.find(thread);
        if (found == waiting_.end()) return;
        close(SpanKind::wait, found->second, at);
        waiting_.erase(found);
    }

    /// The driver that an 'UP' or 'DOWN' speaks of: {'UP', Ref, driver, Name, What}.
    std::uint32_t driver_in(std::string_view external) const {
        const auto decoded = term::decode(external);
        if (!decoded || !decoded->term.is_tuple(5)) return nobody;
        const auto elements = decoded->term.elements();
        if (!elements[2].is_atom("driver") || !elements[3].is(term::Term::Kind::atom)) return nobody;
        return lanes_.driver_named(elements[3].as_atom());
    }

    void show_state(const DriverChanged& e) {
        const DriverState state = state_of(e);
        std::string text = state_text(e, naming_);
        const auto [shown, first] = shown_.try_emplace(e.driver);
        if (shown->second.text == text || (first && state == DriverState::not_loaded)) return;
        shown->second = {state, text};
        const auto lane = lanes_.driver(e.driver, naming_);
        const auto at = note({LineKind::state, text}, lane);
        close(SpanKind::state, lane, at);
        if (state != DriverState::not_loaded)
            open({SpanKind::state, lane, at, at, false, false, 0, name(state), std::move(text)});
    }
    /// What a pending state waits for has changed.
    void show_states() {
        for (const auto& state : states_)
            if (pending(state_of(state.second))) show_state(state.second);
    }

    bool batch() const {
        if (step_ >= result_.flat.size()) return true;
        const auto* call = std::get_if<scenario::CallStep>(&result_.flat[step_].step->what);
        return call == nullptr || call->is_batch;
    }
    bool failed(std::uint32_t step) const {
        return step < result_.steps.size() && (result_.steps[step].state == scenario::StepResult::State::failed ||
                                               result_.steps[step].state == scenario::StepResult::State::died);
    }

    void note_failures() {
        for (const auto& failure : result_.failures)
            if (failure.step == step_)
                note({LineKind::trouble,
                      fmt::format("{}: expected {}, got {}", one_line(failure.what), one_line(failure.expected),
                                  one_line(failure.got)),
                      true},
                     caller_);
    }

    void note_the_end() {
        if (step_ != nobody) note_failures();
        be_in(nobody);
        caller_ = nobody;
        note_failures(); // of the scenario as a whole
        if (!result_.death) return;
        be_in(result_.death->in.step);
        auto lane = nobody;
        for (const auto& stack : running_)
            if (lane == nobody && !stack.second.empty()) lane = stack.second.back();
        note({LineKind::died, one_line(result_.death->headline), !result_.death->expected}, lane);
    }

    void be_in(std::uint32_t step) {
        step_ = step;
        out_.at(last_entry_, step);
    }
    std::uint32_t note(EventLine said, std::uint32_t lane) { return out_.note(std::move(said), lane); }
    /// A moment, and what goes on from then.
    std::uint32_t begin(Span span, EventLine said) {
        span.first = span.last = note(std::move(said), span.lane);
        open(std::move(span));
        return last();
    }
    std::uint32_t last() const { return out_.last(); }
    void arrow(std::uint32_t moment, std::uint32_t from) { out_.arrow(moment, from); }
    void open(Span span) { out_.open(std::move(span)); }
    void close(SpanKind kind, std::uint32_t lane, std::uint32_t moment) { out_.close(kind, lane, moment); }

    const scenario::RunResult& result_;
    Naming naming_;
    Lanes lanes_;
    Recorder out_;
    Entry last_entry_;
    bool began_ = false;
    std::uint32_t step_ = nobody;
    unsigned calls_seen_ = 0;
    std::uint32_t caller_ = nobody;                               ///< whose call the step is
    std::map<std::uint16_t, std::vector<std::uint32_t>> running_; ///< lanes of callbacks, innermost last, by thread
    std::map<std::uint16_t, std::uint32_t> waiting_;
    std::map<DriverId, DriverChanged> states_;
    std::map<DriverId, Shown> shown_; ///< last
};

} // namespace

const char* name(LaneKind kind) {
    constexpr const char* names[] = {"process", "driver", "port", "library", "thread", "peer"};
    return names[static_cast<std::size_t>(kind)];
}

const char* name(SpanKind kind) {
    constexpr const char* names[] = {"life", "state", "callback", "call", "wait", "step"};
    return names[static_cast<std::size_t>(kind)];
}

Timeline timeline_of(const scenario::RunResult& result, std::uint64_t most) {
    if (!result.journal) return {};
    return TimelineReader(result, most).whole();
}

} // namespace ddll::report
