#pragma once
/// External term format, as drivers' call/3 and ERL_DRV_EXT2TERM speak it and as the journal stores terms.
/// Encoding and decoding go through ei; lengths are proved first, because ei itself trusts its input.
#include "base/result.h"
#include "term/term.h"
#include "words/release.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ddll::term {

/// With the version byte 131. The bytes are those of term_to_binary/1, on a release that writes atoms so, for every
/// term that has one form. The order of a map's pairs is ours: since OTP 26 it has none.
std::string encode(const Term& term, words::AtomTag atoms = words::AtomTag::atom_ext);

/// Appends instead of returning, for hot paths.
void encode_to(const Term& term, std::string& out, words::AtomTag atoms = words::AtomTag::atom_ext);

struct Decoded {
    Term term;
    std::size_t used; ///< bytes read, the version byte included; what follows is ignored as the emulator does
};

/// Whether a term may be compressed: the answer of port_call/3 may not (measured).
enum class Compressed : std::uint8_t { refused, accepted };

/// Reads one term with its version byte; nothing for anything truncated, malformed, or nested deeper than 100,000.
std::optional<Decoded> decode(std::string_view bytes, Compressed compressed = Compressed::accepted);

} // namespace ddll::term
