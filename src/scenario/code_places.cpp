#include "scenario/code_places.h"

#include "image/symbolize.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace ddll::scenario {

CodePlaces::CodePlaces(const journal::Journal& journal, const Versions& versions) {
    for (const journal::Entry& entry : journal) {
        if (const auto* opened = std::get_if<journal::ImageOpened>(&entry.event)) {
            const std::filesystem::path path{std::string(opened->path)};
            const Versions::Known* known = versions.of(*opened);
            mappings_.push_back({opened->image, opened->base, opened->end, entry.seq, UINT64_MAX,
                                 path.filename().string(), known == nullptr ? path.string() : known->file});
        } else if (const auto* closed = std::get_if<journal::ImageClosed>(&entry.event)) {
            for (Mapping& mapping : mappings_)
                if (mapping.image == closed->image && closed->gone) mapping.until = entry.seq;
        }
    }
}

std::optional<StackFrame> CodePlaces::frame(std::uintptr_t address, std::uint64_t entry) {
    const auto it = std::find_if(mappings_.rbegin(), mappings_.rend(), [&](const Mapping& m) {
        return m.base <= address && address < m.end && m.from <= entry && entry <= m.until;
    });
    // Constructors run, and may misuse the API, before the opening is journaled: the next one is meant then.
    const auto next =
        it != mappings_.rend() ? it : std::find_if(mappings_.rbegin(), mappings_.rend(), [&](const Mapping& m) {
            return m.base <= address && address < m.end && m.from > entry;
        });
    if (next == mappings_.rend()) return std::nullopt;
    const std::uint64_t offset = address - next->base;
    const auto [known, fresh] = known_.try_emplace({next->file, offset});
    if (fresh) {
        StackFrame& frame = known->second;
        frame.module = next->module;
        frame.offset = offset;
        add_place(frame, next->file, offset);
    }
    return known->second;
}

void add_place(StackFrame& frame, const std::string& file, std::uint64_t offset) {
    const auto place = image::symbolize(file, offset);
    if (!place) return;
    frame.function = place->function;
    frame.path = place->path;
    if (!place->file.empty()) frame.source = fmt::format("{}:{}", place->file, place->line);
}

std::string place_text(const StackFrame& frame) {
    std::string where = frame.source;
    if (where.empty()) where = frame.offset ? fmt::format("{}+0x{:x}", frame.module, *frame.offset) : frame.module;
    return frame.function.empty() ? where : fmt::format("{} in {}", where, frame.function);
}

} // namespace ddll::scenario
