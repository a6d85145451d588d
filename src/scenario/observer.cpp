#include "scenario/observer.h"

#include "journal/visitor.h"
#include "term/external.h"

namespace ddll::scenario {

using journal::Callback;
using term::Term;

namespace {

Term decoded(std::string_view bytes) {
    auto d = term::decode(bytes);
    return d ? std::move(d->term) : Term::atom("'term too large to be kept'");
}

term::Evaluated evaluated(const journal::Returned& returned) {
    if (returned.outcome == journal::Outcome::blocked) return term::Evaluated::blocked();
    if (returned.outcome == journal::Outcome::value) return term::Evaluated::of(decoded(returned.term));
    return term::Evaluated::raise(decoded(returned.term), words::name(returned.outcome));
}

} // namespace

std::vector<Term> callback_arguments(Callback callback, const Term& port, std::uint64_t a, std::string_view data) {
    switch (callback) {
    case Callback::start:
        return {port, Term::bytes_list(data)};
    case Callback::stop:
    case Callback::flush:
    case Callback::timeout:
    case Callback::ready_async:
    case Callback::process_exit:
    case Callback::emergency_close:
        return {port};
    case Callback::output:
    case Callback::outputv:
        return {port, Term::binary(data)};
    case Callback::control:
    case Callback::call:
        return {port, Term::unsigned_integer(a), Term::binary(data)};
    case Callback::ready_input:
    case Callback::ready_output:
        return {port, Term::unsigned_integer(a)};
    case Callback::stop_select:
        return {Term::unsigned_integer(a)};
    default:
        return {};
    }
}

// unbound is the word of erl_eval, unbound_var ours.
bool never_called(const term::Evaluated& result) {
    return result.kind == term::Evaluated::Kind::raised && result.exception_class == "error" &&
           result.value.is_tuple(2) &&
           (result.value.elements()[0].is_atom("unbound") || result.value.elements()[0].is_atom("unbound_var"));
}

std::string Observer::version(ImageId id) const {
    const auto it = labels_.find(id);
    return it == labels_.end() ? std::string() : it->second;
}

/// Adds what an entry says to the record of a step.
class Observer::Reader : public journal::Visitor<Reader> {
public:
    using Ignores = journal::Kinds<journal::StepEnded, journal::Called, journal::PortOpened, journal::PortClosing,
                                   journal::PortClosed, journal::DriverChanged, journal::ImageFailed, journal::Reloaded,
                                   journal::FileInstalled, journal::ClockAdvanced, journal::Awaited, journal::PeerActed,
                                   journal::NumberChosen, journal::Misused, journal::ClearedAway, journal::LeftBehind,
                                   journal::EntrySeen, journal::TookLong, journal::Mismatched, journal::StepFailed,
                                   journal::Bound, journal::ThreadStarted, journal::ThreadWaits, journal::ThreadRuns,
                                   journal::ThreadEnded, journal::ThreadLeftAlone, journal::Deadlocked, journal::Ended>;

    Reader(Observer& observer, const std::string& caller, StepRecord& record)
        : known_(observer), caller_(caller), record_(record) {}

    void on(const journal::StepBegun&) { known_.returned_ = false; }
    // What was seen by the time of the last return came before it.
    void on(const journal::Returned& e) {
        term::Evaluated result = evaluated(e);
        if (!e.process) {
            record_.info = std::move(result.value);
            return;
        }
        const std::string& name = known_.processes_[e.process];
        if (name != caller_) {
            record_.late.emplace(name, std::move(result));
            return;
        }
        const bool nothing = never_called(result);
        if (nothing && record_.returns.empty()) return;
        if (!nothing) {
            // A call that blocked and had its answer within the step did return.
            if (e.late && !record_.returns.empty()) record_.returns.pop_back();
            record_.returns.push_back(std::move(result));
        }
        known_.returned_ = nothing || record_.returns.back().kind != term::Evaluated::Kind::blocked;
        for (DriverCall& call : record_.driver_calls) call.before_return = true;
        for (auto& [process, arrivals] : record_.messages)
            for (Arrival& arrival : arrivals) arrival.before_return = true;
    }
    void on(const journal::Delivered& e) {
        record_.messages[known_.processes_[e.to]].push_back({decoded(e.term), !known_.returned_, entry().thread != 0});
    }
    void on(const journal::ProcessStarted& e) { known_.processes_[e.process] = e.name; }
    void on(const journal::ProcessEnded& e) { record_.exits.emplace(known_.processes_[e.process], decoded(e.reason)); }
    void on(const journal::Entered& e) {
        known_.frames_[entry().thread].emplace_back(e.driver, e.image);
        // The loader's frames only say that it is at work; whether code came or went is said by the image's own
        // entries.
        if (e.callback == Callback::dlopen || e.callback == Callback::dlclose || e.callback == Callback::exit_handlers)
            return;
        const bool loader = e.callback == Callback::driver_init;
        add(loader ? DriverCall::Kind::loader : DriverCall::Kind::callback, e.callback, words::name(e.callback),
            e.driver, e.image, callback_arguments(e.callback, Term::port(e.port.value), e.a, e.data));
    }
    void on(const journal::Left&) {
        Frames& frames = known_.frames_[entry().thread];
        if (!frames.empty()) frames.pop_back();
        // Threads come and go, but for the first.
        if (frames.empty() && entry().thread != 0) known_.frames_.erase(entry().thread);
    }
    void on(const journal::ApiCalled& e) {
        const Frames& frames = known_.frames_[entry().thread];
        const auto [driver, image] = frames.empty() ? std::pair<DriverId, ImageId>() : frames.back();
        add(DriverCall::Kind::api, std::nullopt, words::name(e.function), driver, image);
    }
    void on(const journal::ImageOpened& e) {
        if (const auto* version = known_.versions_.of(e)) known_.labels_[e.image] = version->version;
        if (!e.was_mapped) add_loader(Callback::dlopen, e.driver, e.image);
    }
    void on(const journal::ImageClosed& e) {
        if (e.gone) add_loader(Callback::dlclose, e.driver, e.image);
    }
    void on(const journal::PeerReceived& e) {
        auto& all = record_.at_peers[std::string(e.peer)];
        Term what = decoded(e.term);
        if (!what.is_binary()) {
            all.emplace_back(std::move(what));
        } else {
            if (all.empty() || std::holds_alternative<Term>(all.back())) all.emplace_back(std::string());
            term::iolist_to_bytes(what, std::get<std::string>(all.back()));
        }
    }
    void on(const journal::Logged& e) { record_.logs.emplace_back(e.text); }

private:
    void add(DriverCall::Kind kind, std::optional<Callback> callback, std::string name, DriverId driver, ImageId image,
             std::vector<Term> arguments = {}) {
        record_.driver_calls.push_back({kind, callback, std::move(name), known_.drivers_.name(driver),
                                        known_.version(image), std::move(arguments), !known_.returned_});
    }
    void add_loader(Callback callback, DriverId driver, ImageId image) {
        add(DriverCall::Kind::loader, callback, words::name(callback), driver, image);
    }

    Observer& known_;
    const std::string& caller_;
    StepRecord& record_;
};

void Observer::read(StepRecord& record, const std::string& caller, std::uint64_t last) {
    Reader reader(*this, caller, record);
    for (auto cursor = journal_.begin(seen_ + 1); cursor && cursor->seq <= last; ++cursor) {
        seen_ = cursor->seq;
        drivers_.see(*cursor);
        reader.read(*cursor);
    }
}

} // namespace ddll::scenario
