#include "cli/man_page.h"

#include "base/text.h"

#include <fmt/format.h>

namespace ddll::cli {
namespace {

/// Text as troff reads it back: a minus stays one that can be copied, and no line begins with a control character.
std::string roff(std::string_view text) {
    std::string out;
    bool line_begins = true;
    for (const char c : text) {
        if (line_begins && (c == '.' || c == '\'')) out += "\\&";
        line_begins = c == '\n';
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    return out;
}

std::string bold(std::string_view text) {
    return fmt::format("\\fB{}\\fR", roff(text));
}

std::string italic(std::string_view text) {
    return fmt::format("\\fI{}\\fR", roff(text));
}

/// Lines of its own for every line of the text, for lists in it.
std::string broken(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        if (!out.empty()) out += ".br\n";
        out += roff(text.substr(at, end - at)) + '\n';
        at = end + 1;
    }
    return out;
}

std::string paragraphs(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find("\n\n", at), text.size());
        if (!out.empty()) out += ".PP\n";
        out += roff(text.substr(at, end - at)) + '\n';
        at = end + 2;
    }
    return out;
}

std::string as_is(std::string_view lines) {
    std::string text(lines);
    while (text.ends_with('\n')) text.pop_back();
    return fmt::format(".nf\n{}\n.fi\n", roff(text));
}

std::string head(std::string_view page, std::string_view doc) {
    std::string title(page);
    for (char& c : title)
        if (is_lower(c)) c = static_cast<char>(c - 'a' + 'A');
    return fmt::format(".TH {} 1 {} \"ddlltool {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n", title, DDLLTOOL_RELEASED,
                       DDLLTOOL_VERSION, roff(page), roff(doc));
}

std::string section(std::string_view name, const std::string& body) {
    return body.empty() ? "" : fmt::format(".SH {}\n{}", name, body);
}

std::string synopsis(const Description& command) {
    std::string out = fmt::format(".B {}\n", roff(command.name));
    if (!command.options.empty()) out += fmt::format("[{}]\n", italic("OPTIONS"));
    for (const Positional& one : command.positionals)
        out += fmt::format("{}{}{}{}\n", one.required ? "" : "[", italic(one.name), one.repeats ? " ..." : "",
                           one.required ? "" : "]");
    return out;
}

std::string options(const Description& command) {
    std::string out;
    for (const Positional& one : command.positionals)
        if (!one.doc.empty()) out += fmt::format(".TP\n{}\n{}", italic(one.name), broken(one.doc));
    for (const DescribedOption& option : command.options) {
        std::string names;
        for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + bold(name);
        if (!option.flag()) names += ' ' + italic(option.value_name);
        if (option.repeats) names += " ...";
        const std::string range = option.range.empty() ? "" : fmt::format(" ({})", option.range);
        out += fmt::format(".TP\n{}\n{}", names, broken(option.doc + range));
    }
    return out;
}

std::string see_also(const std::vector<std::string>& commands) {
    std::string out;
    for (const std::string& command : commands)
        out += fmt::format("{}.BR {} (1)", out.empty() ? "" : ",\n", roff(man_page_name(command)));
    return out + '\n';
}

constexpr std::string_view environment = R"(.TP
.B DDLLTOOL_SESSION
The session that commands speak to when \fB\-\-session\fR names none.
.TP
.B DDLLTOOL_IDLE
How long a session that nobody speaks to goes on.
.TP
.B XDG_RUNTIME_DIR
Sessions are kept in its folder ddlltool.
.TP
.B NO_COLOR
When it is set and not empty, nothing is coloured, unless \fB\-\-color always\fR is given.
)";

} // namespace

std::string man_page_name(std::string_view command) {
    std::string out = "ddlltool";
    if (!command.empty()) out += fmt::format("-{}", command);
    for (char& c : out)
        if (c == ' ') c = '-';
    return out;
}

std::string man_page_of_program() {
    std::string out = head("ddlltool", "rehearse loading, unloading and reloading Erlang linked-in drivers");
    out += section("SYNOPSIS", fmt::format(".B ddlltool\n{}\n[{} ...]\n", italic("COMMAND"), italic("ARGUMENT")));
    out += section("DESCRIPTION", "Rehearses loading, unloading and reloading Erlang linked\\-in drivers, without an "
                                  "Erlang node.\nEvery command has a page of its own.\n");
    std::string list;
    std::string_view group;
    std::vector<std::string> pages;
    for (const Command& command : commands()) {
        if (command.group != group) list += fmt::format(".SS {}\n", roff(command.group));
        group = command.group;
        list += fmt::format(".TP\n{}\n{}\n", bold(command.name), roff(command.doc));
        pages.emplace_back(command.name);
    }
    out += section("COMMANDS", list);
    out += section("ENVIRONMENT", std::string(environment));
    return out + section("SEE ALSO", see_also(pages));
}

std::string man_page(const NamedCommand& named) {
    const Command& command = *named.command;
    std::string out = head(man_page_name(named.name), command.doc);
    const Description about = command.parser()->describe();
    std::vector<std::string> others = {""};
    if (command.verbs.empty()) {
        out += section("SYNOPSIS", synopsis(about));
    } else {
        out += section("SYNOPSIS",
                       fmt::format(".B {}\n{}\n[{} ...]\n", roff(about.name), italic("VERB"), italic("ARGUMENT")));
    }
    out += section("DESCRIPTION",
                   paragraphs(about.summary) + (about.notes.empty() ? "" : ".PP\n" + paragraphs(about.notes)));
    if (command.verbs.empty()) {
        out += section("OPTIONS", options(about));
    } else {
        std::string verbs;
        for (const Command& verb : command.verbs) {
            verbs += fmt::format(".TP\n{}\n{}\n", bold(verb.name), roff(verb.doc));
            others.push_back(fmt::format("{} {}", named.name, verb.name));
        }
        out += section("VERBS", verbs);
    }
    if (!about.exit_codes.empty()) out += section("EXIT STATUS", roff(about.exit_codes) + '\n');
    if (!about.examples.empty()) out += section("EXAMPLES", as_is(about.examples));
    if (const auto blank = named.name.find(' '); blank != std::string::npos)
        others.push_back(named.name.substr(0, blank));
    return out + section("SEE ALSO", see_also(others));
}

} // namespace ddll::cli
