#pragma once
/// With one file only, the older version is the same code under another build-id: so it can be told which of the two
/// runs after a reload.
#include "base/result.h"
#include "scenario/work_folder.h"

#include <string>

namespace ddll::check {

struct Twin {
    scenario::WorkFolder folder; ///< goes with it
    std::string path;
};
Result<Twin> make_twin(const std::string& file, const std::string& name);

} // namespace ddll::check
