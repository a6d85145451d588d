#pragma once
/// What a function returns, as its author wrote it: from debug information, and from its machine code.
#include <cstdint>
#include <optional>
#include <string>

namespace ddll::image {

struct Signature {
    std::string function, source; ///< "counter_control", "counter.c:42"; the latter may be empty
    std::string returns;          ///< "int"
    int bytes = 0;                ///< of what it returns
    bool is_signed = false;
    bool has_negative = false; ///< its code makes a negative number, such as -1
};

/// Reads in a child process. `offset` is relative to the lowest mapped address. Nothing without debug information, and
/// for what returns no number.
std::optional<Signature> read_signature(const std::string& path, std::uint64_t offset);

} // namespace ddll::image
