// How a request becomes steps of the story.
#include "session/session_model.h"

#include "base/text.h"
#include "scenario/work_folder.h"
#include "session/calls.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::session {

using term::Term;

namespace {

constexpr std::string_view folder_mark = "@folder";

bool is_process_name(std::string_view name) {
    return !name.empty() && is_lower(name[0]) && std::all_of(name.begin(), name.end(), is_word);
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

struct SessionModel::Draft {
    std::vector<Order> orders;
    scenario::ScenarioStep step;
    std::vector<std::string> variables; ///< new ones
    Order& order() { return orders.back(); }
    bool knows(const std::string& variable) const {
        return std::find(variables.begin(), variables.end(), variable) != variables.end();
    }
};

std::string SessionModel::folder_variable(const std::string& folder, Draft& draft) const {
    if (const std::string* known = variable_of(folder)) return *known;
    for (const auto& path : draft.order().paths)
        if (path.folder == folder) return path.variable;
    std::string variable = "Dir";
    for (int n = 2; variables_.contains(variable) || draft.knows(variable); ++n) variable = fmt::format("Dir{}", n);
    draft.variables.push_back(variable);
    draft.order().paths.push_back({variable, folder});
    return variable;
}

Result<void> SessionModel::find_process(const std::string& name, bool trap_exit, Draft& draft) const {
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
void SessionModel::name_folders(const term::Expr& expr, Draft& draft) const {
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

Result<void> SessionModel::check_call(const term::Expr& expr, const Draft& draft) const {
    if (draft.variables.empty()) return check_names(expr, variables_);
    std::set<std::string> variables = variables_;
    variables.insert(draft.variables.begin(), draft.variables.end());
    return check_names(expr, variables);
}

// From here on it is part of the story.
void SessionModel::adopt(const Draft& draft) {
    for (const Order& order : draft.orders) {
        scenario_.paths.insert(scenario_.paths.end(), order.paths.begin(), order.paths.end());
        for (const auto& path : order.paths) folders_[path.folder] = path.variable;
        scenario_.processes.insert(scenario_.processes.end(), order.processes.begin(), order.processes.end());
    }
    variables_.insert(draft.variables.begin(), draft.variables.end());
}

Order SessionModel::note_change(const DriverStore::Change& change) {
    Draft draft;
    draft.orders.emplace_back();
    Order& order = draft.order();
    order.index = static_cast<std::uint32_t>(scenario_.steps.size());
    order.installed = change.path;
    order.version = change.version;
    order.how = change.how;
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

Result<void> SessionModel::draft_call(const Request& request, Draft& draft) {
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

Result<void> SessionModel::draft(const Request& request, Draft& draft) {
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

Result<std::vector<Order>> SessionModel::prepare(const Request& request) {
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

} // namespace ddll::session
