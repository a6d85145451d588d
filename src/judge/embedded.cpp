#include "judge/embedded.h"

// The build gives the two files; the assembler copies them.
#define DDLL_EMBED(name, file)                                                                                         \
    __asm__(".section .rodata\n"                                                                                       \
            ".balign 16\n"                                                                                             \
            "ddll_" #name "_begin:\n"                                                                                  \
            ".incbin \"" file "\"\n"                                                                                   \
            "ddll_" #name "_end:\n"                                                                                    \
            ".byte 0\n"                                                                                                \
            ".previous\n");                                                                                            \
    extern "C" __attribute__((visibility("hidden"))) const char ddll_##name##_begin[];                                 \
    extern "C" __attribute__((visibility("hidden"))) const char ddll_##name##_end[];

DDLL_EMBED(player, DDLL_PLAYER_FILE)
DDLL_EMBED(witness, DDLL_WITNESS_FILE)

namespace ddll::judge {

std::string_view player_source() {
    return {ddll_player_begin, static_cast<std::size_t>(ddll_player_end - ddll_player_begin)};
}

std::string_view witness_library() {
    return {ddll_witness_begin, static_cast<std::size_t>(ddll_witness_end - ddll_witness_begin)};
}

} // namespace ddll::judge
