#include "session/calls.h"

#include "base/text.h"
#include "calls/calls.h"

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

} // namespace ddll::session
