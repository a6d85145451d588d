#pragma once
/// Who keeps pointers into a library that has left memory: the C and C++ libraries, which stay, in variables of theirs.
/// Where it is known what such a variable is for, the finding says so, and is certain.
#include "host/probe/traces.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ddll::host {

/// What it means that the variable at `at`, in the data of a library called `file`, has the address `word` inside of
/// `old`. Nothing for what is known to be harmless.
std::optional<Found> kept_at(std::uintptr_t at, std::uintptr_t word, const std::string& file, const CodeRange& old);

/// What the C++ library and the unwinder reach by way of the heap: facets of the global locale, buffers of the standard
/// streams, tables for exceptions. Functions and data of `old` only.
std::vector<Found> kept_behind(const CodeRange& old);

} // namespace ddll::host
