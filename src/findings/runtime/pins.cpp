#include "findings/fixes.h"
#include "findings/runtime/finders.h"
#include "image/symbolize.h"

#include <fmt/format.h>

namespace ddll::findings {

namespace {

// Unique symbols that the library itself looks up: the loader has marked it as never to be removed.
std::vector<std::string> pinning_symbols(const image::ElfFacts& facts) {
    std::vector<std::string> found;
    for (const auto& symbol : facts.symbols)
        if (symbol.unique && symbol.defined && symbol.relocated) found.push_back(image::demangled(symbol.name));
    return found;
}

struct Pin {
    words::RuleOf<words::by_run> rule;
    std::string evidence;
    std::string fix = {};
};

Pin pin_of(const ImageNote& image, const std::string& others) {
    if (image.facts == nullptr) return {Rule::dso_pinned, "the library is still mapped after dlclose"};
    const auto unique = pinning_symbols(*image.facts);
    if (!unique.empty())
        return {Rule::dso_pinned_unique_symbol,
                fmt::format("still mapped after dlclose; unique symbol: {}", listed(unique, 3))};
    if (image.facts->flags.nodelete)
        return {Rule::dso_nodelete_flag, "still mapped after dlclose; DF_1_NODELETE is set",
                fix_of_nodelete(*image.facts)};
    if (image.facts->imports("__cxa_thread_atexit") || image.facts->imports("__cxa_thread_atexit_impl"))
        return {Rule::dso_pinned_thread_local_destructor,
                fmt::format("still mapped after dlclose; the library registers thread-local destructors{}",
                            is_thread_local_of_rust(*image.facts) ? ", as thread_local! of Rust does" : ""),
                fix_of_thread_local(*image.facts)};
    if (!others.empty())
        return {Rule::dso_pinned_by_importer,
                fmt::format("still mapped after dlclose; so is {}, which came after it", others),
                fix_of_importer(*image.facts, others)};
    if (image.facts->imports("dlopen") || image.facts->imports("dlmopen"))
        return {Rule::dso_holds_itself,
                "still mapped after dlclose; it opens libraries itself, and nothing else pins it"};
    return {Rule::dso_pinned,
            "still mapped after dlclose; no unique symbol, no nodelete flag, no thread-local destructor"};
}

} // namespace

// Libraries that stay when the driver's stays.
void Pins::see(const journal::LeftBehind& left) {
    if (left.kind != words::Residue::object || left.path == paths_[left.image]) return;
    std::string& others = others_[paths_[left.image]];
    if (others.empty()) others = left.path.substr(left.path.rfind('/') + 1);
}

void Pins::see(const journal::ImageClosed& closed, std::uint64_t entry) {
    if (closed.gone) return;
    const ImageNote image = reading_.names.image(closed.image);
    Pin pin = pin_of(image, others_[paths_[closed.image]]);
    if (Finding* fresh = reading_.add(pin.rule, image.label, std::move(pin.evidence), entry))
        fresh->fix = std::move(pin.fix);
}

void Pins::see(const journal::Reloaded& reloaded, std::uint64_t entry) {
    if (reloaded.new_runs) return;
    constexpr words::RuleOf<words::by_run> rule(Rule::reload_kept_old_code);
    reading_.add(rule, reading_.names.driver(reloaded.driver),
                 fmt::format("after the reload {} is what runs: it never left memory, and the loader gave it again "
                             "instead of the file that the path names now",
                             reading_.names.image(reloaded.before).label),
                 entry);
}

} // namespace ddll::findings
