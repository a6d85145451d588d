#pragma once
/// From a journaled address to the driver code that lies there: module, offset, function, source line. Parent side.
#include "journal/journal.h"
#include "scenario/result.h"
#include "scenario/versions.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ddll::scenario {

class CodePlaces {
public:
    /// Both must outlive this.
    CodePlaces(const journal::Journal& journal, const Versions& versions);

    /// Nothing when no driver library was mapped there when `entry` was written.
    std::optional<StackFrame> frame(std::uintptr_t address, std::uint64_t entry);

private:
    struct Mapping {
        ImageId image;
        std::uint64_t base, end;
        std::uint64_t from, until; ///< journal entries between which it was there
        std::string module;        ///< base name of the file
        std::string file; ///< to read symbols from: the scenario's own copy, as the installed one may be replaced
    };
    std::vector<Mapping> mappings_;
    std::map<std::pair<std::string, std::uint64_t>, StackFrame> known_;
};

/// Function, path and source line of a place in a file (image::symbolize), where they are known.
void add_place(StackFrame& frame, const std::string& file, std::uint64_t offset);

/// "counter.c:42 in counter_control", or as much of it as is known.
std::string place_text(const StackFrame& frame);

} // namespace ddll::scenario
