#include "image/debug_info.h"

#include "image/dwarf_file.h"
#include "isolate/isolate.h"

#include <dwarf.h>

#include <cstdio>
#include <cstdlib>

namespace ddll::image {
namespace {

constexpr std::chrono::milliseconds patience{5'000};

/// The child's part. What it prints comes back to the parent.
void print_facts(const std::string& path, std::uint64_t address) {
    DwarfFile file(path);
    const Dwarf_Die* found = file.unit_at(address);
    if (!found) return;
    Dwarf_Die unit = *found;
    Dwarf_Attribute attribute;
    if (const char* producer = dwarf_formstring(dwarf_attr(&unit, DW_AT_producer, &attribute)))
        std::printf("producer %s\n", producer);
    Dwarf_Line* line = dwarf_getsrc_die(&unit, address);
    const char* source = line ? dwarf_linesrc(line, nullptr, nullptr) : nullptr;
    int number = 0;
    if (source && dwarf_lineno(line, &number) == 0) std::printf("line %d\nsource %s\n", number, source);
    std::fflush(stdout);
}

} // namespace

DebugFacts read_debug_facts(const std::string& path, std::uint64_t address) {
    isolate::Limits limits;
    limits.wall = patience;
    const isolate::Ending ending = isolate::run(limits, [&] { print_facts(path, address); });
    DebugFacts out;
    out.readable = std::holds_alternative<isolate::Finished>(ending.how);
    if (!out.readable) return out;
    for (std::size_t at = 0; at < ending.output.size();) {
        const auto end = std::min(ending.output.find('\n', at), ending.output.size());
        const std::string line = ending.output.substr(at, end - at);
        at = end + 1;
        if (line.starts_with("producer ")) out.producer = line.substr(9);
        if (line.starts_with("source ")) out.source = line.substr(7);
        if (line.starts_with("line ")) out.line = std::atoi(line.c_str() + 5);
    }
    return out;
}

} // namespace ddll::image
