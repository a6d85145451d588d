#include "cli/choices.h"
#include "cli/commands.h"
#include "cli/inspect_arguments.h"
#include "cli/read_options.h"
#include "cli/report_files.h"
#include "cli/usage.h"
#include "findings/static/find.h"
#include "report/inspection.h"

#include <cstdio>

namespace ddll::cli {
namespace {

report::Inspections inspect(const InspectArguments& wanted, const findings::StaticWorld& world) {
    report::Inspections out;
    image::LibraryFiles files;
    std::vector<findings::StaticFacts> all;
    for (const std::string& path : wanted.inputs) {
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

} // namespace

ExitCode inspect_command(const std::vector<std::string>& arguments) {
    auto parsed = parse_inspect_arguments(arguments);
    if (!parsed) return wrong_usage(parsed.error().place.file, parsed.error().message, parsed.error().hint);
    if (const auto* help = std::get_if<HelpText>(&*parsed)) {
        std::fputs(help->text.c_str(), stdout);
        return ExitCode::ok;
    }
    const InspectArguments& wanted = std::get<InspectArguments>(*parsed);
    const auto files = ReportFiles::open(wanted.outputs);
    if (!files) return ExitCode::unusable_input;
    const findings::StaticWorld world = findings::StaticWorld::make(wanted.library_path);
    const report::Inspections all = inspect(wanted, world);
    for (const Error& error : all.unusable) complain(error);
    const ExitCode written = files->write([&](const Output& output) {
        report::Style style;
        style.color = output.file.empty() && wants_color(wanted.color);
        return output.format == "json" ? report::inspection_json(all) : report::inspection_text(all, style);
    });
    if (!files->told()) std::fputs((report::inspection_summary(all) + "\n").c_str(), stderr);
    if (written != ExitCode::ok) return written;
    if (!all.unusable.empty()) return ExitCode::unusable_input;
    return report::reaches(all, wanted.fail_on) ? ExitCode::failed : ExitCode::ok;
}

} // namespace ddll::cli
