/// `ddlltool explain`: the page of a rule, the words of an error, a state or a status, offline.
#include "base/text.h"
#include "cli/commands.h"
#include "cli/complete.h"
#include "lifecycle/format_error.h"
#include "report/rule_page.h"
#include "report/style.h"
#include "term/text.h"
#include "words/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace ddll::cli {

namespace {

/// Words of erl_ddll that are no errors.
struct Word {
    std::string_view word, text;
};
constexpr Word known_words[] = {
    {"already_loaded", "The driver was loaded; the caller is one more of its users, and has one unload to make."},
    {"kill_ports",
     "Option of a driver: when it is to go, its ports are killed instead of waited for; linked owners that do "
     "not trap exits die with the reason driver_unloaded."},
    {"load_cancelled", "'DOWN': the last user unloaded the driver before the reload could happen."},
    {"load_failure",
     "'DOWN': the new file of a reload was refused. The old driver is gone: there is none now. Load the old "
     "file again."},
    {"loaded", "The library was opened and init has run; in a message: what was asked for is there."},
    {"pending_driver",
     "Nobody uses the driver any more (unload), or the reload was granted: it happens when nothing holds "
     "the old code. Ports and async jobs hold it; ddlltool why tells which."},
    {"pending_process",
     "As an answer to an unload: other processes still use the driver. As an error of a reload: the caller "
     "is not its only user, or has loaded it more than once."},
    {"permanent", "The driver locked itself with driver_lock_driver: it stays until the node ends."},
    {"unload_cancelled", "'UP': somebody loaded the driver again before its code could leave."},
    {"unloaded", "The code has left memory, as far as the emulator knows: it does not look."},
};

struct ExplainParser final : Parser {
    ExplainParser()
        : Parser("The page of a rule, or what an error term or a word of erl_ddll means. Without an argument: all\n"
                 "rules, one line each.",
                 "ddlltool explain") {
        add_option("RULE|ERROR|WORD", word, "what to explain")->takes({Takes::shown_page});
        add_flag("--markdown", markdown, "all pages, as docs/rules.md has them");
        footer("examples:\n"
               "  ddlltool explain dso-pinned\n"
               "  ddlltool explain '{error,pending_process}'\n"
               "  ddlltool explain unload_cancelled\n\n"
               "exit codes: 0 explained, 2 there is no such rule, error or word.");
    }
    ExitCode run() override;

    std::string word;
    bool markdown = false;
};

ExitCode ExplainParser::run() {
    if (markdown && !word.empty()) return wrong_usage(word, "not expected here", "--markdown prints all");
    if (markdown) {
        std::fputs(report::rules_markdown().c_str(), stdout);
        return ExitCode::ok;
    }
    if (word.empty()) return list_rules();
    if (const auto rule = words::named<words::Rule>(word)) {
        std::fputs(report::rule_page(words::row(*rule)).c_str(), stdout);
        return ExitCode::ok;
    }
    // {error, Reason} and {open_error, N} stand for what is in them.
    while (const auto term = term::parse(word)) {
        if (!term->is_tuple(2) || !term->elements()[0].is(term::Term::Kind::atom)) break;
        const bool open = term->elements()[0].is_atom("open_error");
        word = open ? "open_error" : term::print(term->elements()[1]);
        if (open) break;
    }
    bool found = false;
    if (word == "open_error") {
        std::fputs(
            "{open_error,N}: the loader refused the file. N is a number of this node only: erl_ddll:format_error/1\n"
            "tells the loader's own words, which name a missing file or symbol.\n",
            stdout);
        found = true;
    }
    if (const auto text = lifecycle::format_error(word)) {
        std::printf("%s: %s\n", word.c_str(), std::string(*text).c_str());
        found = true;
    }
    for (const Word& known : known_words)
        if (known.word == word) {
            std::fputs(report::wrapped(fmt::format("{}: {}", word, known.text), 0, 80).c_str(), stdout);
            found = true;
        }
    if (found) return ExitCode::ok;
    std::vector<std::string_view> names;
    for (const auto& rule : words::rules) names.push_back(rule.id);
    for (const Word& known : known_words) names.push_back(known.word);
    const auto meant = nearest(word, names);
    return wrong_usage(word, "no such rule, error or word",
                       meant ? fmt::format("did you mean {}?", *meant) : "ddlltool explain lists the rules");
}

} // namespace

std::vector<Value::Choice> explained_words() {
    std::vector<Value::Choice> out;
    for (const auto& rule : words::rules) out.push_back({std::string(rule.id), std::string(rule.title)});
    for (const Word& known : known_words) out.push_back({std::string(known.word), "a word of erl_ddll"});
    return out;
}

ExitCode list_rules() {
    std::size_t width = 0;
    for (const auto& rule : words::rules) width = std::max(width, rule.id.size());
    for (const auto& rule : words::rules)
        std::puts(fmt::format("{:<{}}  {:<7}  {}", rule.id, width, words::name(rule.severity), rule.title).c_str());
    return ExitCode::ok;
}

std::unique_ptr<Parser> explain_parser() {
    return std::make_unique<ExplainParser>();
}

} // namespace ddll::cli
