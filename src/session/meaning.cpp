#include "session/meaning.h"

#include "base/text.h"
#include "calls/ddll_call.h"
#include "journal/visitor.h"
#include "lifecycle/format_error.h"
#include "lifecycle/info.h"
#include "term/external.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ddll::session {

using term::Term;

namespace {

/// What to do about a refusal of erl_ddll, beyond what format_error/1 says.
struct Advice {
    std::string_view reason;
    std::string_view text;
};
constexpr Advice advices[] = {
    {"inconsistent", "the same driver must be named by the same bytes of path and with the same kill_ports; only a "
                     "reload may come from another folder"},
    {"permanent", "it locked itself with driver_lock_driver; only a new node gets other code"},
    {"linked_in_driver", "it is part of the emulator"},
    {"not_loaded", "erl_ddll:load comes first: ddlltool load DIR NAME"},
    {"not_loaded_by_this_process", "only a process that loaded it can unload or reload it; ddlltool status lists them"},
    {"pending_reload", "a reload waits already; ddlltool why tells for what"},
    {"pending_process", "{reload,pending_driver} wants the caller to be the only user, and to have loaded it once; "
                        "--pending reloads it for all its users"},
    {"bad_driver_name", "the library names itself otherwise in driver_name; name and file must be the same"},
    {"driver_incorrect_version", "it was built with the erl_driver.h of another release"},
    {"driver_init_failed", "driver_init gave NULL, or init gave something else than 0"},
    {"no_driver_init", "the library exports no driver_init: DRIVER_INIT of erl_driver.h makes it, with C linkage"},
    {"open_error", "the loader refuses the file"},
};

const DriverState* driver_named(const State& state, std::string_view name) {
    for (const DriverState& driver : state.drivers)
        if (driver.name == name) return &driver;
    return nullptr;
}

std::string process_name(const State& state, ProcessId id) {
    for (const ProcessState& process : state.processes)
        if (process.person.id == id) return process.name;
    return term::print(Term::pid(id.value));
}

std::string listed(const std::vector<std::string>& parts) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i)
        out += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
    return out;
}

std::vector<std::string> users(const DriverState& driver, const State& state) {
    std::vector<std::string> names;
    for (const ProcessState& process : state.processes) {
        const std::uint32_t n = lifecycle::loads_of(driver.record, process.person.id);
        if (n == 1) names.push_back(process.name);
        if (n > 1) names.push_back(fmt::format("{} ({} times)", process.name, n));
    }
    return names;
}

// The function that a call step calls, and the driver it names.
struct Subject {
    enum class About : std::uint8_t { other, erl_ddll, open_port, port } about = About::other;
    std::string function; ///< without its module
    std::string driver;
    bool reload = false;
};

Subject::About about(const term::Expr& expr) {
    if (expr.module == "erl_ddll") return Subject::About::erl_ddll;
    if (!expr.module.empty() && expr.module != "erlang") return Subject::About::other;
    static constexpr std::string_view of_ports[] = {"port_call",    "port_close",    "port_command", "port_connect",
                                                    "port_control", "port_get_data", "port_info",    "port_set_data"};
    if (expr.name == "open_port") return Subject::About::open_port;
    const bool of_port = std::find(std::begin(of_ports), std::end(of_ports), expr.name) != std::end(of_ports);
    return of_port ? Subject::About::port : Subject::About::other;
}

Subject subject_of(const scenario::ScenarioStep& step) {
    const auto* call = std::get_if<scenario::CallStep>(&step.what);
    if (call == nullptr || call->calls.empty()) return {};
    const term::Expr& expr = *call->calls.front().expr;
    if (expr.kind != term::Expr::Kind::call) return {};
    Subject out;
    out.about = about(expr);
    out.function = expr.name;
    if (const auto ddll = calls::ddll_call(expr)) {
        out.reload = ddll->reload;
        if (ddll->driver != nullptr) out.driver = calls::literal_word(*ddll->driver).value_or("");
    }
    return out;
}

std::string let_go(const std::vector<std::string>& holders) {
    return fmt::format("{} let{} go", listed(holders), holders.size() < 2 ? "s" : "");
}

std::string after_unload(const Subject& subject, const State& state, const term::Namer& namer) {
    const DriverState* driver = driver_named(state, subject.driver);
    if (driver == nullptr) return "nothing held the code any more: it has left";
    return fmt::format("no process uses it any more; the code stays until {}", let_go(holders(*driver, state, namer)));
}

std::string after_reload(const Subject& subject, const CallResult& result, const State& state,
                         const term::Namer& namer) {
    const DriverState* driver = driver_named(state, subject.driver);
    if (driver == nullptr && !result.load_text.empty())
        return "the old code has left and the new file could not be loaded: there is no driver now";
    if (driver == nullptr && !result.caller_end.empty())
        return fmt::format(
            "the reload was given up with its process, which ended with {}: it was linked to a port that "
            "was killed, and did not trap exits. The old code has left, and there is no driver now",
            result.caller_end);
    if (driver == nullptr) return "the old code has left, and no process wants the new one: there is no driver now";
    if (!lifecycle::reloading(driver->record.status)) return "nothing held the old code: the reload has happened";
    return fmt::format("the old code runs on until {}; then {}.so is opened", let_go(holders(*driver, state, namer)),
                       driver->record.next_path);
}

std::string of_success(const Subject& subject, const CallResult& result, const State& state, const term::Namer& namer) {
    const std::string_view status = result.value.elements()[1].as_atom();
    const DriverState* driver = driver_named(state, subject.driver);
    if (status == "loaded") return "the library was opened, and init has run";
    if (status == "already_loaded")
        return driver == nullptr ? "" : fmt::format("it was loaded; its users now: {}", listed(users(*driver, state)));
    if (subject.reload) return after_reload(subject, result, state, namer);
    if (status == "pending_process")
        return driver == nullptr ? ""
                                 : fmt::format("the code stays: it is still used by {}", listed(users(*driver, state)));
    if (status == "pending_driver") {
        if (subject.function == "try_load") return "it joins the reload that is pending";
        return after_unload(subject, state, namer);
    }
    return {};
}

std::string atom_in(const Term& reason) {
    if (reason.is(Term::Kind::atom)) return std::string(reason.as_atom());
    if (reason.is_tuple(2) && reason.elements()[0].is(Term::Kind::atom))
        return std::string(reason.elements()[0].as_atom());
    return {};
}

void of_refusal(const Subject& subject, const Term& reason, const std::string& load_text, const State& state,
                std::vector<std::string>& out) {
    const std::string atom = atom_in(reason);
    // The older functions say so of what try_load/3 calls inconsistent.
    if (atom == "bad_driver_name" && subject.function != "try_load" && driver_named(state, subject.driver) != nullptr) {
        out.emplace_back("it is loaded already, by another spelling of its path or with other options");
        return;
    }
    if (atom == "open_error" && !load_text.empty())
        out.push_back(load_text);
    else if (const auto text = lifecycle::format_error(atom))
        out.emplace_back(*text);
    for (const Advice& advice : advices)
        if (advice.reason == atom && atom != "open_error") out.emplace_back(advice.text);
}

// Of an exception of open_port/2, port_control/3 and port_call/3 whose driver was asked.
std::string of_driver_refusal(words::Callback callback, std::int64_t returned) {
    constexpr std::string_view errors[] = {"ERL_DRV_ERROR_GENERAL", "ERL_DRV_ERROR_ERRNO", "ERL_DRV_ERROR_BADARG"};
    const char* name = words::name(callback);
    if (returned >= -3 && returned < 0)
        return fmt::format("the driver refused it: its {} callback returned {} ({})", name, returned,
                           errors[-1 - returned]);
    if (returned < 0) return fmt::format("the driver refused it: its {} callback returned {}", name, returned);
    return fmt::format("the driver's {} callback returned {} bytes that are no term in external format", name,
                       returned);
}

std::string of_exception(const Subject& subject, const CallResult& result, const State& state) {
    if (subject.about == Subject::About::open_port && result.asked && result.asked->second < 0)
        return of_driver_refusal(result.asked->first, result.asked->second);
    if (!result.value.is_atom("badarg")) return {};
    if (subject.about == Subject::About::open_port) {
        std::string names;
        for (const DriverState& driver : state.drivers)
            names +=
                fmt::format("{}{} ({})", names.empty() ? "" : ", ", driver.name, lifecycle::state_word(driver.record));
        return names.empty() ? "no driver is loaded"
                             : fmt::format("no driver of that name opens ports now; there is {}", names);
    }
    if (subject.about == Subject::About::port && result.asked && result.asked->first != words::Callback::start)
        return of_driver_refusal(result.asked->first, result.asked->second);
    if (subject.about == Subject::About::port)
        return "the port is closed, the argument has a wrong form, or the driver lacks the callback for it";
    if (subject.about != Subject::About::erl_ddll) return {};
    if (!subject.driver.empty() && driver_named(state, subject.driver) == nullptr) {
        std::vector<std::string_view> names;
        for (const DriverState& driver : state.drivers) names.push_back(driver.name);
        const auto meant = nearest(subject.driver, names);
        return fmt::format("no driver {} is loaded{}", subject.driver,
                           meant ? fmt::format("; did you mean {}?", *meant) : std::string());
    }
    return "an argument or an option has a wrong form";
}

} // namespace

bool CallResult::failed() const {
    if (kind == AnswerKind::raised) return true;
    return kind == AnswerKind::value && value.is_tuple(2) && value.elements()[0].is_atom("error");
}

std::optional<std::uint64_t> CallResult::promises() const {
    if (kind != AnswerKind::value || !value.is_tuple(3) || !value.elements()[0].is_atom("ok") ||
        !value.elements()[2].is(term::Term::Kind::reference))
        return std::nullopt;
    return value.elements()[2].as_reference();
}

namespace {

/// What the entries of a call say of it. The first caller counts.
class CallReader : public journal::Visitor<CallReader> {
public:
    using Ignores = journal::Kinds<
        journal::StepBegun, journal::StepEnded, journal::Delivered, journal::ProcessStarted, journal::PortOpened,
        journal::PortClosing, journal::PortClosed, journal::Entered, journal::ApiCalled, journal::DriverChanged,
        journal::ImageOpened, journal::ImageClosed, journal::Reloaded, journal::FileInstalled, journal::ClockAdvanced,
        journal::Awaited, journal::PeerActed, journal::PeerReceived, journal::NumberChosen, journal::Misused,
        journal::ClearedAway, journal::LeftBehind, journal::EntrySeen, journal::TookLong, journal::Logged,
        journal::Mismatched, journal::StepFailed, journal::Bound, journal::ThreadStarted, journal::ThreadWaits,
        journal::ThreadRuns, journal::ThreadEnded, journal::ThreadLeftAlone, journal::Deadlocked, journal::Ended>;

    explicit CallReader(const term::Namer& namer) : namer_(namer) {}

    void on(const journal::Called& e) {
        if (!caller_) caller_ = e.process;
    }
    void on(const journal::ProcessEnded& e) {
        if (!caller_ || e.process != *caller_) return;
        gone_ = true;
        if (const auto reason = term::decode(e.reason)) out_.caller_end = term::print(reason->term, namer_);
    }
    void on(const journal::Left& e) {
        using enum words::Callback;
        if (e.callback == start || e.callback == control || e.callback == call) out_.asked = {e.callback, e.result};
    }
    void on(const journal::ImageFailed& e) { out_.load_text = e.text; }
    void on(const journal::Returned& e) {
        if (!caller_ || e.process != *caller_) return;
        using enum journal::Outcome;
        out_.kind = e.outcome == blocked ? AnswerKind::blocked
                    : e.outcome == value ? AnswerKind::value
                                         : AnswerKind::raised;
        if (e.outcome == blocked) return;
        out_.exception_class = e.outcome == raised_exit ? "exit" : e.outcome == raised_throw ? "throw" : "error";
        auto decoded = term::decode(e.term);
        if (!decoded) return;
        out_.value = std::move(decoded->term);
        out_.text = term::print(out_.value, namer_);
    }

    CallResult take() {
        // exit/1 is no exception to anybody: its process is gone.
        if (gone_ && out_.kind == AnswerKind::raised) {
            out_.kind = AnswerKind::ended;
            out_.text.clear();
        }
        return std::move(out_);
    }

private:
    const term::Namer& namer_;
    CallResult out_;
    std::optional<ProcessId> caller_;
    bool gone_ = false;
};

} // namespace

CallResult call_result(const journal::Journal& journal, const scenario::StepResult& bounds, const term::Namer& namer) {
    CallReader reader(namer);
    if (bounds.first_entry == 0) return {};
    for (auto entry = journal.begin(bounds.first_entry); entry && entry->seq <= bounds.last_entry; ++entry)
        reader.read(*entry);
    return reader.take();
}

std::vector<std::string> meaning(const CallResult& result, const scenario::ScenarioStep& step, const State& state,
                                 const term::Namer& namer) {
    std::vector<std::string> out;
    const Subject subject = subject_of(step);
    if (result.kind == AnswerKind::blocked) {
        const auto& by = std::get<scenario::CallStep>(step.what).by;
        for (const ProcessState& process : state.processes)
            if (process.name == by)
                out.push_back(fmt::format("{} waits inside the call, for {}; others can go on: --as NAME", by,
                                          wait_text(process.wait, namer)));
        return out;
    }
    if (result.kind == AnswerKind::raised) {
        if (std::string text = of_exception(subject, result, state); !text.empty()) out.push_back(std::move(text));
        return out;
    }
    if (result.kind != AnswerKind::value || subject.about != Subject::About::erl_ddll) return out;
    if (result.failed()) {
        of_refusal(subject, result.value.elements()[1], result.load_text, state, out);
        return out;
    }
    const bool tuple = result.value.is_tuple(2) || result.value.is_tuple(3);
    if (!tuple || !result.value.elements()[0].is_atom("ok") || !result.value.elements()[1].is(Term::Kind::atom))
        return out;
    if (std::string text = of_success(subject, result, state, namer); !text.empty()) out.push_back(std::move(text));
    if (!result.load_text.empty()) out.push_back(result.load_text);
    return out;
}

std::vector<std::string> holders(const DriverState& driver, const State& state, const term::Namer& namer) {
    std::vector<std::string> parts;
    constexpr std::size_t most = 4;
    for (const PortState& port : driver.ports) {
        if (parts.size() == most) break;
        parts.push_back(fmt::format("{} of {}", term::print(Term::port(port.held.id.value), namer),
                                    process_name(state, port.held.owner)));
    }
    if (driver.ports.size() > most) parts.push_back(fmt::format("{} more ports", driver.ports.size() - most));
    if (driver.jobs > 0) parts.push_back(driver.jobs == 1 ? "an async job" : fmt::format("{} async jobs", driver.jobs));
    if (driver.stuck > 0) parts.push_back("a reference to the data lock of a closed port");
    if (parts.empty() && lifecycle::loads(driver.record) > 0) return users(driver, state);
    return parts;
}

} // namespace ddll::session
