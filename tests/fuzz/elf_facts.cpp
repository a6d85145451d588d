/// Driver files as bytes from anywhere: every reader must answer, in bounded time and memory, with facts or with a
/// reason.
#include "image/elf_facts.h"
#include "base/check.h"
#include "image/initial_data.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace ddll::image;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto facts = elf_facts_of(bytes, "fuzz.so");
    if (facts) {
        DDLL_CHECK(facts->file_size == size);
        for (const auto& symbol : facts->symbols) {
            DDLL_CHECK(symbol.relocated == (symbol.relocation != RelocationKind::none));
            if (symbol.relocated) DDLL_CHECK(!facts->place(symbol.relocation_at).empty());
        }
    } else {
        DDLL_CHECK(!facts.error().message.empty());
    }
    // What is fit for one reader is fit for the other, whatever it then finds.
    const auto linkage = elf_facts_of(bytes, "fuzz.so", Reading::linkage);
    DDLL_CHECK(static_cast<bool>(linkage) == static_cast<bool>(facts));
    if (const auto variables = InitialData::of(std::string(bytes), "fuzz.so")) {
        for (const auto address : variables->find(0xfeeeeeed)) {
            // Of segments that lie over each other the first counts, so it may be another word.
            DDLL_CHECK(variables->word(address).has_value());
            DDLL_CHECK(variables->text_behind(address - 80).size() <= 256);
            variables->points(address);
        }
    }
    return 0;
}
