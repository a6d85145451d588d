#pragma once
/// What `ddlltool inspect` says about driver files: for people in sections, for programs as one versioned object, which
/// docs/inspect.md describes.
#include "findings/static/find.h"
#include "report/report.h"
#include "report/style.h"

#include <span>
#include <string>
#include <vector>

namespace ddll::report {

/// One file and what the rules say about it.
struct Inspection {
    findings::StaticFacts facts;
    std::vector<findings::Finding> findings;
};

/// All files of one command.
struct Inspections {
    std::vector<Inspection> files;
    std::vector<findings::Finding> shared; ///< that concern several of them
    std::vector<Error> unusable;           ///< the files that are none, in their order
};

/// Sections of aligned rows, then the findings. Lists end after some forty names; JSON has all.
std::string inspection_text(const Inspections& all, const Style& style);
/// "2 errors, 1 warning, 3 notes".
std::string inspection_summary(const Inspections& all);
std::string inspection_json(const Inspections& all);

/// Does any finding reach the level?
bool reaches(const Inspections& all, FailOn fail_on);

} // namespace ddll::report
