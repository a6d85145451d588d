#pragma once
/// One of several machines that share the scenarios among them.
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ddll::cli {

struct Shard {
    std::uint32_t index = 1; ///< from 1
    std::uint32_t count = 1;

    /// Whether this machine runs the file. Follows from its path as seen from the current folder and from `count`, and
    /// from nothing else: other files may come and go.
    bool has(std::string_view file) const;
};

/// "2/5". `what` names its source in errors.
Result<std::optional<Shard>> parse_shard(const std::string& what, const std::string& text);

/// TEST_TOTAL_SHARDS and TEST_SHARD_INDEX (Bazel; TEST_SHARD_STATUS_FILE is touched), GTEST_TOTAL_SHARDS and
/// GTEST_SHARD_INDEX, CI_NODE_TOTAL and CI_NODE_INDEX (GitLab; that index counts from 1): the first that is there.
Result<std::optional<Shard>> shard_of_environment();

} // namespace ddll::cli
