#include "scenario/expectations.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace ddll::scenario {

using term::Evaluated;
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

bool before_return(const Arrival& arrival) {
    return arrival.before_return;
}
bool before_return(const DriverCall* call) {
    return call->before_return;
}

template <class Patterns>
bool has_marker(const Patterns& wanted) {
    return std::any_of(wanted.begin(), wanted.end(), [](const auto& pattern) { return pattern.is_return; });
}

// One after the other; with a marker in `wanted`, if that counts, what came before the return must be in front of it.
template <class Patterns, class Items, class Match>
bool all_match(const Patterns& wanted, const Items& got, bool is_call, const ExpectScope& scope, const Match& match) {
    const bool marker = is_call && has_marker(wanted);
    term::Bindings bindings = scope.bindings;
    auto next = got.begin();
    bool before = true;
    for (const auto& pattern : wanted) {
        if (pattern.is_return) {
            before = false;
            continue;
        }
        if (next == got.end() || (marker && before_return(*next) != before) || !match(pattern, *next, bindings))
            return false;
        ++next;
    }
    if (next != got.end()) return false;
    scope.bindings = std::move(bindings);
    return true;
}

template <class Items, class Show>
std::string shown(const Items& got, bool marker, const Show& show) {
    std::vector<std::string> lines;
    bool before = true;
    for (const auto& item : got) {
        if (marker && before && !before_return(item)) lines.emplace_back(return_marker);
        before = before_return(item);
        lines.push_back(show(item));
    }
    if (marker && before) lines.emplace_back(return_marker);
    return join(lines);
}

// --- messages --------------------------------------------------------------------------------------------------------

bool messages_match(const Receives& wanted, const std::vector<Arrival>& got, const ExpectScope& scope) {
    return all_match(wanted.messages, got, true, scope,
                     [&](const ReceivePattern& pattern, const Arrival& arrival, term::Bindings& bindings) {
                         return term::match(*pattern.pattern.expr, arrival.message, bindings, scope.call);
                     });
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

std::string got_messages(const std::vector<Arrival>& got, bool marker, const ExpectScope& scope) {
    return shown(got, marker, [&](const Arrival& arrival) { return scope.show(arrival.message); });
}

void check_peer(const Receives& wanted, const StepRecord& record, const ExpectScope& scope,
                std::vector<Mismatch>& out) {
    const auto it = record.at_peers.find(wanted.process);
    const auto got = it == record.at_peers.end() ? std::vector<Arrival>() : as_arrivals(it->second);
    if (!messages_match(wanted, got, scope))
        out.push_back({"receives " + wanted.process, wanted_messages(wanted), got_messages(got, false, scope)});
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
std::vector<const DriverCall*> compared(const StepRecord& record, const std::vector<DriverCallPattern>& wanted) {
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
    for (const DriverCall& call : record.driver_calls) {
        if (call.kind == DriverCall::Kind::loader && !loader) continue;
        if (call.kind == DriverCall::Kind::api && !api.contains(call.name)) continue;
        calls.push_back(&call);
    }
    return calls;
}

bool matches(const DriverCallPattern& pattern, const DriverCall& call, term::Bindings& bindings,
             const ExpectScope& scope) {
    const bool same =
        pattern.callback ? call.callback == pattern.callback : !call.callback && call.name == pattern.name;
    if (!same || (!pattern.driver.empty() && pattern.driver != call.driver)) return false;
    if (!pattern.version.empty() && pattern.version != call.version) return false;
    if (pattern.arguments.size() > call.arguments.size()) return false;
    for (std::size_t i = 0; i < pattern.arguments.size(); ++i)
        if (!term::match(*pattern.arguments[i].expr, call.arguments[i], bindings, scope.call)) return false;
    return true;
}

std::string shown_call(const DriverCall& call, const ExpectScope& scope) {
    std::string out = call.driver;
    if (!call.version.empty()) out += "/" + call.version;
    out += (out.empty() ? "" : ":") + call.name;
    std::string arguments;
    for (const Term& argument : call.arguments) arguments += (arguments.empty() ? "" : ", ") + scope.show(argument);
    return arguments.empty() ? out : fmt::format("{}({})", out, arguments);
}

} // namespace

term::Namer namer_of(const term::Bindings& bindings) {
    return [&bindings](const Term& identity) -> std::optional<std::string> {
        for (const auto& [name, value] : bindings)
            if (value == identity) return name;
        return std::nullopt;
    };
}

std::string ExpectScope::show(const Term& term) const {
    return term::print(term, namer_of(bindings));
}

std::string ExpectScope::show(const Evaluated& result) const {
    if (result.kind == Evaluated::Kind::blocked) return "(the call blocks)";
    if (result.kind == Evaluated::Kind::value) return show(result.value);
    return fmt::format("exception {}: {}", result.exception_class, show(result.value));
}

std::optional<Mismatch> check_outcome(const CallOutcome& wanted, const Evaluated& result, const std::string& returns,
                                      const std::string& raises, const ExpectScope& scope) {
    const auto matches = [&](const Text& pattern) {
        return term::match(*pattern.expr, result.value, scope.bindings, scope.call);
    };
    if (const auto* exception = std::get_if<Raises>(&wanted)) {
        if (result.kind == Evaluated::Kind::raised && result.exception_class == exception->exception_class &&
            matches(exception->reason))
            return std::nullopt;
        return Mismatch{raises,
                        fmt::format("exception {}: {}", exception->exception_class, pattern_text(exception->reason)),
                        scope.show(result)};
    }
    if (const auto* value = std::get_if<Text>(&wanted)) {
        if (result.kind == Evaluated::Kind::value && matches(*value)) return std::nullopt;
        return Mismatch{returns, pattern_text(*value), scope.show(result), true};
    }
    if (result.kind == Evaluated::Kind::raised) return Mismatch{returns, "(any value)", scope.show(result), true};
    return std::nullopt;
}

void check_receives(const Effects& effects, const StepRecord& record, const ExpectScope& scope,
                    std::vector<Mismatch>& out) {
    static const std::vector<Arrival> nothing;
    std::set<std::string> listed, listed_peers;
    for (const Receives& wanted : effects.receives) {
        if (wanted.to_peer) {
            listed_peers.insert(wanted.process);
            check_peer(wanted, record, scope, out);
            continue;
        }
        listed.insert(wanted.process);
        const auto it = record.messages.find(wanted.process);
        const auto& got = it == record.messages.end() ? nothing : it->second;
        if (messages_match(wanted, got, scope)) continue;
        out.push_back({"receives " + wanted.process, wanted_messages(wanted),
                       got_messages(got, has_marker(wanted.messages), scope)});
    }
    if (!scope.strict) return;
    for (const ProcessDecl& process : scope.processes)
        if (const auto it = record.messages.find(process.name);
            it != record.messages.end() && !listed.contains(process.name))
            out.push_back({"receives " + process.name, "(nothing)", got_messages(it->second, false, scope)});
    for (const auto& [peer, got] : record.at_peers)
        if (!listed_peers.contains(peer))
            out.push_back({"receives " + peer, "(nothing)", got_messages(as_arrivals(got), false, scope)});
}

void check_exits(const Effects& effects, const StepRecord& record, const ExpectScope& scope,
                 std::vector<Mismatch>& out) {
    std::set<std::string> listed;
    for (const NamedPattern& wanted : effects.exits) {
        listed.insert(wanted.process);
        const auto it = record.exits.find(wanted.process);
        if (it == record.exits.end()) {
            out.push_back({"exits " + wanted.process, pattern_text(wanted.pattern), "(the process goes on)"});
        } else if (!term::match(*wanted.pattern.expr, it->second, scope.bindings, scope.call)) {
            out.push_back({"exits " + wanted.process, pattern_text(wanted.pattern), scope.show(it->second)});
        }
    }
    if (!scope.strict) return;
    for (const ProcessDecl& process : scope.processes)
        if (const auto it = record.exits.find(process.name); it != record.exits.end() && !listed.contains(process.name))
            out.push_back({"exits " + process.name, "(the process goes on)", "ended: " + scope.show(it->second)});
}

void check_driver_calls(const Effects& effects, const StepRecord& record, const ExpectScope& scope, bool is_call,
                        std::vector<Mismatch>& out) {
    if (!effects.driver_calls && !scope.strict) return;
    static const std::vector<DriverCallPattern> none;
    const auto& wanted = effects.driver_calls ? effects.driver_calls->calls : none;
    const auto got = compared(record, wanted);
    if (all_match(wanted, got, is_call, scope,
                  [&](const DriverCallPattern& pattern, const DriverCall* call, term::Bindings& bindings) {
                      return matches(pattern, *call, bindings, scope);
                  }))
        return;
    std::vector<std::string> expected;
    for (const DriverCallPattern& pattern : wanted)
        expected.push_back(pattern.is_return ? std::string(return_marker) : pattern.written);
    out.push_back(
        {"driver_calls", join(expected),
         shown(got, is_call && has_marker(wanted), [&](const DriverCall* call) { return shown_call(*call, scope); })});
}

void check_logs(const Effects& effects, const StepRecord& record, std::vector<Mismatch>& out) {
    if (!effects.logs) return;
    const auto matches = [](const std::string& line, const Text& pattern) {
        return line_matches(line, pattern.source);
    };
    if (std::equal(record.logs.begin(), record.logs.end(), effects.logs->begin(), effects.logs->end(), matches)) return;
    std::vector<std::string> expected;
    for (const Text& pattern : *effects.logs) expected.push_back(pattern.source);
    out.push_back({"logs", join(expected), join(record.logs)});
}

} // namespace ddll::scenario
