#include "findings/static/node_exports.h"
#include "static_driver.h"
#include "support/places.h"

#include <doctest/doctest.h>

#include <string>

using namespace ddll;
using namespace ddll::findings;

TEST_CASE("the built-in list is that of an emulator") {
    const NodeExports node;
    CHECK(node.release() == "Erlang/OTP 25 (erts 13.1.5)");
    for (const char* name : {"driver_output", "erl_drv_send_term", "driver_alloc", "MD5Init"})
        CHECK_MESSAGE(node.emulator(name), name);
    for (const char* name : {"driver_init", "strlen", "deflate", "main", ""})
        CHECK_FALSE_MESSAGE(node.emulator(name), name);
    REQUIRE(node.libraries().size() == 6);
    CHECK(node.libraries()[0].name == "libtinfo.so.6");
    CHECK(node.libraries()[1].name == "libz.so.1");
    CHECK(node.libraries()[1].listed);
    CHECK(node.libraries().back().name == "libc.so.6");
    CHECK_FALSE(node.libraries().back().listed);
    REQUIRE(node.listed("zlibVersion"));
    CHECK(node.listed("zlibVersion")->name == "libz.so.1");
    CHECK(node.listed("strlen") == nullptr);
}

TEST_CASE("a list in any order, with nonsense in it") {
    const NodeExports node("lost\notp 99\nerts 1.2\n[emulator]\nzeta\nalpha\n\n[libx.so]\nxx\n[liby.so]\n");
    CHECK(node.release() == "Erlang/OTP 99 (erts 1.2)");
    CHECK(node.emulator("alpha"));
    CHECK(node.emulator("zeta"));
    CHECK_FALSE(node.emulator("lost"));
    REQUIRE(node.libraries().size() == 2);
    CHECK(node.listed("xx")->name == "libx.so");
    CHECK_FALSE(node.libraries()[1].listed);
    CHECK_FALSE(NodeExports("").emulator("x"));
}

TEST_CASE("imports are sorted by who provides them") {
    image::ElfFacts elf = made::driver();
    for (const char* name : {"erts_printf", "deflate", "no_such_function", "_Znwm"})
        elf.symbols.push_back(made::import(name));
    elf.needed.emplace_back("plain_v1.so");
    elf.symbols.push_back(made::import("specimen_length"));
    const StaticWorld world = StaticWorld::make({test::image_specimens()});
    const StaticFacts facts = made::facts(elf, world);
    const auto provider = [&](std::string_view name) {
        for (const Import& import : facts.imports)
            if (import.symbol->name == name)
                return std::string(findings::name(import.provider)) + " " + std::string(import.library);
        return std::string("not imported");
    };
    CHECK(provider("driver_output") == "driver API ");
    CHECK(provider("erts_printf") == "emulator ");
    CHECK(provider("strlen") == "C library libc.so.6");
    CHECK(provider("_Znwm") == "C library libstdc++.so.6");
    CHECK(provider("deflate") == "node library libz.so.1");
    CHECK(provider("specimen_length") == "needed library plain_v1.so");
    CHECK(provider("no_such_function") == "nobody ");
    CHECK(provider("driver_init") == "not imported");
    CHECK(facts.driver == "made");
}

TEST_CASE("an entry that was filled in at compile time") {
    const auto data = image::InitialData::read(test::image_specimens() + "/entry.so");
    REQUIRE(data);
    const auto entries = find_entries(*data);
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].driver_name == "specimen");
    CHECK(entries[0].major == 3);
    CHECK(entries[0].minor == 2);
    CHECK(flag_names(entries[0].flags) ==
          std::vector<std::string>{"ERL_DRV_FLAG_USE_PORT_LOCKING", "ERL_DRV_FLAG_USE_INIT_ACK"});
    CHECK(entries[0].callbacks == std::vector<std::string_view>{"start", "control"});
    CHECK(flag_names(0x40) == std::vector<std::string>{"0x40"});
    const auto plain = image::InitialData::read(test::image_specimens() + "/plain_v1.so");
    REQUIRE(plain);
    CHECK(find_entries(*plain).empty());
}

TEST_CASE("an entry without the marker is found only where the marker stands nowhere in the file") {
    const auto unmarked = image::InitialData::read(test::image_specimens() + "/short_entry.so");
    REQUIRE(unmarked);
    CHECK(find_entries(*unmarked).empty());
    const auto entries = find_unmarked_entries(*unmarked);
    // The code that writes the marker can be told by it on this machine only.
#if defined(__x86_64__)
    REQUIRE(entries.size() == 1);
    CHECK_FALSE(entries[0].marked);
    CHECK(entries[0].driver_name == "specimen");
    CHECK(entries[0].callbacks == std::vector<std::string_view>{"start", "control"});
#endif
    // driver_init writes it, and the version.
    const auto late = image::InitialData::read(test::image_specimens() + "/late_entry.so");
    REQUIRE(late);
    CHECK(find_entries(*late).empty());
    CHECK(find_unmarked_entries(*late).empty());
    const auto marked = image::InitialData::read(test::image_specimens() + "/entry.so");
    CHECK(find_unmarked_entries(*marked).empty());
}

TEST_CASE("driver interfaces that this release loads") {
    CHECK(is_known_interface(3, 3));
    CHECK(is_known_interface(3, 0));
    CHECK(is_known_interface(2, 7));
    CHECK_FALSE(is_known_interface(3, 99));
    CHECK_FALSE(is_known_interface(4, 0));
    CHECK_FALSE(is_known_interface(1, 0));
}

TEST_CASE("names of the NIF API are that to a NIF library, and inside the emulator to a driver") {
    auto elf = made::driver();
    elf.symbols.push_back(made::import("enif_make_int"));
    const auto provider = [](const StaticFacts& facts) {
        for (const Import& import : facts.imports)
            if (import.symbol->name == "enif_make_int") return import.provider;
        return Provider::unknown;
    };
    CHECK(provider(made::facts(elf)) == Provider::emulator);
    elf.symbols[0].name = "nif_init";
    const StaticFacts nif = made::facts(elf);
    CHECK(nif.is_nif_library());
    CHECK(provider(nif) == Provider::nif_api);
    for (const Finding& finding : find_static(nif)) CHECK(finding.rule != Rule::non_api_emulator_symbol);
    elf.symbols.push_back(made::export_of("driver_init", false)); // both: a driver too
    CHECK_FALSE(made::facts(elf).is_nif_library());
}
