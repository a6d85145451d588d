#include "cli/shard.h"

#include "base/sha256.h"
#include "cli/choices.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace ddll::cli {
namespace {

constexpr std::uint32_t most_shards = 100'000;

std::optional<std::uint32_t> shard_number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// Two variables that say the same in one of the ways there are.
struct Source {
    const char* total;
    const char* index;
    std::uint32_t first; ///< what the first machine has for index
    const char* status_file;
};
constexpr Source sources[] = {
    {"TEST_TOTAL_SHARDS", "TEST_SHARD_INDEX", 0, "TEST_SHARD_STATUS_FILE"},
    {"GTEST_TOTAL_SHARDS", "GTEST_SHARD_INDEX", 0, nullptr},
    {"CI_NODE_TOTAL", "CI_NODE_INDEX", 1, nullptr},
};

Result<std::optional<Shard>> read_shard(const Source& source) {
    const std::string total_text = variable(source.total), index_text = variable(source.index);
    const std::string total_given = fmt::format("{}={}", source.total, total_text);
    const std::string index_given = fmt::format("{}={}", source.index, index_text);
    if (total_text.empty()) return about(index_given, fmt::format("{} is missing", source.total));
    const auto total = shard_number(total_text);
    if (!total || *total < 1 || *total > most_shards)
        return about(total_given, fmt::format("must be 1 to {}", most_shards));
    // GitLab gives the total to every job, and the index only where there are several.
    if (index_text.empty() && *total == 1) return std::optional<Shard>();
    if (index_text.empty()) return about(total_given, fmt::format("{} is missing", source.index));
    const auto index = shard_number(index_text);
    if (!index || *index < source.first || *index - source.first >= *total)
        return about(index_given, fmt::format("must be {} to {}", source.first, *total - 1 + source.first),
                     "because " + total_given);
    return std::optional<Shard>(Shard{*index - source.first + 1, *total});
}

} // namespace

bool Shard::has(std::string_view file) const {
    namespace fs = std::filesystem;
    std::error_code ignored;
    const fs::path whole = (fs::current_path(ignored) / fs::path(file)).lexically_normal();
    const std::string path = whole.lexically_relative(fs::current_path(ignored)).string();
    std::uint64_t hash = 0;
    const std::string digits = sha256(path).substr(0, 16);
    std::from_chars(digits.data(), digits.data() + digits.size(), hash, 16);
    return hash % count == index - 1;
}

Result<std::optional<Shard>> parse_shard(const std::string& what, const std::string& text) {
    const auto slash = std::min(text.find('/'), text.size());
    const auto index = shard_number(std::string_view(text).substr(0, slash));
    const auto count = shard_number(std::string_view(text).substr(std::min(slash + 1, text.size())));
    const std::string given = what + " " + text;
    if (!index || !count) return about(given, "must be I/N, two numbers", "the second of five machines: 2/5");
    if (*count < 1 || *count > most_shards) return about(given, fmt::format("N must be 1 to {}", most_shards));
    if (*index < 1 || *index > *count)
        return about(given, fmt::format("I must be 1 to {}", *count), "machines count from 1");
    return std::optional<Shard>(Shard{*index, *count});
}

Result<std::optional<Shard>> shard_of_environment() {
    for (const Source& source : sources) {
        if (variable(source.total).empty() && variable(source.index).empty()) continue;
        auto shard = read_shard(source);
        if (!shard || source.status_file == nullptr) return shard;
        // Whoever started this wants to know that it was understood.
        const std::string file = variable(source.status_file);
        if (file.empty()) return shard;
        std::FILE* touched = std::fopen(file.c_str(), "ab");
        if (touched == nullptr)
            return about(fmt::format("{}={}", source.status_file, file),
                         fmt::format("cannot be written: {}", std::strerror(errno)));
        std::fclose(touched);
        return shard;
    }
    return std::optional<Shard>();
}

} // namespace ddll::cli
