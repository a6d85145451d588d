/// Recordings of nodes as bytes from anywhere: they are read and written again, or the error says what is wrong.
#include "verify/recording.h"
#include "base/check.h"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ddll::verify;
    const std::string input(reinterpret_cast<const char*>(data), size);
    const auto recording = read_recording("node.json", input);
    if (!recording) {
        DDLL_CHECK(!recording.error().message.empty() && !recording.error().hint.empty());
        DDLL_CHECK(recording.error().place.file.starts_with("node.json"));
        return 0;
    }
    // What was written says the same.
    const std::string text = write_recording(*recording);
    const auto again = read_recording("node.json", text);
    DDLL_CHECK_MSG(static_cast<bool>(again), text);
    DDLL_CHECK_MSG(write_recording(*again) == text, text);
    return 0;
}
