#pragma once
/// Driver files made by hand: one that is well-behaved, to which a test adds what it is about.
#include "findings/static/find.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace made {

inline ddll::image::ElfSymbol import(std::string name) {
    ddll::image::ElfSymbol symbol;
    symbol.name = std::move(name);
    symbol.function = symbol.relocated = true;
    symbol.relocation = ddll::image::RelocationKind::plt;
    return symbol;
}

inline ddll::image::ElfSymbol export_of(std::string name, bool called = true) {
    ddll::image::ElfSymbol symbol = import(std::move(name));
    symbol.defined = true;
    symbol.relocated = called;
    symbol.size = 16;
    return symbol;
}

inline ddll::image::ElfSymbol unique(std::string name) {
    ddll::image::ElfSymbol symbol = export_of(std::move(name));
    symbol.function = false;
    symbol.unique = true;
    symbol.relocation = ddll::image::RelocationKind::got;
    symbol.relocation_at = 0x4018;
    return symbol;
}

inline ddll::image::ElfFacts driver() {
    ddll::image::ElfFacts elf;
    elf.path = "priv/made.so";
    elf.stack = ddll::image::DeclaredStack::plain;
    elf.constructors = elf.destructors = 2;
    elf.needed = {"libc.so.6"};
    elf.symbols = {export_of("driver_init", false), import("driver_output"), import("strlen")};
    elf.sections = {{".got", 0x4000, 0x100}};
    return elf;
}

/// The C library of this machine.
inline const ddll::findings::StaticWorld& world() {
    static const auto made = ddll::findings::StaticWorld::make({});
    return made;
}

inline ddll::findings::StaticFacts facts(ddll::image::ElfFacts elf,
                                         const ddll::findings::StaticWorld& where = world()) {
    static ddll::image::LibraryFiles files;
    return ddll::findings::static_facts(std::move(elf), where, files);
}

inline std::vector<ddll::findings::Finding> findings(ddll::image::ElfFacts elf) {
    return ddll::findings::find_static(facts(std::move(elf)));
}

/// Null when there is none of the rule.
inline const ddll::findings::Finding* of_rule(const std::vector<ddll::findings::Finding>& all, ddll::words::Rule rule) {
    const auto found = std::find_if(all.begin(), all.end(), [rule](const auto& f) { return f.rule == rule; });
    return found == all.end() ? nullptr : &*found;
}

} // namespace made
