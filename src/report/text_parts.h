#pragma once
/// The pieces of the text report (text.cpp puts them together). Each returns whole lines.
#include "report/report.h"
#include "report/style.h"

#include <string>

namespace ddll::report {

struct Look {
    const Options& options;
    Style style;
};

/// Every step with what happened in it, failures and death in their places.
std::string log_text(const scenario::RunResult& result, const Look& look);

/// What went wrong in a result that is not shown as a log: the failing step, the failure, the last events.
std::string trouble_text(const scenario::RunResult& result, const Look& look);

/// One failed expectation, with the difference marked. `at` is its place in the file, or empty where it has been said.
std::string failure_text(const scenario::Failure& failure, const std::string& at, std::string_view indent,
                         const Look& look);

std::string death_text(const scenario::RunResult& result, const Look& look);

/// Findings in the order they have; expected ones say so.
std::string findings_text(const scenario::RunResult& result, const Look& look);

/// Every mistake of the file with its source line and a caret.
std::string mistakes_text(const scenario::RunResult& result, const Look& look);

/// "the last events" as a block; empty when there are none.
std::string events_text(const scenario::RunResult& result, std::uint64_t until, const Look& look);

/// "replay    ddlltool run FILE --seed N".
std::string replay_text(const scenario::RunResult& result, const Look& look);

/// "ok", "FAILED", "CRASHED"... in its colour, padded to the same width.
std::string verdict_word(scenario::Verdict verdict, const Style& style);

} // namespace ddll::report
