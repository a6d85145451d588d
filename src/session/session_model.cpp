#include "session/session_model.h"

#include "report/run_log.h"
#include "session/meaning.h"
#include "term/external.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace ddll::session {

using Json = nlohmann::json;
using term::Term;

namespace {

scenario::RunResult begun(const scenario::Scenario& story, std::shared_ptr<const journal::Journal> journal) {
    scenario::RunResult result;
    result.scenario = {std::shared_ptr<void>(), &story}; // it is not given away
    result.journal = std::move(journal);
    return result;
}

} // namespace

SessionModel::SessionModel(std::string store, report::Names names)
    : journal_(std::make_shared<journal::Journal>()), versions_(std::make_shared<scenario::Versions>()),
      store_(std::move(store)), names_(names), so_far_(begun(scenario_, journal_)), follower_(so_far_, names_) {
    scenario_.file = "session";
    scenario_.title = "a session";
}

term::Namer SessionModel::namer() const {
    return [this](const Term& t) -> std::optional<std::string> {
        const auto it = so_far_.names.find(term::print(t));
        if (it == so_far_.names.end()) return std::nullopt;
        return it->second;
    };
}

const std::string* SessionModel::variable_of(const std::string& folder) const {
    const auto it = folders_.find(folder);
    return it == folders_.end() ? nullptr : &it->second;
}

scenario::RunResult SessionModel::result() const {
    scenario::Running running;
    running.scenario = {std::shared_ptr<void>(), &scenario_}; // it is not given away
    running.steps = scenario::flatten(scenario_);
    running.journal = journal_;
    running.versions = versions_;
    running.goes_on = !ending_;
    scenario::RunOptions options;
    return scenario::build_result(std::move(running), ending_.value_or(isolate::Ending{}), options);
}

// Pointers into the story, which grows.
void SessionModel::follow_steps() {
    const auto& steps = scenario_.steps;
    if (so_far_.flat.empty() || so_far_.flat.front().step != steps.data()) {
        so_far_.flat = scenario::flatten(scenario_);
    } else {
        for (std::size_t i = so_far_.flat.size(); i < steps.size(); ++i)
            so_far_.flat.push_back({&steps[i], {}, {}, static_cast<std::uint32_t>(i + 1)});
    }
    so_far_.steps.resize(so_far_.flat.size());
}

void SessionModel::read_step_bounds(const journal::Entry& entry) {
    if (const auto* begun = std::get_if<journal::StepBegun>(&entry.event)) {
        step_ = begun->index;
        open_step_ = begun->index;
        if (step_ < so_far_.steps.size()) so_far_.steps[step_].first_entry = entry.seq;
    }
    if (open_step_ && *open_step_ < so_far_.steps.size()) so_far_.steps[*open_step_].last_entry = entry.seq;
    if (std::holds_alternative<journal::StepEnded>(entry.event)) open_step_.reset();
}

// Findings are looked for in the whole journal, so only when it holds something new that may be one.
bool SessionModel::may_show_something(const journal::Entry& entry) {
    if (const auto* closed = std::get_if<journal::ImageClosed>(&entry.event)) return !closed->gone;
    if (const auto* reloaded = std::get_if<journal::Reloaded>(&entry.event)) return !reloaded->new_runs;
    if (const auto* misused = std::get_if<journal::Misused>(&entry.event))
        return misuses_.insert({misused->rule, misused->function}).second;
    return false;
}

void SessionModel::meet(std::string path) {
    if (!path.ends_with(".so")) path += ".so";
    if (store_.knows(path)) return;
    if (const auto version = store_.meet(path)) first_sights_.push_back({step_, path, driver_of(path), *version});
    for (auto& [driver, file] : store_.take_new()) versions_->add(driver, file);
    scenario_.drivers = store_.drivers();
}

void SessionModel::read_new_entries() {
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

Json SessionModel::new_findings() {
    Json out = Json::array();
    for (const scenario::RunFinding& finding : findings_) {
        if (!told_findings_.insert(fmt::format("{}\n{}", name(finding.rule), finding.title)).second) continue;
        out.push_back({{"rule", name(finding.rule)},
                       {"severity", name(finding.severity)},
                       {"title", finding.title},
                       {"evidence", finding.evidence},
                       {"advice", advice(finding.rule)}});
    }
    return out;
}

Json SessionModel::answer(const Request& request, std::uint32_t step) {
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
    for (const report::StepLog& told : told_)
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

Json SessionModel::settle(const Request& request, const Order& order, const Json& reply) {
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

Json SessionModel::end(const Request* request, const isolate::Ending& ending) {
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

std::optional<SessionModel::Message> SessionModel::message_with(const std::string& process,
                                                                const std::string& reference) const {
    const auto mail = mail_.find(process);
    if (mail == mail_.end()) return std::nullopt;
    for (const Message& message : mail->second)
        if (message.text.starts_with(fmt::format("{{'UP',{},", reference)) ||
            message.text.starts_with(fmt::format("{{'DOWN',{},", reference)))
            return message;
    return std::nullopt;
}

Json SessionModel::receive(const Request& request) {
    Json messages = Json::array();
    for (const Message& message : mail_[request.by]) {
        messages.push_back({{"step", message.step + 1}, {"term", message.text}});
        if (!message.means.empty()) messages.back()["means"] = message.means;
    }
    if (!request.keep) mail_[request.by].clear();
    return {{"kind", "messages"}, {"messages", std::move(messages)}, {"failed", false}};
}

std::size_t SessionModel::unread(const std::string& process) const {
    const auto it = mail_.find(process);
    return it == mail_.end() ? 0 : it->second.size();
}

} // namespace ddll::session
