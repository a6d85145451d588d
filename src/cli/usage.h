#pragma once
/// How this program complains: `ddlltool: what: why (hint)`, on stderr.
#include "base/result.h"
#include "cli/exit_code.h"

#include <string_view>

namespace ddll::cli {

void complain(std::string_view what, std::string_view why, std::string_view hint = {});
void complain(const Error& error);

/// Complains and gives the exit code of wrong usage.
ExitCode wrong_usage(std::string_view what, std::string_view why, std::string_view hint = {});

} // namespace ddll::cli
