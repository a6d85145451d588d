#include "cli/usage.h"

#include "report/style.h"

#include <fmt/format.h>

#include <cstdio>

namespace ddll::cli {

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

} // namespace ddll::cli
