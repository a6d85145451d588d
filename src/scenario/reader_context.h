#pragma once
/// What the parts of the reader share: the document, the options, and the list of mistakes that grows as they go.
#include "scenario/located_json.h"
#include "scenario/reader.h"

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace ddll::scenario {

/// So many mistakes are worth listing; a file with more is something else altogether.
inline constexpr std::size_t max_mistakes = 1000;

struct ReadScope {
    const Document& document;
    const ReadOptions& options;
    std::vector<Error>& mistakes;
    /// Values already reported to be of the wrong form; later parts treat them as missing.
    std::unordered_set<const Node*> bad = {};

    bool full() const { return mistakes.size() >= max_mistakes; }
    void mistake(Place place, std::string message, std::string hint = {});
    void mistake(const Node& node, std::string message, std::string hint = {});

    /// The member if it is there and has the right form, else null.
    const Node* good(const Node& object, std::string_view key) const;
};

/// Whether a path leads out of the work folder of the run. Absolute ones do not count.
bool climbs_out(std::string_view path);

/// The text in double quotes for a message: escaped, and cut where it is long.
std::string quote(std::string_view text);

/// `did you mean "returns"?`, or nothing when no candidate is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

/// The same, falling back to `otherwise`.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates, std::string otherwise);

} // namespace ddll::scenario
