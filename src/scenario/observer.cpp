#include "scenario/observer.h"

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
    using journal::Outcome;
    switch (returned.outcome) {
    case Outcome::value:
        return term::Evaluated::of(decoded(returned.term));
    case Outcome::raised_error:
        return term::Evaluated::raise(decoded(returned.term));
    case Outcome::raised_exit:
        return term::Evaluated::raise(decoded(returned.term), "exit");
    case Outcome::raised_throw:
        return term::Evaluated::raise(decoded(returned.term), "throw");
    case Outcome::blocked:
        break;
    }
    return term::Evaluated::blocked();
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

void Observer::add(DriverCall::Kind kind, std::optional<Callback> callback, std::string name, DriverId driver,
                   ImageId image, std::vector<Term> arguments, StepRecord& record) {
    record.driver_calls.push_back(
        {kind, callback, std::move(name), drivers_.name(driver), version(image), std::move(arguments), !returned_});
}

void Observer::see_callback(const journal::Entered& entered, StepRecord& record) {
    // The loader's frames only say that it is at work; whether code came or went is said by the image's own entries.
    if (entered.callback == Callback::dlopen || entered.callback == Callback::dlclose) return;
    const bool loader = entered.callback == Callback::driver_init;
    add(loader ? DriverCall::Kind::loader : DriverCall::Kind::callback, entered.callback, words::name(entered.callback),
        entered.driver, entered.image,
        callback_arguments(entered.callback, Term::port(entered.port.value), entered.a, entered.data), record);
}

// What was seen by the time of the last return came before it.
void Observer::see_return(const journal::Returned& returned, const std::string& caller, StepRecord& record) {
    term::Evaluated result = evaluated(returned);
    if (!returned.process) {
        record.info = std::move(result.value);
        return;
    }
    const std::string& name = processes_[returned.process];
    if (name != caller) {
        record.late.emplace(name, std::move(result));
        return;
    }
    const bool nothing = never_called(result);
    if (nothing && record.returns.empty()) return;
    if (!nothing) {
        // A call that blocked and had its answer within the step did return.
        if (returned.late && !record.returns.empty()) record.returns.pop_back();
        record.returns.push_back(std::move(result));
    }
    returned_ = nothing || record.returns.back().kind != term::Evaluated::Kind::blocked;
    for (DriverCall& call : record.driver_calls) call.before_return = true;
    for (auto& [process, arrivals] : record.messages)
        for (Arrival& arrival : arrivals) arrival.before_return = true;
}

void Observer::see(const journal::Entry& entry, const std::string& caller, StepRecord& record) {
    drivers_.see(entry);
    const auto loader = [&](Callback callback, DriverId driver, ImageId image) {
        add(DriverCall::Kind::loader, callback, words::name(callback), driver, image, {}, record);
    };
    if (std::holds_alternative<journal::StepBegun>(entry.event)) {
        returned_ = false;
    } else if (const auto* opened = std::get_if<journal::ImageOpened>(&entry.event)) {
        if (const auto* known = versions_.of(*opened)) labels_[opened->image] = known->version;
        if (!opened->was_mapped) loader(Callback::dlopen, opened->driver, opened->image);
    } else if (const auto* closed = std::get_if<journal::ImageClosed>(&entry.event)) {
        if (closed->gone) loader(Callback::dlclose, closed->driver, closed->image);
    } else if (const auto* entered = std::get_if<journal::Entered>(&entry.event)) {
        frames_[entry.thread].emplace_back(entered->driver, entered->image);
        see_callback(*entered, record);
    } else if (std::holds_alternative<journal::Left>(entry.event)) {
        Frames& frames = frames_[entry.thread];
        if (!frames.empty()) frames.pop_back();
        if (frames.empty() && entry.thread != 0) frames_.erase(entry.thread); // threads come and go, but for the first
    } else if (const auto* api = std::get_if<journal::ApiCalled>(&entry.event)) {
        const Frames& frames = frames_[entry.thread];
        const auto [driver, image] = frames.empty() ? std::pair<DriverId, ImageId>() : frames.back();
        add(DriverCall::Kind::api, std::nullopt, words::name(api->function), driver, image, {}, record);
    } else if (const auto* returned = std::get_if<journal::Returned>(&entry.event)) {
        see_return(*returned, caller, record);
    } else if (const auto* started = std::get_if<journal::ProcessStarted>(&entry.event)) {
        processes_[started->process] = started->name;
    } else if (const auto* delivered = std::get_if<journal::Delivered>(&entry.event)) {
        record.messages[processes_[delivered->to]].push_back({decoded(delivered->term), !returned_});
    } else if (const auto* ended = std::get_if<journal::ProcessEnded>(&entry.event)) {
        record.exits.emplace(processes_[ended->process], decoded(ended->reason));
    } else if (const auto* logged = std::get_if<journal::Logged>(&entry.event)) {
        record.logs.emplace_back(logged->text);
    } else if (const auto* received = std::get_if<journal::PeerReceived>(&entry.event)) {
        auto& all = record.at_peers[std::string(received->peer)];
        Term what = decoded(received->term);
        if (!what.is_binary()) {
            all.emplace_back(std::move(what));
        } else {
            if (all.empty() || std::holds_alternative<Term>(all.back())) all.emplace_back(std::string());
            term::iolist_to_bytes(what, std::get<std::string>(all.back()));
        }
    }
}

void Observer::read(StepRecord& record, const std::string& caller, std::uint64_t last) {
    for (auto cursor = journal_.begin(seen_ + 1); cursor && cursor->seq <= last; ++cursor) {
        seen_ = cursor->seq;
        see(*cursor, caller, record);
    }
}

} // namespace ddll::scenario
