/// Scenario files as bytes from anywhere: the reader must answer, in bounded time, with a scenario or with mistakes
/// that have places inside the text.
#include "base/check.h"
#include "scenario/reader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ddll::scenario;
    const std::string text(reinterpret_cast<const char*>(data), size);
    ReadOptions options;
    options.max_bytes = 1 << 16;
    options.known_calls = {
        {"erl_ddll", "load", 2}, {"erlang", "open_port", 2}, {"erlang", "port_close", 1}, {"erlang", "exit", 1}};
    const ReadResult result = read_scenario(text, "fuzz.json", options, /*check_files=*/false);
    DDLL_CHECK(result.scenario.has_value() == result.mistakes.empty());
    const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
    for (const auto& mistake : result.mistakes) {
        DDLL_CHECK(!mistake.message.empty());
        DDLL_CHECK(mistake.place.line <= lines);
        DDLL_CHECK(mistake.place.column <= static_cast<int>(size) + 1);
    }
    return 0;
}
