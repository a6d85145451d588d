// What keeps a library in memory after its unload.
#include "findings/fixes.h"
#include "findings/static/collector.h"
#include "image/symbolize.h"

#include <fmt/format.h>

namespace ddll::findings {
namespace {

/// What the loader takes as a reason to keep the object: unique symbols that it provides and looks up, and that nobody
/// provides before it.
std::vector<std::string> pinning_symbols(const image::ElfFacts& elf, const StaticFacts& facts,
                                         std::vector<std::string>* of_the_node) {
    std::vector<std::string> out;
    for (const auto& symbol : elf.symbols) {
        if (!symbol.unique || !symbol.defined || !symbol.relocated) continue;
        const auto host = facts.host_of(symbol.name);
        if (host.empty())
            out.push_back(with_relocation(symbol, elf));
        else if (of_the_node)
            of_the_node->push_back(fmt::format("{} ({})", image::demangled(symbol.name), host));
    }
    return out;
}

void find_unique(StaticCollector& out) {
    std::vector<std::string> of_the_node;
    const auto pins = pinning_symbols(out.facts().elf, out.facts(), &of_the_node);
    if (!pins.empty())
        out.add(Rule::dso_pinned_unique_symbol, Doubt::possible,
                fmt::format("{} unique symbol{} with a relocation: {}", pins.size(), pins.size() == 1 ? "" : "s",
                            listed(pins)));
    else if (!of_the_node.empty())
        out.add(
            Rule::dso_pinned_unique_symbol, Doubt::hint,
            fmt::format("provided by the node before the driver, where they pin nothing: {}; a node built otherwise "
                        "may not have them",
                        listed(of_the_node)));
}

void find_pinned_dependencies(StaticCollector& out) {
    for (const image::Library& library : out.facts().closure.libraries()) {
        if (!library.facts || library.of_node) continue;
        const Doubt doubt = library.of_system ? Doubt::hint : Doubt::certain;
        const std::string fix = fix_of_pinned_dependency(library.of_system);
        const char* whose = library.of_system ? " of the system" : "";
        if (library.facts->flags.nodelete)
            out.add(Rule::dependency_pinned, doubt, fmt::format("{}{} is linked with -z nodelete", library.name, whose),
                    fix);
        const auto pins = pinning_symbols(*library.facts, out.facts(), nullptr);
        if (!pins.empty())
            out.add(Rule::dependency_pinned, doubt,
                    fmt::format("{}{} has unique symbols: {}", library.name, whose, listed(pins, 3)), fix);
    }
}

} // namespace

void find_pins(StaticCollector& out) {
    const StaticFacts& facts = out.facts();
    find_unique(out);
    find_pinned_dependencies(out);
    if (facts.elf.flags.nodelete)
        out.add(Rule::dso_nodelete_flag, Doubt::certain, "DF_1_NODELETE is set", fix_of_nodelete(facts.elf));
    for (const std::string_view import : {"__cxa_thread_atexit", "__cxa_thread_atexit_impl"})
        if (facts.imports_any({&import, 1}))
            out.add(Rule::dso_pinned_thread_local_destructor, Doubt::possible, fmt::format("imports {}", import),
                    fix_of_thread_local(facts.elf));
}

} // namespace ddll::findings
