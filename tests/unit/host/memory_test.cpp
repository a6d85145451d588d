/// Driver memory, atoms and words.
#include "host/atoms.h"
#include "host/memory/memory.h"
#include "stage.h"

#include <doctest/doctest.h>

#include <cstring>

using namespace ddll;
using namespace ddll::host;
using namespace ddll::host::test;

namespace {

constexpr DriverId mine{1}, yours{2};

// The header tells the compiler what frees what; where a test frees wrongly, it must not know.
template <class T>
T* unseen(T* pointer) {
    asm volatile("" : "+r"(pointer));
    return pointer;
}

} // namespace

TEST_CASE("blocks are counted for their owner and known by state") {
    DriverMemory memory;
    void* a = memory.allocate(10, mine);
    void* b = memory.allocate(0, mine);
    void* c = memory.allocate(5, yours);
    REQUIRE(a != nullptr);
    REQUIRE(b != nullptr);
    CHECK(memory.used_by(mine).blocks == 2);
    CHECK(memory.used_by(mine).block_bytes == 10);
    CHECK(memory.size_of(a) == 10);
    CHECK_FALSE(memory.size_of(&memory).has_value());
    CHECK(memory.release(a) == PointerState::live);
    CHECK(memory.release(a) == PointerState::freed);
    CHECK(memory.release(&memory) == PointerState::foreign);
    PointerState state;
    c = memory.reallocate(c, 50, mine, state);
    CHECK(state == PointerState::live);
    CHECK(memory.used_by(yours).block_bytes == 50); // still whose it was
    CHECK(memory.reallocate(&memory, 5, mine, state) == nullptr);
    CHECK(state == PointerState::foreign);
    void* fresh = memory.reallocate(nullptr, 5, mine, state);
    CHECK(state == PointerState::live);
    CHECK(memory.release(fresh) == PointerState::live);
    CHECK(memory.reallocate(fresh, 5, mine, state) == nullptr);
    CHECK(state == PointerState::freed);
}

TEST_CASE("only so many freed pointers are remembered") {
    DriverMemory memory;
    char* block = static_cast<char*>(memory.allocate(100'000, mine));
    CHECK(memory.release(block) == PointerState::live);
    std::vector<void*> others;
    for (int i = 0; i < 2000; ++i) others.push_back(memory.allocate(16, mine));
    for (void* other : others) CHECK(memory.release(other) == PointerState::live);
    CHECK(memory.release(block) == PointerState::foreign);
}

TEST_CASE("binaries: references, sharing, sizes") {
    DriverMemory memory;
    ErlDrvBinary* b = memory.allocate_binary(8, mine);
    REQUIRE(b != nullptr);
    CHECK(b->orig_size == 8);
    CHECK(memory.references(b) == 1);
    CHECK(memory.add_reference(b) == 2);
    CHECK(memory.decrease_reference(b) == 1);
    CHECK(memory.decrease_reference(b) == 0); // refused: it stays
    CHECK(memory.references(b) == 1);
    PointerState state;
    b = memory.reallocate_binary(b, 100, state);
    CHECK(state == PointerState::live);
    CHECK(b->orig_size == 100);
    {
        const auto shared = memory.share(b, 0, 100, PortId{7});
        const auto copy = shared;
        CHECK(memory.references(b) == 2);
    }
    CHECK(memory.references(b) == 1);
    CHECK(memory.used_by(mine).binary_bytes == 100);
    CHECK(memory.drop_reference(b) == 0);
    CHECK(memory.state_of(b) == PointerState::freed);
    CHECK(memory.reallocate_binary(b, 5, state) == nullptr);
    CHECK(state == PointerState::freed);
    CHECK(memory.allocate_binary(std::size_t{1} << 60, mine) == nullptr);
    CHECK(memory.allocate_binary(static_cast<std::size_t>(-1), mine) == nullptr);
}

namespace {

std::string shown(const std::vector<Damage>& damage) {
    std::string all;
    for (const Damage& d : damage)
        all += fmt::format("{} {} of {} {};", d.is_binary ? "binary" : "block", d.size,
                           d.where == Damage::Where::before   ? "before"
                           : d.where == Damage::Where::behind ? "behind"
                                                              : "freed",
                           d.distance);
    return all;
}

} // namespace

TEST_CASE("what is written around a block is seen when it is freed") {
    DriverMemory memory;
    for (const std::size_t size : {0, 1, 24, 5000}) {
        auto* block = static_cast<char*>(memory.allocate(size, mine));
        CHECK(reinterpret_cast<std::uintptr_t>(block) % 16 == 0);
        std::memset(block, 'x', size);
        memory.release(block);
        CHECK(memory.take_damage().empty());
    }
    auto* block = static_cast<char*>(memory.allocate(24, mine));
    unseen(block)[24] = 'x';
    unseen(block)[26] = 'x';
    memory.release(block);
    CHECK(shown(memory.take_damage()) == "block 24 of behind 3;");
    block = static_cast<char*>(memory.allocate(24, mine));
    unseen(block)[-2] = 'x';
    PointerState state;
    block = static_cast<char*>(memory.reallocate(block, 30, mine, state));
    CHECK(shown(memory.take_damage()) == "block 24 of before 2;");
    unseen(block)[30] = 'x';
    memory.inspect(yours);
    CHECK(memory.take_damage().empty());
    memory.inspect(mine);
    CHECK(shown(memory.take_damage()) == "block 30 of behind 1;");
    ErlDrvBinary* binary = memory.allocate_binary(10, mine);
    std::memset(binary->orig_bytes, 'x', 10);
    memory.inspect({});
    CHECK(shown(memory.take_damage()) == "block 30 of behind 1;");
    unseen(binary)->orig_bytes[10] = 'x';
    memory.drop_reference(binary);
    CHECK(shown(memory.take_damage()) == "binary 10 of behind 1;");
}

TEST_CASE("what is written after it was freed is seen later, once") {
    DriverMemory memory;
    auto* block = static_cast<char*>(memory.allocate(24, mine));
    memory.release(block);
    memory.inspect({});
    CHECK(memory.take_damage().empty());
    unseen(block)[5] = 'x';
    memory.inspect({});
    CHECK(shown(memory.take_damage()) == "block 24 of freed 5;");
    memory.inspect({});
    CHECK(memory.take_damage().empty());
    unseen(block)[0] = 'x';
    for (int i = 0; i < 300; ++i) memory.release(memory.allocate(1, mine)); // until it is given up
    CHECK(shown(memory.take_damage()) == "block 24 of freed 0;");
}

TEST_CASE("a binary that changes while a message shows it is told once for each change") {
    DriverMemory memory;
    ErlDrvBinary* binary = memory.allocate_binary(100, mine);
    std::memset(binary->orig_bytes, 'a', 100);
    {
        const auto message = memory.share(binary, 10, 80, PortId{7});
        CHECK(memory.changed_shares().empty());
        binary->orig_bytes[9] = binary->orig_bytes[90] = 'b'; // not in the message
        CHECK(memory.changed_shares().empty());
        binary->orig_bytes[89] = 'b';
        const auto changed = memory.changed_shares();
        REQUIRE(changed.size() == 1);
        CHECK(changed[0].port == PortId{7});
        CHECK(changed[0].length == 80);
        CHECK(memory.changed_shares().empty());
    }
    binary->orig_bytes[50] = 'c'; // the message is gone
    CHECK(memory.changed_shares().empty());
    {
        const auto message = memory.share(binary, 0, 100, PortId{7});
        memory.drop_reference(binary);
        CHECK(memory.drop_reference(binary) == 0); // freed too often, under the message
        CHECK(memory.changed_shares().empty());
    }
    CHECK(memory.used_by(mine).binaries == 0);
}

TEST_CASE("what a driver does wrong with memory") {
    Script script;
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort) {
        void* block = driver_alloc(5);
        void* again = unseen(block);
        driver_free(block);
        driver_free(again);
        int here = 0;
        driver_free(unseen(&here));
        driver_free(nullptr);
    });
    CHECK(stage.misuses() == "double-free wrong-heap-free");
    stage.inside([](ErlDrvPort) {
        ErlDrvBinary* binary = driver_alloc_binary(5);
        CHECK(driver_binary_dec_refc(binary) == 0); // the last one goes with driver_free_binary
        CHECK(driver_binary_inc_refc(binary) == 2);
        CHECK(driver_realloc_binary(binary, 6) != nullptr); // while somebody else has it
    });
    CHECK(stage.misuses() == "double-free wrong-heap-free binary-refcount-error binary-refcount-error");
    stage.inside([](ErlDrvPort) {
        ErlDrvBinary* binary = driver_alloc_binary(5);
        ErlDrvBinary* again = unseen(binary);
        driver_free_binary(binary);
        driver_free_binary(unseen(again));
        CHECK(driver_binary_get_refc(again) == 0);
        driver_free_binary(nullptr);
    });
    CHECK(stage.misuses().ends_with("wrong-heap-free binary-refcount-error binary-refcount-error "
                                    "binary-refcount-error binary-refcount-error"));
}

TEST_CASE("a message keeps the binary it shows") {
    Script script;
    Stage stage(script);
    stage.open("[binary]");
    stage.inside([](ErlDrvPort p) {
        ErlDrvBinary* binary = driver_alloc_binary(80);
        std::memset(binary->orig_bytes, 'm', 80);
        driver_output_binary(p, nullptr, 0, binary, 0, 80);
        driver_free_binary(binary);
    });
    const auto owner = stage.host().drivers().find("probe")->id;
    CHECK(stage.host().memory().used_by(owner).binaries == 1);
    CHECK(stage.heard("Alice") == "{P,{data,<<\"" + std::string(80, 'm') + "\">>}}");
    CHECK(stage.host().memory().used_by(owner).binaries == 0);
}

TEST_CASE("words: kinds never overlap, and lead back") {
    Atoms atoms;
    const auto ok = atoms.word("ok"), error = atoms.word("error");
    CHECK(ok != error);
    CHECK(atoms.word("ok") == ok);
    CHECK((ok & 0x3f) == 0xb);
    CHECK(atoms.atom(ok)->as_atom() == "ok");
    CHECK_FALSE(atoms.atom(nil_word).has_value());
    CHECK_FALSE(atoms.atom(atoms.word("last") + 0x40).has_value());
    CHECK(pid_of(word_of(ProcessId{80})) == ProcessId{80});
    CHECK(port_of(word_of(PortId{5})) == PortId{5});
    CHECK_FALSE(pid_of(word_of(PortId{5})).has_value());
    CHECK_FALSE(port_of(word_of(ProcessId{5})).has_value());
    CHECK_FALSE(pid_of(ok).has_value());
    CHECK_FALSE(port_of(nil_word).has_value());
    for (const std::uint64_t n : {1ULL, 5ULL, 1ULL << 40}) CHECK(port_of(handle_of(PortId{n})) == PortId{n});
    CHECK_FALSE(port_of(ErlDrvPort{}).has_value());
    CHECK_FALSE(port_of(reinterpret_cast<ErlDrvPort>(-1)).has_value());
    CHECK_FALSE(port_of(reinterpret_cast<ErlDrvPort>(&atoms)).has_value());
}

TEST_CASE("a binary is only lent to who has no reference of its own") {
    DriverMemory memory;
    ErlDrvBinary* binary = memory.allocate_binary(100, {});
    CHECK_FALSE(memory.is_only_lent(binary));
    memory.lend(binary);
    CHECK(memory.is_only_lent(binary));
    {
        const auto message = memory.share(binary, 0, 100, {});
        CHECK(memory.is_only_lent(binary)); // who was sent it has one, and the driver has none
        memory.add_reference(binary);
        CHECK_FALSE(memory.is_only_lent(binary));
        memory.drop_reference(binary);
    }
    memory.add_reference(binary);
    memory.take_back(binary);
    CHECK_FALSE(memory.is_only_lent(binary));
    CHECK(memory.drop_reference(binary) == 0);
    CHECK_FALSE(memory.is_only_lent(binary));
}
