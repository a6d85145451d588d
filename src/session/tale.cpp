#include "session/tale.h"

#include "base/text.h"
#include "image/elf_facts.h"
#include "report/story.h"
#include "scenario/work_folder.h"
#include "session/calls.h"
#include "session/meaning.h"
#include "term/external.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace ddll::session {

using Json = nlohmann::json;
using term::Term;

namespace {

constexpr std::string_view folder_mark = "@folder";

bool is_process_name(std::string_view name) {
    const auto good = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    return !name.empty() && name[0] >= 'a' && name[0] <= 'z' && std::all_of(name.begin(), name.end(), good);
}

std::string variable_for(const std::string& process) {
    std::string out = process;
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

std::string folder_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

scenario::RunResult begun(const scenario::Scenario& story, std::shared_ptr<const journal::Journal> journal) {
    scenario::RunResult result;
    result.scenario = {std::shared_ptr<void>(), &story}; // it is not given away
    result.journal = std::move(journal);
    return result;
}

} // namespace

Tale::Tale(std::string store, report::Names names)
    : journal_(std::make_shared<journal::Journal>()), versions_(std::make_shared<scenario::Versions>()),
      store_(std::move(store)), names_(names), so_far_(begun(scenario_, journal_)), follower_(so_far_, names_),
      origins_(names_.function) {
    scenario_.file = "session";
    scenario_.title = "a session";
}

term::Namer Tale::namer() const {
    return [this](const Term& t) -> std::optional<std::string> {
        const auto it = so_far_.names.find(term::print(t));
        if (it == so_far_.names.end()) return std::nullopt;
        return it->second;
    };
}

const std::string* Tale::variable_of(const std::string& folder) const {
    const auto it = folders_.find(folder);
    return it == folders_.end() ? nullptr : &it->second;
}

struct Tale::Draft {
    std::vector<Order> orders;
    scenario::Step step;
    std::vector<std::string> variables; ///< new ones
    Order& order() { return orders.back(); }
    bool knows(const std::string& variable) const {
        return std::find(variables.begin(), variables.end(), variable) != variables.end();
    }
};

std::string Tale::folder_variable(const std::string& folder, Draft& draft) const {
    if (const std::string* known = variable_of(folder)) return *known;
    for (const auto& path : draft.order().paths)
        if (path.folder == folder) return path.variable;
    std::string variable = "Dir";
    for (int n = 2; variables_.contains(variable) || draft.knows(variable); ++n) variable = fmt::format("Dir{}", n);
    draft.variables.push_back(variable);
    draft.order().paths.push_back({variable, folder});
    return variable;
}

Result<void> Tale::find_process(const std::string& name, bool trap_exit, Draft& draft) const {
    const auto& known = scenario_.processes;
    if (std::any_of(known.begin(), known.end(), [&](const auto& p) { return p.name == name; })) {
        if (!state_) return {};
        for (const ProcessState& process : state_->processes) {
            if (process.name != name) continue;
            if (!process.alive)
                return error(fmt::format("{} has ended: {}", name, process.reason),
                             "ddlltool spawn NAME starts another process");
            if (!process.waits_for.empty())
                return error(fmt::format("{} still waits inside a call, for {}", name, process.waits_for),
                             "another process can go on: --as NAME");
        }
        return {};
    }
    if (!is_process_name(name))
        return error(fmt::format("{} is no name for a process", name.empty() ? "an empty text" : name),
                     "it begins with a-z, then come letters, digits and _");
    const std::string variable = variable_for(name);
    if (variables_.contains(variable) || draft.knows(variable))
        return error(fmt::format("the process {} would be the variable {}, which has a value", name, variable),
                     "choose another name");
    draft.variables.push_back(variable);
    draft.order().processes.push_back({name, variable, trap_exit});
    return {};
}

// A folder written out in a call gets a variable, too: the exported story is to play where there is no such folder.
void Tale::name_folders(const term::Expr& expr, Draft& draft) const {
    for (const auto& child : expr.children)
        if (child) name_folders(*child, draft);
    const bool loads = expr.kind == term::Expr::Kind::call && expr.module == "erl_ddll" && expr.children.size() > 1 &&
                       expr.name.find("unload") == expr.name.npos && expr.name.find("load") != expr.name.npos;
    if (!loads || expr.children[0]->kind != term::Expr::Kind::literal) return;
    std::string folder;
    const Term& value = expr.children[0]->value;
    if (value.is_list() && term::iolist_to_bytes(value, folder) && folder.starts_with('/'))
        folder_variable(folder, draft);
}

Result<void> Tale::check_call(const term::Expr& expr, const Draft& draft) const {
    if (draft.variables.empty()) return check_names(expr, variables_);
    std::set<std::string> variables = variables_;
    variables.insert(draft.variables.begin(), draft.variables.end());
    return check_names(expr, variables);
}

// From here on it is part of the story.
void Tale::adopt(const Draft& draft) {
    for (const Order& order : draft.orders) {
        scenario_.paths.insert(scenario_.paths.end(), order.paths.begin(), order.paths.end());
        for (const auto& path : order.paths) folders_[path.folder] = path.variable;
        scenario_.processes.insert(scenario_.processes.end(), order.processes.begin(), order.processes.end());
    }
    variables_.insert(draft.variables.begin(), draft.variables.end());
}

Order Tale::note_change(const DriverStore::Change& change) {
    Draft draft;
    draft.orders.emplace_back();
    Order& order = draft.order();
    order.index = static_cast<std::uint32_t>(scenario_.steps.size());
    order.installed = change.path;
    order.version = change.version;
    order.how = static_cast<std::uint8_t>(change.how);
    scenario::InstallStep step;
    step.driver = step.as = change.driver;
    step.version = change.version;
    step.into = folder_variable(folder_of(change.path), draft);
    step.how = change.how;
    adopt(draft);
    scenario_.steps.push_back({std::move(step), "", {}});
    for (auto& [driver, file] : store_.take_new()) versions_->add(driver, file);
    scenario_.drivers = store_.drivers();
    return order;
}

Result<void> Tale::draft_call(const Request& request, Draft& draft) {
    Order& order = draft.order();
    order.by = request.by;
    order.call = request.call;
    order.pattern = request.pattern;
    if (auto known = find_process(request.by, request.trap_exit, draft); !known) return known;
    std::string folder = request.into;
    if (folder.empty() && order.call.find(folder_mark) != order.call.npos) {
        std::vector<std::string_view> names;
        if (state_)
            for (const DriverState& driver : state_->drivers) {
                if (driver.name == request.driver) folder = session::folder_of(driver.record.path);
                names.push_back(driver.name);
            }
        if (folder.empty()) {
            const auto meant = nearest(request.driver, names);
            return error(fmt::format("{} is not loaded: from which folder is it to come?", request.driver),
                         meant ? fmt::format("did you mean {}?", *meant) : "name it: DIR NAME");
        }
    }
    if (!folder.empty()) {
        const std::string variable = folder_variable(folder, draft);
        for (auto at = order.call.find(folder_mark); at != order.call.npos; at = order.call.find(folder_mark))
            order.call.replace(at, folder_mark.size(), variable);
    }
    auto expr = term::parse_expr(order.call);
    if (!expr) {
        Error e = expr.error();
        e.message = fmt::format("{} (column {} of {})", e.message, e.place.column, order.call);
        e.place = {};
        e.place.file = "the call";
        return e;
    }
    if (auto right = check_call(**expr, draft); !right) return right;
    name_folders(**expr, draft);
    if (!order.pattern.empty()) {
        if (auto pattern = term::parse_expr(order.pattern); !pattern) {
            Error e = pattern.error();
            e.message = fmt::format("{} is no pattern: {}", order.pattern, e.message);
            e.place = {};
            return e;
        }
    }
    scenario::CallStep call;
    call.by = request.by;
    call.calls.push_back({order.call, *std::move(expr), {}});
    call.outcomes.emplace_back();
    draft.step.what = std::move(call);
    return {};
}

Result<void> Tale::draft(const Request& request, Draft& draft) {
    using Kind = Request::Kind;
    draft.orders.emplace_back();
    if (request.kind == Kind::call) return draft_call(request, draft);
    if (request.kind == Kind::spawn) {
        const auto& known = scenario_.processes;
        if (std::any_of(known.begin(), known.end(), [&](const auto& p) { return p.name == request.by; }))
            return error(fmt::format("there is a process {} already", request.by), "choose another name");
        draft.step.note = fmt::format("{} begins", request.by);
        draft.step.what = scenario::NoteStep{};
        return find_process(request.by, request.trap_exit, draft);
    }
    draft.order().advance = request.by_how_much;
    draft.order().await = request.await;
    scenario::AdvanceStep advance;
    advance.by = request.by_how_much;
    advance.effects.await = request.await;
    draft.step.what = std::move(advance);
    return {};
}

Result<std::vector<Order>> Tale::prepare(const Request& request) {
    for (auto& change : store_.changes()) changes_.push_back(std::move(change));
    Draft draft;
    if (request.kind == Request::Kind::install) {
        const std::string target = request.into + "/" + request.as + ".so";
        if (auto done = scenario::install_file(request.how, request.file, target); !done)
            return std::move(done).error();
        changes_.push_back(store_.put(target, request.how));
    } else if (auto drafted = this->draft(request, draft); !drafted) {
        return std::move(drafted).error();
    }
    // A folder that gets its name from a change below keeps the one that the call has given it.
    adopt(draft);
    std::vector<Order> orders;
    for (const auto& change : std::exchange(changes_, {})) orders.push_back(note_change(change));
    if (draft.orders.empty()) return orders;
    draft.order().index = static_cast<std::uint32_t>(scenario_.steps.size());
    scenario_.steps.push_back(std::move(draft.step));
    orders.push_back(std::move(draft.order()));
    return orders;
}

scenario::RunResult Tale::result() const {
    scenario::Running running;
    running.scenario = {std::shared_ptr<void>(), &scenario_}; // it is not given away
    running.steps = scenario::flatten(scenario_);
    running.journal = journal_;
    running.versions = versions_;
    running.goes_on = !ending_;
    scenario::RunOptions options;
    options.api_function = names_.function;
    return scenario::build_result(std::move(running), ending_.value_or(isolate::Ending{}), options);
}

// Pointers into the story, which grows.
void Tale::follow_steps() {
    const auto& steps = scenario_.steps;
    if (so_far_.flat.empty() || so_far_.flat.front().step != steps.data()) {
        so_far_.flat = scenario::flatten(scenario_);
    } else {
        for (std::size_t i = so_far_.flat.size(); i < steps.size(); ++i)
            so_far_.flat.push_back({&steps[i], {}, {}, static_cast<std::uint32_t>(i + 1)});
    }
    so_far_.steps.resize(so_far_.flat.size());
}

void Tale::read_step_bounds(const journal::Entry& entry) {
    if (const auto* begun = std::get_if<journal::StepBegun>(&entry.event)) {
        step_ = begun->index;
        open_step_ = begun->index;
        if (step_ < so_far_.steps.size()) so_far_.steps[step_].first_entry = entry.seq;
    }
    if (open_step_ && *open_step_ < so_far_.steps.size()) so_far_.steps[*open_step_].last_entry = entry.seq;
    if (std::holds_alternative<journal::StepEnded>(entry.event)) open_step_.reset();
}

// Findings are looked for in the whole journal, so only when it holds something new that may be one.
bool Tale::may_show_something(const journal::Entry& entry) {
    if (const auto* closed = std::get_if<journal::ImageClosed>(&entry.event)) return !closed->gone;
    if (const auto* reloaded = std::get_if<journal::Reloaded>(&entry.event)) return !reloaded->new_runs;
    if (const auto* misused = std::get_if<journal::Misused>(&entry.event))
        return misuses_.insert({misused->rule, misused->function}).second;
    return false;
}

void Tale::meet(std::string path) {
    if (!path.ends_with(".so")) path += ".so";
    if (store_.knows(path)) return;
    if (const auto version = store_.meet(path)) first_sights_.push_back({step_, path, driver_of(path), *version});
    for (auto& [driver, file] : store_.take_new()) versions_->add(driver, file);
    scenario_.drivers = store_.drivers();
}

void Tale::read_new_entries() {
    follow_steps();
    // Names first: a message may hold what is only named at the end of its step.
    for (auto entry = journal_->begin(read_ + 1); entry; ++entry) {
        if (const auto* bound = std::get_if<journal::Bound>(&entry->event)) {
            variables_.insert(std::string(bound->name));
            using Kind = Term::Kind;
            const auto value = term::decode(bound->term);
            if (!value) continue;
            const Kind kind = value->term.kind();
            if (kind != Kind::pid && kind != Kind::port && kind != Kind::reference) continue;
            so_far_.names.try_emplace(term::print(value->term), std::string(bound->name));
        } else if (const auto* started = std::get_if<journal::ProcessStarted>(&entry->event)) {
            process_names_[started->process] = started->name;
        }
    }
    for (auto entry = journal_->begin(read_ + 1); entry; ++entry) {
        read_ = entry->seq;
        read_step_bounds(*entry);
        origins_.see(*entry);
        look_for_findings_ |= may_show_something(*entry);
        if (const auto* delivered = std::get_if<journal::Delivered>(&entry->event)) {
            const auto message = term::decode(delivered->term);
            mail_[process_names_[delivered->to]].push_back({step_,
                                                            message ? term::print(message->term, namer()) : "(cut)",
                                                            message ? message_meaning(message->term) : std::string()});
        } else if (const auto* opened = std::get_if<journal::ImageOpened>(&entry->event)) {
            meet(std::string(opened->path));
            const auto* known = versions_->of(*opened);
            images_[opened->image] = {std::string(opened->build_id), known == nullptr ? "" : known->version,
                                      opened->was_mapped};
            if (known != nullptr) so_far_.versions[opened->image.value] = known->version;
        } else if (const auto* failed = std::get_if<journal::ImageFailed>(&entry->event)) {
            meet(std::string(failed->path));
        }
    }
    told_ = follower_.go_on();
}

Json Tale::new_findings() {
    Json out = Json::array();
    for (const scenario::Finding& finding : findings_) {
        if (!told_findings_.insert(finding.rule + "\n" + finding.title).second) continue;
        out.push_back({{"rule", finding.rule},
                       {"severity", finding.severity},
                       {"title", finding.title},
                       {"evidence", finding.evidence},
                       {"advice", finding.advice}});
    }
    return out;
}

Json Tale::answer(const Request& request, std::uint32_t step) {
    Json out = {{"kind", "done"}, {"step", step + 1}};
    Json lines = Json::array();
    const auto add = [&lines](const report::Line& line) {
        if (line.minor) return;
        // The call's own answer is told apart; late ones of others are lines.
        using enum report::LineKind;
        if (line.kind == blocks || ((line.kind == returns || line.kind == raises) && line.who.empty())) return;
        Json item = {{"label", report::label(line.kind)}, {"text", line.text}};
        if (!line.who.empty()) item["who"] = line.who;
        if (line.bad) item["bad"] = true;
        if (line.times > 1) item["times"] = line.times;
        lines.push_back(std::move(item));
    };
    for (const report::StoryStep& told : told_)
        if (told.index == step)
            for (const report::Line& line : told.lines) add(line);
    out["lines"] = std::move(lines);

    if (request.kind == Request::Kind::call) {
        const CallResult called = call_result(*journal_, so_far_.steps[step], namer());
        out["kind"] = called.kind;
        if (!called.text.empty()) out["term"] = called.text;
        if (called.kind == "raised") out["class"] = called.exception_class;
        out["means"] = state_ ? meaning(called, scenario_.steps[step], *state_, namer()) : std::vector<std::string>();
        out["failed"] = called.failed();
    } else {
        out["failed"] = false;
    }
    if (look_for_findings_) findings_ = result().findings;
    look_for_findings_ = false;
    out["findings"] = new_findings();
    return out;
}

Json Tale::settle(const Request& request, const Order& order, const Json& reply) {
    state_ = state_from(reply.at("state"));
    read_new_entries();
    Json out = answer(request, order.index);
    if (!request.pattern.empty() && !reply.value("badmatch", false) && out.at("kind") == "value")
        patterns_[order.index] = request.pattern;
    if (reply.value("badmatch", false)) {
        out["failed"] = true;
        out["means"].push_back(fmt::format("this does not match {}: nothing was bound", request.pattern));
    }
    if (reply.contains("impasse")) {
        out["failed"] = true;
        out["impasse"] = reply.at("impasse");
    }
    return out;
}

Json Tale::end(const Request* request, const isolate::Ending& ending) {
    ending_ = ending;
    read_new_entries();
    const scenario::RunResult all = result();
    findings_ = all.findings;
    look_for_findings_ = false;
    Json out = {{"kind", "ended"}, {"failed", false}, {"lines", Json::array()}, {"findings", new_findings()}};
    if (request != nullptr && !scenario_.steps.empty()) {
        const Json told = answer(*request, static_cast<std::uint32_t>(scenario_.steps.size() - 1));
        out["lines"] = told.at("lines");
        out["step"] = told.at("step");
    }
    if (!all.death) return out;
    const scenario::Death& death = *all.death;
    Json stack = Json::array();
    for (const scenario::StackFrame& frame : death.stack)
        stack.push_back({{"module", frame.module}, {"function", frame.function}, {"source", frame.source}});
    out["kind"] = "died";
    out["failed"] = true;
    out["death"] = {{"headline", death.headline}, {"advice", death.advice},  {"stack", std::move(stack)},
                    {"output", death.output},     {"hung", death.timed_out}, {"step", steps()}};
    return out;
}

std::optional<Tale::Message> Tale::message_with(const std::string& process, const std::string& reference) const {
    const auto mail = mail_.find(process);
    if (mail == mail_.end()) return std::nullopt;
    for (const Message& message : mail->second)
        if (message.text.starts_with(fmt::format("{{'UP',{},", reference)) ||
            message.text.starts_with(fmt::format("{{'DOWN',{},", reference)))
            return message;
    return std::nullopt;
}

Json Tale::receive(const Request& request) {
    Json messages = Json::array();
    for (const Message& message : mail_[request.by]) {
        messages.push_back({{"step", message.step + 1}, {"term", message.text}});
        if (!message.means.empty()) messages.back()["means"] = message.means;
    }
    if (!request.keep) mail_[request.by].clear();
    return {{"kind", "messages"}, {"messages", std::move(messages)}, {"failed", false}};
}

std::size_t Tale::unread(const std::string& process) const {
    const auto it = mail_.find(process);
    return it == mail_.end() ? 0 : it->second.size();
}

} // namespace ddll::session
