#pragma once
/// Atoms as drivers see them (one word each), and the word form of pids, ports and nil.
#include "base/id.h"
#include "term/term.h"

#include <erl_driver.h>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ddll::host {

/// ErlDrvTermData words. Kind and value can be told from the word alone, as in the emulator: atoms end in 001011,
/// local pids in 0011, local ports in 0111, nil is 0x3b.
inline constexpr ErlDrvTermData nil_word = 0x3b;
inline ErlDrvTermData word_of(ProcessId id) {
    return (id.value << 4) | 0x3;
}
inline ErlDrvTermData word_of(PortId id) {
    return (id.value << 4) | 0x7;
}
inline std::optional<ProcessId> pid_of(ErlDrvTermData word) {
    if ((word & 0xf) != 0x3 || word >> 4 == 0) return std::nullopt;
    return ProcessId{word >> 4};
}
inline std::optional<PortId> port_of(ErlDrvTermData word) {
    if ((word & 0xf) != 0x7 || word >> 4 == 0) return std::nullopt;
    return PortId{word >> 4};
}

/// ErlDrvPort values: never 0, never -1, never reused, and recognisable when a driver passes something else.
inline constexpr std::uintptr_t handle_mark = 0x5d;
inline ErlDrvPort handle_of(PortId id) {
    return reinterpret_cast<ErlDrvPort>((static_cast<std::uintptr_t>(id.value) << 8) | handle_mark);
}
/// The port number in a handle; nothing for a value that is no handle at all (its liveness is another question).
inline std::optional<PortId> port_of(ErlDrvPort handle) {
    const auto bits = reinterpret_cast<std::uintptr_t>(handle);
    if ((bits & 0xff) != handle_mark || bits >> 8 == 0 || bits >> 60 != 0) return std::nullopt;
    return PortId{bits >> 8};
}

class Atoms {
public:
    /// The word for an atom, made on first use.
    ErlDrvTermData word(std::string_view utf8) {
        const auto [place, fresh] = index_.try_emplace(std::string(utf8), atoms_.size());
        if (fresh) atoms_.push_back(term::Term::atom(utf8));
        return (static_cast<ErlDrvTermData>(place->second) << 6) | 0xb;
    }
    /// The atom of a word; nothing for a word that is no atom of this table.
    std::optional<term::Term> atom(ErlDrvTermData word) const {
        if ((word & 0x3f) != 0xb || (word >> 6) >= atoms_.size()) return std::nullopt;
        return atoms_[word >> 6];
    }

private:
    std::deque<term::Term> atoms_;
    std::unordered_map<std::string, std::size_t> index_;
};

/// The atoms that ports and drivers send all the time; copying a shared one is cheaper than making it anew.
struct CommonAtoms {
    term::Term data = term::Term::atom("data"), eol = term::Term::atom("eol"), noeol = term::Term::atom("noeol");
    term::Term exit = term::Term::atom("EXIT"), normal = term::Term::atom("normal"), ok = term::Term::atom("ok");
    term::Term badarg = term::Term::atom("badarg"), true_ = term::Term::atom("true"),
               undefined = term::Term::atom("undefined");
};

} // namespace ddll::host
