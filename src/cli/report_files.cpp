#include "cli/report_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace ddll::cli {
namespace {

bool write_to(std::FILE* file, const std::string& text) {
    return std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
}

void cannot_be_written(const std::string& path, const char* hint = "") {
    complain(path, fmt::format("cannot be written: {}", std::strerror(errno)), hint);
}

} // namespace

std::optional<ReportFiles> ReportFiles::open(std::vector<Output> outputs) {
    ReportFiles out(std::move(outputs));
    for (const Output& output : out.outputs_) {
        out.files_.emplace_back(output.file.empty() ? nullptr : std::fopen(output.file.c_str(), "wb"));
        if (output.file.empty() || out.files_.back()) continue;
        cannot_be_written(output.file);
        return std::nullopt;
    }
    return out;
}

ExitCode ReportFiles::write(const std::function<std::string(const Output&)>& text) const {
    ExitCode code = ExitCode::ok;
    // Files first: a reader of stdout that has gone (head) ends the program.
    for (const bool to_file : {true, false})
        for (std::size_t i = 0; i < outputs_.size(); ++i) {
            if (to_file != (files_[i] != nullptr)) continue;
            const std::string report = text(outputs_[i]);
            if (write_to(to_file ? files_[i].get() : stdout, report)) continue;
            cannot_be_written(to_file ? outputs_[i].file : "stdout");
            code = ExitCode::unusable_input;
        }
    return code;
}

bool ReportFiles::on_terminal() const {
    return std::any_of(outputs_.begin(), outputs_.end(), [](const Output& output) {
        return output.file.empty() && (output.format == "text" || output.format == "github");
    });
}

bool ReportFiles::has(std::string_view format) const {
    return std::any_of(outputs_.begin(), outputs_.end(), [&](const Output& o) { return o.format == format; });
}

ExitCode add_job_summary(const std::string& markdown) {
    const char* path = std::getenv("GITHUB_STEP_SUMMARY");
    if (path == nullptr || *path == '\0') return ExitCode::ok;
    std::FILE* file = std::fopen(path, "ab");
    const bool written = file != nullptr && write_to(file, markdown);
    if (!written) cannot_be_written(path, "named by GITHUB_STEP_SUMMARY");
    if (file != nullptr) std::fclose(file);
    return written ? ExitCode::ok : ExitCode::unusable_input;
}

std::string current_folder() {
    std::error_code failed;
    return std::filesystem::current_path(failed).string();
}

} // namespace ddll::cli
