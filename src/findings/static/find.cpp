#include "findings/static/find.h"

#include "base/prose.h"
#include "findings/static/collector.h"
#include "image/symbolize.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace ddll::findings {
namespace {

void sort_gravest_first(std::vector<Finding>& findings) {
    std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        return a.severity != b.severity ? a.severity > b.severity : a.rule < b.rule;
    });
}

/// Unique symbols that an object provides and looks up itself, by name.
using Unique = std::map<std::string_view, const image::ElfSymbol*>;

void add_unique(const image::ElfFacts& elf, const StaticFacts& facts, Unique& out) {
    for (const auto& symbol : elf.symbols)
        if (symbol.unique && symbol.defined && symbol.relocated && facts.host_of(symbol.name).empty())
            out.emplace(symbol.name, &symbol);
}

Unique unique_of(const StaticFacts& facts) {
    Unique out;
    add_unique(facts.elf, facts, out);
    for (const auto& library : facts.closure.libraries())
        if (library.facts && !library.of_node && !library.of_system) add_unique(*library.facts, facts, out);
    return out;
}

} // namespace

Severity severity_of(Rule rule, Doubt doubt) {
    const Severity severity = words::row(rule).severity;
    if (doubt == Doubt::certain) return severity;
    if (doubt == Doubt::hint || severity != Severity::error) return Severity::note;
    return Severity::warning;
}

void StaticCollector::add(FileRule rule, Doubt doubt, const std::string& evidence, std::string fix) {
    const Severity severity = severity_of(rule, doubt);
    for (Finding& known : findings_) {
        if (known.rule != rule) continue;
        known.evidence += prose("; " + evidence);
        if (severity > known.severity) known.fix = prose(std::move(fix));
        known.severity = std::max(known.severity, severity);
        return;
    }
    Finding finding = finding_of(rule, facts_.driver, evidence);
    finding.severity = severity;
    finding.certainty = Certainty::static_only;
    finding.fix = prose(std::move(fix));
    findings_.push_back(std::move(finding));
}

std::string with_relocation(const image::ElfSymbol& symbol, const image::ElfFacts& elf) {
    return fmt::format("{} ({}, {})", image::demangled(symbol.name), words::name(symbol.relocation),
                       elf.place(symbol.relocation_at));
}

std::vector<Finding> find_static(const StaticFacts& facts) {
    StaticCollector out(facts);
    find_linkage(out);
    find_pins(out);
    find_imports(out);
    find_build_traits(out);
    std::vector<Finding> findings = out.take();
    sort_gravest_first(findings);
    return findings;
}

std::vector<Finding> find_pinning(const StaticFacts& facts) {
    constexpr Rule keeps[] = {Rule::dso_nodelete_flag, Rule::dso_pinned_unique_symbol,
                              Rule::dso_pinned_thread_local_destructor, Rule::dso_holds_itself,
                              Rule::dependency_pinned};
    std::vector<Finding> out = find_static(facts);
    std::erase_if(out,
                  [&](const Finding& finding) { return std::ranges::find(keeps, finding.rule) == std::end(keeps); });
    return out;
}

std::vector<Finding> find_shared_state(std::span<const StaticFacts> drivers) {
    std::vector<Finding> out;
    std::vector<Unique> unique;
    for (const StaticFacts& facts : drivers) unique.push_back(unique_of(facts));
    for (std::size_t i = 0; i < drivers.size(); ++i) {
        for (std::size_t k = i + 1; k < drivers.size(); ++k) {
            std::vector<std::string> shared;
            for (const auto& [name, symbol] : unique[i]) {
                const auto other = unique[k].find(name);
                if (other == unique[k].end()) continue;
                std::string text = image::demangled(std::string(name));
                if (other->second->size != symbol->size)
                    text += fmt::format(" ({} bytes and {} bytes)", symbol->size, other->second->size);
                shared.push_back(std::move(text));
            }
            if (shared.empty()) continue;
            constexpr FileRule rule(Rule::unique_symbol_state_shared);
            Finding finding = finding_of(rule, fmt::format("{} and {}", drivers[i].elf.path, drivers[k].elf.path),
                                         fmt::format("in both: {}", listed(shared)));
            finding.severity = severity_of(rule, Doubt::possible);
            finding.certainty = Certainty::static_only;
            out.push_back(std::move(finding));
        }
    }
    return out;
}

} // namespace ddll::findings
