#pragma once
/// The list of report formats. To add one: a writer in a file of its own and a row in formats.cpp.
#include "report/report.h"

#include <span>
#include <string>
#include <string_view>

namespace ddll::report {

using Writer = std::string (*)(const Run& run, const Options& options);

struct Format {
    std::string_view name;
    std::string_view doc; ///< one line
    Writer write;
};

std::span<const Format> formats();
const Format* format_named(std::string_view name); ///< null when there is none

std::string write_text(const Run& run, const Options& options);
std::string write_json(const Run& run, const Options& options);
std::string write_junit(const Run& run, const Options& options);
std::string write_tap(const Run& run, const Options& options);
std::string write_sarif(const Run& run, const Options& options);
std::string write_github(const Run& run, const Options& options);
std::string write_term(const Run& run, const Options& options);
std::string write_html(const Run& run, const Options& options);
std::string write_trace(const Run& run, const Options& options);

} // namespace ddll::report
