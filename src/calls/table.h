#pragma once
/// The rows behind calls.h. A new verb is one function and one row in table.cpp (with effects) or pure.cpp (without).
#include "host/host.h"

#include <span>
#include <string_view>

namespace ddll::calls {

using Args = std::span<const term::Term>;

struct Row {
    std::string_view module;
    std::string_view name;
    unsigned arity;
    term::Evaluated (*function)(host::Host& host, ProcessId by, Args args);
    std::string_view doc;
};

/// What most of them answer to arguments of the wrong kind.
inline term::Evaluated badarg() {
    return term::Evaluated::raise("badarg");
}

std::span<const Row> verbs();
std::span<const Row> pure_functions();

} // namespace ddll::calls
