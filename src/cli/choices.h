#pragma once
/// Words that options choose from, and errors about arguments: one spelling for all commands.
#include "base/result.h"
#include "cli/run_arguments.h"

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::cli {

/// An error whose place.file is the word that is wrong.
Error about(std::string what, std::string why, std::string hint = {});

/// One of a few words, by number; the error names the nearest.
Result<std::size_t> choice(std::string_view option, std::string_view word, std::span<const std::string_view> words);

inline constexpr std::string_view severities[] = {"error", "warning", "note", "never"};
inline constexpr std::string_view color_words[] = {"auto", "always", "never"};

Result<report::FailOn> severity_of(std::string_view option, std::string_view word);
Result<Color> color_of(std::string_view word);

/// "text,json=out.json" and repetitions of it, names out of `names`. At least one comes back, at most one to stdout.
Result<std::vector<Output>> outputs_of(const std::vector<std::string>& texts, std::span<const std::string_view> names);

/// At least a millisecond.
Result<std::chrono::milliseconds> milliseconds_of(const std::string& option, const std::string& text);

/// "did you mean tests/story.json?" when nothing lies at `path` and something with a name like it does in its folder;
/// else empty.
std::string meant_file(const std::string& path);

/// Gives an error about `path` that has no hint yet the one about the file that may have been meant.
Error with_meant_file(Error error, const std::string& path);

} // namespace ddll::cli
