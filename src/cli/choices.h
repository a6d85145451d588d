#pragma once
/// Options that several commands have, words that options choose from, and errors about arguments: one spelling for all
/// commands.
#include "cli/parser.h"
#include "report/report.h"
#include "words/release.h"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::cli {

enum class Color : std::uint8_t { automatic, always, never };
/// On stdout. `automatic` looks at the terminal and the environment.
bool wants_color(Color color);

/// One report: which format, and the file it goes to (empty: stdout).
struct Output {
    std::string format;
    std::string file;
};

/// An error whose place.file is the word that is wrong.
Error about(std::string what, std::string why, std::string hint = {});

/// One of a few words, by number; the error names the nearest.
Result<std::size_t> choice(std::string_view option, std::string_view word, std::span<const std::string_view> words);

inline constexpr std::string_view severities[] = {"error", "warning", "note", "never"};
inline constexpr std::string_view color_words[] = {"auto", "always", "never"};

void add_color(Parser& app, Color& into,
               const std::string& doc = "auto, always or never; auto looks at the terminal and NO_COLOR");
void add_fail_on(Parser& app, report::FailOn& into, const std::string& doc);
/// Also the default: one for each processor.
void add_jobs(Parser& app, unsigned& into, unsigned most, const std::string& doc);
void add_driver_path(Parser& app, std::vector<std::string>& into,
                     const std::string& doc = "one more folder to look for driver files in");
/// --format with "text,json=out.json" and repetitions of it. At least one comes into `into`, at most one to stdout.
void add_outputs(Parser& app, std::vector<Output>& into, const std::string& doc, std::vector<Value::Choice> formats);

/// --otp: the release that is simulated.
void add_release(Parser& app, std::optional<words::Release>& into, const std::string& doc = "");
/// --otp with several, commas between them: each once, oldest first.
void add_releases(Parser& app, std::vector<words::Release>& into, const std::string& doc);

/// At least a millisecond.
Result<std::chrono::milliseconds> milliseconds_of(const std::string& option, const std::string& text);

/// "did you mean tests/story.json?" when nothing lies at `path` and something with a name like it does in its folder;
/// else empty.
std::string meant_file(const std::string& path);

/// Gives an error about `path` that has no hint yet the one about the file that may have been meant.
Error with_meant_file(Error error, const std::string& path);

} // namespace ddll::cli
