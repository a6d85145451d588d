#pragma once
/// Scenario texts for the reader's tests, and its mistakes as lines.
#include "scenario/reader.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace ddll::scenario::testing {

/// "3:7 /steps/0/by: message (hint)".
inline std::string line_of(const Error& e) {
    std::string out = fmt::format("{}:{}", e.place.line, e.place.column);
    if (!e.place.pointer.empty()) out += " " + e.place.pointer;
    out += ": " + e.message;
    if (!e.hint.empty()) out += fmt::format(" ({})", e.hint);
    return out;
}

inline std::vector<std::string> lines_of(const ReadResult& result) {
    std::vector<std::string> out;
    for (const auto& mistake : result.mistakes) out.push_back(line_of(mistake));
    return out;
}

inline std::string joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& line : lines) out += line + "\n";
    return out;
}

/// The functions the tests' stories call.
inline ReadOptions options() {
    ReadOptions o;
    o.known_calls = {{"erl_ddll", "load", 2},         {"erl_ddll", "try_load", 3}, {"erl_ddll", "try_unload", 2},
                     {"erl_ddll", "unload", 1},       {"erl_ddll", "info", 0},     {"erl_ddll", "info", 1},
                     {"erl_ddll", "info", 2},         {"erlang", "open_port", 2},  {"erlang", "port_close", 1},
                     {"erlang", "port_control", 3},   {"erlang", "exit", 1},       {"erlang", "exit", 2},
                     {"erlang", "list_to_binary", 1}, {"lists", "last", 1}};
    o.program_folder = "/nonexistent";
    return o;
}

/// A scenario with one driver, two processes and one path, around `steps` (the items of the list). The first step
/// stands in line 4, and begins in column 3.
inline std::string story(std::string_view steps) {
    return fmt::format(R"j({{ "scenario": 1, "title": "t", "paths": {{ "Dir": "live" }},
  "drivers": {{ "counter": {{ "v1": "a.so", "v2": "b.so" }} }}, "processes": {{ "alice": {{}}, "bob": {{}} }},
  "steps": [
  {}
] }}
)j",
                       steps);
}

inline ReadResult read(const std::string& text) {
    return read_scenario(text, "s.json", options(), false);
}

/// The mistakes of a story, each on a line.
inline std::string mistakes(std::string_view steps) {
    return joined(lines_of(read(story(steps))));
}

} // namespace ddll::scenario::testing
