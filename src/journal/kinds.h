#pragma once
/// The table of journal kinds: for each event its name and its fields, in one place. The codec, the JSON writer and the
/// tests are loops over it.
#include "journal/entry.h"

#include <tuple>
#include <type_traits>

namespace ddll::journal {

/// How a field is to be shown.
enum class Shape : std::uint8_t {
    plain,   ///< a number, flag or identifier by its type; an enumerator as it is spelled, if it is
    text,    ///< a name, or what others say: UTF-8, or Latin-1 if it is not valid
    prose,   ///< composed for people to read; what is a fact in it stands in another field too
    term,    ///< external term format
    bytes,   ///< what a driver was given: shown as a binary
    address, ///< differs from run to run: never shown
    hidden,  ///< for readers of the journal: not shown
    number,  ///< an enumerator that is shown as its number
    hash,    ///< 64 bits as hexadecimal digits
};

template <class E, class T>
struct Field {
    using type = T;
    const char* name;
    T E::*member;
    Shape shape;
};

template <class E, class T>
constexpr Field<E, T> field(const char* name, T E::*member, Shape shape = Shape::plain) {
    return {name, member, std::is_same_v<T, std::string_view> && shape == Shape::plain ? Shape::text : shape};
}

template <class... F>
struct Kind {
    const char* name;
    std::tuple<F...> fields;
};

template <class... F>
constexpr Kind<F...> describe(const char* name, F... fields) {
    return {name, {fields...}};
}

/// Specialised below for every alternative of Event.
template <class E>
inline constexpr int kind = 0;

// clang-format off
template <> inline constexpr auto kind<StepBegun> = describe("step_begun", field("step", &StepBegun::index));
template <> inline constexpr auto kind<StepEnded> = describe("step_ended", field("step", &StepEnded::index));
template <> inline constexpr auto kind<Called> = describe("called",
    field("process", &Called::process), field("call", &Called::text, Shape::prose), field("asks", &Called::asks, Shape::hidden));
template <> inline constexpr auto kind<Returned> = describe("returned",
    field("process", &Returned::process), field("outcome", &Returned::outcome), field("late", &Returned::late),
    field("term", &Returned::term, Shape::term));
template <> inline constexpr auto kind<Delivered> = describe("delivered",
    field("to", &Delivered::to), field("from_port", &Delivered::from_port), field("from_process", &Delivered::from_process),
    field("term", &Delivered::term, Shape::term));
template <> inline constexpr auto kind<ProcessStarted> = describe("process_started",
    field("process", &ProcessStarted::process), field("name", &ProcessStarted::name));
template <> inline constexpr auto kind<ProcessEnded> = describe("process_ended",
    field("process", &ProcessEnded::process), field("reason", &ProcessEnded::reason, Shape::term));
template <> inline constexpr auto kind<PortOpened> = describe("port_opened",
    field("port", &PortOpened::port), field("driver", &PortOpened::driver), field("owner", &PortOpened::owner),
    field("name", &PortOpened::name));
template <> inline constexpr auto kind<PortClosing> = describe("port_closing",
    field("port", &PortClosing::port), field("draining", &PortClosing::draining),
    field("reason", &PortClosing::reason, Shape::term));
template <> inline constexpr auto kind<PortClosed> = describe("port_closed", field("port", &PortClosed::port));
template <> inline constexpr auto kind<Entered> = describe("entered",
    field("callback", &Entered::callback), field("driver", &Entered::driver), field("port", &Entered::port),
    field("caller", &Entered::caller), field("image", &Entered::image), field("a", &Entered::a),
    field("data", &Entered::data, Shape::bytes));
template <> inline constexpr auto kind<Left> = describe("left",
    field("callback", &Left::callback), field("port", &Left::port), field("result", &Left::result));
template <> inline constexpr auto kind<ApiCalled> = describe("api_called",
    field("function", &ApiCalled::function), field("port", &ApiCalled::port), field("a", &ApiCalled::a),
    field("b", &ApiCalled::b), field("result", &ApiCalled::result));
template <> inline constexpr auto kind<DriverChanged> = describe("driver_changed",
    field("driver", &DriverChanged::driver), field("presence", &DriverChanged::presence),
    field("status", &DriverChanged::status), field("ports", &DriverChanged::ports),
    field("holds", &DriverChanged::holds), field("loads", &DriverChanged::loads), field("name", &DriverChanged::name),
    field("jobs", &DriverChanged::jobs, Shape::hidden), field("users", &DriverChanged::users, Shape::hidden),
    field("row", &DriverChanged::row, Shape::hidden));
template <> inline constexpr auto kind<ImageOpened> = describe("image_opened",
    field("image", &ImageOpened::image), field("driver", &ImageOpened::driver), field("was_mapped", &ImageOpened::was_mapped),
    field("differs", &ImageOpened::differs), field("base", &ImageOpened::base, Shape::address),
    field("end", &ImageOpened::end, Shape::address), field("content_hash", &ImageOpened::content_hash, Shape::hash),
    field("path", &ImageOpened::path), field("build_id", &ImageOpened::build_id));
template <> inline constexpr auto kind<ImageFailed> = describe("image_failed",
    field("driver", &ImageFailed::driver), field("error", &ImageFailed::kind),
    field("path", &ImageFailed::path), field("text", &ImageFailed::text),
    field("refusal", &ImageFailed::refusal, Shape::hidden));
template <> inline constexpr auto kind<ImageClosed> = describe("image_closed",
    field("image", &ImageClosed::image), field("driver", &ImageClosed::driver), field("gone", &ImageClosed::gone));
template <> inline constexpr auto kind<Reloaded> = describe("reloaded",
    field("driver", &Reloaded::driver), field("before", &Reloaded::before), field("after", &Reloaded::after),
    field("old_gone", &Reloaded::old_gone), field("new_runs", &Reloaded::new_runs));
template <> inline constexpr auto kind<FileInstalled> = describe("file_installed",
    field("how", &FileInstalled::how), field("path", &FileInstalled::path),
    field("version", &FileInstalled::version));
template <> inline constexpr auto kind<ClockAdvanced> = describe("clock_advanced", field("by_ns", &ClockAdvanced::by_ns));
template <> inline constexpr auto kind<Awaited> = describe("awaited", field("longest_ns", &Awaited::longest_ns));
template <> inline constexpr auto kind<PeerActed> = describe("peer_acted",
    field("peer", &PeerActed::peer), field("what", &PeerActed::what, Shape::prose));
template <> inline constexpr auto kind<PeerReceived> = describe("peer_received",
    field("peer", &PeerReceived::peer), field("term", &PeerReceived::term, Shape::term));
template <> inline constexpr auto kind<NumberChosen> = describe("number_chosen",
    field("name", &NumberChosen::name), field("number", &NumberChosen::number));
template <> inline constexpr auto kind<Misused> = describe("misused",
    field("rule", &Misused::rule), field("function", &Misused::function),
    field("port", &Misused::port), field("detail", &Misused::detail, Shape::prose),
    field("stack", &Misused::stack, Shape::address));
template <> inline constexpr auto kind<ClearedAway> = describe("cleared_away",
    field("port", &ClearedAway::port), field("function", &ClearedAway::function),
    field("what", &ClearedAway::what, Shape::prose), field("stack", &ClearedAway::stack, Shape::address),
    field("cleared", &ClearedAway::cleared, Shape::hidden));
template <> inline constexpr auto kind<LeftBehind> = describe("left_behind",
    field("driver", &LeftBehind::driver), field("image", &LeftBehind::image), field("residue", &LeftBehind::kind, Shape::number),
    field("text", &LeftBehind::text, Shape::prose), field("stack", &LeftBehind::stack, Shape::address),
    field("bytes", &LeftBehind::bytes, Shape::hidden), field("path", &LeftBehind::path, Shape::hidden),
    field("calls", &LeftBehind::calls, Shape::hidden), field("lost", &LeftBehind::lost, Shape::hidden));
template <> inline constexpr auto kind<EntrySeen> = describe("entry_seen",
    field("driver", &EntrySeen::driver), field("image", &EntrySeen::image), field("flags", &EntrySeen::flags),
    field("callbacks", &EntrySeen::callbacks), field("major", &EntrySeen::major), field("minor", &EntrySeen::minor),
    field("control", &EntrySeen::control, Shape::hidden), field("call", &EntrySeen::call, Shape::hidden));
template <> inline constexpr auto kind<TookLong> = describe("took_long",
    field("callback", &TookLong::callback), field("driver", &TookLong::driver), field("port", &TookLong::port),
    field("cpu_ns", &TookLong::cpu_ns), field("wall_ns", &TookLong::wall_ns));
template <> inline constexpr auto kind<Logged> = describe("logged", field("text", &Logged::text));
template <> inline constexpr auto kind<Mismatched> = describe("mismatched",
    field("step", &Mismatched::index), field("what", &Mismatched::what, Shape::prose), field("expected", &Mismatched::expected, Shape::prose),
    field("got", &Mismatched::got, Shape::prose), field("of_return", &Mismatched::of_return, Shape::hidden));
template <> inline constexpr auto kind<StepFailed> = describe("step_failed",
    field("step", &StepFailed::index), field("impasse", &StepFailed::kind, Shape::number), field("text", &StepFailed::text, Shape::prose));
template <> inline constexpr auto kind<Bound> = describe("bound",
    field("name", &Bound::name), field("term", &Bound::term, Shape::term));
template <> inline constexpr auto kind<ThreadStarted> = describe("thread_started",
    field("id", &ThreadStarted::thread), field("made_by", &ThreadStarted::kind),
    field("driver", &ThreadStarted::driver), field("name", &ThreadStarted::name));
template <> inline constexpr auto kind<ThreadWaits> = describe("thread_waits",
    field("id", &ThreadWaits::thread), field("for", &ThreadWaits::text, Shape::prose));
template <> inline constexpr auto kind<ThreadRuns> = describe("thread_runs", field("id", &ThreadRuns::thread));
template <> inline constexpr auto kind<ThreadEnded> = describe("thread_ended", field("id", &ThreadEnded::thread));
template <> inline constexpr auto kind<ThreadLeftAlone> = describe("thread_left_alone",
    field("id", &ThreadLeftAlone::thread));
template <> inline constexpr auto kind<Deadlocked> = describe("deadlocked", field("text", &Deadlocked::text, Shape::prose));
template <> inline constexpr auto kind<Ended> = describe("ended");
// clang-format on

/// Calls `f(field, value)` for every field of `event`.
template <class E, class F>
void for_each_field(const E& event, F&& f) {
    std::apply([&](const auto&... fields) { (f(fields, event.*(fields.member)), ...); }, kind<E>.fields);
}

/// "step_begun", "api_called", ...
inline const char* kind_name(const Event& event) {
    return std::visit([](const auto& e) { return kind<std::decay_t<decltype(e)>>.name; }, event);
}

} // namespace ddll::journal
