#pragma once
/// Where the reports of a command go: to files, or to stdout.
#include "cli/choices.h"
#include "cli/exit_code.h"

#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ddll::cli {

class ReportFiles {
public:
    /// Opens them all: it is a pity to work for minutes and then have nowhere to write. Nothing: that was said.
    static std::optional<ReportFiles> open(std::vector<Output> outputs);

    /// Writes what `text` makes of each; says what could not be written.
    ExitCode write(const std::function<std::string(const Output&)>& text) const;

    /// Whether a format that people read went to stdout. Whoever gets JSON there still wants to see how it went.
    bool on_terminal() const;
    /// Whether some report is of this format.
    bool has(std::string_view format) const;

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    explicit ReportFiles(std::vector<Output> outputs) : outputs_(std::move(outputs)) {}

    std::vector<Output> outputs_;
    std::vector<std::unique_ptr<std::FILE, Close>> files_; ///< null: stdout
};

/// GitHub Actions shows what is added to the file that GITHUB_STEP_SUMMARY names as the summary of the job. Nothing
/// happens where it names none.
ExitCode add_job_summary(const std::string& markdown);

/// What files are shown relative to where a format wants that.
std::string current_folder();

} // namespace ddll::cli
