#pragma once
/// The pieces of the HTML report that can be read without its script. Each returns whole elements; every text that is
/// not ours has been made safe.
#include "report/report.h"

#include <string>

namespace ddll::report {

std::string description_html(const scenario::RunResult& result);
std::string mistakes_html(const scenario::RunResult& result);
std::string failures_html(const scenario::RunResult& result);
std::string death_html(const scenario::RunResult& result);
std::string findings_html(const scenario::RunResult& result, const Options& options);
/// What the driver printed; empty where death_html shows it.
std::string output_html(const scenario::RunResult& result);
/// Steps with what happened in them. Long runs are cut as the text report cuts them.
std::string steps_html(const scenario::RunResult& result);

/// Compact JSON of the run's timeline, which the script draws from, ASCII only and without `<`, `>` and `&`: it may
/// stand inside a script element. Empty when there was no journal to read. Arrays, in the order that html/timeline.js
/// names at its head.
std::string timeline_data(const scenario::RunResult& result, const Options& options);

} // namespace ddll::report
