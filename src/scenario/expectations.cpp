#include "scenario/expectations.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace ddll::scenario {

using term::Term;

namespace {

std::string join(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& line : lines) out += (out.empty() ? "" : "\n") + line;
    return out.empty() ? "(nothing)" : out;
}

std::string pattern_text(const Text& text) {
    return term::print(*text.expr);
}

// --- messages --------------------------------------------------------------------------------------------------------

bool messages_match(const Receives& wanted, const std::vector<Arrival>& got, const ExpectScope& context) {
    const auto marker =
        std::find_if(wanted.messages.begin(), wanted.messages.end(), [](const auto& m) { return m.is_return; });
    const bool has_marker = marker != wanted.messages.end();
    std::size_t next = 0;
    bool before = true;
    term::Bindings bindings = context.bindings;
    for (const ReceivePattern& pattern : wanted.messages) {
        if (pattern.is_return) {
            before = false;
            continue;
        }
        if (next == got.size() || (has_marker && got[next].before_return != before)) return false;
        if (!term::match(*pattern.pattern.expr, got[next].message, bindings, context.call)) return false;
        ++next;
    }
    if (next != got.size()) return false;
    context.bindings = std::move(bindings);
    return true;
}

std::vector<Arrival> as_arrivals(const std::vector<std::variant<std::string, Term>>& at_peer) {
    std::vector<Arrival> out;
    for (const auto& what : at_peer) {
        const auto* bytes = std::get_if<std::string>(&what);
        out.push_back({bytes != nullptr ? Term::binary(*bytes) : std::get<Term>(what), false});
    }
    return out;
}

std::string wanted_messages(const Receives& wanted) {
    std::vector<std::string> lines;
    for (const ReceivePattern& pattern : wanted.messages)
        lines.push_back(pattern.is_return ? std::string(return_marker) : pattern_text(pattern.pattern));
    return join(lines);
}

std::string got_messages(const std::vector<Arrival>& got, bool with_marker, const ExpectScope& context) {
    std::vector<std::string> lines;
    bool before = true;
    for (const Arrival& arrival : got) {
        if (with_marker && before && !arrival.before_return) lines.emplace_back(return_marker);
        before = arrival.before_return;
        lines.push_back(context.show(arrival.message));
    }
    if (with_marker && before) lines.emplace_back(return_marker);
    return join(lines);
}

void check_peer(const Receives& wanted, const StepView& view, const ExpectScope& context, std::vector<Mismatch>& out) {
    const auto it = view.at_peers.find(wanted.process);
    const auto got = it == view.at_peers.end() ? std::vector<Arrival>() : as_arrivals(it->second);
    if (!messages_match(wanted, got, context))
        out.push_back({"receives " + wanted.process, wanted_messages(wanted), got_messages(got, false, context)});
}

// --- the log ---------------------------------------------------------------------------------------------------------

// The first part stands at the beginning, the last one at the end, those between them in order.
bool line_matches(std::string_view line, std::string_view pattern) {
    const auto star = pattern.find('*');
    if (star == pattern.npos) return line == pattern;
    if (!line.starts_with(pattern.substr(0, star))) return false;
    line.remove_prefix(star);
    pattern.remove_prefix(star + 1);
    for (auto next = pattern.find('*'); next != pattern.npos; next = pattern.find('*')) {
        const auto at = line.find(pattern.substr(0, next));
        if (at == line.npos) return false;
        line.remove_prefix(at + next);
        pattern.remove_prefix(next + 1);
    }
    return line.ends_with(pattern);
}

// --- driver calls ----------------------------------------------------------------------------------------------------

// Loader events and API functions are compared only where the list speaks of them.
std::vector<const DriverCall*> compared(const StepView& view, const std::vector<DriverCallPattern>& wanted) {
    std::set<std::string_view> api;
    bool loader = false;
    for (const DriverCallPattern& pattern : wanted) {
        if (pattern.is_return) continue;
        using journal::Callback;
        if (!pattern.callback)
            api.insert(pattern.name);
        else if (*pattern.callback == Callback::dlopen || *pattern.callback == Callback::dlclose ||
                 *pattern.callback == Callback::driver_init)
            loader = true;
    }
    std::vector<const DriverCall*> calls;
    for (const DriverCall& call : view.driver_calls) {
        if (call.kind == DriverCall::Kind::loader && !loader) continue;
        if (call.kind == DriverCall::Kind::api && !api.contains(call.name)) continue;
        calls.push_back(&call);
    }
    return calls;
}

bool matches(const DriverCallPattern& pattern, const DriverCall& call, term::Bindings& bindings,
             const ExpectScope& context) {
    const bool same =
        pattern.callback ? call.callback == pattern.callback : !call.callback && call.name == pattern.name;
    if (!same || (!pattern.driver.empty() && pattern.driver != call.driver)) return false;
    if (!pattern.version.empty() && pattern.version != call.version) return false;
    if (pattern.arguments.size() > call.arguments.size()) return false;
    for (std::size_t i = 0; i < pattern.arguments.size(); ++i)
        if (!term::match(*pattern.arguments[i].expr, call.arguments[i], bindings, context.call)) return false;
    return true;
}

std::string shown_call(const DriverCall& call, const ExpectScope& context) {
    std::string out = call.driver;
    if (!call.version.empty()) out += "/" + call.version;
    out += (out.empty() ? "" : ":") + call.name;
    std::string arguments;
    for (const Term& argument : call.arguments) arguments += (arguments.empty() ? "" : ", ") + context.show(argument);
    return arguments.empty() ? out : fmt::format("{}({})", out, arguments);
}

} // namespace

std::string ExpectScope::show(const Term& term) const {
    return term::print(term, [this](const Term& identity) -> std::optional<std::string> {
        for (const auto& [name, value] : bindings)
            if (value == identity) return name;
        return std::nullopt;
    });
}

std::string ExpectScope::name_of(ProcessId id) const {
    for (const auto& [name, process] : processes)
        if (process == id) return name;
    return fmt::format("<0.{}.0>", id.value);
}

void check_receives(const Effects& effects, const StepView& view, const ExpectScope& context, std::vector<Mismatch>& out) {
    static const std::vector<Arrival> nothing;
    std::set<ProcessId> listed;
    std::set<std::string> listed_peers;
    for (const Receives& wanted : effects.receives) {
        if (wanted.to_peer) {
            listed_peers.insert(wanted.process);
            check_peer(wanted, view, context, out);
            continue;
        }
        const ProcessId id = context.processes.at(wanted.process);
        listed.insert(id);
        const auto it = view.arrivals.find(id);
        const auto& got = it == view.arrivals.end() ? nothing : it->second;
        if (messages_match(wanted, got, context)) continue;
        const bool marker =
            std::any_of(wanted.messages.begin(), wanted.messages.end(), [](const auto& m) { return m.is_return; });
        out.push_back({"receives " + wanted.process, wanted_messages(wanted), got_messages(got, marker, context)});
    }
    if (!context.strict) return;
    for (const auto& [id, got] : view.arrivals)
        if (!listed.contains(id))
            out.push_back({"receives " + context.name_of(id), "(nothing)", got_messages(got, false, context)});
    for (const auto& [peer, got] : view.at_peers)
        if (!listed_peers.contains(peer))
            out.push_back({"receives " + peer, "(nothing)", got_messages(as_arrivals(got), false, context)});
}

void check_exits(const Effects& effects, const StepView& view, const ExpectScope& context, std::vector<Mismatch>& out) {
    std::set<ProcessId> listed;
    for (const NamedPattern& wanted : effects.exits) {
        const ProcessId id = context.processes.at(wanted.process);
        listed.insert(id);
        const auto it = view.exits.find(id);
        if (it == view.exits.end()) {
            out.push_back({"exits " + wanted.process, pattern_text(wanted.pattern), "(the process goes on)"});
        } else if (!term::match(*wanted.pattern.expr, it->second, context.bindings, context.call)) {
            out.push_back({"exits " + wanted.process, pattern_text(wanted.pattern), context.show(it->second)});
        }
    }
    if (!context.strict) return;
    for (const auto& [id, reason] : view.exits)
        if (!listed.contains(id))
            out.push_back({"exits " + context.name_of(id), "(the process goes on)", "ended: " + context.show(reason)});
}

void check_driver_calls(const Effects& effects, const StepView& view, const ExpectScope& context, bool is_call,
                        std::vector<Mismatch>& out) {
    if (!effects.driver_calls && !context.strict) return;
    static const std::vector<DriverCallPattern> none;
    const auto& wanted = effects.driver_calls ? effects.driver_calls->calls : none;
    const bool marker = is_call && std::any_of(wanted.begin(), wanted.end(), [](const auto& c) { return c.is_return; });
    const auto got = compared(view, wanted);
    bool same = true, before = true;
    std::size_t next = 0;
    term::Bindings bindings = context.bindings;
    for (const DriverCallPattern& pattern : wanted) {
        if (pattern.is_return) {
            before = false;
            continue;
        }
        if (next == got.size() || (marker && got[next]->before_return != before) ||
            !matches(pattern, *got[next], bindings, context)) {
            same = false;
            break;
        }
        ++next;
    }
    if (same && next == got.size()) {
        context.bindings = std::move(bindings);
        return;
    }
    std::vector<std::string> expected_lines, got_lines;
    for (const DriverCallPattern& pattern : wanted)
        expected_lines.push_back(pattern.is_return ? std::string(return_marker) : pattern.written);
    bool shown_before = true;
    for (const DriverCall* call : got) {
        if (marker && shown_before && !call->before_return) got_lines.emplace_back(return_marker);
        shown_before = call->before_return;
        got_lines.push_back(shown_call(*call, context));
    }
    if (marker && shown_before) got_lines.emplace_back(return_marker);
    out.push_back({"driver_calls", join(expected_lines), join(got_lines)});
}

void check_logs(const Effects& effects, const StepView& view, std::vector<Mismatch>& out) {
    if (!effects.logs) return;
    const auto matches = [](const std::string& line, const Text& pattern) {
        return line_matches(line, pattern.source);
    };
    if (std::equal(view.logs.begin(), view.logs.end(), effects.logs->begin(), effects.logs->end(), matches)) return;
    std::vector<std::string> expected;
    for (const Text& pattern : *effects.logs) expected.push_back(pattern.source);
    out.push_back({"logs", join(expected), join(view.logs)});
}

} // namespace ddll::scenario
