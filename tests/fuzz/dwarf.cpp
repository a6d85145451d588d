/// What a driver file says for debuggers as bytes from anywhere. The places of a stack are looked up in files that were
/// loaded, so that they are libraries is known; what their debug information is, is not.
#include "base/check.h"
#include "fuzz/scratch_file.h"
#include "image/debug_info.h"
#include "image/elf_facts.h"
#include "image/symbolize.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ddll::image;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const ddll::fuzz::ScratchFile file(bytes);
    const auto facts = elf_facts_of(bytes, "fuzz.so");
    int looked = 0;
    for (std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{0x1000}, std::uint64_t{0x1010}, ~std::uint64_t{0}}) {
        symbolize(file.path(), offset);
        function_lines(file.path(), offset);
    }
    if (!facts) return 0;
    for (const auto& symbol : facts->symbols) {
        if (++looked > 8) break;
        if (const auto place = symbolize(file.path(), symbol.value)) DDLL_CHECK(place->line >= 0);
        if (const auto lines = function_lines(file.path(), symbol.value)) DDLL_CHECK(lines->first <= lines->last);
        if (looked == 1) read_debug_facts(file.path(), symbol.value);
    }
    return 0;
}
