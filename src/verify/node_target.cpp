#include "verify/node_target.h"

#include "scenario/work_folder.h"
#include "term/text.h"
#include "verify/compare.h"
#include "verify/witness_callbacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace ddll::verify {

using scenario::StepRecord;
using term::Evaluated;
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

Evaluated evaluated(const Term& pair) {
    const std::string kind = text_of(pair.elements()[0]);
    if (kind == "value") return Evaluated::of(pair.elements()[1]);
    return Evaluated::raise(pair.elements()[1], kind == "exit" || kind == "throw" ? kind : "error");
}

} // namespace

NodeTarget::NodeTarget(Node& node, const scenario::Versions& versions, std::string folder,
                       std::chrono::milliseconds time_limit)
    : node_(node), versions_(versions), folder_(std::move(folder)),
      ends_(std::chrono::steady_clock::now() + time_limit) {}

std::chrono::milliseconds NodeTarget::time_left() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(ends_ - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds(1));
}

std::vector<Term> NodeTarget::start(std::span<const scenario::ProcessDecl> processes) {
    for (WitnessEvent event; node_.log().next(event);) {
    } // of what ran before
    first_start_ = node_.log().starts();
    std::vector<Term> names;
    for (const scenario::ProcessDecl& process : processes)
        names.push_back(term::make_tuple(bytes(process.name), Term::boolean(process.trap_exit)));
    const auto answer = node_.ask(
        term::make_tuple(Term::atom("begin_scenario"), bytes(folder_), Term::list(std::move(names))), time_left());
    if (!answer || !answer->is_tuple(2)) return {};
    const auto pids = answer->elements()[1].items();
    return {pids.begin(), pids.end()};
}

// What fails here fails in ddlltool too, and then shows itself at the load.
Result<void> NodeTarget::install(const scenario::InstallStep& step, const std::string& source,
                                 const std::string& target) {
    static_cast<void>(scenario::install_file(step.how, source, target));
    return {};
}

void NodeTarget::begin_turn(const std::string& by, std::size_t calls) {
    caller_ = by;
    several_ = calls > 1;
}

// Inside of several calls what the pattern of one binds is there for the next: the node matches it.
std::optional<Evaluated> NodeTarget::call(const scenario::Text& call, const scenario::CallOutcome& wanted,
                                          const term::Bindings& bindings) {
    const auto* pattern = several_ ? std::get_if<scenario::Text>(&wanted) : nullptr;
    auto names = term::free_variables(*call.expr);
    for (const std::string& name : names)
        if (calls_.empty() && !bindings.contains(name))
            return Evaluated::raise(term::make_tuple(Term::atom("unbound_var"), Term::atom(name)));
    if (pattern != nullptr) {
        const auto more = term::free_variables(*pattern->expr);
        names.insert(names.end(), more.begin(), more.end());
    }
    for (const std::string& name : names)
        if (const auto it = bindings.find(name); it != bindings.end()) values_.insert_or_assign(name, it->second);
    calls_.push_back(term::make_tuple(bytes(call.source),
                                      pattern != nullptr ? bytes(term::print(*pattern->expr)) : Term::atom("none")));
    return std::nullopt;
}

void NodeTarget::end_turn() {
    if (calls_.empty()) return;
    std::vector<Term> values;
    for (const auto& [name, value] : values_) values.push_back(term::make_tuple(bytes(name), value));
    const auto answer = node_.ask(term::make_tuple(Term::atom("call"), bytes(caller_), Term::list(std::move(calls_)),
                                                   Term::list(std::move(values))),
                                  time_left());
    calls_.clear();
    values_.clear();
    if (answer && answer->is_tuple(2)) refused_ = text_of(answer->elements()[1]);
}

Evaluated NodeTarget::ask(const std::string& module, const std::string& name, const std::vector<Term>& arguments) {
    const auto answer = node_.ask(term::make_tuple(Term::atom("apply"), Term::atom(module.empty() ? "erlang" : module),
                                                   Term::atom(name), Term::list(arguments)),
                                  time_left());
    if (!answer || !answer->is_tuple(2)) return Evaluated::raise(Term::atom("node_died"));
    return evaluated(*answer);
}

void NodeTarget::advance(Duration by) {
    static_cast<void>(node_.ask(term::make_tuple(Term::atom("advance"), Term::integer(by.ns)), time_left()));
}

void NodeTarget::observe(StepRecord& record) {
    if (!look_ && !node_.death()) settle();
    if (!refused_.empty()) {
        record.skipped = true;
        record.why = refused_;
    }
    if (look_ && !look_->is_tuple(7))
        record.death = "an answer that makes no sense: " + term::print(*look_);
    else if (look_)
        return read_look(*look_, record);
    read_log(UINT64_MAX);
    record.driver_calls.clear();
    for (const auto& [number, driver_call] : driver_calls_) record.driver_calls.push_back(driver_call);
    if (!record.death) record.death = node_.death().value_or("no sensible answer");
}

void NodeTarget::read_returns(const Term& returned, StepRecord& record) {
    record.returns.clear();
    messages_before_ = events_before_ = UINT64_MAX;
    const bool all_returned = returned.is_tuple(4);
    if (!all_returned && !returned.is_tuple(2)) return;
    for (const Term& outcome : returned.elements()[1].items()) {
        Evaluated result = evaluated(outcome);
        if (scenario::never_called(result)) break;
        record.returns.push_back(std::move(result));
    }
    if (all_returned) {
        messages_before_ = static_cast<std::uint64_t>(returned.elements()[2].as_integer());
        events_before_ = static_cast<std::uint64_t>(returned.elements()[3].as_integer());
    } else {
        record.returns.push_back(Evaluated::blocked());
    }
}

void NodeTarget::read_look(const Term& look, StepRecord& record) {
    const auto& parts = look.elements();
    read_returns(parts[1], record);
    record.late.clear();
    record.messages.clear();
    record.driver_calls.clear();
    for (const Term& late : parts[2].items())
        record.late.emplace(text_of(late.elements()[0]), evaluated(late.elements()[1]));
    for (const Term& mail : parts[3].items()) {
        const std::string name = text_of(mail.elements()[0]);
        std::uint64_t nth = 0;
        for (const Term& message : mail.elements()[1].items())
            record.messages[name].push_back({message, name != caller_ || nth++ < messages_before_});
    }
    for (const Term& ended : parts[4].items()) record.exits.emplace(text_of(ended.elements()[0]), ended.elements()[1]);
    record.info = parts[5];
    read_log(static_cast<std::uint64_t>(parts[6].as_integer()));
    for (const auto& [number, driver_call] : driver_calls_) {
        record.driver_calls.push_back(driver_call);
        record.driver_calls.back().before_return = number <= events_before_;
    }
}

void NodeTarget::read_log(std::uint64_t until) {
    WitnessEvent event;
    while (node_.log().read() < until && node_.log().next(event)) add(event);
}

void NodeTarget::add(const WitnessEvent& event) {
    using journal::Callback;
    Library& library = libraries_[event.library];
    if (event.kind == witness::Kind::library_path) {
        library.driver = fs::path(event.data).stem();
        if (const auto* known = versions_.of_file(place_of(event.data))) library.version = known->version;
        return;
    }
    if (event.kind == witness::Kind::library_id) {
        if (event.data.empty()) return;
        std::string id;
        for (const char c : event.data) id += fmt::format("{:02x}", static_cast<unsigned char>(c));
        const std::string path = "/" + library.driver + ".so";
        journal::ImageOpened opened;
        opened.build_id = id;
        opened.path = path;
        const auto* known = versions_.of(opened);
        library.version = known == nullptr ? "" : known->version;
        return;
    }
    const auto callback = witness::callback_of(event.kind);
    if (!callback) return;
    const bool loader =
        *callback == Callback::dlopen || *callback == Callback::dlclose || *callback == Callback::driver_init;
    const Term port =
        event.port == witness::unknown_port ? Term::atom("unknown") : Term::unsigned_integer(event.port - first_start_);
    scenario::DriverCall call{loader ? scenario::DriverCall::Kind::loader : scenario::DriverCall::Kind::callback,
                              callback,
                              words::name(*callback),
                              library.driver,
                              library.version,
                              scenario::callback_arguments(*callback, port, event.a, event.data),
                              true};
    drop_descriptors(call);
    driver_calls_.emplace_back(node_.log().read(), std::move(call));
}

void NodeTarget::end_step() {
    caller_.clear();
    refused_.clear();
    look_.reset();
    driver_calls_.clear();
    node_.ask(Term::atom("end_step"), time_left());
}

bool NodeTarget::end() {
    // Everything was compared by now. A node that cannot tidy up, because what it ran has damaged it, is not waited
    // for: the next scenario gets another one.
    constexpr std::chrono::milliseconds to_tidy_up{5'000};
    const auto answer = node_.ask(Term::atom("end_scenario"), std::min(time_left(), to_tidy_up));
    return answer && answer->is_atom("ok");
}

} // namespace ddll::verify
