#pragma once
/// What `ddlltool inspect` says about driver files: for people in sections, for programs as one versioned object, which
/// docs/inspect.md describes.
#include "findings/static/find.h"
#include "report/report.h"
#include "report/sheet.h"
#include "report/style.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>

#include <span>
#include <string>
#include <string_view>
#include <utility>
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
    std::vector<findings::Finding> shared;   ///< that concern several of them
    std::vector<Error> unusable;             ///< the files that are none, in their order
    std::optional<words::Release> release{}; ///< that was asked for: it has a section of its own
};

/// "driver": rows of a label and a text.
struct InspectionSection {
    std::string heading;
    std::vector<std::pair<std::string, std::string>> rows; ///< an empty label continues the row before

    void row(std::string_view label, std::string_view text);
};
std::vector<InspectionSection> inspection_sections(const findings::StaticFacts& facts);
/// What an emulator of a release is like: a row for each fact, with how it is known. inspection_release.cpp
InspectionSection release_section(words::Release release);
/// One value of the table as people read it: "ATOM_EXT", "17", "removed: error:undef".
std::string fact_text(words::ReleaseFact fact, words::Release release);
nlohmann::ordered_json release_json(words::Release release);

/// On what all of it is based; there is a file.
std::string inspection_basis(const Inspections& all);

/// Sections of aligned rows, then the findings. Lists end after some forty names; JSON has all.
std::string inspection_text(const Inspections& all, const Style& style);
/// "2 errors, 1 warning, 3 notes".
std::string inspection_summary(const Inspections& all);
nlohmann::ordered_json inspection_value(const Inspections& all);

struct InspectionFormat {
    std::string_view name;
    std::string_view doc; ///< one line
    std::string (*write)(const Inspections& all, const FormatOptions& options);
};
std::span<const InspectionFormat> inspection_formats();
const InspectionFormat* inspection_format_named(std::string_view name); ///< null when there is none
std::string inspection_json(const Inspections& all);

/// Does any finding reach the level?
bool reaches(const Inspections& all, FailOn fail_on);

} // namespace ddll::report
