#include "session/step_plan.h"

#include "base/text.h"
#include "calls/calls.h"
#include "calls/ddll_call.h"
#include "scenario/process_name.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::session {

namespace {

std::string spelled(const calls::CallDoc& call) {
    return (call.module == "erlang" ? "" : call.module + ":") + call.name;
}

// The first function in it that does not exist, as an error.
std::optional<Error> unknown_function(const term::Expr& expr) {
    static const auto known = calls::known_calls();
    if (expr.kind == term::Expr::Kind::call) {
        const std::string module = expr.module.empty() ? "erlang" : expr.module;
        const auto named = [&](const calls::CallDoc& call) { return call.module == module && call.name == expr.name; };
        const auto any = std::find_if(known.begin(), known.end(), named);
        const bool right = std::any_of(known.begin(), known.end(), [&](const calls::CallDoc& call) {
            return named(call) && call.arity == expr.children.size();
        });
        const std::string written = (expr.module.empty() ? "" : expr.module + ":") + expr.name;
        if (any == known.end()) {
            std::vector<std::string> names;
            for (const auto& call : known) names.push_back(spelled(call));
            const std::vector<std::string_view> views(names.begin(), names.end());
            const auto meant = nearest(written, views);
            return error(fmt::format("no function is called {}/{}", written, expr.children.size()),
                         meant ? fmt::format("did you mean {}?", *meant) : "ddlltool run --list-calls lists them");
        }
        if (!right) {
            std::string arities;
            for (const auto& call : known)
                if (named(call)) arities += fmt::format("{}{}/{}", arities.empty() ? "" : ", ", written, call.arity);
            return error(fmt::format("{} has no form with {}", written, counted(expr.children.size(), "argument")),
                         "there is " + arities);
        }
    }
    for (const auto& child : expr.children)
        if (child)
            if (auto wrong = unknown_function(*child)) return wrong;
    for (const auto& qualifier : expr.qualifiers)
        if (qualifier.source)
            if (auto wrong = unknown_function(*qualifier.source)) return wrong;
    if (expr.tail) return unknown_function(*expr.tail);
    return std::nullopt;
}

std::string folder_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

class Planner {
public:
    explicit Planner(const PlanScope& scope) : scope_(scope) {}

    Result<void> call(const Request& request) {
        Order& order = plan_.order;
        order.by = request.by;
        order.call = request.call;
        order.pattern = request.pattern;
        if (auto known = find_process(request.by, request.trap_exit); !known) return known;
        if (!request.into.empty() || !request.driver.empty()) {
            std::string folder = request.into;
            if (folder.empty()) {
                auto known = folder_of_driver(request.driver);
                if (!known) return std::move(known).error();
                folder = *std::move(known);
            }
            const std::string variable = folder_variable(folder);
            const auto at = order.call.find(folder_mark);
            if (at != order.call.npos) order.call.replace(at, folder_mark.size(), variable);
        }
        auto expr = term::parse_expr(order.call);
        if (!expr) {
            Error e = expr.error();
            e.message = fmt::format("{} (column {} of {})", e.message, e.place.column, order.call);
            e.place = {};
            e.place.file = "the call";
            return e;
        }
        if (auto right = check_call(**expr); !right) return right;
        name_folders(**expr);
        if (!order.pattern.empty()) {
            if (auto pattern = term::parse_expr(order.pattern); !pattern) {
                Error e = pattern.error();
                e.message = fmt::format("{} is no pattern: {}", order.pattern, e.message);
                e.place = {};
                return e;
            }
        }
        scenario::CallStep step;
        step.by = request.by;
        step.calls.push_back({order.call, *std::move(expr), {}});
        step.outcomes.emplace_back();
        plan_.step.what = std::move(step);
        return {};
    }

    Result<void> spawn(const Request& request) {
        if (scope_.scenario.has_process(request.by))
            return error(fmt::format("there is a process {} already", request.by), "choose another name");
        plan_.step.note = fmt::format("{} begins", request.by);
        plan_.step.what = scenario::NoteStep{};
        return find_process(request.by, request.trap_exit);
    }

    void advance(const Request& request) {
        plan_.order.advance = request.by_how_much;
        plan_.order.await = request.await;
        scenario::AdvanceStep step;
        step.by = request.by_how_much;
        step.effects.await = request.await;
        plan_.step.what = std::move(step);
    }

    void install(const DriverStore::Change& change) {
        plan_.order.installed = change.path;
        plan_.order.version = change.version;
        plan_.order.how = change.how;
        scenario::InstallStep step;
        step.driver = step.as = change.driver;
        step.version = change.version;
        step.into = folder_variable(folder_of(change.path));
        step.how = change.how;
        plan_.step.what = std::move(step);
    }

    StepPlan take() { return std::move(plan_); }

private:
    bool is_taken(const std::string& variable) const {
        return scope_.variables.contains(variable) ||
               std::count(plan_.variables.begin(), plan_.variables.end(), variable) > 0;
    }

    std::string folder_variable(const std::string& folder) {
        if (const std::string* known = scope_.scenario.variable_of(folder)) return *known;
        for (const auto& path : plan_.order.paths)
            if (path.folder == folder) return path.variable;
        std::string variable = "Dir";
        for (int n = 2; is_taken(variable); ++n) variable = fmt::format("Dir{}", n);
        plan_.variables.push_back(variable);
        plan_.order.paths.push_back({variable, folder});
        return variable;
    }

    Result<void> find_process(const std::string& name, bool trap_exit) {
        if (scope_.scenario.has_process(name)) {
            if (scope_.state == nullptr) return {};
            for (const ProcessState& process : scope_.state->processes)
                if (process.name == name) return process_can_call(process);
            return {};
        }
        if (!scenario::is_process_name(name))
            return error(fmt::format("{} is no name for a process", name.empty() ? "an empty text" : name),
                         "it begins with a-z, then come letters, digits and _");
        const std::string variable = scenario::process_variable(name);
        if (is_taken(variable))
            return error(fmt::format("the process {} would be the variable {}, which has a value", name, variable),
                         "choose another name");
        plan_.variables.push_back(variable);
        plan_.order.processes.push_back({name, variable, trap_exit});
        return {};
    }

    Result<void> process_can_call(const ProcessState& process) const {
        if (!process.alive)
            return error(fmt::format("{} has ended: {}", process.name, process.reason),
                         "ddlltool spawn NAME starts another process");
        if (process.person.waits)
            return error(fmt::format("{} still waits inside a call, for {}", process.name,
                                     wait_text(process.wait, scope_.namer)),
                         "another process can go on: --as NAME");
        return {};
    }

    Result<std::string> folder_of_driver(const std::string& driver) const {
        std::vector<std::string_view> names;
        if (scope_.state != nullptr)
            for (const DriverState& known : scope_.state->drivers) {
                if (known.name == driver) return folder_of(known.record.path);
                names.push_back(known.name);
            }
        const auto meant = nearest(driver, names);
        return error(fmt::format("{} is not loaded: from which folder is it to come?", driver),
                     meant ? fmt::format("did you mean {}?", *meant) : "name it: DIR NAME");
    }

    // A folder written out in a call gets a variable, too: the exported scenario is to run where there is no such
    // folder.
    void name_folders(const term::Expr& expr) {
        for (const auto& child : expr.children)
            if (child) name_folders(*child);
        const auto call = calls::ddll_call(expr);
        if (!call || call->folder == nullptr || !call->folder->value.is_list()) return;
        const auto folder = calls::literal_word(*call->folder);
        if (folder && folder->starts_with('/')) folder_variable(*folder);
    }

    Result<void> check_call(const term::Expr& expr) const {
        if (plan_.variables.empty()) return check_names(expr, scope_.variables);
        std::set<std::string> variables = scope_.variables;
        variables.insert(plan_.variables.begin(), plan_.variables.end());
        return check_names(expr, variables);
    }

    const PlanScope& scope_;
    StepPlan plan_;
};

} // namespace

Result<void> check_names(const term::Expr& expr, const std::set<std::string>& variables) {
    if (term::has_wildcards(expr)) return error("_ and ... have no value", "they belong into patterns");
    for (const std::string& name : term::free_variables(expr)) {
        if (variables.contains(name)) continue;
        const std::vector<std::string_view> views(variables.begin(), variables.end());
        const auto meant = nearest(name, views);
        return error(fmt::format("{} has no value", name),
                     meant ? fmt::format("did you mean {}?", *meant)
                           : "ddlltool status shows the names of ports, processes and references");
    }
    if (auto wrong = unknown_function(expr)) return *std::move(wrong);
    return {};
}

Result<StepPlan> plan_step(const Request& request, const PlanScope& scope) {
    Planner planner(scope);
    Result<void> done;
    if (request.kind == Request::Kind::call)
        done = planner.call(request);
    else if (request.kind == Request::Kind::spawn)
        done = planner.spawn(request);
    else
        planner.advance(request);
    if (!done) return std::move(done).error();
    return planner.take();
}

StepPlan plan_install(const DriverStore::Change& change, const PlanScope& scope) {
    Planner planner(scope);
    planner.install(change);
    return planner.take();
}

} // namespace ddll::session
