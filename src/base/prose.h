#pragma once
/// The way that text for people takes out of the place where it was composed. Nothing may be decided from such text,
/// only from typed facts; so that this stays true, the test program ddlltool-garbled has another touch_prose() linked
/// in (tests/garbled/garble.cpp), which leaves no word readable, and must come to the same verdicts.
///
/// Names, Erlang terms, paths and what drivers and the loader say themselves are no prose.
#include <cstddef>
#include <string>

namespace ddll {

/// Does nothing.
void touch_prose(char* text, std::size_t size);

inline std::string prose(std::string text) {
    touch_prose(text.data(), text.size());
    return text;
}

} // namespace ddll
