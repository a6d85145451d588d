#pragma once
/// Long terms made short, so that they can be kept: what is long in them is replaced by its size and a digest. Terms
/// that are the same stay the same.
#include "term/term.h"

#include <cstddef>
#include <string>

namespace ddll::term {

/// {'long binary', Bytes, Digest} and {'long list', Length, Digest} in the place of what is long; when that does not
/// help, {'long term', Bytes, Digest} in the place of all.
Term abridged(const Term& term, std::size_t at_most);

/// The term in external format, appended to `out`; abridged when it would take more than `at_most` bytes.
void encode_abridged(const Term& term, std::size_t at_most, std::string& out);

} // namespace ddll::term
