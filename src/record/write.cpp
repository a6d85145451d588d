#include "record/write.h"

#include "base/text.h"
#include "scenario/expected_crash.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace ddll::record {

using Json = nlohmann::ordered_json;
using term::Evaluated;
using term::Term;

namespace {

constexpr std::size_t longest_pattern = 4000;
/// A scenario may take ten seconds unless it says more.
constexpr std::size_t most_within_default_limit = 20'000, steps_each_second = 1'000;

class Writer {
public:
    Writer(const Story& story, const std::vector<Effects>& effects, bool exact)
        : story_(story), effects_(effects), exact_(exact) {
        for (const Process& process : story.processes) names_.add_process(process.pid, process.name);
        for (const Item& item : story.items)
            if (const auto* call = std::get_if<Call>(&item.what); call != nullptr && is_load(*call))
                names_.add_folder(name_text(call->arguments[0]));
    }

    Json processes() const {
        Json out = Json::object();
        for (const Process& process : story_.processes)
            out[names_.of_process(process.pid)] = process.trap_exit ? Json{{"trap_exit", true}} : Json::object();
        return out;
    }

    Json paths() const {
        Json out = Json::object();
        std::map<std::string, std::string> in_order;
        for (const auto& [folder, variable] : names_.folders())
            in_order[variable] = "live" + variable.substr(std::string_view("Dir").size());
        for (const auto& [variable, folder] : in_order) out[variable] = folder;
        return out;
    }

    Json steps() {
        Json out = Json::array();
        for (std::size_t i = 0; i < story_.items.size(); ++i) {
            Json step = std::visit([&](const auto& what) { return step_of(what, i); }, story_.items[i].what);
            out.push_back(std::move(step));
        }
        return out;
    }

private:
    Json step_of(const Put& put, std::size_t) {
        Json out = {{"install", put.driver}};
        if (!put.version.empty()) out["version"] = put.version;
        out["into"] = names_.folders().at(put.folder);
        if (put.version.empty()) out["how"] = "remove";
        return out;
    }

    Json step_of(const Wait& wait, std::size_t i) {
        Json out = {{"advance", to_string(wait.by)}};
        add_effects(i, out);
        return out;
    }

    Json step_of(const End& end, std::size_t i) {
        const std::string name = names_.of_process(end.process);
        const auto reason = names_.text(end.reason);
        Json out = {{"by", name}, {"call", fmt::format("exit({})", reason.value_or("not_recorded"))}};
        add_effects(i, out);
        return out;
    }

    Json step_of(const Call& call, std::size_t i) {
        const std::string name = names_.of_process(call.process);
        const auto text = call_text(call);
        if (!text)
            return {{"note", fmt::format("Not replayed: {} calls {}:{}/{} with what only that node has", name,
                                         call.module, call.name, call.arguments.size())}};
        Json out = {{"by", name}, {"call", *text}};
        if (effects_[i].blocks)
            out["blocks"] = true;
        else if (call.outcome && call.name != "!")
            add_outcome(*call.outcome, out);
        add_effects(i, out);
        return out;
    }

    std::optional<std::string> call_text(const Call& call) const {
        std::vector<std::string> arguments;
        for (const Term& argument : call.arguments) {
            auto text =
                arguments.empty() && is_load(call) ? names_.folders().at(name_text(argument)) : names_.text(argument);
            if (!text) return std::nullopt;
            arguments.push_back(*std::move(text));
        }
        if (call.name == "!") return fmt::format("{} ! {}", arguments[0], arguments[1]);
        const std::string module = call.module == "erlang" ? "" : call.module + ":";
        return fmt::format("{}{}({})", module, call.name, fmt::join(arguments, ", "));
    }

    std::string pattern(const Term& term) {
        std::string out = names_.pattern(term);
        return out.size() > longest_pattern ? "_" : out;
    }

    void add_outcome(const Evaluated& outcome, Json& out) {
        if (outcome.kind == Evaluated::Kind::raised) {
            if (exact_) out["raises"] = fmt::format("{}:{}", outcome.exception_class, pattern(outcome.value));
            return;
        }
        const auto known = names_.text(outcome.value);
        std::string text = pattern(outcome.value);
        if (exact_ || !known) out["returns"] = std::move(text);
    }

    void add_effects(std::size_t i, Json& out) {
        const Effects& effects = effects_[i];
        Json receives = Json::object(), exits = Json::object(), unblocks = Json::object();
        for (const auto& [process, outcome] : effects.unblocks) {
            Json value = "_";
            if (outcome && outcome->kind == Evaluated::Kind::raised)
                value = {{"raises", fmt::format("{}:{}", outcome->exception_class, pattern(outcome->value))}};
            else if (outcome)
                value = pattern(outcome->value);
            unblocks[names_.of_process(process)] = std::move(value);
        }
        for (const Message& message : effects.messages)
            receives[names_.of_process(message.to)].push_back(pattern(message.message));
        for (const auto& [process, reason] : effects.exits) exits[names_.of_process(process)] = pattern(reason);
        if (!unblocks.empty()) out["unblocks"] = std::move(unblocks);
        if (!receives.empty()) out["receives"] = std::move(receives);
        if (!exits.empty()) out["exits"] = std::move(exits);
        if (!effects.driver_calls.empty()) out["driver_calls"] = effects.driver_calls;
    }

    const Story& story_;
    const std::vector<Effects>& effects_;
    const bool exact_;
    Names names_;
};

Json drivers_of(const Story& story, const std::vector<DriverCopy>& copies) {
    Json out = Json::object();
    const auto used = versions_of(story);
    for (const DriverCopy& copy : copies) {
        if (!used.contains({copy.driver, copy.version})) continue;
        Json file = place_of(copy);
        if (copy.broken) file = {{"file", place_of(copy)}, {"broken", true}};
        out[copy.driver][copy.version] = std::move(file);
    }
    return out;
}

// --- repetitions -----------------------------------------------------------------------------------------------------

constexpr std::size_t longest_round = 8, fewest_rounds = 3, fewest_values = 200, most_rounds = 1'000'000;

/// How often the `length` steps from `at` on are there, one round behind the other.
template <class Same>
std::size_t rounds_at(const Json& steps, std::size_t at, std::size_t length, const Same& same) {
    std::size_t end = at + length;
    while (end < steps.size() && end - at < most_rounds * length && same(steps[end], steps[end - length])) ++end;
    return (end - at) / length;
}

Json round_of(const Json& steps, std::size_t at, std::size_t length) {
    Json out = Json::array();
    for (std::size_t i = at; i < at + length; ++i) out.push_back(steps[i]);
    return out;
}

template <class Same>
Json folded(const Json& steps, std::size_t most, std::size_t fewest, const Same& same, void (*change)(Json& round),
            std::size_t kept) {
    Json out = Json::array();
    for (std::size_t at = 0; at < steps.size();) {
        std::size_t length = 0, rounds = 0;
        for (std::size_t l = 1; l <= most && rounds < fewest; ++l) {
            length = l;
            rounds = rounds_at(steps, at, l, same);
        }
        if (rounds < fewest) {
            out.push_back(steps[at++]);
            continue;
        }
        for (std::size_t i = 0; i < kept; ++i) out.push_back(steps[at + i]);
        Json round = round_of(steps, at, length);
        change(round);
        out.push_back({{"repeat", rounds - 2 * kept}, {"steps", std::move(round)}});
        for (std::size_t i = 0; i < kept; ++i) out.push_back(steps[at + rounds - kept + i]);
        at += rounds * length;
    }
    return out;
}

bool differ_in_value(const Json& a, const Json& b) {
    if (!a.contains("returns") || !b.contains("returns") || !a.contains("call")) return false;
    Json one = a, other = b;
    one.erase("returns");
    other.erase("returns");
    return one == other;
}

void forget_value(Json& round) {
    round[0]["returns"] = "_";
    round[0]["note"] = "Each round returned another value: the first and the last are compared.";
}

} // namespace

std::set<std::pair<std::string, std::string>> versions_of(const Story& story) {
    std::set<std::pair<std::string, std::string>> out;
    for (const Item& item : story.items)
        if (const auto* put = std::get_if<Put>(&item.what); put != nullptr && !put->version.empty())
            out.emplace(put->driver, put->version);
    return out;
}

Json folded(const Json& steps) {
    const Json once = folded(
        steps, longest_round, fewest_rounds, std::equal_to<>(), [](Json&) {}, 0);
    return folded(once, 1, fewest_values, differ_in_value, forget_value, 1);
}

std::string place_of(const DriverCopy& copy) {
    return fmt::format("drivers/{}/{}.so", copy.version, copy.driver);
}

Json scenario_of(const Head& head, const Story& story, const std::vector<DriverCopy>& copies,
                 const std::vector<Effects>& effects, bool exact) {
    Writer writer(story, effects, exact);
    Json out;
    out["scenario"] = 1;
    out["title"] = head.title;
    out["tags"] = {"recorded"};
    out["paths"] = writer.paths();
    out["drivers"] = drivers_of(story, copies);
    out["processes"] = writer.processes();
    if (story.items.size() > most_within_default_limit)
        out["time_limit"] = fmt::format("{}s", story.items.size() / steps_each_second);
    out["steps"] = exact ? folded(writer.steps()) : writer.steps();
    return out;
}

Json with_expected(Json scenario, const scenario::RunResult& run) {
    std::set<std::string> findings;
    for (const scenario::RunFinding& finding : run.findings) findings.insert(std::string(name(finding.rule)));
    const Json steps = std::move(scenario["steps"]);
    scenario.erase("steps");
    if (!findings.empty()) scenario["expected_findings"] = findings;
    if (run.death) scenario["expected_crash"] = scenario::expected_crash(*run.death);
    scenario["steps"] = steps;
    return scenario;
}

std::string file_text(const Json& scenario) {
    const auto dumped = [](const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); };
    std::string out = "{";
    for (const auto& [key, value] : scenario.items()) {
        out += fmt::format("{}\n  {}: ", out.size() == 1 ? "" : ",", dumped(key));
        if (key != "steps") {
            out += dumped(value);
            continue;
        }
        std::vector<std::string> lines;
        for (const Json& step : value) lines.push_back("    " + dumped(step));
        out += fmt::format("[\n{}\n  ]", fmt::join(lines, ",\n"));
    }
    return out + "\n}\n";
}

} // namespace ddll::record
