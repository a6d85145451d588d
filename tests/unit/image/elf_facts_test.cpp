#include "image/elf_facts.h"

#include "specimens.h"

#include <doctest/doctest.h>
#include <elf.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

using namespace ddll;
using namespace ddll::image;

namespace {

ElfFacts facts_of(const char* name, Reading reading = Reading::everything) {
    const auto facts = read_elf_facts(specimen(name), reading);
    if (!facts) FAIL(facts.error().message);
    return *facts;
}

/// The message for a file with these bytes.
std::string refusal(const std::string& bytes) {
    const TempFile file(bytes);
    const auto facts = read_elf_facts(file.path());
    REQUIRE_FALSE(facts);
    CHECK(facts.error().message.find(file.path()) != std::string::npos);
    return facts.error().message;
}

std::string patched(std::size_t offset, std::initializer_list<unsigned char> bytes) {
    std::string out = contents(specimen("plain_v1"));
    for (const unsigned char b : bytes) out[offset++] = static_cast<char>(b);
    return out;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a plain library") {
    const ElfFacts facts = facts_of("plain_v1");
    CHECK(facts.path == specimen("plain_v1"));
    CHECK(facts.build_id.size() == 40);
    CHECK(facts.build_id.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(facts.soname == "libplain.so.1");
    CHECK(std::find(facts.needed.begin(), facts.needed.end(), "libc.so.6") != facts.needed.end());
    CHECK(facts.runpath == "$ORIGIN/deps");
    CHECK(facts.build.debug_info);
    CHECK_FALSE(facts.flags.nodelete);
    CHECK_FALSE(facts.flags.static_tls);
    CHECK(facts.stack == DeclaredStack::plain);
    const ElfSymbol* init = facts.find("driver_init");
    REQUIRE(init);
    CHECK(init->defined);
    CHECK(init->function);
    CHECK_FALSE(init->weak);
    CHECK_FALSE(init->unique);
    CHECK(init->size > 0);
    CHECK(facts.imports("strlen"));
    CHECK(facts.find("strlen")->relocated);
    CHECK_FALSE(facts.imports("driver_init"));
    CHECK(facts.find("no_such_thing") == nullptr);
    for (const auto& s : facts.symbols) CHECK_FALSE(s.unique);
}

TEST_CASE("two builds differ, one file does not") {
    CHECK(facts_of("plain_v1").build_id != facts_of("plain_v2").build_id);
    CHECK(facts_of("plain_v1").content_hash != facts_of("plain_v2").content_hash);
    CHECK(facts_of("plain_v1").content_hash == facts_of("plain_v1").content_hash);
}

TEST_CASE("to know a library again, its bytes are counted only where it has no build-id") {
    CHECK(facts_of("plain_v1", Reading::identity).content_hash == 0);
    CHECK(facts_of("anonymous_v1", Reading::identity).content_hash == facts_of("anonymous_v1").content_hash);
    CHECK(facts_of("anonymous_v1").content_hash != 0);
}

TEST_CASE("traits that matter to a reload") {
    CHECK(facts_of("nodelete").flags.nodelete);
    CHECK(facts_of("thread_local").flags.static_tls);
    CHECK(facts_of("execstack").stack == DeclaredStack::executable);
    CHECK(facts_of("anonymous_v1").build_id.empty());
    CHECK_FALSE(facts_of("stripped").build.debug_info);
    CHECK(facts_of("stripped").find("driver_init"));
    CHECK_FALSE(facts_of("no_init").find("driver_init"));
    const ElfFacts undefined = facts_of("undefined");
    CHECK(undefined.imports("function_that_nobody_has"));
    CHECK_FALSE(undefined.find("function_that_nobody_has")->weak);
    CHECK(undefined.imports("function_that_may_be_missing"));
    CHECK(undefined.find("function_that_may_be_missing")->weak);
    const ElfFacts pinned = facts_of("pinned_v1");
    REQUIRE(pinned.find("specimen_unique"));
    CHECK(pinned.find("specimen_unique")->unique);
    CHECK(pinned.find("specimen_unique")->defined);
    CHECK(pinned.find("specimen_unique")->relocated);
}

TEST_CASE("g++ makes a unique symbol of make_shared, clang does not") {
    const ElfFacts facts = facts_of("made_shared");
    const bool any = std::any_of(facts.symbols.begin(), facts.symbols.end(), [](const auto& s) { return s.unique; });
#ifdef __clang__
    CHECK_FALSE(any);
#else
    CHECK(any);
#endif
}

TEST_CASE("what cannot be a driver is refused in plain words") {
    CHECK(contains(refusal(""), "is empty"));
    CHECK(contains(refusal("\x7f"
                           "EL"),
                   "is truncated"));
    CHECK(contains(refusal("\x7f"
                           "ELF and no more"),
                   "is truncated"));
    CHECK(contains(refusal("hello, world"), "does not begin as an ELF file"));
    CHECK(contains(refusal("#!/bin/sh\n"), "it is a script"));
    CHECK(contains(refusal("!<arch>\n"), "it is a static library"));
    CHECK(contains(refusal(patched(EI_CLASS, {ELFCLASS32})), "32-bit"));
    CHECK(contains(refusal(patched(EI_DATA, {ELFDATA2MSB})), "big-endian"));
    CHECK(contains(refusal(patched(offsetof(Elf64_Ehdr, e_machine), {EM_RISCV, 0})), "RISC-V"));
    CHECK(contains(refusal(patched(offsetof(Elf64_Ehdr, e_type), {ET_REL})), "is an object file"));
    CHECK(contains(refusal(patched(offsetof(Elf64_Ehdr, e_type), {ET_EXEC})), "is an executable"));
    CHECK(contains(refusal(patched(offsetof(Elf64_Ehdr, e_type), {ET_CORE})), "is a core dump"));
    CHECK(contains(refusal(contents("/proc/self/exe")), "is an executable"));
    const std::string whole = contents(specimen("plain_v1"));
    CHECK(contains(refusal(whole.substr(0, 100)), "is truncated"));
    CHECK(contains(refusal(whole.substr(0, 1000)), "is truncated"));
    const auto missing = read_elf_facts("/no/such/file.so");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message == "cannot read /no/such/file.so: No such file or directory");
    CHECK_FALSE(read_elf_facts("/tmp"));
}

TEST_CASE("a file cut at any length is refused or read, and nothing else happens") {
    const std::string whole = contents(specimen("stripped"));
    TempFile file(whole);
    std::size_t refused = 0;
    for (std::size_t length = whole.size(); length-- > 0;) {
        file.truncate(length);
        refused += !read_elf_facts(file.path());
    }
    CHECK(refused > 1000);
}

TEST_CASE("no byte of a file can do harm") {
    const std::string whole = contents(specimen("stripped"));
    std::uint64_t seed = 7;
    const auto random = [&seed] { return seed = seed * 6364136223846793005u + 1442695040888963407u, seed >> 33; };
    std::size_t read = 0;
    TempFile file(whole);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes = whole;
        // Headers and tables sit at the two ends and make up little of the file: aim at them.
        const std::size_t area = round % 2 == 0 ? bytes.size() : 2048;
        for (std::uint64_t n = 1 + random() % 8; n > 0; --n) bytes[random() % area] = static_cast<char>(random());
        file.write(bytes);
        if (const auto facts = read_elf_facts(file.path())) {
            ++read;
            CHECK(facts->symbols.size() < whole.size());
        }
    }
    CHECK(read > 100);
}
