#include "report/run_log.h"

#include "journal/kinds.h"
#include "report/naming.h"
#include "report/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace ddll::report {
namespace {

using namespace journal;

class Narrator {
public:
    Narrator(const scenario::RunResult& result, const Names& names) : result_(result), naming_(result, names) {}

    RunLog tell() {
        story_.known = true;
        for (std::uint32_t i = 0; i < result_.flat.size(); ++i) story_.steps.push_back({i, {}, 0});
        entries_ = result_.journal->all();
        read();
        return std::move(story_);
    }

    std::vector<StepLog> go_on() {
        entries_.clear();
        story_ = {};
        step_ = nullptr;
        for (auto entry = result_.journal->begin(next_); entry; ++entry) {
            naming_.know(*entry);
            entries_.push_back(*entry);
            next_ = entry->seq + 1;
            const auto* begun = std::get_if<StepBegun>(&entry->event);
            if (begun == nullptr) continue;
            if (story_.steps.empty()) first_ = begun->index;
            story_.steps.push_back({begun->index, {}, 0});
        }
        read();
        return std::move(story_.steps);
    }

    void operator()(const StepBegun& e) {
        const std::uint32_t at = e.index - first_;
        step_ = e.index >= first_ && at < story_.steps.size() ? &story_.steps[at] : nullptr;
        calls_seen_ = 0;
    }
    void operator()(const StepEnded&) {
        show_drivers();
        step_ = nullptr;
    }
    void operator()(const Called& e) {
        // The line of an ordinary step is its call.
        if (batch() || ++calls_seen_ > 1) add({LineKind::call, naming_.process(e.process), one_line(e.text)});
    }
    void operator()(const Returned& e) {
        std::string who = naming_.process(e.process);
        if (e.outcome == Outcome::blocked) return add({LineKind::blocks, std::move(who), "has not got its answer yet"});
        // A blocking call that could return within its own step is told like any other.
        if (!e.late || take_back_blocks(who)) who.clear();
        switch (e.outcome) {
        case Outcome::blocked:
            return;
        case Outcome::value:
            return add({LineKind::returns, who, term(e.term)});
        case Outcome::raised_error:
        case Outcome::raised_exit:
        case Outcome::raised_throw:
            return add({LineKind::raises, who, fmt::format("{}:{}", name(e.outcome), term(e.term))});
        }
    }
    void operator()(const Delivered& e) { add({LineKind::message, naming_.process(e.to), term(e.term)}); }
    void operator()(const ProcessStarted&) {}
    void operator()(const ProcessEnded& e) { add({LineKind::ends, naming_.process(e.process), term(e.reason)}); }
    void operator()(const PortOpened&) {}
    void operator()(const PortClosing& e) {
        if (e.draining)
            add({LineKind::driver, naming_.port(e.port), "is closing: its queue is not empty, so stop comes later"});
    }
    void operator()(const PortClosed&) {}
    void operator()(const Entered& e) {
        Line line{LineKind::runs, "", callback_text(e, naming_)};
        line.minor =
            e.callback == Callback::dlopen || e.callback == Callback::driver_init || e.callback == Callback::dlclose;
        add(std::move(line));
    }
    void operator()(const Left&) {}
    void operator()(const ApiCalled&) { add_minor(LineKind::api); }
    void operator()(const DriverChanged& e) { states_[e.driver] = e; }
    void operator()(const ImageOpened& e) {
        Line line{LineKind::loader, "", plain()};
        line.bad = e.was_mapped || e.differs;
        line.minor = !line.bad;
        add(std::move(line));
    }
    void operator()(const ImageFailed&) { add({LineKind::loader, "", plain()}); }
    void operator()(const ImageClosed& e) {
        if (!reload_follows(e)) add({LineKind::proof, "", closed_text(e, naming_), !e.gone});
    }
    void operator()(const Reloaded& e) {
        add({LineKind::proof, "", reload_text(e, naming_), !(e.old_gone && e.new_runs)});
    }
    void operator()(const FileInstalled&) {}
    void operator()(const ClockAdvanced&) {}
    void operator()(const Awaited&) { add({LineKind::outside, "", plain()}); }
    void operator()(const PeerActed&) {} // the line of the step says it
    void operator()(const PeerReceived& e) { add({LineKind::message, one_line(e.peer), term(e.term)}); }
    void operator()(const NumberChosen&) {} // its name stands for it everywhere
    void operator()(const Misused&) { add({LineKind::misuse, "", plain(), true}); }
    void operator()(const ClearedAway&) {
        Line line{LineKind::gone, "", plain().substr(std::string_view("gone ").size())};
        const auto place = result_.places.find(entries_[at_].seq);
        if (place != result_.places.end()) line.text += fmt::format(" ({})", place->second);
        line.minor = true;
        add(std::move(line));
    }
    void operator()(const LeftBehind&) {} // findings speak of them
    void operator()(const EntrySeen&) {}
    void operator()(const TookLong&) {}
    void operator()(const Logged& e) { add({LineKind::log, "", one_line(e.text)}); }
    void operator()(const Bound&) {}      // the names stand for the values everywhere
    void operator()(const Mismatched&) {} // said by RunResult::failures, with more
    void operator()(const StepFailed& e) { add({LineKind::trouble, "", one_line(e.text), true}); }
    void operator()(const ThreadStarted&) { add_minor(LineKind::thread); }
    void operator()(const ThreadWaits&) { add_minor(LineKind::thread); }
    void operator()(const ThreadRuns&) { add_minor(LineKind::thread); }
    void operator()(const ThreadEnded&) { add_minor(LineKind::thread); }
    void operator()(const ThreadLeftAlone&) { add({LineKind::thread, "", plain(), true}); }
    void operator()(const Deadlocked&) { add({LineKind::trouble, "", plain(), true}); }
    void operator()(const Ended&) {}

private:
    void read() {
        for (at_ = 0; at_ < entries_.size(); ++at_) {
            naming_.observe(entries_[at_]);
            std::visit(*this, entries_[at_].event);
        }
        show_drivers();
    }

    bool batch() const {
        if (step_ == nullptr) return true;
        const auto* call = std::get_if<scenario::CallStep>(&result_.flat[step_->index].step->what);
        return call != nullptr && call->is_batch;
    }

    std::string term(std::string_view external) const {
        return term_text(external, entries_[at_].cut, naming_.words());
    }
    std::string plain() const { return event_text(entries_[at_], naming_.words()); }

    void add_minor(LineKind kind) {
        Line line{kind, "", plain()};
        line.minor = true;
        add(std::move(line));
    }

    void add(Line line) {
        if (!result_.chosen.empty()) line.text = scenario::with_names(std::move(line.text), result_.chosen);
        // A clock that ticks a thousand times is one line.
        auto& lines = step_ != nullptr ? step_->lines : story_.afterwards;
        if (!lines.empty() && lines.back().kind == line.kind && lines.back().text == line.text &&
            lines.back().who == line.who)
            ++lines.back().times;
        else
            lines.push_back(std::move(line));
        if (step_ == nullptr || lines.size() <= kept_first + kept_last) return;
        lines.erase(lines.begin() + kept_first);
        ++step_->left_out;
    }

    /// Removes the line that says that the process waits, if it stands in this step.
    bool take_back_blocks(const std::string& who) {
        if (step_ == nullptr) return false;
        return std::erase_if(step_->lines,
                             [&](const Line& line) { return line.kind == LineKind::blocks && line.who == who; }) > 0;
    }

    /// Closing the old library of a reload is told once, by the Reloaded that comes after it.
    bool reload_follows(const ImageClosed& closed) const {
        for (std::size_t i = at_ + 1; i < entries_.size(); ++i) {
            if (std::holds_alternative<StepEnded>(entries_[i].event)) return false;
            if (const auto* reloaded = std::get_if<Reloaded>(&entries_[i].event);
                reloaded != nullptr && reloaded->before == closed.image)
                return true;
        }
        return false;
    }

    /// States are shown once at the end of a step: what lies between is seen from the callbacks.
    void show_drivers() {
        for (const auto& state : states_) {
            std::string text = state_text(state.second, naming_);
            auto& shown = shown_[state.first];
            if (shown == text) continue;
            shown = text;
            add({LineKind::driver, naming_.driver(state.first), std::move(text)});
        }
    }

    const scenario::RunResult& result_;
    Naming naming_;
    RunLog story_;
    std::vector<Entry> entries_;
    std::size_t at_ = 0;
    std::uint64_t next_ = 1;  ///< entry to be read by go_on
    std::uint32_t first_ = 0; ///< index of the first of story_.steps
    StepLog* step_ = nullptr;
    unsigned calls_seen_ = 0;
    std::map<DriverId, DriverChanged> states_;
    std::map<DriverId, std::string> shown_;
};

} // namespace

const char* label(LineKind kind) {
    switch (kind) {
    case LineKind::call:
        return "call";
    case LineKind::returns:
        return "returns";
    case LineKind::raises:
        return "raises";
    case LineKind::blocks:
        return "blocks";
    case LineKind::runs:
        return "runs";
    case LineKind::message:
        return "->";
    case LineKind::ends:
        return "ends";
    case LineKind::driver:
        return "state";
    case LineKind::proof:
        return "proof";
    case LineKind::misuse:
        return "misuse";
    case LineKind::gone:
        return "gone";
    case LineKind::log:
        return "log";
    case LineKind::outside:
        return "outside";
    case LineKind::loader:
        return "loader";
    case LineKind::thread:
        return "thread";
    case LineKind::api:
        return "api";
    case LineKind::trouble:
        return "FAILED";
    }
    return "";
}

RunLog tell(const scenario::RunResult& result, const Names& names) {
    if (!result.journal) return {};
    return Narrator(result, names).tell();
}

class Follower::Impl : public Narrator {
    using Narrator::Narrator;
};

Follower::Follower(const scenario::RunResult& result, const Names& names)
    : impl_(std::make_unique<Impl>(result, names)) {}

Follower::~Follower() = default;

std::vector<StepLog> Follower::go_on() {
    return impl_->go_on();
}

std::vector<std::string> last_events(const scenario::RunResult& result, const Names& names, std::size_t count,
                                     std::uint64_t until) {
    if (!result.journal) return {};
    Naming naming(result, names);
    std::deque<std::string> last;
    for (const auto& entry : *result.journal) {
        if (until != 0 && entry.seq > until) break;
        naming.observe(entry);
        // A step that ended, or a name given to a value, explains nothing.
        if (std::holds_alternative<StepEnded>(entry.event) || std::holds_alternative<Bound>(entry.event)) continue;
        last.push_back(scenario::with_names(to_text(entry, naming.words()), result.chosen));
        if (last.size() > count) last.pop_front();
    }
    return {last.begin(), last.end()};
}

} // namespace ddll::report
