#include "findings/runtime/finders.h"

#include "base/text.h"
#include "findings/fixes.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::findings {

namespace {

/// So many loads are needed until growth is a trend, and not the first use of something.
constexpr std::size_t warm_up = 3, least_growths = 3;
/// What is asked for in so many callbacks of each load is asked for again and again. One object that is made for each
/// load and never freed is worth telling when it is large: many libraries keep a small one on purpose.
constexpr std::uint64_t many_calls = 8;
constexpr std::int64_t many_bytes = 2048;
constexpr std::size_t most_places = 3;

} // namespace

void Memory::see(const journal::LeftBehind& e) {
    if (e.kind != words::Residue::heap && e.kind != words::Residue::mapping) return;
    Driver& driver = drivers_[reading_.names.driver(e.driver)];
    driver.id = e.driver;
    driver.image = e.image;
    const std::uintptr_t address = address_in(e.stack);
    const std::uint64_t base = bases_[e.image];
    Leak& leak = driver.leaks[{e.kind, address != 0 ? address - base : 0, std::string(e.path)}];
    leak.address = address;
    leak.entry = reading_.at;
    if (!e.lost)
        leak.grown[driver.loads] = {e.bytes, e.calls};
    else if (e.calls > leak.lost.calls)
        leak.lost = {e.bytes, e.calls};
}

void Memory::see(const journal::ImageClosed& e) {
    ++drivers_[reading_.names.driver(e.driver)].loads;
}

std::optional<Memory::Told> Memory::judge(const Driver& driver, const Source& source, const Leak& leak) {
    const auto from = leak.grown.lower_bound(warm_up);
    const auto count = static_cast<std::size_t>(std::distance(from, leak.grown.end()));
    if (driver.loads >= warm_up + least_growths && count == driver.loads - warm_up) {
        Amount least = from->second;
        for (auto it = from; it != leak.grown.end(); ++it)
            least = {std::min(least.bytes, it->second.bytes), std::min(least.calls, it->second.calls)};
        if (least.calls >= many_calls || least.bytes >= many_bytes) return Told{&source, &leak, least, true};
    }
    if (leak.lost.calls >= many_calls) return Told{&source, &leak, leak.lost, false};
    return std::nullopt;
}

std::string Memory::text_of(const Told& told) const {
    const auto& [bytes, calls] = told.least;
    std::string text = told.in_each ? fmt::format("at least {} bytes more after each cycle", bytes)
                                    : fmt::format("{} bytes are not freed", bytes);
    if (calls > 1) text += fmt::format(", from {} calls", calls);
    if (!told.in_each) text += ", and nothing refers to many of them";
    if (const std::string place =
            reading_.names.place ? reading_.names.place(told.leak->address, told.leak->entry) : "";
        told.leak->address != 0 && !place.empty())
        return text + ": " + place;
    if (!told.source->library.empty())
        text += fmt::format(": in {}", told.source->library.substr(told.source->library.rfind('/') + 1));
    return text;
}

void Memory::tell(const Driver& driver, words::RuleOf<words::by_probe> rule, words::Residue kind) {
    std::vector<Told> told;
    for (const auto& [source, leak] : driver.leaks)
        if (source.kind == kind)
            if (const auto one = judge(driver, source, leak)) told.push_back(*one);
    if (told.empty()) return;
    // The driver's own code first, then what comes to most.
    std::stable_sort(told.begin(), told.end(), [](const Told& a, const Told& b) {
        return std::pair(a.leak->address == 0, -a.least.bytes) < std::pair(b.leak->address == 0, -b.least.bytes);
    });
    std::vector<std::string> texts;
    for (const Told& one : told) texts.push_back(text_of(one));
    const Told& first = told.front();
    reading_.at = first.leak->entry;
    std::string evidence;
    for (std::size_t i = 0; i < std::min(texts.size(), most_places); ++i) evidence += (i == 0 ? "" : "; ") + texts[i];
    if (texts.size() > most_places)
        evidence += fmt::format("; and {}", counted(texts.size() - most_places, "more place"));
    const ImageNote note = reading_.names.image(driver.image);
    // A library that was never called from the driver's code does it by itself.
    reading_.add(rule, driver.id, std::move(evidence), first.leak->address,
                 first.leak->address != 0 ? words::row(rule).severity : Severity::note,
                 note.facts != nullptr ? fix_of_kept_memory(*note.facts, words::row(rule).advice) : "");
}

void Memory::find() {
    for (const auto& [name, driver] : drivers_) {
        tell(driver, Rule::heap_leak_outside_driver_heap, words::Residue::heap);
        tell(driver, Rule::mapping_leak, words::Residue::mapping);
    }
}

} // namespace ddll::findings
