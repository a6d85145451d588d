#include "verify/suite.h"

#include "base/text.h"
#include "verify/suite_case.h"

#include <embedded/verify.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace ddll::verify {

using scenario::ScenarioStep;

const std::string_view suite_mark = "%% Made by ddlltool export.";

namespace {

/// What Common Test and EUnit wait longer than a scenario may take: a node has to start.
constexpr std::int64_t margin_s = 60;

bool halts(const scenario::CallStep& step) {
    return std::any_of(step.calls.begin(), step.calls.end(), [](const scenario::Text& call) {
        return call.expr->kind == term::Expr::Kind::call && call.expr->name == "halt";
    });
}

/// Why a node cannot do the step, or empty.
std::string objection(const ScenarioStep& step) {
    if (std::holds_alternative<scenario::AdvanceStep>(step.what)) return "moves the clock, which a node cannot";
    if (std::holds_alternative<scenario::PeerStep>(step.what)) return "is of a peer, which ddlltool plays";
    if (const auto* call = std::get_if<scenario::CallStep>(&step.what); call != nullptr && halts(*call))
        return "halts the node";
    return {};
}

std::string first_objection(const std::vector<ScenarioStep>& steps, std::uint32_t& number) {
    for (const ScenarioStep& step : steps) {
        ++number;
        if (const std::string why = objection(step); !why.empty()) return fmt::format("step {} {}", number, why);
        if (const auto* repeat = std::get_if<scenario::RepeatStep>(&step.what))
            if (std::string why = first_objection(repeat->steps, number); !why.empty()) return why;
    }
    return {};
}

/// The names of functions that mean something else in such a module, and what is no name of a function at all.
std::string function_name(const std::string& file, std::set<std::string>& taken) {
    std::string name;
    for (const char c : std::filesystem::path(file).stem().string()) {
        name += is_word(c) ? to_lower(c) : '_';
    }
    static const std::set<std::string_view> special{"all",           "suite", "groups", "module_info", "init_per_suite",
                                                    "end_per_suite", "test",  "play"};
    if (name.empty() || !is_lower(name.front()) || special.contains(name) || erlang_atom(name) != name)
        name = "story_" + name;
    std::string unique = name;
    for (int n = 2; !taken.insert(unique).second; ++n) unique = fmt::format("{}_{}", name, n);
    return unique;
}

std::string remarks(const scenario::Scenario& scenario) {
    std::string out = fmt::format("%% {}\n", scenario.title);
    for (const std::string& line : scenario.description) out += fmt::format("%% {}\n", line);
    return out;
}

std::string common_test(const Suite& suite, const std::vector<scenario::Scenario>& scenarios, Libraries& libraries) {
    std::int64_t longest = 0;
    for (const scenario::Scenario& scenario : scenarios)
        longest = std::max(longest, scenario_seconds(scenario) + margin_s);
    std::vector<std::string> names, exports;
    for (const SuiteCase& one : suite.cases) {
        names.push_back(one.name);
        exports.push_back(one.name + "/1");
    }
    std::string out = fmt::format("-export([suite/0, all/0]).\n-export([{}]).\n\n"
                                  "suite() -> [{{timetrap, {{seconds, {}}}}}].\n\n"
                                  "all() -> [{}].\n",
                                  fmt::join(exports, ",\n         "), longest, fmt::join(names, ",\n          "));
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
        const SuiteCase& one = suite.cases[i];
        out += "\n" + remarks(scenarios[i]);
        if (!one.skipped.empty())
            out += fmt::format("{}(_Config) ->\n    {{skip, {}}}.\n", one.name, erlang_string(one.skipped));
        else
            out += fmt::format("{}(Config) ->\n    ddlltool_story:play(Config,\n        {}).\n", one.name,
                               scenario_terms(scenarios[i], libraries, 8));
    }
    return out;
}

// EUnit knows no skipped tests: a scenario that a node cannot run is a group of none, whose title says why.
std::string eunit(const Suite& suite, const std::vector<scenario::Scenario>& scenarios, Libraries& libraries) {
    std::vector<std::string> exports;
    for (const SuiteCase& one : suite.cases) exports.push_back(one.name + "_test_/0");
    std::string out =
        fmt::format("-export([{}]).\n\n"
                    "%% The drivers lie beside the source, or beside what was compiled of it.\n"
                    "data() ->\n"
                    "    Places = [filename:dirname(P) || P <- [?FILE, code:which(?MODULE)], is_list(P)],\n"
                    "    hd([D || P <- Places, D <- [filename:join(P, \"{}_data\")], filelib:is_dir(D)]).\n",
                    fmt::join(exports, ",\n         "), suite.module);
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
        const SuiteCase& one = suite.cases[i];
        out += "\n" + remarks(scenarios[i]);
        if (!one.skipped.empty())
            out += fmt::format("{}_test_() -> {{{}, []}}.\n", one.name,
                               erlang_string(fmt::format("{}: not played: {}", one.file, one.skipped)));
        else
            out += fmt::format("{}_test_() ->\n    {{{}, {{timeout, {}, fun() -> ok = ddlltool_story:play(data(),\n"
                               "        {}) end}}}}.\n",
                               one.name, erlang_string(one.file), scenario_seconds(scenarios[i]) + margin_s,
                               scenario_terms(scenarios[i], libraries, 8));
    }
    return out;
}

} // namespace

std::string why_not_on_a_node(const scenario::Scenario& scenario) {
    if (!scenario.not_compared.empty()) return "it is not for a node: " + scenario.not_compared;
    if (scenario.node_dies) return "a node dies in it";
    if (scenario.expected_crash) return "its driver ends the node";
    std::uint32_t number = 0;
    if (std::string why = first_objection(scenario.steps, number); !why.empty()) return why;
    if (scenario.async_takes.ns > 0) return "async_takes: a node cannot say how long its async jobs take";
    return {};
}

Suite make_suite(SuiteKind kind, const std::string& name, const std::vector<scenario::Scenario>& scenarios) {
    Suite suite;
    suite.module = name + (kind == SuiteKind::common_test ? "_SUITE" : "_tests");
    std::set<std::string> taken;
    for (const scenario::Scenario& scenario : scenarios)
        suite.cases.push_back({function_name(scenario.file, taken), scenario.file, why_not_on_a_node(scenario)});
    Libraries libraries;
    const std::string head = fmt::format("{}\n", suite_mark);
    std::string text = head + fmt::format("-module({}).\n", suite.module);
    text +=
        kind == SuiteKind::common_test ? common_test(suite, scenarios, libraries) : eunit(suite, scenarios, libraries);
    suite.files.push_back({suite.module + ".erl", std::move(text), ""});
    suite.files.push_back({"ddlltool_story.erl", head + std::string(embedded::ddlltool_story_erl()), ""});
    suite.files.push_back({"ddlltool_match.erl", head + std::string(embedded::ddlltool_match_erl()), ""});
    suite.files.push_back({"ddlltool_player.erl", head + std::string(embedded::ddlltool_player_erl()), ""});
    for (const auto& [place, source] : libraries.all())
        suite.files.push_back({suite.module + "_data/" + place, "", source});
    return suite;
}

} // namespace ddll::verify
