#pragma once
/// Reads what zlib has compressed: the external format has such terms, and drivers send them.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ddll::term {

struct Inflated {
    std::string bytes;
    std::size_t used; ///< of the input; what follows is not looked at
};

/// Nothing for what is truncated or damaged (the checksum counts), or has more than `at_most` bytes in it.
std::optional<Inflated> inflate(std::string_view zlib_stream, std::size_t at_most);

} // namespace ddll::term
