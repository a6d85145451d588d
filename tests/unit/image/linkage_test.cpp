/// What ElfFacts say beyond names: relocations, versions, start files, thread-local data, initial values.
#include "image/debug_info.h"
#include "image/elf_facts.h"
#include "image/initial_data.h"

#include "specimens.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace ddll::image;

namespace {

ElfFacts linkage_of(const char* name) {
    const auto facts = read_elf_facts(specimen(name));
    if (!facts) FAIL(facts.error().message);
    return *facts;
}

const ElfSymbol& symbol_of(const ElfFacts& facts, const char* name) {
    const ElfSymbol* symbol = facts.find(name);
    REQUIRE_MESSAGE(symbol, name);
    return *symbol;
}

} // namespace

TEST_CASE("the first relocation of each symbol, its kind and place") {
    const ElfFacts facts = linkage_of("relocated");
    CHECK(symbol_of(facts, "specimen_called").relocation == RelocationKind::plt);
    CHECK(symbol_of(facts, "specimen_pointed_at").relocation == RelocationKind::absolute);
    CHECK(facts.place(symbol_of(facts, "specimen_pointed_at").relocation_at).starts_with(".data"));
    CHECK(symbol_of(facts, "specimen_variable").relocation == RelocationKind::got);
    CHECK(facts.place(symbol_of(facts, "specimen_variable").relocation_at).starts_with(".got+0x"));
    CHECK(symbol_of(facts, "specimen_thread_local").relocation == RelocationKind::tls);
    CHECK(symbol_of(facts, "specimen_use").relocation == RelocationKind::none);
    CHECK_FALSE(symbol_of(facts, "specimen_use").relocated);
    CHECK(symbol_of(facts, "specimen_use").interposable);
    CHECK_FALSE(symbol_of(facts, "specimen_protected").interposable);
    CHECK(facts.tls.size == 4);
    CHECK(facts.tls.fixed_uses == 0);
    CHECK(facts.place(1) == "0x1");
}

TEST_CASE("thread-local data at a fixed place") {
    const ElfFacts facts = linkage_of("thread_local");
    CHECK(facts.flags.static_tls);
    CHECK(facts.tls.fixed_uses == 1);
    CHECK(facts.tls.size == 4);
}

TEST_CASE("versions needed and defined") {
    const ElfFacts facts = linkage_of("versioned");
    CHECK(facts.version_definitions == std::vector<std::string>{"SPECIMEN_1.0"});
    CHECK(symbol_of(facts, "specimen_versioned").version == "SPECIMEN_1.0");
    const ElfFacts plain = linkage_of("plain_v1");
    CHECK(plain.version_definitions.empty());
    REQUIRE_FALSE(plain.version_needs.empty());
    for (const auto& need : plain.version_needs) {
        CHECK(need.library == "libc.so.6");
        CHECK(need.version.starts_with("GLIBC_"));
        CHECK_FALSE(need.weak);
    }
    CHECK(symbol_of(plain, "strlen").version.starts_with("GLIBC_"));
}

TEST_CASE("flags and paths of the linker") {
    CHECK(linkage_of("plain_v1").rpath.empty());
    CHECK(linkage_of("chain_by_rpath").rpath == "$ORIGIN");
    CHECK(linkage_of("chain_by_rpath").runpath.empty());
    CHECK(linkage_of("symbolic").flags.symbolic);
    CHECK_FALSE(linkage_of("plain_v1").flags.symbolic);
    CHECK(linkage_of("plain_v1").stack == DeclaredStack::plain);
    CHECK(linkage_of("execstack").stack == DeclaredStack::executable);
}

TEST_CASE("a constructor of -ffast-math is known by name and place") {
    CHECK(linkage_of("fast_math").build.fast_math);
    CHECK_FALSE(linkage_of("plain_v1").build.fast_math);
    CHECK(linkage_of("fast_math").constructors == linkage_of("plain_v2").constructors + 1);
}

TEST_CASE("what compilers leave behind") {
    const ElfFacts facts = linkage_of("plain_v1");
    CHECK(facts.build.symbol_table);
    CHECK_FALSE(linkage_of("stripped").build.symbol_table);
    REQUIRE_FALSE(facts.build.compilers.empty());
    CHECK(facts.build.compilers.front().find_first_of("0123456789") != std::string::npos);
    CHECK(facts.machine != "");
    CHECK(facts.writable_bytes < 64);
    CHECK(linkage_of("entry").writable_bytes >= 176);
}

TEST_CASE("linkage alone leaves out what needs sections") {
    const auto facts = read_elf_facts(specimen("plain_v1"), Reading::linkage);
    REQUIRE(facts);
    CHECK(facts->imports("strlen"));
    CHECK(facts->content_hash == 0);
    CHECK(facts->sections.empty());
    CHECK(facts->build_id == linkage_of("plain_v1").build_id);
}

TEST_CASE("debug information names the source and the compiler") {
    const DebugFacts debug =
        read_debug_facts(specimen("plain_v1"), symbol_of(linkage_of("plain_v1"), "driver_init").value);
    CHECK(debug.readable);
    CHECK(debug.source.ends_with("plain.c"));
    CHECK(debug.line == 14);
    CHECK(debug.producer.find_first_of("0123456789") != std::string::npos);
    CHECK(read_debug_facts(specimen("stripped"), 0x1000).source.empty());
    CHECK(read_debug_facts("/no/such/file.so", 0).producer.empty());
}

TEST_CASE("variables before any code has run") {
    const auto data = InitialData::read(specimen("entry"));
    REQUIRE(data);
    const auto marks = data->find(0xfeeeeeed);
    REQUIRE(marks.size() == 1);
    const std::uint64_t entry = marks[0] - 128;
    CHECK(data->word(entry + 132) == 3);
    CHECK(data->word(entry + 136) == 2);
    CHECK(data->text_behind(entry + 48) == "specimen");
    CHECK(data->points(entry + 8));  // of a static function: relative
    CHECK(data->points(entry + 72)); // of an exported one: by name
    CHECK_FALSE(data->points(entry));
    CHECK_FALSE(data->points(entry + 16));
    CHECK(data->text_behind(entry).empty());
    CHECK_FALSE(data->word(UINT64_MAX - 3));
    CHECK_FALSE(InitialData::read("/no/such/file.so"));
}
