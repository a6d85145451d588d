#include "scenario/reader_context.h"

#include "base/text.h"

#include <fmt/format.h>

namespace ddll::scenario {

void ReadScope::mistake(Place place, std::string message, std::string hint) {
    if (!full()) mistakes.push_back({std::move(message), std::move(hint), std::move(place), {}});
}

void ReadScope::mistake(const Node& node, std::string message, std::string hint) {
    mistake(document.place_of(node), std::move(message), std::move(hint));
}

const Node* ReadScope::good(const Node& object, std::string_view key) const {
    const Node* node = object.find(key);
    return node != nullptr && !bad.contains(node) ? node : nullptr;
}

bool climbs_out(std::string_view path) {
    if (path.starts_with('/')) return false;
    int depth = 0;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        if (part == "..")
            --depth;
        else if (!part.empty() && part != ".")
            ++depth;
        if (depth < 0) return true;
        path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
    }
    return false;
}

std::string quote(std::string_view text) {
    constexpr std::size_t longest = 60;
    std::string out = "\"";
    std::size_t characters = 0;
    while (!text.empty()) {
        if (++characters > longest) {
            out += "...";
            break;
        }
        const std::string_view before = text;
        const auto c = take_utf8(text);
        if (!c) {
            text.remove_prefix(1);
            out += '?';
        } else if (*c == '"' || *c == '\\') {
            out += '\\';
            out += static_cast<char>(*c);
        } else if (*c == '\n') {
            out += "\\n";
        } else if (*c < 0x20 || *c == 0x7F) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(*c));
        } else {
            out += before.substr(0, before.size() - text.size());
        }
    }
    return out + '"';
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates, std::string otherwise) {
    // Comparing costs the product of the lengths: a file with thousands of names has to do without suggestions.
    constexpr std::size_t most_candidates = 2000;
    if (candidates.size() <= most_candidates)
        if (const auto meant = nearest(word, candidates)) return fmt::format("did you mean {}?", quote(*meant));
    return otherwise;
}

} // namespace ddll::scenario
