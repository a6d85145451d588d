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

} // namespace

Tale::Tale(std::string store, report::Names names)
    : journal_(std::make_shared<journal::Journal>()), versions_(std::make_shared<scenario::Versions>()),
      store_(std::move(store)), names_(names) {
    scenario_.file = "session";
    scenario_.title = "a session";
}

term::Namer Tale::namer() const {
    return [this](const Term& t) -> std::optional<std::string> {
        const auto it = identities_.find(term::print(t));
        if (it == identities_.end()) return std::nullopt;
        return it->second;
    };
}

const std::string* Tale::variable_of(const std::string& folder) const {
    const auto it = folders_.find(folder);
    return it == folders_.end() ? nullptr : &it->second;
}

const std::string& Tale::folder_variable(const std::string& folder, Order& order) {
    std::string& variable = folders_[folder];
    if (!variable.empty()) return variable;
    variable = "Dir";
    for (int n = 2; variables_.contains(variable); ++n) variable = fmt::format("Dir{}", n);
    variables_.insert(variable);
    order.paths.push_back({variable, folder});
    scenario_.paths.push_back({variable, folder});
    return variable;
}

Result<void> Tale::find_process(const std::string& name, bool trap_exit, Order& order) {
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
        return error(fmt::format("{} is no name for a process", name),
                     "it begins with a-z, then come letters, digits and _");
    const std::string variable = variable_for(name);
    if (variables_.contains(variable))
        return error(fmt::format("the process {} would be the variable {}, which has a value", name, variable),
                     "choose another name");
    variables_.insert(variable);
    order.processes.push_back({name, variable, trap_exit});
    scenario_.processes.push_back({name, variable, trap_exit});
    return {};
}

Result<void> Tale::check_call(const std::string& text, const std::string& what) const {
    const auto expr = term::parse_expr(text);
    if (!expr) {
        Error e = expr.error();
        e.message = fmt::format("{} (column {} of {})", e.message, e.place.column, text);
        e.place.file = what;
        return e;
    }
    return check_names(**expr, variables_);
}

void Tale::note_change(const DriverStore::Change& change, std::vector<Order>& orders) {
    Order order;
    order.index = static_cast<std::uint32_t>(scenario_.steps.size());
    order.installed = change.path;
    order.version = change.version;
    order.how = static_cast<std::uint8_t>(change.how);
    scenario::InstallStep step;
    step.driver = step.as = change.driver;
    step.version = change.version;
    step.into = folder_variable(folder_of(change.path), order);
    step.how = change.how;
    scenario_.steps.push_back({std::move(step), "", {}});
    for (auto& [driver, file] : store_.take_new()) versions_->add(driver, file);
    scenario_.drivers = store_.drivers();
    orders.push_back(std::move(order));
}

Result<Order> Tale::call_order(const Request& request) {
    Order order;
    order.by = request.by;
    order.call = request.call;
    order.pattern = request.pattern;
    if (auto known = find_process(request.by, request.trap_exit, order); !known) return std::move(known).error();
    std::string folder = request.into;
    if (folder.empty() && order.call.find(folder_mark) != order.call.npos) {
        if (state_)
            for (const DriverState& driver : state_->drivers)
                if (driver.name == request.driver) folder = session::folder_of(driver.record.path);
        if (folder.empty())
            return error(fmt::format("{} is not loaded: from which folder is it to come?", request.driver),
                         "name it: DIR NAME");
    }
    if (!folder.empty()) {
        const std::string& variable = folder_variable(folder, order);
        for (auto at = order.call.find(folder_mark); at != order.call.npos; at = order.call.find(folder_mark))
            order.call.replace(at, folder_mark.size(), variable);
    }
    if (auto right = check_call(order.call, "the call"); !right) return std::move(right).error();
    if (!order.pattern.empty())
        if (auto pattern = term::parse_expr(order.pattern); !pattern) return std::move(pattern).error();
    return order;
}

Result<std::vector<Order>> Tale::prepare(const Request& request) {
    std::vector<Order> orders;
    for (const auto& change : store_.changes()) note_change(change, orders);
    using Kind = Request::Kind;
    if (request.kind == Kind::install) {
        const std::string target = request.into + "/" + request.as + ".so";
        if (auto done = scenario::install_file(request.how, request.file, target); !done)
            return std::move(done).error();
        note_change(store_.put(target, request.how), orders);
        return orders;
    }
    Order order;
    scenario::Step step;
    if (request.kind == Kind::call) {
        auto called = call_order(request);
        if (!called) return std::move(called).error();
        order = *std::move(called);
        scenario::CallStep call;
        call.by = request.by;
        call.calls.push_back({order.call, *term::parse_expr(order.call), {}});
        call.outcomes.emplace_back();
        step.what = std::move(call);
    } else if (request.kind == Kind::spawn) {
        if (std::any_of(scenario_.processes.begin(), scenario_.processes.end(),
                        [&](const auto& p) { return p.name == request.by; }))
            return error(fmt::format("there is a process {} already", request.by), "choose another name");
        if (auto known = find_process(request.by, request.trap_exit, order); !known) return std::move(known).error();
        step.note = fmt::format("{} begins", request.by);
        step.what = scenario::NoteStep{};
    } else {
        order.advance = request.by_how_much;
        order.await = request.await;
        scenario::AdvanceStep advance;
        advance.by = request.by_how_much;
        advance.effects.await = request.await;
        step.what = std::move(advance);
    }
    order.index = static_cast<std::uint32_t>(scenario_.steps.size());
    scenario_.steps.push_back(std::move(step));
    orders.push_back(std::move(order));
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

void Tale::read_new_entries() {
    const auto printed = [this](std::string_view external) {
        const auto decoded = term::decode(external);
        return decoded ? term::print(decoded->term, namer()) : std::string("(cut)");
    };
    // Names first: a message may hold what is only named at the end of its step.
    for (auto entry = journal_->begin(read_ + 1); entry; ++entry) {
        if (const auto* bound = std::get_if<journal::Bound>(&entry->event)) {
            variables_.insert(std::string(bound->name));
            if (const auto value = term::decode(bound->term))
                identities_.try_emplace(term::print(value->term), std::string(bound->name));
        } else if (const auto* started = std::get_if<journal::ProcessStarted>(&entry->event)) {
            process_names_[started->process] = started->name;
        }
    }
    for (auto entry = journal_->begin(read_ + 1); entry; ++entry) {
        read_ = entry->seq;
        if (const auto* begun = std::get_if<journal::StepBegun>(&entry->event)) {
            step_ = begun->index;
        } else if (const auto* delivered = std::get_if<journal::Delivered>(&entry->event)) {
            mail_[process_names_[delivered->to]].push_back({step_, printed(delivered->term)});
        } else if (const auto* opened = std::get_if<journal::ImageOpened>(&entry->event)) {
            const std::string path(opened->path);
            if (store_.knows(path)) continue;
            if (const auto version = store_.meet(path))
                first_sights_.push_back({step_, path, driver_of(path), *version});
        } else if (const auto* failed = std::get_if<journal::ImageFailed>(&entry->event)) {
            const std::string path =
                failed->path.ends_with(".so") ? std::string(failed->path) : std::string(failed->path) + ".so";
            if (store_.knows(path)) continue;
            if (const auto version = store_.meet(path))
                first_sights_.push_back({step_, path, driver_of(path), *version});
        }
    }
    for (auto& [driver, file] : store_.take_new()) versions_->add(driver, file);
    scenario_.drivers = store_.drivers();
}

Json Tale::new_findings(const scenario::RunResult& result) {
    Json out = Json::array();
    for (const scenario::Finding& finding : result.findings) {
        if (!told_findings_.insert(finding.rule + "\n" + finding.title).second) continue;
        out.push_back({{"rule", finding.rule},
                       {"severity", finding.severity},
                       {"title", finding.title},
                       {"evidence", finding.evidence},
                       {"advice", finding.advice}});
    }
    return out;
}

Json Tale::answer(const Request& request, const scenario::RunResult& result, std::uint32_t step) {
    Json out = {{"kind", "done"}, {"step", step + 1}};
    const report::Story story = report::tell(result, names_);
    Json lines = Json::array();
    const auto add = [&lines](const report::Line& line) {
        if (line.minor || line.kind == report::LineKind::returns || line.kind == report::LineKind::raises ||
            line.kind == report::LineKind::blocks)
            if (line.minor || line.who.empty() || line.kind == report::LineKind::blocks) return;
        Json item = {{"label", report::label(line.kind)}, {"text", line.text}};
        if (!line.who.empty()) item["who"] = line.who;
        if (line.bad) item["bad"] = true;
        if (line.times > 1) item["times"] = line.times;
        lines.push_back(std::move(item));
    };
    if (step < story.steps.size())
        for (const report::Line& line : story.steps[step].lines) add(line);
    out["lines"] = std::move(lines);

    if (request.kind == Request::Kind::call) {
        const CallResult called = call_result(*journal_, result, step, namer());
        out["kind"] = called.kind;
        if (!called.text.empty()) out["term"] = called.text;
        if (called.kind == "raised") out["class"] = called.exception_class;
        out["means"] = meaning(called, scenario_.steps[step], *state_, namer());
        out["failed"] = called.failed();
    } else {
        out["failed"] = false;
    }
    out["findings"] = new_findings(result);
    return out;
}

Json Tale::settle(const Request& request, const Order& order, const Json& reply) {
    state_ = state_from(reply.at("state"));
    read_new_entries();
    Json out = answer(request, result(), order.index);
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
    Json out = {{"kind", "ended"}, {"failed", false}, {"lines", Json::array()}, {"findings", new_findings(all)}};
    if (request != nullptr && !scenario_.steps.empty()) {
        const Json told = answer(*request, all, static_cast<std::uint32_t>(scenario_.steps.size() - 1));
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

std::optional<std::string> Tale::message_with(const std::string& process, const std::string& reference) const {
    const auto mail = mail_.find(process);
    if (mail == mail_.end()) return std::nullopt;
    for (const Message& message : mail->second)
        if (message.text.starts_with(fmt::format("{{'UP',{},", reference)) ||
            message.text.starts_with(fmt::format("{{'DOWN',{},", reference)))
            return message.text;
    return std::nullopt;
}

Json Tale::receive(const Request& request) {
    Json messages = Json::array();
    for (const Message& message : mail_[request.by])
        messages.push_back({{"step", message.step + 1}, {"term", message.text}});
    if (!request.keep) mail_[request.by].clear();
    return {{"kind", "messages"}, {"messages", std::move(messages)}, {"failed", false}};
}

std::size_t Tale::unread(const std::string& process) const {
    const auto it = mail_.find(process);
    return it == mail_.end() ? 0 : it->second.size();
}

} // namespace ddll::session
