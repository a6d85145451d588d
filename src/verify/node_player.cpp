#include "verify/node_player.h"

#include "scenario/expectations.h"
#include "term/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace ddll::verify {

using scenario::CallStep;
using scenario::FlatStep;
using term::Term;

namespace fs = std::filesystem;

namespace {

Term bytes(std::string_view text) {
    return Term::binary(text);
}

std::string text_of(const Term& term) {
    if (term.is(Term::Kind::atom)) return term.as_atom();
    return term.is(Term::Kind::bits) ? std::string(term.as_bits().bytes()) : std::string();
}

Outcome outcome_of(const Term& pair) {
    Outcome outcome;
    const std::string kind = text_of(pair.elements()[0]);
    outcome.kind = kind == "value"   ? Outcome::Kind::value
                   : kind == "exit"  ? Outcome::Kind::exit
                   : kind == "throw" ? Outcome::Kind::throw_
                                     : Outcome::Kind::error;
    outcome.term = pair.elements()[1];
    return outcome;
}

std::string hex(std::string_view bytes_of_id) {
    std::string out;
    for (const char c : bytes_of_id) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out;
}

std::optional<journal::Callback> callback_of(witness::Kind kind) {
    using journal::Callback;
    switch (kind) {
    case witness::Kind::library_path:
    case witness::Kind::library_id:
        return std::nullopt;
    case witness::Kind::dlopen:
        return Callback::dlopen;
    case witness::Kind::dlclose:
        return Callback::dlclose;
    case witness::Kind::driver_init:
        return Callback::driver_init;
    case witness::Kind::init:
        return Callback::init;
    case witness::Kind::start:
        return Callback::start;
    case witness::Kind::stop:
        return Callback::stop;
    case witness::Kind::output:
        return Callback::output;
    case witness::Kind::outputv:
        return Callback::outputv;
    case witness::Kind::control:
        return Callback::control;
    case witness::Kind::call:
        return Callback::call;
    case witness::Kind::timeout:
        return Callback::timeout;
    case witness::Kind::flush:
        return Callback::flush;
    case witness::Kind::ready_input:
        return Callback::ready_input;
    case witness::Kind::ready_output:
        return Callback::ready_output;
    case witness::Kind::ready_async:
        return Callback::ready_async;
    case witness::Kind::process_exit:
        return Callback::process_exit;
    case witness::Kind::stop_select:
        return Callback::stop_select;
    case witness::Kind::emergency_close:
        return Callback::emergency_close;
    case witness::Kind::finish:
        return Callback::finish;
    }
    return std::nullopt;
}

/// As the observer of ddlltool's journal lists them, but for descriptors and the port's number.
std::vector<Term> arguments_of(journal::Callback callback, const WitnessEvent& event, std::uint32_t first_port) {
    using journal::Callback;
    const Term port =
        event.port == witness::unknown_port ? Term::atom("unknown") : Term::unsigned_integer(event.port - first_port);
    switch (callback) {
    case Callback::start:
        return {port, Term::bytes_list(event.data)};
    case Callback::stop:
    case Callback::flush:
    case Callback::timeout:
    case Callback::ready_async:
    case Callback::ready_input:
    case Callback::ready_output:
    case Callback::process_exit:
    case Callback::emergency_close:
        return {port};
    case Callback::output:
    case Callback::outputv:
        return {port, Term::binary(event.data)};
    case Callback::control:
    case Callback::call:
        return {port, Term::unsigned_integer(event.a), Term::binary(event.data)};
    default:
        return {};
    }
}

} // namespace

NodePlayer::NodePlayer(Node& node, const scenario::Scenario& scenario, const std::vector<FlatStep>& steps,
                       const scenario::Versions& versions, std::string folder, std::chrono::milliseconds time_limit)
    : node_(node), scenario_(scenario), steps_(steps), versions_(versions), folder_(std::move(folder)),
      ends_(std::chrono::steady_clock::now() + time_limit) {
    call_ = [this](const std::string& module, const std::string& name, const std::vector<Term>& args) {
        const auto answer =
            node_.ask(term::make_tuple(Term::atom("apply"), Term::atom(module.empty() ? "erlang" : module),
                                       Term::atom(name), Term::list(args)),
                      time_left());
        if (!answer || !answer->is_tuple(2)) return term::Evaluated::raise(Term::atom("node_died"));
        const Outcome outcome = outcome_of(*answer);
        if (outcome.kind == Outcome::Kind::value) return term::Evaluated::of(outcome.term);
        return term::Evaluated::raise(outcome.term);
    };
}

std::chrono::milliseconds NodePlayer::time_left() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(ends_ - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds(1));
}

std::string NodePlayer::absolute(const std::string& path) const {
    return path.starts_with('/') ? path : folder_ + "/" + path;
}

bool NodePlayer::begin() {
    for (const scenario::PathDecl& path : scenario_.paths) {
        std::error_code ignored; // as in ddlltool: it shows itself at the first install
        fs::create_directories(absolute(path.folder), ignored);
        bindings_.insert_or_assign(path.variable, Term::string(path.folder));
    }
    for (WitnessEvent event; node_.log().next(event);) {
    } // of what was played before
    first_start_ = node_.log().starts();
    std::vector<Term> names;
    for (const scenario::ProcessDecl& process : scenario_.processes)
        names.push_back(term::make_tuple(bytes(process.name), Term::boolean(process.trap_exit)));
    const auto answer = node_.ask(
        term::make_tuple(Term::atom("begin_story"), bytes(folder_), Term::list(std::move(names))), time_left());
    if (!answer || !answer->is_tuple(2)) return false;
    const auto& pids = answer->elements()[1].items();
    for (std::size_t i = 0; i < pids.size() && i < scenario_.processes.size(); ++i) {
        bindings_.insert_or_assign(scenario_.processes[i].variable, pids[i]);
        processes_[scenario_.processes[i].name] = ProcessId{i + 1};
    }
    return true;
}

// As scenario/player.cpp does it: variables bound in a round of a repeat are forgotten at its end.
void NodePlayer::enter_rounds() {
    const FlatStep& step = steps_[index_];
    const FlatStep* previous = index_ > 0 ? &steps_[index_ - 1] : nullptr;
    std::size_t common = 0;
    while (previous != nullptr && common < step.repeats.size() && common < previous->repeats.size() &&
           step.repeats[common] == previous->repeats[common] && step.rounds[common] == previous->rounds[common])
        ++common;
    if (before_repeat_.size() > common) {
        bindings_ = before_repeat_[common].second;
        before_repeat_.resize(common);
    }
    while (before_repeat_.size() < step.repeats.size())
        before_repeat_.emplace_back(step.repeats[before_repeat_.size()], bindings_);
}

std::optional<Term> NodePlayer::call_command(const CallStep& step, std::string& why) {
    std::vector<Term> calls, values;
    std::map<std::string, bool> wanted;
    for (std::size_t i = 0; i < step.calls.size(); ++i) {
        const auto* pattern = std::get_if<scenario::Text>(&step.outcomes[i]);
        const bool binds = step.is_batch && pattern != nullptr;
        calls.push_back(term::make_tuple(bytes(step.calls[i].source),
                                         binds ? bytes(term::print(*pattern->expr)) : Term::atom("none")));
        for (const std::string& name : term::free_variables(*step.calls[i].expr)) {
            wanted[name] = true;
            if (i == 0 && !bindings_.contains(name)) why = name + " has no value";
        }
        if (binds)
            for (const std::string& name : term::free_variables(*pattern->expr)) wanted[name] = true;
    }
    if (!why.empty()) return std::nullopt;
    for (const auto& [name, needed] : wanted)
        if (const auto it = bindings_.find(name); it != bindings_.end())
            values.push_back(term::make_tuple(bytes(name), it->second));
    return term::make_tuple(Term::atom("call"), bytes(step.by), Term::list(std::move(calls)),
                            Term::list(std::move(values)));
}

void NodePlayer::install(const scenario::InstallStep& step) {
    std::string into = step.into, source;
    for (const scenario::PathDecl& path : scenario_.paths)
        if (path.variable == step.into) into = path.folder;
    for (const scenario::DriverDecl& driver : scenario_.drivers)
        for (const scenario::DriverFile& file : driver.versions)
            if (driver.name == step.driver && file.version == step.version) source = file.file;
    static_cast<void>(scenario::install_file(step.how, source, absolute(into) + "/" + step.as + ".so"));
}

StepRecord NodePlayer::play(std::size_t index, const std::string& skip) {
    index_ = index;
    enter_rounds();
    calls_.clear();
    skipped_ = skip;
    Term command = Term::atom("look");
    const auto& what = steps_[index].step->what;
    if (!skip.empty()) {
        // Looked at all the same.
    } else if (const auto* call = std::get_if<CallStep>(&what)) {
        if (auto wanted = call_command(*call, skipped_)) command = *std::move(wanted);
    } else if (const auto* advance = std::get_if<scenario::AdvanceStep>(&what)) {
        command = term::make_tuple(Term::atom("advance"), Term::integer(advance->by.ns));
    } else if (const auto* file = std::get_if<scenario::InstallStep>(&what)) {
        install(*file); // fails as it does in ddlltool, and then shows itself at the load
    }
    const auto answer = node_.ask(command, time_left());
    return answer ? read_look(*answer) : dead();
}

StepRecord NodePlayer::look() {
    const auto answer = node_.ask(Term::atom("look"), time_left());
    return answer ? read_look(*answer) : dead();
}

StepRecord NodePlayer::dead() {
    StepRecord record;
    read_log(UINT64_MAX);
    for (auto& [number, call] : calls_) record.driver_calls.push_back(call);
    record.death = node_.death().value_or("no sensible answer");
    return record;
}

StepRecord NodePlayer::read_look(const Term& answer) {
    StepRecord record;
    if (answer.is_tuple(2) && answer.elements()[0].is_atom("refused")) {
        skipped_ = text_of(answer.elements()[1]);
        return look();
    }
    if (!answer.is_tuple(7)) {
        record.death = "an answer that makes no sense: " + term::print(answer);
        return record;
    }
    record.skipped = !skipped_.empty();
    record.why = skipped_;
    const auto& parts = answer.elements();
    std::uint64_t messages_before = UINT64_MAX, events_before = UINT64_MAX;
    const bool all_returned = parts[1].is_tuple(4);
    if (all_returned || parts[1].is_tuple(2)) {
        for (const Term& outcome : parts[1].elements()[1].items()) {
            record.returns.push_back(outcome_of(outcome));
            if (!never_called(record.returns.back())) continue;
            record.returns.pop_back();
            break;
        }
    }
    if (all_returned) {
        messages_before = static_cast<std::uint64_t>(parts[1].elements()[2].as_integer());
        events_before = static_cast<std::uint64_t>(parts[1].elements()[3].as_integer());
    } else if (parts[1].is_tuple(2)) {
        record.returns.push_back({Outcome::Kind::blocked, {}});
    }
    const auto* call = std::get_if<CallStep>(&steps_[index_].step->what);
    for (const Term& late : parts[2].items())
        record.late.emplace(text_of(late.elements()[0]), outcome_of(late.elements()[1]));
    for (const Term& mail : parts[3].items()) {
        const std::string name = text_of(mail.elements()[0]);
        const bool is_caller = call != nullptr && call->by == name;
        std::uint64_t nth = 0;
        for (const Term& message : mail.elements()[1].items())
            record.messages[name].push_back({message, !is_caller || nth++ < messages_before});
    }
    for (const Term& ended : parts[4].items()) record.exits.emplace(text_of(ended.elements()[0]), ended.elements()[1]);
    record.info = parts[5];
    read_log(static_cast<std::uint64_t>(parts[6].as_integer()));
    for (const auto& [number, driver_call] : calls_) {
        record.driver_calls.push_back(driver_call);
        record.driver_calls.back().before_return = number <= events_before;
    }
    return record;
}

void NodePlayer::read_log(std::uint64_t until) {
    WitnessEvent event;
    while (node_.log().read() < until && node_.log().next(event)) add(event);
}

void NodePlayer::add(const WitnessEvent& event) {
    using journal::Callback;
    Library& library = libraries_[event.library];
    if (event.kind == witness::Kind::library_path) {
        library.driver = fs::path(event.data).stem();
        if (const auto* known = versions_.of_file(absolute(event.data))) library.version = known->version;
        return;
    }
    if (event.kind == witness::Kind::library_id) {
        if (event.data.empty()) return;
        const std::string id = hex(event.data), path = "/" + library.driver + ".so";
        journal::ImageOpened opened;
        opened.build_id = id;
        opened.path = path;
        const auto* known = versions_.of(opened);
        library.version = known == nullptr ? "" : known->version;
        return;
    }
    const auto callback = callback_of(event.kind);
    if (!callback) return;
    const bool loader =
        *callback == Callback::dlopen || *callback == Callback::dlclose || *callback == Callback::driver_init;
    calls_.emplace_back(
        node_.log().read(),
        scenario::DriverCall{loader ? scenario::DriverCall::Kind::loader : scenario::DriverCall::Kind::callback,
                             callback, words::name(*callback), library.driver, library.version,
                             arguments_of(*callback, event, first_start_), true});
}

void NodePlayer::bind_outcome(const scenario::CallOutcome& wanted, const Outcome& got) {
    const bool raised = got.kind != Outcome::Kind::value && got.kind != Outcome::Kind::blocked;
    if (const auto* pattern = std::get_if<scenario::Text>(&wanted);
        pattern != nullptr && got.kind == Outcome::Kind::value)
        term::match(*pattern->expr, got.term, bindings_, call_);
    if (const auto* raises = std::get_if<scenario::Raises>(&wanted); raises != nullptr && raised)
        term::match(*raises->reason.expr, got.term, bindings_, call_);
}

void NodePlayer::bind_effects(const scenario::Effects& effects, const StepRecord& record) {
    for (const scenario::Unblocks& wanted : effects.unblocks)
        if (const auto it = record.late.find(wanted.process); it != record.late.end())
            bind_outcome(wanted.outcome, it->second);
    scenario::StepView view;
    for (const auto& [name, arrivals] : record.messages)
        if (!arrivals.empty()) view.arrivals[processes_[name]] = arrivals;
    for (const auto& [name, reason] : record.exits) view.exits.emplace(processes_[name], reason);
    // Whether they hold is what `ddlltool run` says; here they give variables their values.
    std::vector<scenario::Mismatch> ignored;
    const scenario::ExpectScope context{processes_, bindings_, call_, false};
    scenario::check_receives(effects, view, context, ignored);
    scenario::check_exits(effects, view, context, ignored);
}

void NodePlayer::end_step(const StepRecord& record) {
    const auto& what = steps_[index_].step->what;
    if (const auto* call = std::get_if<CallStep>(&what)) {
        for (std::size_t i = 0; i < record.returns.size() && i < call->outcomes.size(); ++i)
            bind_outcome(call->outcomes[i], record.returns[i]);
        bind_effects(call->effects, record);
    } else if (const auto* advance = std::get_if<scenario::AdvanceStep>(&what)) {
        bind_effects(advance->effects, record);
    }
    node_.ask(Term::atom("end_step"), time_left());
}

bool NodePlayer::end() {
    // Everything was compared by now. A node that cannot tidy up, because what it played has damaged it, is not waited
    // for: the next story gets another one.
    constexpr std::chrono::milliseconds to_tidy_up{5'000};
    const auto answer = node_.ask(Term::atom("end_story"), std::min(time_left(), to_tidy_up));
    return answer && answer->is_atom("ok");
}

term::Namer NodePlayer::namer() const {
    return [this](const Term& identity) -> std::optional<std::string> {
        for (const auto& [name, value] : bindings_)
            if (value == identity) return name;
        return std::nullopt;
    };
}

} // namespace ddll::verify
