#pragma once
/// The arguments of `ddlltool verify`.
#include "base/result.h"
#include "cli/run_arguments.h"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ddll::cli {

struct VerifyArguments {
    std::vector<std::string> inputs; ///< files and folders
    std::vector<std::string> filters;
    std::vector<std::string> driver_path;
    std::string erl = "erl";
    unsigned jobs = 1;
    std::optional<std::chrono::milliseconds> time_limit;
    std::chrono::milliseconds patience{2'000};
    bool json = false, verbose = false, quiet = false;
};

/// An Error's place.file holds the word that is wrong.
Result<std::variant<VerifyArguments, HelpText>> parse_verify_arguments(const std::vector<std::string>& arguments);

} // namespace ddll::cli
