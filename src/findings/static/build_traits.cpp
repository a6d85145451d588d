// What compiler and linker were asked for.
#include "findings/fixes.h"
#include "findings/static/collector.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::findings {
namespace {

// glibc keeps this much for libraries that are opened later and want thread-local data at a fixed place; half of it
// may go to others.
constexpr std::uint64_t tls_surplus = 1664, tls_modest = 512;
constexpr std::uint64_t async_stack = 128 * 1024;

bool needs(const StaticFacts& facts, std::string_view prefix) {
    const auto& all = facts.closure.libraries();
    return std::any_of(all.begin(), all.end(), [prefix](const image::Library& l) {
        return !l.of_node && l.of_driver && l.name.starts_with(prefix);
    });
}

void find_sanitizers(StaticCollector& out) {
    struct Runtime {
        std::string_view library, symbol, what;
        Doubt doubt;
    };
    // That of UndefinedBehaviorSanitizer need not come first, so it can be loaded.
    static constexpr Runtime runtimes[] = {
        {"libasan.so", "__asan_init", "AddressSanitizer", Doubt::certain},
        {"libtsan.so", "__tsan_init", "ThreadSanitizer", Doubt::certain},
        {"libhwasan.so", "__hwasan_init", "HWAddressSanitizer", Doubt::certain},
        {"liblsan.so", "__lsan_init", "LeakSanitizer", Doubt::certain},
        {"libmsan.so", "__msan_init", "MemorySanitizer", Doubt::certain},
        {"libubsan.so", "__ubsan_handle_type_mismatch_v1", "UndefinedBehaviorSanitizer", Doubt::possible},
    };
    for (const Runtime& runtime : runtimes)
        if (needs(out.facts(), runtime.library) || out.facts().imports_any({&runtime.symbol, 1}))
            out.add(Rule::sanitizer_build, runtime.doubt, fmt::format("built with {}", runtime.what));
}

void find_openmp(StaticCollector& out) {
    if (const auto runtime = parallel_runtime(out.facts().elf); !runtime.empty())
        out.add(Rule::openmp_runtime_unloaded, Doubt::possible, fmt::format("needs {}", runtime),
                fix_of_parallel_runtime(runtime));
}

void find_static_tls(StaticCollector& out) {
    const image::ElfFacts& elf = out.facts().elf;
    if (elf.tls.size == 0 || (!elf.flags.static_tls && elf.tls.fixed_uses == 0)) return;
    const Doubt doubt = elf.tls.size > tls_surplus  ? Doubt::certain
                        : elf.tls.size > tls_modest ? Doubt::possible
                                                    : Doubt::hint;
    out.add(
        Rule::static_tls_exhausted, doubt,
        fmt::format("{} bytes of thread-local data at a fixed place{}; the loader has {} bytes for all such libraries",
                    elf.tls.size, elf.flags.static_tls ? " (DF_STATIC_TLS)" : "", tls_surplus));
}

void find_async_stack(StaticCollector& out) {
    const StaticFacts& facts = out.facts();
    static constexpr std::string_view async[] = {"driver_async"};
    if (!facts.imports_any(async)) return;
    std::vector<std::string> large;
    for (const auto& frame : facts.elf.build.big_frames)
        if (frame.bytes >= async_stack / 2)
            large.push_back(
                fmt::format("{} ({} bytes)", frame.function.empty() ? "a function" : frame.function, frame.bytes));
    if (large.empty()) return;
    const bool too_large = facts.elf.build.big_frames.front().bytes >= async_stack;
    out.add(Rule::async_stack_overflow, too_large ? Doubt::possible : Doubt::hint,
            fmt::format("uses driver_async, and has functions with large stack frames: {}", listed(large)));
}

void find_shared_code(StaticCollector& out) {
    const StaticFacts& facts = out.facts();
    const std::uint64_t own = variables_besides(facts.elf, facts.entries.size());
    if (own == 0) return;
    const bool by_port =
        std::any_of(facts.entries.begin(), facts.entries.end(), [](const EntryHint& e) { return (e.flags & 1) != 0; });
    if (by_port)
        out.add(Rule::shared_code_without_driver_lock, Doubt::hint,
                fmt::format("the entry has ERL_DRV_FLAG_USE_PORT_LOCKING, and there are {} bytes of variables", own));
}

} // namespace

void find_build_traits(StaticCollector& out) {
    const image::ElfFacts& elf = out.facts().elf;
    find_sanitizers(out);
    find_openmp(out);
    find_static_tls(out);
    find_async_stack(out);
    find_shared_code(out);
    if (elf.build.fast_math) out.add(Rule::fp_mode_changed, Doubt::certain, "the constructor set_fast_math");
    if (elf.stack == image::DeclaredStack::executable)
        out.add(Rule::exec_stack_required, Doubt::certain, "PT_GNU_STACK asks for an executable stack");
    if (elf.stack == image::DeclaredStack::undeclared)
        out.add(Rule::exec_stack_required, Doubt::certain, "there is no PT_GNU_STACK, which means an executable stack");
}

} // namespace ddll::findings
