#include "scenario/expected_crash.h"
#include "scenario/observer.h"
#include "session/meaning.h"
#include "session/queries.h"
#include "term/external.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <set>

namespace ddll::session {

using OrderedJson = nlohmann::ordered_json;
using term::Term;

namespace {

/// A longer text is of no use to a reader: it becomes a pattern that takes anything.
constexpr std::size_t longest_pattern = 4000;

class Exporter {
public:
    Exporter(const SessionModel& model, const std::string& session)
        : model_(model), scenario_(model.scenario()), result_(model.result()), namer_(model.names().namer()),
          session_(session) {
        for (const journal::Entry& entry : *model.journal())
            if (const auto* started = std::get_if<journal::ProcessStarted>(&entry.event))
                processes_[started->process] = started->name;
        scenario::Observer observer(*model.journal(), *model.drivers().store().versions());
        for (const scenario::StepResult& step : result_.steps)
            if (scenario::StepRecord& record = callbacks_.emplace_back(); step.first_entry != 0)
                observer.read(record, {}, step.last_entry);
    }

    nlohmann::json run() {
        OrderedJson out;
        out["scenario"] = 1;
        out["title"] = fmt::format("What was done in session {}", session_);
        out["tags"] = {"session"};
        if (!scenario_.paths.empty()) out["paths"] = paths();
        if (!scenario_.drivers.empty()) out["drivers"] = drivers();
        out["processes"] = processes();
        out["strict"] = true;
        if (!scenario_.releases.empty()) out["otp"] = words::number_of(scenario_.releases.front());
        std::set<std::string> findings;
        for (const scenario::RunFinding& finding : result_.findings) findings.insert(std::string(name(finding.rule)));
        if (!findings.empty()) out["expected_findings"] = findings;
        if (result_.death) out["expected_crash"] = scenario::expected_crash(*result_.death);
        OrderedJson steps = OrderedJson::array();
        for (std::uint32_t i = 0; i < scenario_.steps.size(); ++i) {
            for (const SessionDrivers::FirstSight& first : model_.drivers().first_sights())
                if (first.step == i) put_first(first, steps);
            put_step(i, steps);
        }
        out["steps"] = std::move(steps);
        nlohmann::json answer = {{"scenario", out.dump(2, ' ', false, OrderedJson::error_handler_t::replace)},
                                 {"files", files_}};
        if (!model_.drivers().store().trouble().empty()) answer["trouble"] = model_.drivers().store().trouble();
        return answer;
    }

private:
    // Folders keep their spelling below the deepest folder that they have in common.
    OrderedJson paths() {
        namespace fs = std::filesystem;
        fs::path common;
        for (const scenario::PathDecl& path : scenario_.paths) {
            const fs::path real = fs::path(path.folder).lexically_normal().parent_path();
            if (common.empty()) {
                common = real;
                continue;
            }
            fs::path both;
            for (auto a = common.begin(), b = real.begin(); a != common.end() && b != real.end() && *a == *b; ++a, ++b)
                both /= *a;
            common = both;
        }
        OrderedJson out = OrderedJson::object();
        std::set<std::string> taken;
        const std::string root = common == "/" ? "/" : common.string() + "/";
        for (const scenario::PathDecl& path : scenario_.paths) {
            std::string folder = path.folder.starts_with(root)
                                     ? path.folder.substr(root.size())
                                     : fs::path(path.folder).lexically_normal().lexically_relative(common).string();
            while (folder.starts_with('/')) folder.erase(0, 1);
            if (folder.empty() || folder.starts_with("..")) folder = "live";
            while (!taken.insert(folder).second) folder.insert(0, "./"); // another spelling of the same folder
            out[path.variable] = folder;
        }
        return out;
    }

    OrderedJson drivers() {
        OrderedJson out = OrderedJson::object();
        for (const scenario::DriverDecl& driver : scenario_.drivers) {
            OrderedJson versions = OrderedJson::object();
            for (const scenario::DriverFile& file : driver.versions) {
                const std::string name = fmt::format("{}_{}.so", driver.name, file.version);
                files_[name] = file.file;
                if (file.broken)
                    versions[file.version] = {{"file", name}, {"broken", true}};
                else
                    versions[file.version] = name;
            }
            out[driver.name] = std::move(versions);
        }
        return out;
    }

    OrderedJson processes() const {
        OrderedJson out = OrderedJson::object();
        for (const scenario::ProcessDecl& process : scenario_.processes)
            out[process.name] = process.trap_exit ? OrderedJson{{"trap_exit", true}} : OrderedJson::object();
        if (out.empty()) out["user"] = OrderedJson::object();
        return out;
    }

    void put_first(const SessionDrivers::FirstSight& first, OrderedJson& steps) const {
        const std::string* into = model_.done().variable_of(first.path.substr(0, first.path.rfind('/')));
        if (into == nullptr) return; // named by a literal path in a call: it stays where it is
        steps.push_back({{"install", first.driver}, {"version", first.version}, {"into", *into}});
    }

    void put_step(std::uint32_t index, OrderedJson& steps) const {
        const scenario::ScenarioStep& step = scenario_.steps[index];
        if (const auto* install = std::get_if<scenario::InstallStep>(&step.what)) {
            OrderedJson out = {{"install", install->driver}};
            if (install->how != scenario::InstallHow::remove) out["version"] = install->version;
            out["into"] = install->into;
            if (install->how != scenario::InstallHow::rename) out["how"] = name(install->how);
            steps.push_back(std::move(out));
        } else if (const auto* advance = std::get_if<scenario::AdvanceStep>(&step.what)) {
            OrderedJson out = {{"advance", to_string(advance->by)}};
            effects(index, "", out);
            if (advance->effects.await.ns > 0) out["await"] = to_string(advance->effects.await);
            steps.push_back(std::move(out));
        } else if (const auto* call = std::get_if<scenario::CallStep>(&step.what)) {
            OrderedJson out = {{"by", call->by}, {"call", with_variables(call->calls.front().source)}};
            const CallResult called = call_result(*model_.journal(), result_.steps[index], namer_);
            const std::string* bound = model_.done().pattern_of(index); // what it binds may be used later
            if (called.kind == AnswerKind::value)
                out["returns"] = bound == nullptr ? pattern(called.text) : *bound;
            else if (called.kind == AnswerKind::raised)
                out["raises"] = fmt::format("{}:{}", called.exception_class, called.text);
            else if (called.kind == AnswerKind::blocked)
                out["blocks"] = true;
            effects(index, call->by, out);
            steps.push_back(std::move(out));
        }
    }

    static std::string pattern(const std::string& text) { return text.size() > longest_pattern ? "_" : text; }

    std::string printed(std::string_view external) const {
        const auto decoded = term::decode(external);
        return decoded ? pattern(term::print(decoded->term, namer_)) : "_";
    }

    // Folders given as text become the variables for them, so that it can be run anywhere.
    std::string with_variables(std::string text) const {
        for (const scenario::PathDecl& path : scenario_.paths) {
            const std::string literal = '"' + path.folder + '"';
            for (auto at = text.find(literal); at != text.npos; at = text.find(literal))
                text.replace(at, literal.size(), path.variable);
        }
        return text;
    }

    template <class See>
    void in_step(std::uint32_t index, See see) const {
        const auto& bounds = result_.steps[index];
        if (bounds.first_entry == 0) return;
        for (auto entry = model_.journal()->begin(bounds.first_entry); entry && entry->seq <= bounds.last_entry;
             ++entry)
            see(*entry);
    }

    void effects(std::uint32_t index, const std::string& caller, OrderedJson& out) const {
        OrderedJson receives = OrderedJson::object(), unblocks = OrderedJson::object(), ended = OrderedJson::object();
        in_step(index, [&](const journal::Entry& entry) {
            if (const auto* delivered = std::get_if<journal::Delivered>(&entry.event)) {
                receives[processes_.at(delivered->to)].push_back(printed(delivered->term));
            } else if (const auto* returned = std::get_if<journal::Returned>(&entry.event)) {
                const std::string& name = processes_.at(returned->process);
                if (!returned->late || name == caller) return;
                unblocks[name] = returned->outcome == journal::Outcome::value ? OrderedJson(printed(returned->term))
                                                                              : OrderedJson("_");
            } else if (const auto* end = std::get_if<journal::ProcessEnded>(&entry.event)) {
                ended[processes_.at(end->process)] = printed(end->reason);
            }
        });
        OrderedJson calls = OrderedJson::array();
        for (const scenario::DriverCall& called : callbacks_[index].driver_calls)
            if (called.kind == scenario::DriverCall::Kind::callback)
                calls.push_back(called.version.empty()
                                    ? called.name
                                    : fmt::format("{}/{}:{}", called.driver, called.version, called.name));
        if (!calls.empty()) out["driver_calls"] = std::move(calls);
        if (!receives.empty()) out["receives"] = std::move(receives);
        if (!unblocks.empty()) out["unblocks"] = std::move(unblocks);
        if (!ended.empty()) out["exits"] = std::move(ended);
    }

    const SessionModel& model_;
    const scenario::Scenario& scenario_;
    scenario::RunResult result_;
    term::Namer namer_;
    std::string session_;
    std::map<ProcessId, std::string> processes_;
    std::vector<scenario::StepRecord> callbacks_; ///< by step
    std::map<std::string, std::string> files_;
};

} // namespace

nlohmann::json export_scenario(const SessionModel& model, const std::string& session) {
    return Exporter(model, session).run();
}

} // namespace ddll::session
