#pragma once
/// DDLL_EMBED(name, "file") puts a file's bytes into the executable: ddll_<name>_begin to ddll_<name>_end, and a zero
/// behind them. The assembler copies it, so the source file must depend on it in the build.
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
