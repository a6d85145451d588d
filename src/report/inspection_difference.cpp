#include "report/inspection_difference.h"

#include "findings/static/entry_hint.h"
#include "image/symbolize.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

namespace ddll::report {
namespace {

using findings::StaticFacts;
using Json = nlohmann::ordered_json;
using Names = std::set<std::string>;

constexpr std::size_t most_names = 40;

Names imports(const StaticFacts& facts) {
    Names out;
    for (const auto& import : facts.imports) out.insert(image::demangled(import.symbol->name));
    return out;
}

Names libraries(const StaticFacts& facts) {
    Names out;
    for (const auto& library : facts.closure.libraries())
        if (library.of_driver) out.insert(library.name);
    return out;
}

Names exports(const StaticFacts& facts) {
    Names out;
    for (const auto& symbol : facts.elf.symbols)
        if (symbol.defined && symbol.interposable && !symbol.name.empty()) out.insert(image::demangled(symbol.name));
    return out;
}

/// What keeps the file in memory, as far as it says so itself.
Names pins(const StaticFacts& facts) {
    Names out;
    if (facts.elf.flags.nodelete) out.insert("linked with -z nodelete");
    for (const auto& symbol : facts.elf.symbols)
        if (symbol.unique && symbol.defined && symbol.relocated && facts.host_of(symbol.name).empty())
            out.insert("unique symbol " + image::demangled(symbol.name));
    for (const std::string_view name : {"__cxa_thread_atexit", "__cxa_thread_atexit_impl"})
        if (facts.imports_any({&name, 1})) out.insert("thread-local destructors");
    for (const auto& library : facts.closure.libraries())
        if (library.of_driver && !library.of_node && library.facts && library.facts->flags.nodelete)
            out.insert(fmt::format("{} is linked with -z nodelete", library.name));
    return out;
}

bool is_writable(std::string_view place) {
    return !place.starts_with(".rodata") && !place.starts_with(".data.rel.ro");
}

/// State that two versions in one node would share.
Names unique_data(const StaticFacts& facts) {
    Names out;
    for (const auto& symbol : facts.elf.symbols)
        if (symbol.unique && symbol.defined && !symbol.function && is_writable(facts.elf.place(symbol.value)))
            out.insert(fmt::format("{} ({} bytes)", image::demangled(symbol.name), symbol.size));
    return out;
}

Names callbacks(const StaticFacts& facts) {
    if (facts.entries.empty()) return {};
    return {facts.entries.front().callbacks.begin(), facts.entries.front().callbacks.end()};
}

void compare(InspectionDifference& out, const char* kind, const Names& before, const Names& after) {
    NameDifference names{kind, {}, {}};
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(names.added));
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(names.removed));
    if (!names.added.empty() || !names.removed.empty()) out.names.push_back(std::move(names));
}

void compare(InspectionDifference& out, const char* what, std::string before, std::string after) {
    if (before != after) out.values.push_back({what, std::move(before), std::move(after)});
}

std::string interface_of(const findings::EntryHint& entry) {
    return entry.marked ? fmt::format("{}.{}", entry.major, entry.minor) : "none (before R15B)";
}

void compare_entries(InspectionDifference& out, const StaticFacts& before, const StaticFacts& after) {
    compare(out, "name of the file", before.driver, after.driver);
    const auto kind = [](const StaticFacts& facts) {
        return facts.is_nif_library() ? "NIF library" : facts.driver_init() ? "driver" : "neither";
    };
    compare(out, "kind", kind(before), kind(after));
    if (before.entries.empty() || after.entries.empty()) {
        const auto known = [](const StaticFacts& facts) {
            return facts.entries.empty() ? "at run time" : "at compile time";
        };
        compare(out, "entry filled in", known(before), known(after));
        return;
    }
    const findings::EntryHint &was = before.entries.front(), &is = after.entries.front();
    compare(out, "driver_name", was.driver_name, is.driver_name);
    compare(out, "driver interface", interface_of(was), interface_of(is));
    const auto flags = [](const findings::EntryHint& entry) {
        const auto names = findings::flag_names(entry.flags);
        return names.empty() ? std::string("none") : fmt::format("{}", fmt::join(names, ", "));
    };
    compare(out, "flags", flags(was), flags(is));
    compare(out, "callbacks", callbacks(before), callbacks(after));
}

const findings::Finding* of_rule(const std::vector<findings::Finding>& findings, words::Rule rule) {
    const auto it = std::find_if(findings.begin(), findings.end(), [rule](const auto& f) { return f.rule == rule; });
    return it == findings.end() ? nullptr : &*it;
}

std::string shortened(const std::vector<std::string>& names) {
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), most_names));
    std::string out = fmt::format("{}", fmt::join(names.begin(), end, ", "));
    if (names.size() > most_names) out += fmt::format(" and {} more", names.size() - most_names);
    return out;
}

Json rules(const std::vector<const findings::Finding*>& findings) {
    Json out = Json::array();
    for (const auto* finding : findings)
        out.push_back({{"rule", name(finding->rule)}, {"severity", name(finding->severity)}});
    return out;
}

} // namespace

std::optional<InspectionDifference> difference_of(const Inspections& all) {
    if (all.files.size() != 2 || !all.unusable.empty()) return std::nullopt;
    const Inspection &older = all.files[0], &newer = all.files[1];
    InspectionDifference out;
    out.older = older.facts.elf.path;
    out.newer = newer.facts.elf.path;
    compare_entries(out, older.facts, newer.facts);
    compare(out, "variables", fmt::format("{} bytes", older.facts.elf.writable_bytes),
            fmt::format("{} bytes", newer.facts.elf.writable_bytes));
    compare(out, "imports", imports(older.facts), imports(newer.facts));
    compare(out, "libraries", libraries(older.facts), libraries(newer.facts));
    compare(out, "exports", exports(older.facts), exports(newer.facts));
    compare(out, "pins", pins(older.facts), pins(newer.facts));
    compare(out, "unique writable data", unique_data(older.facts), unique_data(newer.facts));
    for (const auto& finding : newer.findings)
        (of_rule(older.findings, finding.rule) != nullptr ? out.unchanged : out.fresh).push_back(&finding);
    for (const auto& finding : older.findings)
        if (of_rule(newer.findings, finding.rule) == nullptr) out.fixed.push_back(&finding);
    return out;
}

std::vector<InspectionSection> difference_sections(const InspectionDifference& difference) {
    InspectionSection changes{fmt::format("from {} to {}", difference.older, difference.newer), {}};
    for (const ValueDifference& value : difference.values)
        changes.row(value.what, fmt::format("{} -> {}", value.before, value.after));
    for (const NameDifference& names : difference.names) {
        std::string text;
        if (!names.added.empty()) text = "added " + shortened(names.added);
        if (!names.removed.empty()) text += (text.empty() ? "removed " : "; removed ") + shortened(names.removed);
        changes.row(names.kind, text);
    }
    const auto findings = [&](const char* label, const std::vector<const findings::Finding*>& list) {
        std::vector<std::string> names;
        for (const auto* finding : list)
            names.push_back(fmt::format("{} ({})", name(finding->rule), name(finding->severity)));
        if (!names.empty()) changes.row(label, shortened(names));
    };
    findings("new", difference.fresh);
    findings("still there", difference.unchanged);
    findings("fixed", difference.fixed);
    if (changes.rows.empty()) changes.row("", "no difference in what is read here");
    return {std::move(changes)};
}

Json difference_json(const InspectionDifference& difference) {
    Json out = {{"older", difference.older}, {"newer", difference.newer}, {"changed", Json::array()}};
    for (const ValueDifference& value : difference.values)
        out["changed"].push_back({{"what", value.what}, {"before", value.before}, {"after", value.after}});
    out["names"] = Json::array();
    for (const NameDifference& names : difference.names)
        out["names"].push_back({{"kind", names.kind}, {"added", names.added}, {"removed", names.removed}});
    out["new"] = rules(difference.fresh);
    out["still_there"] = rules(difference.unchanged);
    out["fixed"] = rules(difference.fixed);
    return out;
}

} // namespace ddll::report
