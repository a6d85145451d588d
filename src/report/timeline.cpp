#include "report/timeline.h"

#include "journal/kinds.h"
#include "report/location.h"
#include "report/naming.h"
#include "report/timeline_lanes.h"
#include "report/timeline_recorder.h"
#include "report/wording.h"
#include "term/external.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace ddll::report {
namespace {

using namespace journal;

class Reader {
public:
    Reader(const scenario::RunResult& result, const Names& names, std::uint64_t most)
        : result_(result), naming_(result, names), out_(result, most) {}

    Timeline read() {
        for (const auto& entry : *result_.journal) {
            entry_ = entry;
            began_ = true;
            out_.at(entry, step_);
            naming_.observe(entry);
            std::visit(*this, entry.event);
        }
        if (began_) tell_the_end();
        return out_.finish(lanes_);
    }

    void operator()(const StepBegun& e) {
        be_in(e.index);
        calls_seen_ = 0;
        caller_ = nobody;
        const auto at = note("step", nobody, step_words(result_, e.index));
        open({SpanKind::step, nobody, at, at, false, failed(e.index), 0, "step", step_words(result_, e.index)});
    }
    void operator()(const StepEnded&) {
        show_states();
        tell_failures();
        close(SpanKind::step, nobody, last());
        be_in(nobody);
    }
    void operator()(const Called& e) {
        const auto lane = lanes_.process(e.process, naming_);
        caller_ = lane;
        // The line of an ordinary step is its call.
        const auto at = note("call", lane, one_line(e.text), false, ++calls_seen_ == 1 && !batch());
        open({SpanKind::call, lane, at, at, false, false, 0, "call", one_line(e.text)});
    }
    void operator()(const Returned& e) {
        const auto lane = lanes_.process(e.process, naming_);
        switch (e.outcome) {
        case Outcome::blocked:
            note("blocks", lane, "has not got its answer yet");
            return;
        case Outcome::value:
            return close(SpanKind::call, lane, note("returns", lane, term(e.term)));
        default:
            return close(SpanKind::call, lane,
                         note("raises", lane, fmt::format("{}:{}", name(e.outcome), term(e.term))));
        }
    }
    void operator()(const Delivered& e) {
        const auto to = lanes_.process(e.to, naming_);
        auto from = e.from_port      ? lanes_.port(e.from_port, naming_)
                    : e.from_process ? lanes_.process(e.from_process, naming_)
                                     : driver_in(e.term);
        arrow(note("message", to, term(e.term)), from);
    }
    void operator()(const ProcessStarted& e) { live(lanes_.process(e.process, naming_), "starts", one_line(e.name)); }
    void operator()(const ProcessEnded& e) {
        const auto lane = lanes_.process(e.process, naming_);
        const auto at = note("ends", lane, term(e.reason));
        close(SpanKind::call, lane, at);
        close(SpanKind::life, lane, at);
    }
    void operator()(const PortOpened& e) {
        const auto lane = lanes_.port(e.port, naming_);
        live(lane, "opens", fmt::format("port of driver {}: \"{}\"", naming_.driver(e.driver), one_line(e.name)));
        if (e.owner) arrow(last(), lanes_.process(e.owner, naming_));
    }
    void operator()(const PortClosing& e) {
        const auto lane = lanes_.port(e.port, naming_);
        std::string text = e.draining ? "is closing: its queue is not empty, so stop comes later" : "is closing";
        const auto at = note("closes", lane, text, false, !e.draining);
        open({SpanKind::state, lane, at, at, false, false, 0, "closing", std::move(text)});
    }
    void operator()(const PortClosed& e) {
        const auto lane = lanes_.port(e.port, naming_);
        const auto at = note("closed", lane, "the port is gone", false, true);
        close(SpanKind::state, lane, at);
        close(SpanKind::life, lane, at);
        lanes_.leave(lane);
    }
    void operator()(const Entered& e) {
        const auto lane = entry_.thread != 0 ? lanes_.thread(entry_.thread)
                          : e.port           ? lanes_.port(e.port, naming_)
                                             : lanes_.driver(e.driver, naming_);
        const bool minor =
            e.callback == Callback::dlopen || e.callback == Callback::driver_init || e.callback == Callback::dlclose;
        auto& stack = running_[entry_.thread];
        const auto at = note("runs", lane, callback_text(e, naming_), false, minor);
        if (e.caller) arrow(at, lanes_.process(e.caller, naming_));
        open({SpanKind::callback, lane, at, at, false, false, static_cast<std::uint32_t>(stack.size()),
              name(e.callback), callback_text(e, naming_)});
        stack.push_back(lane);
    }
    void operator()(const Left& e) {
        auto& stack = running_[entry_.thread];
        if (stack.empty()) return;
        const auto lane = stack.back();
        stack.pop_back();
        close(SpanKind::callback, lane,
              note("leaves", lane, fmt::format("{}: {}", name(e.callback), e.result), false, true));
    }
    void operator()(const ApiCalled& e) { note("api", here(e.port), plain(), false, true); }
    void operator()(const DriverChanged& e) {
        states_[e.driver] = e;
        // What a pending state waits for is shown when the step is over: ports come and go in several small steps.
        if (words_[e.driver] != state_word(e)) show_state(e);
    }
    void operator()(const ImageOpened& e) {
        const bool bad = e.was_mapped || e.differs;
        live(lanes_.image(e.image, e.driver, naming_), "loader", plain(), bad, !bad);
    }
    void operator()(const ImageFailed& e) { note("loader", lanes_.driver(e.driver, naming_), plain()); }
    void operator()(const ImageClosed& e) {
        const auto lane = lanes_.image(e.image, e.driver, naming_);
        const std::string text = closed_text(e, naming_);
        const auto at = note("proof", lane, text, !e.gone);
        if (e.gone) {
            lanes_.leave(lane);
            return close(SpanKind::life, lane, at);
        }
        open({SpanKind::state, lane, at, at, false, true, 0, "still in memory", text});
    }
    void operator()(const Reloaded& e) {
        note("proof", lanes_.driver(e.driver, naming_), reload_text(e, naming_), !(e.old_gone && e.new_runs));
    }
    void operator()(const FileInstalled&) { note("outside", nobody, plain(), false, true); }
    void operator()(const ClockAdvanced&) { note("outside", nobody, plain(), false, true); }
    void operator()(const Awaited&) { note("outside", nobody, plain()); }
    void operator()(const PeerActed& e) { note("outside", lanes_.peer(one_line(e.peer)), plain(), false, true); }
    void operator()(const PeerReceived& e) { note("message", lanes_.peer(one_line(e.peer)), term(e.term)); }
    void operator()(const NumberChosen&) {}
    void operator()(const Misused& e) { note("misuse", here(e.port), plain(), true); }
    void operator()(const ClearedAway& e) {
        note("gone", here(e.port), plain().substr(std::string_view("gone ").size()), false, true);
    }
    void operator()(const LeftBehind&) {} // findings speak of them
    void operator()(const EntrySeen&) {}
    void operator()(const TookLong&) {} // real time
    void operator()(const Logged& e) { note("log", nobody, one_line(e.text)); }
    void operator()(const Bound&) {}
    void operator()(const Mismatched&) {} // said by RunResult::failures, with more
    void operator()(const StepFailed& e) { note("FAILED", nobody, one_line(e.text), true); }
    void operator()(const ThreadStarted& e) {
        const auto lane = lanes_.thread(e.thread, one_line(e.name));
        live(lane, "thread", plain(), false, true);
    }
    void operator()(const ThreadWaits& e) {
        const auto lane = e.thread == 0 ? here({}) : lanes_.thread(e.thread);
        const auto at = note("thread", lane, plain(), false, true);
        if (lane == nobody) return;
        waiting_[e.thread] = lane;
        open({SpanKind::wait, lane, at, at, false, false, 0, "waits", "waits for " + one_line(e.text)});
    }
    void operator()(const ThreadRuns& e) {
        waits_no_more(e.thread, note("thread", of(e.thread), plain(), false, true));
    }
    void operator()(const ThreadEnded& e) {
        const auto at = note("thread", of(e.thread), plain(), false, true);
        waits_no_more(e.thread, at);
        if (e.thread != 0) close(SpanKind::life, lanes_.thread(e.thread), at);
    }
    void operator()(const ThreadLeftAlone& e) { note("thread", of(e.thread), plain(), true); }
    void operator()(const Deadlocked&) { note("FAILED", nobody, plain(), true); }
    void operator()(const Ended&) {}

private:
    std::string plain() const { return event_text(entry_, naming_.words()); }
    std::string term(std::string_view external) const { return term_text(external, entry_.cut, naming_.words()); }
    void live(std::uint32_t lane, std::string_view what, std::string text, bool bad = false, bool minor = true) {
        const auto at = note(what, lane, text, bad, minor && what != "opens");
        open({SpanKind::life, lane, at, at, false, false, 0, "life", std::move(text)});
    }

    /// Where driver code runs now, or the port it is about.
    std::uint32_t here(PortId port) {
        const auto& stack = running_[entry_.thread];
        if (!stack.empty()) return stack.back();
        if (entry_.thread != 0) return lanes_.thread(entry_.thread);
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
        std::string text = state_text(e, naming_);
        const bool nothing_yet = shown_.count(e.driver) == 0 && state_word(e) == "not loaded";
        auto& shown = shown_[e.driver];
        if (shown == text || nothing_yet) return;
        shown = text;
        words_[e.driver] = state_word(e);
        const auto lane = lanes_.driver(e.driver, naming_);
        const auto at = note("state", lane, text);
        close(SpanKind::state, lane, at);
        std::string word = state_word(e);
        if (word != "not loaded")
            open({SpanKind::state, lane, at, at, false, false, 0, std::move(word), std::move(text)});
    }
    /// What a pending state waits for has changed.
    void show_states() {
        for (const auto& state : states_)
            if (pending(state.second)) show_state(state.second);
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

    void tell_failures() {
        for (const auto& failure : result_.failures)
            if (failure.step == step_)
                note("FAILED", caller_,
                     fmt::format("{}: expected {}, got {}", one_line(failure.what), one_line(failure.expected),
                                 one_line(failure.got)),
                     true);
    }

    void tell_the_end() {
        if (step_ != nobody) tell_failures();
        be_in(nobody);
        caller_ = nobody;
        tell_failures(); // of the story as a whole
        if (!result_.death) return;
        be_in(result_.death->in.step);
        auto lane = nobody;
        for (const auto& stack : running_)
            if (lane == nobody && !stack.second.empty()) lane = stack.second.back();
        note("died", lane, one_line(result_.death->headline), !result_.death->expected);
    }

    void be_in(std::uint32_t step) {
        step_ = step;
        out_.at(entry_, step);
    }
    std::uint32_t note(std::string_view what, std::uint32_t lane, std::string text, bool bad = false,
                       bool minor = false) {
        return out_.note(what, lane, std::move(text), bad, minor);
    }
    std::uint32_t last() const { return out_.last(); }
    void arrow(std::uint32_t moment, std::uint32_t from) { out_.arrow(moment, from); }
    void open(Span span) { out_.open(std::move(span)); }
    void close(SpanKind kind, std::uint32_t lane, std::uint32_t moment) { out_.close(kind, lane, moment); }

    const scenario::RunResult& result_;
    Naming naming_;
    Lanes lanes_;
    Recorder out_;
    Entry entry_; ///< that is being read
    bool began_ = false;
    std::uint32_t step_ = nobody;
    unsigned calls_seen_ = 0;
    std::uint32_t caller_ = nobody;                               ///< whose call the step is
    std::map<std::uint16_t, std::vector<std::uint32_t>> running_; ///< lanes of callbacks, innermost last, by thread
    std::map<std::uint16_t, std::uint32_t> waiting_;
    std::map<DriverId, DriverChanged> states_;
    std::map<DriverId, std::string> shown_, words_; ///< of the state that was shown last
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

Timeline timeline_of(const scenario::RunResult& result, const Names& names, std::uint64_t most) {
    if (!result.journal) return {};
    return Reader(result, names, most).read();
}

} // namespace ddll::report
