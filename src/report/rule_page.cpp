#include "report/rule_page.h"

#include "findings/examples.h"
#include "report/style.h"

#include <fmt/format.h>

namespace ddll::report {

namespace {

std::string found_by(words::Rule rule) {
    const bool in_file = is_found(words::by_file, rule), in_check = is_found(words::by_probe, rule);
    if (in_file && in_check) return "In the file (inspect, check), and while the driver runs (check).";
    if (in_file) return "In the file: ddlltool inspect, ddlltool check.";
    if (in_check) return "While the driver runs: ddlltool check.";
    return "While the driver runs: ddlltool run, ddlltool check, and in every session.";
}

std::string suppression(std::string_view id) {
    return fmt::format(R"([{{"rule": "{}", "reason": "...", "expires": "2026-12-31"}}])", id);
}

} // namespace

std::string rule_page(const words::RuleRow& rule) {
    std::string out = fmt::format("{} ({})\n", rule.id, name(rule.severity));
    const auto part = [&out](const char* heading, std::string_view text) {
        out += fmt::format("\n{}\n{}\n", heading, wrapped(text, 2, 80));
        while (out.ends_with("\n\n")) out.pop_back();
    };
    part("what it is", rule.title);
    part("what it does to a node", rule.why);
    part("how it is found", found_by(rule.rule));
    part("what to do about it", rule.advice);
    if (const findings::Example* example = findings::example(rule.rule)) {
        out += fmt::format("\nan example: {} (- as it is, + cured)\n", example->shows);
        out += indented(example->difference, "  ");
    }
    out += fmt::format("\nto accept it for a while, in a file for ddlltool check --suppressions\n  {}\n",
                       suppression(rule.id));
    return out;
}

std::string rules_markdown() {
    std::string out =
        "# The rules\n\n"
        "What ddlltool finds, one section for each rule. `ddlltool explain RULE` prints the same offline, and "
        "[museum.md](museum.md)\nhas a driver for each hazard of a replacement. This page is made by "
        "`scripts/rules-page --write`.\n\n"
        "| rule | severity | what it is |\n|---|---|---|\n";
    for (const words::RuleRow& rule : words::rules)
        out += fmt::format("| [{0}](#{0}) | {1} | {2} |\n", rule.id, name(rule.severity), rule.title);
    for (const words::RuleRow& rule : words::rules) {
        out += fmt::format("\n## {}\n\n**{}.** {}\n\n", rule.id, rule.title, rule.why);
        out += fmt::format("- Severity: {}. A finding may be milder where less is certain.\n", name(rule.severity));
        out += fmt::format("- Found: {}\n- Cure: {}\n", found_by(rule.rule), rule.advice);
        out += fmt::format("- To accept it for a while: `{}`\n", suppression(rule.id));
        if (const findings::Example* example = findings::example(rule.rule))
            out += fmt::format("\nExample: {}.\n\n```diff\n{}```\n", example->shows, example->difference);
    }
    return out;
}

} // namespace ddll::report
