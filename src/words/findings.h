#pragma once
/// What is known of each rule: how bad it is, what reports it, and its texts. The table is findings.def.
#include "words/rule.h"

#include <algorithm>
#include <string>

namespace ddll::words {

#define DDLL_SEVERITIES(X) X(note, "note") X(warning, "warning") X(error, "error")
DDLL_WORDS(Severity, DDLL_SEVERITIES)

/// What reports findings. A rule may have several.
enum Finder : std::uint8_t {
    by_file = 1,  ///< static: the bytes of a driver file, see findings/static/
    by_host = 2,  ///< the simulated emulator, while the driver runs: journal::Misused
    by_run = 4,   ///< a reader of the journal, after every run
    by_probe = 8, ///< a run that looks closely (`ddlltool check`): what it does not show was not there
    by_check = 16 ///< `ddlltool check` itself, from the outcome of its runs and from two versions' answers
};

struct RuleRow {
    Rule rule;
    std::string_view id; ///< stable, in every report and in scenario files
    Severity severity;
    std::uint8_t finders;    ///< of Finder
    std::string_view title;  ///< what it is, one line
    std::string_view why;    ///< what it does to a node
    std::string_view advice; ///< what to do about it
};

/// By number, which is sorted by id.
inline constexpr RuleRow rules[] = {
#define DDLL_FINDING(rule, id, severity, found_by, title, why, advice)                                                 \
    {Rule::rule, id, Severity::severity, found_by, title, why, advice},
#include "words/findings.def"
#undef DDLL_FINDING
};
static_assert(std::is_sorted(std::begin(rules), std::end(rules),
                             [](const RuleRow& a, const RuleRow& b) { return a.id < b.id; }),
              "findings.def: rows stand in order of their ids");

/// Who reads an id in a report finds its enumerator, and the other way round.
constexpr bool spell_the_same(std::string_view enumerator, std::string_view id) {
    return std::equal(enumerator.begin(), enumerator.end(), id.begin(), id.end(),
                      [](char letter, char of_id) { return letter == (of_id == '-' ? '_' : of_id); });
}
#define DDLL_FINDING(rule, id, ...)                                                                                    \
    static_assert(spell_the_same(#rule, id), "an id is its enumerator with '-' for '_'");
#include "words/findings.def"
#undef DDLL_FINDING

/// For suggestions.
inline constexpr auto rule_ids = [] {
    std::array<std::string_view, count<Rule>> out;
    for (const RuleRow& row : rules) out[static_cast<std::size_t>(row.rule)] = row.id;
    return out;
}();

constexpr const RuleRow& row(Rule rule) {
    return rules[static_cast<std::size_t>(rule)];
}
inline std::string advice(Rule rule) {
    return std::string(row(rule).advice);
}

constexpr bool is_found(Finder finder, Rule rule) {
    return (row(rule).finders & finder) != 0;
}

/// A rule as one finder may report it: a rule whose row does not name that finder does not compile.
template <Finder finder>
class RuleOf {
public:
#ifdef __clang__
    // clang 14 destroys the wrong temporaries of an expression with a consteval call in it. g++ does the checking.
    constexpr RuleOf(Rule rule) : rule_(rule) {}
#else
    consteval RuleOf(Rule rule) : rule_(rule) {
        if (!is_found(finder, rule)) throw "findings.def names another finder";
    }
#endif
    constexpr operator Rule() const {
        return rule_;
    }

private:
    Rule rule_;
};

} // namespace ddll::words

namespace ddll {

/// What to do about a finding: its own fix, where there is one for this case, or else what its rule advises.
template <class Finding>
std::string fix_of(const Finding& finding) {
    return finding.fix.empty() ? words::advice(finding.rule) : finding.fix;
}

} // namespace ddll
