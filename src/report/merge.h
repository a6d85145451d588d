#pragma once
/// JSON reports of several machines made one again.
#include "base/result.h"
#include "report/style.h"
#include "scenario/result.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ddll::report {

/// One report as `--format json` writes it, checked as far as merging looks at it.
class ReportPart {
public:
    /// `name` stands for it in errors and remarks. Error: it is no report of `ddlltool run`, or of another version.
    static Result<ReportPart> read(std::string name, const std::string& text);

    const std::string& name() const { return name_; }
    const nlohmann::ordered_json& document() const { return document_; }

private:
    ReportPart(std::string name, nlohmann::ordered_json document)
        : name_(std::move(name)), document_(std::move(document)) {}
    std::string name_;
    nlohmann::ordered_json document_;
};

/// What came of several parts. From the shards of one run: the report of that run, byte by byte, when none is missing.
class MergedReport {
public:
    /// At least one part. Error: they cannot be parts of one run.
    static Result<MergedReport> of(const std::vector<ReportPart>& parts);

    /// What is there twice and what is missing, in sentences without full stops.
    const std::vector<std::string>& remarks() const { return remarks_; }
    bool complete() const { return complete_; } ///< no shard and no scenario is missing
    std::vector<scenario::Verdict> verdicts() const;

    std::string json() const;
    std::string junit() const;
    std::string text(const Style& style) const;
    std::string summary_line() const;

private:
    MergedReport() = default;
    friend class Merging;
    nlohmann::ordered_json document_;
    std::vector<std::string> remarks_;
    bool complete_ = true;
};

} // namespace ddll::report
