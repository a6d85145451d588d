#pragma once
/// The arguments of `ddlltool inspect`.
#include "base/result.h"
#include "cli/run_arguments.h"

#include <string>
#include <variant>
#include <vector>

namespace ddll::cli {

struct InspectArguments {
    std::vector<std::string> inputs;
    std::vector<std::string> library_path; ///< folders, in their order
    std::vector<Output> outputs;           ///< at least one
    Color color = Color::automatic;
    report::FailOn fail_on = report::FailOn::warning;
};

/// An Error's place.file holds the word that is wrong.
Result<std::variant<InspectArguments, HelpText>> parse_inspect_arguments(const std::vector<std::string>& arguments);

} // namespace ddll::cli
