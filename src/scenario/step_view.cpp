#include "scenario/step_view.h"

#include "term/external.h"

namespace ddll::scenario {

using journal::Callback;
using term::Term;

namespace {

Term decoded(std::string_view bytes) {
    auto d = term::decode(bytes);
    return d ? std::move(d->term) : Term::atom("'term too large to be kept'");
}

// Arguments as the documentation of scenario files lists them.
std::vector<Term> arguments_of(const journal::Entered& entered) {
    const Term port = Term::port(entered.port.value);
    switch (entered.callback) {
    case Callback::start:
        return {port, Term::bytes_list(entered.data)};
    case Callback::stop:
    case Callback::flush:
    case Callback::timeout:
    case Callback::ready_async:
    case Callback::process_exit:
    case Callback::emergency_close:
        return {port};
    case Callback::output:
    case Callback::outputv:
        return {port, Term::binary(entered.data)};
    case Callback::control:
    case Callback::call:
        return {port, Term::unsigned_integer(entered.a), Term::binary(entered.data)};
    case Callback::ready_input:
    case Callback::ready_output:
        return {port, Term::unsigned_integer(entered.a)};
    case Callback::stop_select:
        return {Term::unsigned_integer(entered.a)};
    default:
        return {};
    }
}

} // namespace

const std::string& Observer::driver_name(DriverId id) const {
    static const std::string unknown;
    const auto it = names_.find(id);
    return it == names_.end() ? unknown : it->second;
}

std::string Observer::version(ImageId id) const {
    const auto it = labels_.find(id);
    return it == labels_.end() ? std::string() : it->second;
}

ImageId Observer::image_of(DriverId id) const {
    const auto it = images_.find(id);
    return it == images_.end() ? ImageId{} : it->second;
}

void Observer::add_callback(const journal::Entered& entered, bool before_return, StepView& view) {
    // The loader's frames only say that it is at work; whether code came or went is said by the image's own entries.
    if (entered.callback == Callback::dlopen || entered.callback == Callback::dlclose) return;
    const bool loader = entered.callback == Callback::driver_init;
    view.driver_calls.push_back({loader ? DriverCall::Kind::loader : DriverCall::Kind::callback, entered.callback,
                                 words::name(entered.callback), driver_name(entered.driver), version(entered.image),
                                 arguments_of(entered), before_return});
}

void Observer::see(const journal::Entry& entry, bool before_return, StepView& view) {
    const auto loader = [&](Callback callback, DriverId driver, ImageId image) {
        view.driver_calls.push_back({DriverCall::Kind::loader,
                                     callback,
                                     words::name(callback),
                                     driver_name(driver),
                                     version(image),
                                     {},
                                     before_return});
    };
    if (const auto* changed = std::get_if<journal::DriverChanged>(&entry.event)) {
        names_[changed->driver] = changed->name;
    } else if (const auto* opened = std::get_if<journal::ImageOpened>(&entry.event)) {
        if (const auto* known = versions_.of(*opened)) labels_[opened->image] = known->version;
        images_[opened->driver] = opened->image;
        if (!opened->was_mapped) loader(Callback::dlopen, opened->driver, opened->image);
    } else if (const auto* closed = std::get_if<journal::ImageClosed>(&entry.event)) {
        if (closed->gone) loader(Callback::dlclose, closed->driver, closed->image);
    } else if (const auto* entered = std::get_if<journal::Entered>(&entry.event)) {
        frames_[entry.thread].emplace_back(entered->driver, entered->image);
        add_callback(*entered, before_return, view);
    } else if (std::holds_alternative<journal::Left>(entry.event)) {
        Frames& frames = frames_[entry.thread];
        if (!frames.empty()) frames.pop_back();
        if (frames.empty() && entry.thread != 0) frames_.erase(entry.thread); // threads come and go, but for the first
    } else if (const auto* api = std::get_if<journal::ApiCalled>(&entry.event)) {
        const Frames& frames = frames_[entry.thread];
        const auto [driver, image] = frames.empty() ? std::pair<DriverId, ImageId>() : frames.back();
        view.driver_calls.push_back({DriverCall::Kind::api,
                                     std::nullopt,
                                     words::name(api->function),
                                     driver_name(driver),
                                     version(image),
                                     {},
                                     before_return});
    } else if (const auto* delivered = std::get_if<journal::Delivered>(&entry.event)) {
        view.arrivals[delivered->to].push_back({decoded(delivered->term), before_return});
    } else if (const auto* ended = std::get_if<journal::ProcessEnded>(&entry.event)) {
        view.exits.emplace(ended->process, decoded(ended->reason));
    } else if (const auto* logged = std::get_if<journal::Logged>(&entry.event)) {
        view.logs.emplace_back(logged->text);
    } else if (const auto* received = std::get_if<journal::PeerReceived>(&entry.event)) {
        auto& all = view.at_peers[std::string(received->peer)];
        Term what = decoded(received->term);
        if (!what.is_binary()) {
            all.emplace_back(std::move(what));
        } else {
            if (all.empty() || std::holds_alternative<Term>(all.back())) all.emplace_back(std::string());
            term::iolist_to_bytes(what, std::get<std::string>(all.back()));
        }
    }
}

StepView Observer::next(std::uint64_t returned_at, std::uint64_t last) {
    StepView view;
    next(returned_at, view, last);
    return view;
}

void Observer::next(std::uint64_t returned_at, StepView& view, std::uint64_t last) {
    for (auto cursor = journal_.begin(seen_ + 1); cursor && cursor->seq <= last; ++cursor) {
        seen_ = cursor->seq;
        see(*cursor, returned_at == 0 || cursor->seq < returned_at, view);
    }
}

} // namespace ddll::scenario
