#pragma once
/// The pieces of the HTML report that can be read without its script. Each returns whole elements; every text that is
/// not ours has been made safe.
#include "report/report.h"

#include <string>

namespace ddll::report {

/// Text for elements and attributes in double quotes.
std::string html_text(std::string_view text);

std::string description_html(const scenario::RunResult& result);
std::string mistakes_html(const scenario::RunResult& result);
std::string failures_html(const scenario::RunResult& result);
std::string death_html(const scenario::RunResult& result);
std::string findings_html(const scenario::RunResult& result, const Options& options);
/// What the driver printed; empty where death_html shows it.
std::string output_html(const scenario::RunResult& result);
/// Steps with what happened in them. Long runs are cut as the text report cuts them.
std::string steps_html(const scenario::RunResult& result);

} // namespace ddll::report
