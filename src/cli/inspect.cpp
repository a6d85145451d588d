#include "cli/commands.h"
#include "cli/report_files.h"
#include "findings/static/find.h"
#include "report/inspection.h"

#include <cstdio>

namespace ddll::cli {
namespace {

/// As LD_LIBRARY_PATH is written; the loader takes either sign between folders.
void add_folders(const std::string& text, std::vector<std::string>& out) {
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find_first_of(":;", at), text.size());
        out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
}

constexpr const char* inspect_footer =
    R"(Nothing of a file is run, and nothing is loaded: what is told stands in the file, or follows from it. Whether a
possible hazard is one shows only when the driver runs. docs/inspect.md explains every section and rule.

examples:
  ddlltool inspect priv/counter.so                      everything, for reading
  ddlltool inspect old/counter.so new/counter.so        how they differ, and what they would share in one node
  ddlltool inspect --library-path /opt/lib counter.so   the node has LD_LIBRARY_PATH=/opt/lib
  ddlltool inspect --otp 29 priv/counter.so             also what OTP 29 is like for it
  ddlltool inspect --format text,sarif=inspect.sarif counter.so
  ddlltool inspect --format json counter.so | jq '.files[0].findings[].rule'

exit codes: 0 no finding at or above --fail-on, 1 there is one, 2 wrong usage, 3 a file that cannot be used.)";

report::Inspections inspect(const std::vector<std::string>& inputs, const findings::StaticWorld& world) {
    report::Inspections out;
    image::LibraryFiles files;
    std::vector<findings::StaticFacts> all;
    for (const std::string& path : inputs) {
        auto facts = findings::read_static_facts(path, world, files);
        if (facts)
            all.push_back(*std::move(facts));
        else
            out.unusable.push_back(with_meant_file(std::move(facts).error(), path));
    }
    out.shared = findings::find_shared_state(all);
    for (findings::StaticFacts& facts : all) {
        auto findings = findings::find_static(facts);
        out.files.push_back({std::move(facts), std::move(findings)});
    }
    return out;
}

struct InspectParser final : Parser {
    InspectParser();
    ExitCode run() override;

    std::vector<std::string> inputs, folders;
    std::vector<Output> outputs;
    Color color = Color::automatic;
    report::FailOn fail_on = report::FailOn::warning;
    std::optional<words::Release> release;
};

InspectParser::InspectParser()
    : Parser("Tells what driver files are, and what of them may hurt, without running them.", "ddlltool inspect") {
    footer(inspect_footer);
    add_option("FILE", inputs, "driver files (NAME.so)")->takes(file_with(".so"));
    add_option("--library-path", folders, "the node's LD_LIBRARY_PATH (default: empty; that of this shell is not used)")
        ->each()
        ->takes("DIR[:DIR...]", {Takes::folder});
    add_release(*this, release, "the release of Erlang/OTP, 25 to 29 (29), with a section about it");
    std::vector<Value::Choice> formats;
    for (const auto& format : report::inspection_formats()) formats.push_back({std::string(format.name), ""});
    add_outputs(*this, outputs, "text, json, html, junit, tap, sarif, github or term; several: NAME=FILE,NAME=FILE",
                formats);
    add_fail_on(*this, fail_on, "least severity that counts as failure: error, warning, note or never");
    add_color(*this, color);
}

ExitCode InspectParser::run() {
    if (inputs.empty()) return wrong_usage("inspect", "needs a driver file", "ddlltool inspect FILE.so...");
    const auto files = ReportFiles::open(outputs);
    if (!files) return ExitCode::unusable_input;
    std::vector<std::string> library_path;
    for (const std::string& text : folders) add_folders(text, library_path);
    const findings::StaticWorld world =
        findings::StaticWorld::make(library_path, release.value_or(words::newest_release));
    report::Inspections all = inspect(inputs, world);
    all.release = release;
    for (const Error& error : all.unusable) complain(error);
    report::FormatOptions options{{}, current_folder(), DDLLTOOL_VERSION};
    const ExitCode written = files->write([&](const Output& output) {
        options.style.color = output.file.empty() && wants_color(color);
        return report::inspection_format_named(output.format)->write(all, options);
    });
    if (!files->on_terminal()) std::fputs((report::inspection_summary(all) + "\n").c_str(), stderr);
    if (written != ExitCode::ok) return written;
    if (!all.unusable.empty()) return ExitCode::unusable_input;
    return report::reaches(all, fail_on) ? ExitCode::failed : ExitCode::ok;
}

} // namespace

std::unique_ptr<Parser> inspect_parser() {
    return std::make_unique<InspectParser>();
}

} // namespace ddll::cli
