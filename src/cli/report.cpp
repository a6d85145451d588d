/// `ddlltool report merge`: the JSON reports of several machines made one.
#include "base/text.h"
#include "cli/commands.h"
#include "cli/report_files.h"
#include "report/merge.h"

#include <cstdio>

namespace ddll::cli {
namespace {

struct MergeParser final : Parser {
    MergeParser()
        : Parser(
              "Makes one report of the JSON reports that several machines wrote. Of the shards of one run comes the\n"
              "report that one machine would have written. What is missing, or there twice, is told.",
              "ddlltool report merge") {
        add_option("FILE", files, "JSON reports of ddlltool run")->required()->takes(file_with(".json"));
        add_outputs(*this, outputs,
                    "text (what did not pass, and the summary), json or junit; several: NAME=FILE,NAME=FILE",
                    {{"text", ""}, {"json", ""}, {"junit", ""}});
        add_color(*this, color);
        footer(
            "examples:\n"
            "  ddlltool report merge part-*.json\n"
            "  ddlltool report merge --format text,json=all.json,junit=all.xml part-*.json\n\n"
            "exit codes: as of the run that it was: 0 everything held, 1 something did not, or a part is missing, 2\n"
            "wrong usage, 3 a file that cannot be used, also by a part, 4 a driver crashed, 5 it hung, 70 a bug of\n"
            "ddlltool, 77 nothing was played. A scenario that is there twice counts with its worse verdict.");
    }
    ExitCode run() override;

    std::vector<std::string> files;
    std::vector<Output> outputs;
    Color color = Color::automatic;
};

constexpr std::size_t largest = std::size_t{1} << 30;

std::string text_of(const report::MergedReport& merged, const std::string& format, bool color) {
    if (format == "json") return merged.json();
    if (format == "junit") return merged.junit();
    return merged.text(report::Style{color});
}

ExitCode MergeParser::run() {
    std::vector<report::ReportPart> parts;
    for (const std::string& file : files) {
        const auto text = read_file(file, largest);
        auto part = text ? report::ReportPart::read(file, *text) : Result<report::ReportPart>(text.error());
        if (!part) return unusable(with_meant_file(part.error(), file));
        parts.push_back(*std::move(part));
    }
    const auto merged = report::MergedReport::of(parts);
    if (!merged) return unusable(merged.error());
    // Not before the parts were read: one of them may be meant to be replaced.
    const auto written = ReportFiles::open(outputs);
    if (!written) return ExitCode::unusable_input;
    for (const std::string& remark : merged->remarks()) complain("report merge", remark);
    const ExitCode code = written->write([&](const Output& output) {
        return text_of(*merged, output.format, output.file.empty() && wants_color(color));
    });
    if (!written->on_terminal()) std::fputs((merged->summary_line() + "\n").c_str(), stderr);
    return worse(code, exit_code_of(merged->verdicts(), merged->complete()));
}

} // namespace

Command report_row(std::string_view group) {
    const auto parser = [] {
        auto out = std::make_unique<Parser>("Works on reports that ddlltool run has written.", "ddlltool report");
        out->footer("examples:\n  ddlltool report merge --format junit=all.xml part-*.json");
        return out;
    };
    return {"report",
            "put the reports of several machines together",
            group,
            parser,
            {{"merge", "make one of the JSON reports of several machines", "",
              [] { return std::make_unique<MergeParser>(); }}}};
}

} // namespace ddll::cli
