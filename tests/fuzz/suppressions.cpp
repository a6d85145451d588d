/// Files of accepted findings as bytes from anywhere: each entry is taken whole or has a mistake with its place.
#include "check/suppressions.h"
#include "base/check.h"
#include "fuzz/scratch_file.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ddll::fuzz::ScratchFile file({reinterpret_cast<const char*>(data), size});
    const auto read = ddll::check::read_suppressions(file.path());
    for (const auto& one : read.suppressions) {
        DDLL_CHECK(!one.reason.empty());
        DDLL_CHECK(one.expires.size() == 10 && one.place.file == file.path());
    }
    for (const auto& mistake : read.mistakes) {
        DDLL_CHECK(!mistake.message.empty());
        DDLL_CHECK(mistake.place.pointer.empty() || mistake.place.pointer.front() == '/');
    }
    return 0;
}
