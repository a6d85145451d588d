#include "record/record.h"

#include "cli/choices.h"
#include "cli/commands.h"
#include "cli/select.h"
#include "report/record.h"

#include <cstdio>

namespace ddll::cli {
namespace {

constexpr const char* record_footer =
    R"(The command runs as always, with its own terminal, on Erlang nodes that are watched: every call of erl_ddll and of ports of
drivers that it loads, their messages, and the callbacks of the drivers. What it did is written to --into as scenarios for
`ddlltool run`, beside copies of the drivers, and run once. docs/record.md says what is seen and what is not.

examples:
  ddlltool record -- rebar3 ct                          what a test suite does with drivers
  ddlltool record --into tests/scenarios -- escript demo.escript
  ddlltool record --driver counter -- erl -noshell -s my_app
  ddlltool check NEW.so --workload recorded/recorded.json    and then: may this version replace the one that was recorded?

exit codes: 0 every step agrees with the node, 1 one does not, 2 wrong usage, 3 nothing was recorded: the command cannot be
found, starts no node, or its node uses no driver.)";

struct RecordParser final : Parser {
    RecordParser();
    ExitCode run() override;

    record::Options options;
    std::vector<std::string> words;
    bool no_replay = false;
    std::string format = "text";
    Color color = Color::automatic;
};

RecordParser::RecordParser()
    : Parser("Runs a command that starts Erlang nodes, and writes what they do with drivers as scenarios.",
             "ddlltool record") {
    usage("usage: ddlltool record [OPTIONS] -- COMMAND [ARGUMENT...]");
    footer(record_footer);
    add_option("COMMAND", words, "what to run, with its arguments, after --")->required();
    add_option("--into", options.folder, "the folder that scenarios and drivers are written to (recorded)")
        ->takes("DIR", {Takes::folder});
    add_option("--driver", options.drivers, "only this driver; may be given several times")
        ->takes("NAME", {Takes::driver})
        ->each();
    add_option("--erl", options.erl, "the erl that compiles the recorder (erl)")->takes("PATH", file_with(""));
    add_flag("--no-replay", no_replay, "do not run what was written");
    static constexpr std::string_view formats[] = {"text", "json"};
    add_option("--format", format, "text or json")->takes(choice_of(formats));
    add_color(*this, color);
}

ExitCode RecordParser::run() {
    options.command = words;
    options.replay = !no_replay;
    options.read = read_options({});
    const auto recording = record::record(options);
    if (!recording) return unusable(recording.error());
    const std::string text = format == "json" ? report::recording_value(*recording).dump(2) + "\n"
                                              : report::recording_text(*recording, {wants_color(color)});
    std::fputs(text.c_str(), stdout);
    return report::all_agree(*recording) ? ExitCode::ok : ExitCode::failed;
}

} // namespace

std::unique_ptr<Parser> record_parser() {
    return std::make_unique<RecordParser>();
}

} // namespace ddll::cli
