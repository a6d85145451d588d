#pragma once
/// Findings of one driver while they are looked for. Internal to findings/.
#include "findings/static/find.h"

#include <string>
#include <vector>

namespace ddll::findings {

/// How sure the file makes us, which decides the severity.
enum class Doubt : unsigned char {
    certain,  ///< the rule's own severity
    possible, ///< one step less: it depends on what the code does
    hint,     ///< a note: usual in good drivers, too
};

using FileRule = words::RuleOf<words::by_file>;

Severity severity_of(Rule rule, Doubt doubt);

class StaticCollector {
public:
    explicit StaticCollector(const StaticFacts& facts) : facts_(facts) {}

    /// The same rule again adds to the evidence; the graver doubt counts. `fix` where the rule's advice does not fit.
    void add(FileRule rule, Doubt doubt, const std::string& evidence, std::string fix = {});
    const StaticFacts& facts() const { return facts_; }
    std::vector<Finding> take() { return std::move(findings_); }

private:
    const StaticFacts& facts_;
    std::vector<Finding> findings_;
};

/// "std::x::y (GOT, .got+0x18)".
std::string with_relocation(const image::ElfSymbol& symbol, const image::ElfFacts& elf);

/// Each a theme.
void find_pins(StaticCollector& out);         // pins.cpp
void find_linkage(StaticCollector& out);      // linkage.cpp
void find_imports(StaticCollector& out);      // imports.cpp
void find_build_traits(StaticCollector& out); // build_traits.cpp

} // namespace ddll::findings
