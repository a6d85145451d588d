#pragma once
/// What a call of erl_ddll is about, read from the expression before anything is called: sessions and shells give
/// folders names, say which driver a refusal concerns, and start an emulator for a load.
#include "term/expr.h"

#include <optional>
#include <string>

namespace ddll::calls {

struct DdllCall {
    enum class Kind : std::uint8_t {
        load, ///< load/2, load_driver/2, try_load/3 and the reloads: a library may be opened
        other,
    };
    Kind kind = Kind::other;
    bool reload = false;                ///< reload/2, reload_driver/2, or the option reload
    const term::Expr* folder = nullptr; ///< of a load
    const term::Expr* driver = nullptr; ///< may be missing
};

/// Nothing when the expression is not a call of erl_ddll. The parts point into `expr`.
std::optional<DdllCall> ddll_call(const term::Expr& expr);

/// Is there a load in it, at any depth?
bool loads(const term::Expr& expr);

/// A literal atom or text; nothing for anything else.
std::optional<std::string> literal_word(const term::Expr& expr);

} // namespace ddll::calls
