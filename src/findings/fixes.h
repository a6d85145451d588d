#pragma once
/// What to do about a finding where the advice of its rule cannot be followed: code that a language's runtime or a
/// generator made, and libraries of others. Shared by static/ and runtime/; from facts of the file only.
#include "image/elf_facts.h"

#include <string>
#include <string_view>

namespace ddll::findings {

/// Made by `go build -buildmode=c-shared`.
bool is_made_by_go(const image::ElfFacts& elf);
/// Registers thread-local destructors as the standard library of Rust does: with libc itself.
bool is_thread_local_of_rust(const image::ElfFacts& elf);
/// "libgomp.so.1", "libtbb.so.12": a runtime whose threads wait in its own code; nothing where none is needed.
std::string_view parallel_runtime(const image::ElfFacts& elf);
/// All that need such a library share the one that is there, and many of them stay by design.
bool is_of_the_system(std::string_view path);

/// Nothing where the rule's advice will do.
std::string fix_of_nodelete(const image::ElfFacts& elf);
std::string fix_of_thread_local(const image::ElfFacts& elf);
/// The fix for an uncaught exception of this type, where one is known.
std::string fix_of_exception(std::string_view exception);
/// For a driver that libprotobuf keeps, or ends the process of when its classes are registered once more.
std::string fix_of_protobuf();
std::string fix_of_parallel_runtime(std::string_view runtime);
/// `importer`: the library that took symbols of the driver.
std::string fix_of_importer(const image::ElfFacts& elf, const std::string& importer);
std::string fix_of_pinned_dependency(bool of_system);
/// For memory that is not given back, of a driver that uses a library which keeps some for later and has a call that
/// frees it. `otherwise`: the rule's advice, in case the memory is the driver's own.
std::string fix_of_kept_memory(const image::ElfFacts& elf, std::string_view otherwise);

} // namespace ddll::findings
