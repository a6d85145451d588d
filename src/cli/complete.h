#pragma once
/// What could stand where somebody at a shell has pressed Tab. Knows no shell: those are in completions.cpp.
#include "cli/parser.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace ddll::cli {

struct Completion {
    enum class Files : std::uint8_t { none, files, folders };

    std::vector<Value::Choice> words; ///< whole words that begin with what was typed
    Files files = Files::none;        ///< file names would do as well; folders always do then
    std::string suffix;               ///< of those files
    std::string prefix;               ///< what of the typed word stands before the file name: "json="
};

/// Drivers, ports, processes or sessions there are now. Asked only where one of them is wanted.
using LiveNames = std::function<std::vector<Value::Choice>(Takes what, const std::string& session)>;

/// `typed`: the words behind the program's name up to the cursor; the last one is being typed and may be empty.
Completion complete(std::span<const std::string> typed, const LiveNames& live);

/// What `ddlltool explain` has a page for, without error terms.
std::vector<Value::Choice> explained_words(); // explain.cpp

} // namespace ddll::cli
