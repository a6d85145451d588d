#include "report/run_log.h"

#include "journal/visitor.h"
#include "report/naming.h"
#include "report/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace ddll::report {
namespace {

using namespace journal;

class LogReader : public Visitor<LogReader> {
public:
    using Ignores = Kinds<ProcessStarted, PortOpened, PortClosed, Left,        //
                          FileInstalled, ClockAdvanced, PeerActed,             // the line of the step says it
                          NumberChosen, Bound,                                 // the names stand for the values
                          LeftBehind, EntrySeen, TookLong, Mismatched, Ended>; // findings and failures say it
    using AsItIs = Kinds<Entered, ApiCalled, ImageOpened, ImageFailed, Reloaded, Awaited, Misused, Logged, StepFailed,
                         Deadlocked, ThreadStarted, ThreadWaits, ThreadRuns, ThreadEnded, ThreadLeftAlone>;

    explicit LogReader(const scenario::RunResult& result) : result_(result), naming_(result) {}

    RunLog whole() {
        log_.known = true;
        for (std::uint32_t i = 0; i < result_.flat.size(); ++i) log_.steps.push_back({i, {}, 0});
        entries_ = result_.journal->all();
        read_entries();
        return std::move(log_);
    }

    std::vector<StepLog> go_on() {
        entries_.clear();
        log_ = {};
        step_ = nullptr;
        for (auto entry = result_.journal->begin(next_); entry; ++entry) {
            naming_.know(*entry);
            entries_.push_back(*entry);
            next_ = entry->seq + 1;
            const auto* begun = std::get_if<StepBegun>(&entry->event);
            if (begun == nullptr) continue;
            if (log_.steps.empty()) first_ = begun->index;
            log_.steps.push_back({begun->index, {}, 0});
        }
        read_entries();
        return std::move(log_.steps);
    }

    void on(const StepBegun& e) {
        const std::uint32_t at = e.index - first_;
        step_ = e.index >= first_ && at < log_.steps.size() ? &log_.steps[at] : nullptr;
        calls_seen_ = 0;
    }
    void on(const StepEnded&) {
        show_drivers();
        step_ = nullptr;
    }
    template <among<AsItIs> E>
    void on(const E&) {
        add(line_of(""));
    }
    void on(const Called& e) {
        // The line of an ordinary step is its call.
        if (batch() || ++calls_seen_ > 1) add(line_of(naming_.process(e.process)));
    }
    void on(const Returned& e) {
        std::string who = naming_.process(e.process);
        // A blocking call that could return within its own step is shown like any other.
        if (e.outcome != Outcome::blocked && (!e.late || take_back_blocks(who))) who.clear();
        add(line_of(std::move(who)));
    }
    void on(const Delivered& e) { add(line_of(naming_.process(e.to))); }
    void on(const PeerReceived& e) { add(line_of(one_line(e.peer))); }
    void on(const ProcessEnded& e) { add(line_of(naming_.process(e.process))); }
    void on(const PortClosing& e) {
        if (!e.draining) return;
        Line line = line_of(naming_.port(e.port));
        line.kind = LineKind::state;
        add(std::move(line));
    }
    void on(const DriverChanged& e) { states_[e.driver] = e; }
    void on(const ImageClosed& e) {
        if (!reload_follows(e)) add(line_of(""));
    }
    void on(const ClearedAway&) {
        Line line = line_of("");
        const auto place = result_.places.find(entry().seq);
        if (place != result_.places.end()) line.text += fmt::format(" ({})", place->second);
        add(std::move(line));
    }

private:
    void read_entries() {
        for (at_ = 0; at_ < entries_.size(); ++at_) {
            naming_.observe(entries_[at_]);
            read(entries_[at_]);
        }
        show_drivers();
    }

    bool batch() const {
        if (step_ == nullptr) return true;
        const auto* call = std::get_if<scenario::CallStep>(&result_.flat[step_->index].step->what);
        return call != nullptr && call->is_batch;
    }

    Line line_of(std::string who) const { return {*event_line(entry(), naming_), std::move(who)}; }

    void add(Line line) {
        if (!result_.chosen.empty()) line.text = scenario::with_names(std::move(line.text), result_.chosen);
        // A clock that ticks a thousand times is one line.
        auto& lines = step_ != nullptr ? step_->lines : log_.afterwards;
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

    /// Closing the old library of a reload is said once, by the Reloaded that comes after it.
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
            add({{LineKind::state, std::move(text)}, naming_.driver(state.first)});
        }
    }

    const scenario::RunResult& result_;
    Naming naming_;
    RunLog log_;
    std::vector<Entry> entries_;
    std::size_t at_ = 0;
    std::uint64_t next_ = 1;  ///< entry to be read by go_on
    std::uint32_t first_ = 0; ///< index of the first of log_.steps
    StepLog* step_ = nullptr;
    unsigned calls_seen_ = 0;
    std::map<DriverId, DriverChanged> states_;
    std::map<DriverId, std::string> shown_;
};

} // namespace

const char* label(LineKind kind) {
    return kind == LineKind::message ? "->" : name(kind);
}

std::string head(const Line& line) {
    return line.kind == LineKind::message ? fmt::format("{} {}", label(line.kind), line.who) : label(line.kind);
}

std::string body(const Line& line) {
    std::string out = line.text;
    if (!line.who.empty() && line.kind != LineKind::message) out = fmt::format("{}: {}", line.who, out);
    if (line.times > 1) out += fmt::format("  ({} times)", line.times);
    return out;
}

RunLog run_log(const scenario::RunResult& result) {
    if (!result.journal) return {};
    return LogReader(result).whole();
}

class Follower::Impl : public LogReader {
    using LogReader::LogReader;
};

Follower::Follower(const scenario::RunResult& result) : impl_(std::make_unique<Impl>(result)) {}

Follower::~Follower() = default;

std::vector<StepLog> Follower::go_on() {
    return impl_->go_on();
}

std::vector<std::string> last_events(const scenario::RunResult& result, std::size_t count, std::uint64_t until) {
    if (!result.journal) return {};
    Naming naming(result);
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
