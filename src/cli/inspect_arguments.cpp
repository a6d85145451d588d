#include "cli/inspect_arguments.h"

#include "base/text.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace ddll::cli {
namespace {

Error about(std::string what, std::string why, std::string hint = {}) {
    Error e = error(std::move(why), std::move(hint));
    e.place.file = std::move(what);
    return e;
}

/// One of a few words, by number; the error names the nearest.
Result<std::size_t> choice(std::string_view option, std::string_view word, std::span<const std::string_view> words) {
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i] == word) return i;
    const auto meant = nearest(word, words);
    return about(fmt::format("{} {}", option, word), fmt::format("must be {}", one_of(words)),
                 meant ? fmt::format("did you mean {}?", *meant) : "");
}

/// As LD_LIBRARY_PATH is written; the loader takes either sign between folders.
void add_folders(const std::string& text, std::vector<std::string>& out) {
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find_first_of(":;", at), text.size());
        out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
}

constexpr const char* footer =
    R"(Nothing of a file is run, and nothing is loaded: what is told stands in the file, or follows from it. Whether a
possible hazard is one shows only when the driver runs. docs/inspect.md explains every section and rule.

examples:
  ddlltool inspect priv/counter.so                      everything, for reading
  ddlltool inspect old/counter.so new/counter.so        and what the two would share in one node
  ddlltool inspect --library-path /opt/lib counter.so   the node has LD_LIBRARY_PATH=/opt/lib
  ddlltool inspect --format json counter.so | jq '.files[0].findings[].rule'

exit codes: 0 no finding at or above --fail-on, 1 there is one, 2 wrong usage, 3 a file that cannot be used.)";

} // namespace

Result<std::variant<InspectArguments, HelpText>> parse_inspect_arguments(const std::vector<std::string>& arguments) {
    InspectArguments out;
    std::string format = "text", color = "auto", fail_on = "warning";
    std::vector<std::string> folders;
    CLI::App app{"Tells what driver files are, and what of them may hurt, without running them.", "ddlltool inspect"};
    app.footer(footer);
    app.set_help_flag("-h,--help", "print this");
    app.add_option("FILE", out.inputs, "driver files (NAME.so)");
    app.add_option("--library-path", folders,
                   "the node's LD_LIBRARY_PATH (default: empty; that of this shell is not used)")
        ->type_name("DIR[:DIR...]")
        ->allow_extra_args(false)
        ->type_size(1);
    app.add_option("--format", format, "text, or json; with =FILE it goes there")->type_name("NAME[=FILE]");
    app.add_option("--fail-on", fail_on, "least severity that counts as failure: error, warning, note or never")
        ->type_name("SEVERITY");
    app.add_option("--color", color, "auto, always or never; auto looks at the terminal and NO_COLOR")
        ->type_name("WHEN");
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        app.parse(reversed);
    } catch (const CLI::CallForHelp&) {
        return std::variant<InspectArguments, HelpText>(HelpText{app.help()});
    } catch (const CLI::ExtrasError&) {
        const std::string word = app.remaining().empty() ? "" : app.remaining().front();
        return about(word, "no such option", "ddlltool inspect --help lists them");
    } catch (const CLI::ParseError& e) {
        return about("inspect", e.what(), "ddlltool inspect --help lists the options");
    }
    for (const std::string& text : folders) add_folders(text, out.library_path);
    const auto equals = format.find('=');
    static constexpr std::string_view formats[] = {"text", "json"};
    const auto known = choice("--format", format.substr(0, equals), formats);
    if (!known) return known.error();
    out.output.format = formats[*known];
    if (equals != std::string::npos) {
        out.output.file = format.substr(equals + 1);
        if (out.output.file.empty()) return about("--format " + format, "names no file", "write NAME=FILE");
    }
    static constexpr std::string_view severities[] = {"error", "warning", "note", "never"};
    const auto level = choice("--fail-on", fail_on, severities);
    if (!level) return level.error();
    out.fail_on = static_cast<report::FailOn>(*level);
    static constexpr std::string_view colors[] = {"auto", "always", "never"};
    const auto when = choice("--color", color, colors);
    if (!when) return when.error();
    out.color = static_cast<Color>(*when);
    if (out.inputs.empty()) return about("inspect", "needs a driver file", "ddlltool inspect FILE.so...");
    return std::variant<InspectArguments, HelpText>(std::move(out));
}

} // namespace ddll::cli
