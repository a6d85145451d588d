#include "findings/fixes.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::findings {
namespace {

bool needs(const image::ElfFacts& elf, std::string_view prefix) {
    return std::any_of(elf.needed.begin(), elf.needed.end(),
                       [prefix](const std::string& name) { return name.starts_with(prefix); });
}

constexpr std::string_view stay_loaded =
    "make the driver permanent: call driver_lock_driver in start, and open a port as soon as the driver is loaded. A "
    "reload is then refused instead of going on with the old code in silence, and a new version comes with the restart "
    "of the node. From then on check finds that the driver is permanent; accept that with a suppression";

} // namespace

bool is_made_by_go(const image::ElfFacts& elf) {
    const image::ElfSymbol* symbol = elf.find("crosscall2");
    return symbol != nullptr && symbol->defined;
}

bool is_thread_local_of_rust(const image::ElfFacts& elf) {
    return elf.imports("__cxa_thread_atexit_impl") && !elf.imports("__cxa_thread_atexit");
}

std::string_view parallel_runtime(const image::ElfFacts& elf) {
    for (const std::string& name : elf.needed)
        for (const std::string_view runtime : {"libgomp.so", "libomp.so", "libomp5.so", "libiomp5.so", "libtbb.so"})
            if (name.starts_with(runtime)) return name;
    return {};
}

bool is_of_the_system(std::string_view path) {
    return (path.starts_with("/lib/") || path.starts_with("/lib64/") || path.starts_with("/usr/lib/") ||
            path.starts_with("/usr/lib64/")) &&
           !path.starts_with("/usr/lib/erlang/");
}

std::string fix_of_nodelete(const image::ElfFacts& elf) {
    if (!is_made_by_go(elf)) return {};
    return fmt::format("A library of Go cannot leave memory: -buildmode=c-shared asks for -z nodelete, and its runtime "
                       "needs it. Load each new version from a folder of its own: the new code runs then, and the old "
                       "keeps its memory and threads until the node restarts. Or {}.",
                       stay_loaded);
}

std::string fix_of_thread_local(const image::ElfFacts& elf) {
    if (!is_thread_local_of_rust(elf)) return {};
    return fmt::format(
        "In Rust: in callbacks use no thread_local! whose type has to be dropped (one of Cell<usize>, or "
        "a Box::leak behind a Cell, pins nothing), and no function of a crate that does; keep such data "
        "in the port, or use it in threads that end before finish returns. Where that cannot be, {}.",
        stay_loaded);
}

std::string fix_of_exception(std::string_view exception) {
    return exception.find("google::protobuf::FatalException") != std::string_view::npos ? fix_of_protobuf() : "";
}

std::string fix_of_protobuf() {
    return fmt::format("Generated classes of protobuf are registered in libprotobuf, which stays, and a second load of "
                       "them ends the process (\"File already exists in database\"). So {}.",
                       stay_loaded);
}

std::string fix_of_parallel_runtime(std::string_view runtime) {
    if (runtime.starts_with("libtbb"))
        return "Keep a tbb::task_scheduler_handle from init on, and in finish wait for the runtime's threads with "
               "tbb::finalize. Or " +
               std::string(stay_loaded) + ".";
    return fmt::format("Do without OpenMP in a driver. Or {}.", stay_loaded);
}

std::string fix_of_importer(const image::ElfFacts& elf, const std::string& importer) {
    // Who opens libraries can have opened the importer.
    if (elf.imports("dlopen") || elf.imports("dlmopen") || elf.imports("driver_dl_open")) return {};
    std::string fix =
        fmt::format("{} is needed by the driver, never leaves memory, and is bound to symbols that the driver exports. "
                    "Link with a version script that exports only driver_init: {{ global: driver_init; local: *; }};",
                    importer);
    if (!needs(elf, "libprotobuf") && !needs(elf, "libgrpc")) return fix;
    return fmt::format("{} That alone is not enough. {}", fix, fix_of_protobuf());
}

std::string fix_of_pinned_dependency(bool of_system) {
    if (!of_system) return {};
    return "Nothing has to be done: a library of the system is shared by all that need it, and is not replaced with "
           "the driver.";
}

std::string fix_of_kept_memory(const image::ElfFacts& elf, std::string_view otherwise) {
    struct Keeper {
        std::string_view library, name, call;
    };
    static constexpr Keeper keepers[] = {
        {"libicuuc.so", "ICU", "u_cleanup()"},
        {"libpcre2-", "The just-in-time compiler of PCRE2", "pcre2_jit_free_unused_memory(NULL)"},
    };
    for (const auto& [library, name, call] : keepers)
        if (needs(elf, library))
            return fmt::format(
                "{} keeps memory for later, and loses it with each unload: call {} in finish, when it is "
                "not used any more. If the memory is the driver's own: {}",
                name, call, otherwise);
    return {};
}

} // namespace ddll::findings
