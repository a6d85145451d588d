#pragma once
/// findings/ is what breaks a hot replacement and what misuses the API: one row for each rule, and functions that read
/// facts and the journal. It never sees a live host. Read next: catalogue.cpp (the rows), findings.h (who looks).
#include <span>
#include <string_view>

namespace ddll::findings {

enum class Severity : unsigned char { note, warning, error };

const char* name(Severity severity);

struct Rule {
    std::string_view id; ///< stable, in every report and in scenario files
    Severity severity;
    std::string_view title;  ///< what it is, one line
    std::string_view why;    ///< what it does to a node
    std::string_view advice; ///< what to do about it
};

/// Sorted by id.
std::span<const Rule> catalogue();
const Rule* rule(std::string_view id); ///< nullptr when there is none

} // namespace ddll::findings
