#pragma once
/// The arguments of `ddlltool verify`.
#include "base/result.h"
#include "cli/run_arguments.h"

#include <chrono>
#include <cstdint>
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
    std::uint64_t random = 0, seed = 1, most_differences = 1; ///< random: how many stories are made up; 0: none
    std::string differences_folder = ".";                     ///< where stories that differ are written
    bool json = false, verbose = false, quiet = false;
};

/// An Error's place.file holds the word that is wrong.
Result<std::variant<VerifyArguments, HelpText>> parse_verify_arguments(const std::vector<std::string>& arguments);

} // namespace ddll::cli
