#include "findings/static_findings.h"

#include "findings/static_collector.h"
#include "image/demangle.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace ddll::findings {
namespace {

constexpr std::string_view ids[] = {
    "async-job-outstanding",
    "async-stack-overflow",
    "callback-registered-elsewhere",
    "child-port-left-open",
    "dependency-pinned",
    "deprecated-api-used",
    "driver-init-missing",
    "dso-holds-itself",
    "dso-nodelete-flag",
    "dso-pinned-thread-local-destructor",
    "dso-pinned-unique-symbol",
    "environment-points-into-driver",
    "exception-through-callback",
    "exec-stack-required",
    "fp-mode-changed",
    "locks-and-tsd-leak",
    "missing-dependency",
    "missing-symbol",
    "non-api-emulator-symbol",
    "on-exit-handler-left",
    "openmp-runtime-unloaded",
    "permanent-by-driver-lock",
    "posix-timer-left",
    "process-exit-called",
    "process-state-changed",
    "pthread-key-destructor-left",
    "sanitizer-build",
    "shared-code-without-driver-lock",
    "sigaltstack-left",
    "signal-handler-left",
    "static-tls-exhausted",
    "symbol-interposed-by-host",
    "thread-outlives-driver",
    "unique-symbol-state-shared",
    "unload-deadlock-in-destructor",
};

void sort_gravest_first(std::vector<Finding>& findings) {
    std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        return a.severity != b.severity ? a.severity > b.severity : a.rule->id < b.rule->id;
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

Severity severity_of(const Rule& rule, Doubt doubt) {
    if (doubt == Doubt::certain) return rule.severity;
    if (doubt == Doubt::hint || rule.severity != Severity::error) return Severity::note;
    return Severity::warning;
}

void StaticCollector::add(std::string_view id, Doubt doubt, const std::string& evidence) {
    const Rule* found = rule(id);
    const Severity severity = severity_of(*found, doubt);
    for (Finding& known : findings_) {
        if (known.rule != found) continue;
        known.evidence += "; " + evidence;
        known.severity = std::max(known.severity, severity);
        return;
    }
    Finding finding = finding_of(*found, facts_.driver, evidence);
    finding.severity = severity;
    finding.certainty = Certainty::static_only;
    findings_.push_back(std::move(finding));
}

std::string listed(const std::vector<std::string>& words, std::size_t most) {
    std::string out;
    for (std::size_t i = 0; i < words.size() && i < most; ++i) out += (i > 0 ? ", " : "") + words[i];
    if (words.size() > most) out += fmt::format(" and {} more", words.size() - most);
    return out;
}

std::string with_relocation(const image::ElfSymbol& symbol, const image::ElfFacts& elf) {
    return fmt::format("{} ({}, {})", image::demangled(symbol.name), image::name(symbol.relocation),
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
            const Rule& found = *rule("unique-symbol-state-shared");
            Finding finding = finding_of(found, fmt::format("{} and {}", drivers[i].elf.path, drivers[k].elf.path),
                                         fmt::format("in both: {}", listed(shared)));
            finding.severity = severity_of(found, Doubt::possible);
            finding.certainty = Certainty::static_only;
            out.push_back(std::move(finding));
        }
    }
    return out;
}

std::span<const std::string_view> static_rules() {
    return ids;
}

} // namespace ddll::findings
