#include "cli/exit_code.h"

#include "report/style.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace ddll::cli {
namespace {

// The one that matters least first.
constexpr ExitCode ranked[] = {
    ExitCode::ok,   ExitCode::nothing_run, ExitCode::usage, ExitCode::failed, ExitCode::unusable_input,
    ExitCode::hung, ExitCode::crashed,     ExitCode::bug};

} // namespace

ExitCode worse(ExitCode a, ExitCode b) {
    return std::find(std::begin(ranked), std::end(ranked), a) >= std::find(std::begin(ranked), std::end(ranked), b) ? a
                                                                                                                    : b;
}

ExitCode exit_code_of(scenario::Verdict verdict) {
    constexpr ExitCode codes[] = {ExitCode::ok,   ExitCode::failed,         ExitCode::crashed,
                                  ExitCode::hung, ExitCode::unusable_input, ExitCode::bug,
                                  ExitCode::ok};
    return codes[static_cast<std::size_t>(verdict)];
}

ExitCode exit_code_of(const std::vector<scenario::Verdict>& verdicts, bool complete) {
    ExitCode code = complete ? ExitCode::ok : ExitCode::failed;
    bool ran = false;
    for (const auto verdict : verdicts) {
        code = worse(code, exit_code_of(verdict));
        ran = ran || verdict != scenario::Verdict::skipped;
    }
    return code == ExitCode::ok && !ran ? ExitCode::nothing_run : code;
}

ExitCode exit_code_of(const report::Run& run, report::FailOn fail_on) {
    std::vector<scenario::Verdict> verdicts;
    for (const auto& result : run.results) verdicts.push_back(report::verdict_of(result, fail_on));
    return exit_code_of(verdicts, !run.interrupted);
}

void complain(std::string_view what, std::string_view why, std::string_view hint) {
    std::string line = "ddlltool: ";
    if (!what.empty()) line += report::printable(what) + ": ";
    line += report::printable(why);
    if (!hint.empty()) line += fmt::format(" ({})", report::printable(hint));
    line += '\n';
    std::fputs(line.c_str(), stderr);
}

void complain(const Error& error) {
    complain(error.place.file, error.message, error.hint);
}

ExitCode wrong_usage(std::string_view what, std::string_view why, std::string_view hint) {
    complain(what, why, hint);
    return ExitCode::usage;
}

ExitCode wrong_usage(const Error& error) {
    return wrong_usage(error.place.file, error.message, error.hint);
}

ExitCode unusable(std::string_view what, std::string_view why, std::string_view hint) {
    complain(what, why, hint);
    return ExitCode::unusable_input;
}

ExitCode unusable(const Error& error) {
    return unusable(error.place.file, error.message, error.hint);
}

} // namespace ddll::cli
