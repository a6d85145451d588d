#include "check/unwritten.h"

#include "base/text.h"
#include "check/gathered.h"
#include "journal/entry.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::check {

namespace {

constexpr std::uint8_t fresh_bytes[] = {0xa5, 0x5a, 0xc3, 0x3c};

/// A term that was given to a process, in the external format.
struct Sent {
    std::string_view call, bytes;
};

std::vector<Sent> sent_in(const scenario::RunResult& run) {
    std::vector<Sent> out;
    std::string_view call;
    for (const journal::Entry& entry : *run.journal)
        if (const auto* called = std::get_if<journal::Called>(&entry.event))
            call = called->text;
        else if (const auto* returned = std::get_if<journal::Returned>(&entry.event))
            out.push_back({call, returned->term});
        else if (const auto* delivered = std::get_if<journal::Delivered>(&entry.event))
            out.push_back({call, delivered->term});
    return out;
}

// Those that are what fresh memory held, in each run.
std::size_t count(const std::vector<std::string_view>& runs) {
    const std::size_t size = runs.front().size();
    const bool alike = std::all_of(runs.begin(), runs.end(), [&](std::string_view r) { return r.size() == size; });
    std::size_t out = 0;
    for (std::size_t i = 0; alike && i < size; ++i) {
        bool fresh = true;
        for (std::size_t run = 0; run < runs.size(); ++run)
            fresh = fresh && static_cast<std::uint8_t>(runs[run][i]) == fresh_bytes[run];
        out += fresh ? 1 : 0;
    }
    return out;
}

// The first runs, with the first of fresh_bytes.
std::optional<Unwritten> unwritten_bytes(const std::vector<scenario::RunResult>& runs) {
    std::vector<std::vector<Sent>> all;
    std::size_t least = SIZE_MAX;
    for (const scenario::RunResult& run : runs) {
        all.push_back(sent_in(run));
        least = std::min(least, all.back().size());
    }
    for (std::size_t i = 0; i < least; ++i) {
        std::vector<std::string_view> alike;
        for (const std::vector<Sent>& run : all) alike.push_back(run[i].bytes);
        if (const std::size_t bytes = count(alike); bytes > 0) return Unwritten{std::string(all[0][i].call), bytes};
    }
    return std::nullopt;
}

} // namespace

UnwrittenLook look_for_unwritten(const std::function<scenario::RunResult(std::uint8_t byte)>& run) {
    UnwrittenLook look;
    std::vector<scenario::RunResult> runs;
    for (const std::uint8_t byte : fresh_bytes) {
        runs.push_back(run(byte));
        const scenario::RunResult& last = runs.back();
        if (last.skipped.left_out || last.death || !last.journal) {
            look.not_done =
                last.skipped.left_out ? "left out when its time was over (--for)" : "a run did not come to its end";
            look.found.reset();
            return look;
        }
        if (runs.size() < 2) continue;
        look.found = unwritten_bytes(runs);
        if (!look.found) break;
    }
    look.example = std::move(runs.front());
    return look;
}

scenario::RunFinding unwritten_finding(const std::string& driver, const Unwritten& found) {
    return run_finding(words::Rule::uninitialised_bytes_sent, driver,
                       fmt::format("{}: of what came of it, {} {} what happened to lie in memory", found.call,
                                   counted(found.bytes, "byte"), found.bytes == 1 ? "is" : "are"));
}

} // namespace ddll::check
