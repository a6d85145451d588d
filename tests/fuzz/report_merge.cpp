/// JSON reports of other machines as bytes from anywhere. An input holds one report or several, with zero bytes between
/// them: what is fit to be a part is merged with the others and written in all formats, or they cannot be of one run.
#include "base/check.h"
#include "report/merge.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ddll::report;
    const std::string input(reinterpret_cast<const char*>(data), size);
    std::vector<ReportPart> parts;
    for (std::size_t at = 0; at <= input.size();) {
        const std::size_t end = std::min(input.find('\0', at), input.size());
        auto part = ReportPart::read("part-" + std::to_string(parts.size()) + ".json", input.substr(at, end - at));
        if (part)
            parts.push_back(*std::move(part));
        else
            DDLL_CHECK(!part.error().message.empty());
        at = end + 1;
    }
    if (parts.empty()) return 0;
    const auto merged = MergedReport::of(parts);
    if (!merged) {
        DDLL_CHECK(!merged.error().message.empty());
        return 0;
    }
    DDLL_CHECK(merged->verdicts().empty() || !merged->summary_line().empty());
    merged->junit();
    merged->text({});
    // What was merged is a report again, and merging it alone changes nothing.
    const std::string json = merged->json();
    std::vector<ReportPart> again;
    auto part = ReportPart::read("all.json", json);
    DDLL_CHECK_MSG(static_cast<bool>(part), json);
    again.push_back(*std::move(part));
    const auto same = MergedReport::of(again);
    DDLL_CHECK_MSG(same && same->json() == json, json);
    return 0;
}
