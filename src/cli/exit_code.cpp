#include "cli/exit_code.h"

#include "report/style.h"

#include <fmt/format.h>

#include <cstdio>

namespace ddll::cli {
namespace {

int rank(ExitCode code) {
    switch (code) {
    case ExitCode::ok:
        return 0;
    case ExitCode::nothing_run:
        return 1;
    case ExitCode::usage:
        return 2;
    case ExitCode::failed:
        return 3;
    case ExitCode::unusable_input:
        return 4;
    case ExitCode::hung:
        return 5;
    case ExitCode::crashed:
        return 6;
    case ExitCode::bug:
        return 7;
    }
    return 7;
}

} // namespace

ExitCode worse(ExitCode a, ExitCode b) {
    return rank(a) >= rank(b) ? a : b;
}

ExitCode exit_code_of(scenario::Verdict verdict) {
    switch (verdict) {
    case scenario::Verdict::passed:
        return ExitCode::ok;
    case scenario::Verdict::failed:
        return ExitCode::failed;
    case scenario::Verdict::crashed:
        return ExitCode::crashed;
    case scenario::Verdict::hung:
        return ExitCode::hung;
    case scenario::Verdict::unusable:
        return ExitCode::unusable_input;
    case scenario::Verdict::bug:
        return ExitCode::bug;
    case scenario::Verdict::skipped:
        return ExitCode::ok;
    }
    return ExitCode::bug;
}

ExitCode exit_code_of(const report::Run& run, report::FailOn fail_on) {
    ExitCode code = run.interrupted ? ExitCode::failed : ExitCode::ok;
    bool played = false;
    for (const auto& result : run.results) {
        const auto verdict = report::verdict_of(result, fail_on);
        code = worse(code, exit_code_of(verdict));
        played = played || verdict != scenario::Verdict::skipped;
    }
    return code == ExitCode::ok && !played ? ExitCode::nothing_run : code;
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

} // namespace ddll::cli
