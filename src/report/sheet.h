#pragma once
/// What check and inspect have to say, in the shape that formats for other programs and for browsers share: findings,
/// and tables beside them.
#include "report/location.h"
#include "report/style.h"
#include "words/findings.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ddll::report {

struct FormatOptions {
    Style style;
    std::string root;    ///< absolute folder that files are shown relative to; empty: as they are
    std::string version; ///< of ddlltool, where a format names it
};

struct SheetFinding {
    words::Rule rule{};
    words::Severity severity = words::Severity::note;
    std::string about; ///< the driver or file
    std::string title, evidence, fix;
    Location place; ///< relative to the root where it lies there
    std::vector<scenario::StackFrame> stack;
    std::vector<std::string> runs; ///< titles of those that showed it
    std::string status;            ///< with an older file: "new", "still there", "fixed", ...; else empty
    std::string accepted;          ///< "accepted until DATE: REASON"; empty: it counts
    std::string expected, got;     ///< of an expectation that failed
    bool observed = false;         ///< else the file says so
    bool fixed = false;            ///< it is gone
};

struct SheetTable {
    std::string heading;
    std::vector<std::pair<std::string, std::string>> rows; ///< label and text; an empty label continues
};

struct Sheet {
    std::string title;   ///< "ddlltool check counter"
    std::string verdict; ///< "UNSAFE", or that of inspect: "passed", "failed"
    bool good = false;
    std::string summary; ///< one line
    bool interrupted = false;
    std::string file;    ///< whose it is as a whole
    std::string trouble; ///< why nothing can be said, for UNKNOWN; else empty
    std::vector<SheetFinding> findings;
    std::vector<std::string> notes; ///< lines that are no finding, for formats without tables
    std::vector<SheetTable> tables;
    std::vector<std::string> passed; ///< what was looked at without a finding of its own: runs, files
    std::vector<std::string> unusable;
};

/// One file for browsers: no script, no network, and every text as text. sheet_html.cpp
std::string sheet_html(const Sheet& sheet);
/// A line for each finding above a note and for what passed; notes are comments. sheet_formats.cpp
std::string sheet_tap(const Sheet& sheet);
std::string sheet_junit(const Sheet& sheet);
std::string sheet_github(const Sheet& sheet);
std::string sheet_sarif(const Sheet& sheet, const FormatOptions& options);

} // namespace ddll::report
