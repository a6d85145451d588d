/// A library in the memory of a live node, and the node's list of mappings: what another process has is anybody's.
/// Bytes that begin like a library are that memory, and its file; others are the list.
#include "base/check.h"
#include "doctor/maps.h"
#include "image/elf_facts.h"
#include "image/mapped.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace {

constexpr std::uint64_t base = 0x7f0000000000, limit = 1 << 24;

void look_at_library(std::string_view memory) {
    using namespace ddll::image;
    const ReadMemory read = [memory](std::uint64_t address, char* into, std::size_t size) {
        if (address < base || address - base > memory.size() || memory.size() - (address - base) < size) return false;
        std::memcpy(into, memory.data() + (address - base), size);
        return true;
    };
    if (const auto bytes = bytes_as_mapped(base, read, limit)) {
        DDLL_CHECK(bytes->size() <= limit);
        const auto facts = elf_facts_of(*bytes, "fuzz.so");
        DDLL_CHECK(facts || !facts.error().message.empty());
    } else {
        DDLL_CHECK(!bytes.error().message.empty());
    }
    compare_with_mapped(memory, base, read);
    DDLL_CHECK(compare_code_with_mapped(memory.substr(0, memory.size() / 2), base, read) != Fit::same ||
               memory.size() > 2);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (bytes.starts_with("\x7f"
                          "ELF"))
        look_at_library(bytes);
    else
        for (const auto& library : ddll::doctor::mapped_libraries(bytes)) {
            DDLL_CHECK(library.executable() && !library.path.empty());
            DDLL_CHECK(library.base() == library.parts.front().begin);
        }
    return 0;
}
