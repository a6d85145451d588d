/// Findings from journals made by hand.
#include "findings/runtime/find.h"
#include "host/misuse.h"

#include <doctest/doctest.h>

#include <string>

using namespace ddll;
using words::Rule;

namespace {

constexpr DriverId counter{7};
constexpr ImageId first{1}, second{2};

image::ElfFacts facts_with(std::vector<image::ElfSymbol> symbols) {
    image::ElfFacts facts;
    facts.symbols = std::move(symbols);
    return facts;
}

image::ElfSymbol unique_symbol(std::string name, bool relocated = true) {
    image::ElfSymbol symbol;
    symbol.name = std::move(name);
    symbol.defined = symbol.unique = true;
    symbol.relocated = relocated;
    return symbol;
}

image::ElfSymbol import_of(std::string name) {
    image::ElfSymbol symbol;
    symbol.name = std::move(name);
    symbol.function = true;
    return symbol;
}

findings::RunNames names_with(const image::ElfFacts* facts) {
    findings::RunNames names;
    names.image = [facts](ImageId id) { return findings::ImageNote{"counter/v" + std::to_string(id.value), facts}; };
    names.driver = [](DriverId) { return std::string("counter"); };
    names.port = [](PortId id) { return "P" + std::to_string(id.value); };
    return names;
}

std::vector<findings::Finding> after_close(const image::ElfFacts* facts, bool gone) {
    journal::Journal journal;
    journal.write(journal::ImageClosed{first, counter, gone});
    return findings::find_in_run(journal, names_with(facts));
}

} // namespace

TEST_CASE("a library that left memory is no finding") {
    const auto facts = facts_with({unique_symbol("x")});
    CHECK(after_close(&facts, true).empty());
    journal::Journal nothing;
    CHECK(findings::find_in_run(nothing, names_with(&facts)).empty());
}

TEST_CASE("why a library stays") {
    SUBCASE("a unique symbol, demangled") {
        const auto facts = facts_with({unique_symbol("_ZZ5thingvE5count")});
        const auto found = after_close(&facts, false);
        REQUIRE(found.size() == 1);
        CHECK(found[0].rule == Rule::dso_pinned_unique_symbol);
        CHECK(found[0].title == "counter/v1: a unique C++ symbol pins the library");
        CHECK(found[0].evidence == "still mapped after dlclose; unique symbol: thing()::count");
        CHECK(found[0].entry == 1);
    }
    SUBCASE("many unique symbols: a few are shown") {
        const auto facts = facts_with({unique_symbol("one"), unique_symbol("two"), unique_symbol("three"),
                                       unique_symbol("four"), unique_symbol("five")});
        const auto found = after_close(&facts, false);
        REQUIRE(found.size() == 1);
        CHECK(found[0].evidence == "still mapped after dlclose; unique symbol: one, two, three and 2 more");
    }
    SUBCASE("a unique symbol that nothing looks up pins nothing") {
        const auto facts = facts_with({unique_symbol("a", false)});
        const auto found = after_close(&facts, false);
        REQUIRE(found.size() == 1);
        CHECK(found[0].rule == Rule::dso_pinned);
    }
    SUBCASE("the nodelete flag") {
        auto facts = facts_with({import_of("__cxa_thread_atexit")});
        facts.flags.nodelete = true;
        const auto found = after_close(&facts, false);
        REQUIRE(found.size() == 1);
        CHECK(found[0].rule == Rule::dso_nodelete_flag);
    }
    SUBCASE("a unique symbol is named before the flag") {
        auto facts = facts_with({unique_symbol("a")});
        facts.flags.nodelete = true;
        CHECK(after_close(&facts, false).at(0).rule == Rule::dso_pinned_unique_symbol);
    }
    SUBCASE("thread-local destructors") {
        for (const char* name : {"__cxa_thread_atexit", "__cxa_thread_atexit_impl"}) {
            const auto facts = facts_with({import_of(name)});
            CHECK(after_close(&facts, false).at(0).rule == Rule::dso_pinned_thread_local_destructor);
        }
    }
    SUBCASE("unknown") {
        const auto facts = facts_with({});
        CHECK(after_close(&facts, false).at(0).rule == Rule::dso_pinned);
    }
    SUBCASE("a file nobody knows") {
        const auto found = after_close(nullptr, false);
        REQUIRE(found.size() == 1);
        CHECK(found[0].rule == Rule::dso_pinned);
        CHECK(found[0].evidence == "the library is still mapped after dlclose");
    }
}

TEST_CASE("a reload that kept the old code") {
    const auto facts = facts_with({});
    for (const bool old_gone : {false, true}) {
        journal::Journal journal;
        journal.write(journal::Reloaded{counter, first, second, old_gone, true});
        CHECK(findings::find_in_run(journal, names_with(&facts)).empty());
    }
    journal::Journal journal;
    journal.write(journal::ImageClosed{first, counter, false});
    journal.write(journal::Reloaded{counter, first, second, false, false});
    const auto found = findings::find_in_run(journal, names_with(&facts));
    REQUIRE(found.size() == 2);
    CHECK(found[0].rule == Rule::dso_pinned);
    CHECK(found[1].rule == Rule::reload_kept_old_code);
    CHECK(found[1].severity == findings::Severity::error);
    CHECK(found[1].title == "counter: the reload kept the old code");
    CHECK(found[1].evidence.starts_with("after the reload counter/v1 is what runs"));
    CHECK(found[1].entry == 2);
}

TEST_CASE("every misuse is found under its own rule") {
    const auto facts = facts_with({});
    for (const words::RuleRow& row : words::rules) {
        if (!is_found(words::by_host, row.rule)) continue;
        journal::Journal journal;
        journal.write(journal::Misused{row.rule, host::no_function, {}, "why", {}});
        const auto found = findings::find_in_run(journal, names_with(&facts));
        REQUIRE(found.size() == 1);
        CHECK(found[0].rule == row.rule);
        CHECK(found[0].evidence == "why");
    }
}

TEST_CASE("the same misuse is said once, with a count; another function is another finding") {
    const auto facts = facts_with({});
    journal::Journal journal;
    journal.write(
        journal::Misused{Rule::late_callback_into_closed_port, words::ApiFunction::driver_output, PortId{5}, "", {}});
    journal.write(
        journal::Misused{Rule::late_callback_into_closed_port, words::ApiFunction::driver_free, PortId{5}, "", {}});
    journal.write(
        journal::Misused{Rule::late_callback_into_closed_port, words::ApiFunction::driver_output, PortId{6}, "", {}});
    journal.write(
        journal::Misused{Rule::double_free, words::ApiFunction::driver_free, {}, "the block was freed before", {}});
    const auto found = findings::find_in_run(journal, names_with(&facts));
    REQUIRE(found.size() == 3);
    CHECK(found[0].title == "driver_output: a port was used after its stop had returned");
    CHECK(found[0].evidence == "driver_output, port P5 (2 times)");
    CHECK(found[0].entry == 1);
    CHECK(found[1].evidence == "driver_free, port P5");
    CHECK(found[2].evidence == "driver_free: the block was freed before");
}

TEST_CASE("where a misuse happened: the driver's line if there is one, else the callback") {
    const auto facts = facts_with({});
    findings::RunNames names = names_with(&facts);
    names.place = [](std::uintptr_t address, std::uint64_t entry) {
        return address == 0x1000 && entry == 3 ? std::string("counter.c:42 in counter_control") : std::string();
    };
    const std::uintptr_t stack[] = {0x500, 0x1000};
    const std::string_view bytes(reinterpret_cast<const char*>(stack), sizeof stack);
    journal::Journal journal;
    journal.write(journal::Entered{journal::Callback::timeout, counter, PortId{5}, {}, first, 0, ""});
    journal.write(journal::Entered{journal::Callback::stop, counter, PortId{5}, {}, first, 0, ""});
    journal.write(journal::Misused{Rule::late_callback_into_closed_port, words::ApiFunction::driver_output, PortId{5},
                                   "", bytes});
    journal.write(journal::Left{journal::Callback::stop, PortId{5}, 0});
    journal.write(journal::Misused{Rule::double_free, words::ApiFunction::driver_free, {}, "", {}});
    journal.write(journal::Left{journal::Callback::timeout, PortId{5}, 0});
    journal.write(journal::Misused{Rule::driver_heap_overrun, host::no_function, {}, "why", {}});
    const auto found = findings::find_in_run(journal, names);
    REQUIRE(found.size() == 3);
    CHECK(found[0].evidence == "driver_output, port P5, at counter.c:42 in counter_control");
    CHECK(found[0].stack == std::vector<std::uintptr_t>{0x500, 0x1000});
    CHECK(found[1].evidence == "driver_free, in timeout");
    CHECK(found[2].evidence == "why");
    CHECK(found[2].stack.empty());
}

TEST_CASE("a callback that sleeps is found by what was open then") {
    journal::Journal journal;
    const PortId port{5};
    journal.write(journal::Entered{journal::Callback::dlopen, counter, {}, {}, first, 0, ""}); // 1
    journal.write(journal::Left{journal::Callback::dlopen, {}, 0});
    journal.write(journal::Entered{journal::Callback::control, counter, port, {}, first, 0, ""}); // 3
    journal.write(journal::ThreadWaits{0, "mutex"});
    journal.write(journal::ThreadRuns{0});
    journal.write(journal::Left{journal::Callback::control, port, 0}); // 6
    const auto found_at = [&](std::vector<std::uint64_t> asleep_at) {
        return findings::find_in_run(journal, names_with(nullptr), asleep_at).size();
    };
    CHECK(found_at({1}) == 0); // the loader, not the driver
    CHECK(found_at({2}) == 0);
    CHECK(found_at({4}) == 0); // a wait of the driver API: others have their turn
    CHECK(found_at({6}) == 0);
    CHECK(found_at({3, 5}) == 1);
    const auto found = findings::find_in_run(journal, names_with(nullptr), {3});
    REQUIRE(found.size() == 1);
    CHECK(found[0].rule == Rule::callback_sleeps);
    CHECK(found[0].evidence == "in control");
    CHECK(found[0].entry == 3);
}

TEST_CASE("a term that is refused is a note where the driver then sends something else") {
    using words::ApiFunction;
    const auto run = [](bool sends, std::int64_t answer) {
        journal::Journal journal;
        journal.write(journal::Entered{journal::Callback::output, counter, PortId{5}, {}, first, 0, {}});
        journal.write(journal::Misused{Rule::malformed_term, ApiFunction::erl_drv_output_term, PortId{5}, "no", {}});
        journal.write(journal::ApiCalled{ApiFunction::erl_drv_output_term, PortId{5}, 0, 0, -1});
        if (sends) journal.write(journal::ApiCalled{ApiFunction::driver_output, PortId{5}, 0, 0, answer});
        journal.write(journal::Left{journal::Callback::output, PortId{5}, 0});
        journal.write(journal::ApiCalled{ApiFunction::driver_output, PortId{5}, 0, 0, 0});
        return findings::find_in_run(journal, names_with(nullptr));
    };
    for (const auto& [sends, answer, severity] :
         {std::tuple(true, 0, words::Severity::note), std::tuple(true, -1, words::Severity::warning),
          std::tuple(false, 0, words::Severity::warning)}) {
        const auto found = run(sends, answer);
        REQUIRE(found.size() == 1);
        CHECK(found[0].rule == Rule::malformed_term);
        CHECK(found[0].severity == severity);
    }
}
