#pragma once
/// What the parts of the reader share: the document, the options, and the list of mistakes that grows as they go.
#include "scenario/fields.h"
#include "scenario/located_json.h"
#include "scenario/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace ddll::scenario {

/// So many mistakes are worth listing; a file with more is something else altogether.
inline constexpr std::size_t max_mistakes = 1000;

/// Whether a path leads out of the work folder of the run. Absolute ones do not count.
bool climbs_out(std::string_view path);

/// The text in double quotes for a message: escaped, and cut where it is long.
std::string quote(std::string_view text);

/// `did you mean "returns"?`, or `otherwise` when no candidate is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates,
                         std::string otherwise = {});

struct ReadScope {
    const Document& document;
    const ReadOptions& options;
    std::vector<Error>& mistakes;
    /// Values already reported to be of the wrong form; later parts treat them as missing.
    std::unordered_set<const Node*> bad = {};

    bool full() const { return mistakes.size() >= max_mistakes; }
    void mistake(Place place, std::string message, std::string hint = {});
    void mistake(const Node& node, std::string message, std::string hint = {});

    /// The one of `all`, which the scenario declares under `key`, that is called `wanted`. Null after reporting that
    /// there is none; when `unsure`, without a report.
    template <class T>
    const T* named(const std::vector<T>& all, std::string T::*name, std::string_view wanted, std::string_view key,
                   bool unsure, Place place) {
        const auto found = std::find_if(all.begin(), all.end(), [&](const T& one) { return one.*name == wanted; });
        if (found != all.end()) return &*found;
        if (unsure) return nullptr;
        std::vector<std::string_view> names;
        for (const T& one : all) names.push_back(one.*name);
        mistake(std::move(place), fmt::format("\"{}\" has no {}", key, quote(wanted)), did_you_mean(wanted, names));
        return nullptr;
    }

    /// The member if it is there and has the right form, else null.
    const Node* good(const Node& object, std::string_view key) const;
};

/// What sort of step an object is or was meant to be; null when nothing in it says so. reader_shapes.cpp
const Shape* step_shape(const Node& step);

/// The first pass of the reader, every key and value against the tables of fields.h: reports unknown, missing and
/// contradicting keys and values of a wrong form, in the whole tree; what is of no use to later passes goes to
/// ReadScope::bad. reader_shapes.cpp
void check_shapes(ReadScope& context, const Node& root);

} // namespace ddll::scenario
