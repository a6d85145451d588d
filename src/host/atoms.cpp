#include "host/atoms.h"

namespace ddll::host {

ErlDrvTermData Atoms::word(std::string_view utf8) {
    const auto [place, fresh] = index_.try_emplace(std::string(utf8), atoms_.size());
    if (fresh) atoms_.push_back(term::Term::atom(utf8));
    return (static_cast<ErlDrvTermData>(place->second) << 6) | 0xb;
}

std::optional<term::Term> Atoms::atom(ErlDrvTermData word) const {
    if ((word & 0x3f) != 0xb || (word >> 6) >= atoms_.size()) return std::nullopt;
    return atoms_[word >> 6];
}

} // namespace ddll::host
