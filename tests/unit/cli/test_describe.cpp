#include "cli/man_page.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace ddll;

TEST_CASE("every command and every verb can be described without being run") {
    const auto all = cli::all_commands();
    REQUIRE(all.size() > 30);
    for (const auto& one : all) {
        CAPTURE(one.name);
        REQUIRE(one.command->parser);
        const cli::Description about = one.command->parser()->describe();
        CHECK(about.name == "ddlltool " + one.name);
        CHECK_FALSE(about.summary.empty());
        CHECK_FALSE(one.command->doc.empty());
        CHECK_FALSE(one.command->doc.ends_with('.'));
        for (const auto& option : about.options) {
            CAPTURE(option.names.front());
            CHECK_FALSE(option.doc.empty());
            const auto takes = option.value.takes;
            if (takes == cli::Takes::choice || takes == cli::Takes::reports) CHECK_FALSE(option.value.choices.empty());
            if (option.flag()) CHECK(takes == cli::Takes::text);
        }
    }
}

TEST_CASE("what an option takes, and how often") {
    const auto all = cli::all_commands();
    const auto run = std::find_if(all.begin(), all.end(), [](const auto& one) { return one.name == "run"; });
    REQUIRE(run != all.end());
    const cli::Description about = run->command->parser()->describe();
    const auto option = [&](const std::string& name) {
        for (const auto& one : about.options)
            if (one.names.back() == name) return one;
        FAIL("no such option");
        return cli::DescribedOption();
    };
    CHECK(option("--jobs").names == std::vector<std::string>{"-j", "--jobs"});
    CHECK(option("--jobs").value_name == "N");
    CHECK(option("--jobs").range == "1 to 1024");
    CHECK(option("--quiet").flag());
    CHECK(option("--filter").repeats);
    CHECK_FALSE(option("--seed").repeats);
    CHECK(option("--format").value_name == "NAME[=FILE]");
    REQUIRE(about.positionals.size() == 1);
    CHECK(about.positionals[0].repeats);
    CHECK(about.positionals[0].name == "FILE|DIR");
    CHECK(about.exit_codes.starts_with("0 everything held"));
    CHECK(about.examples.starts_with("  ddlltool run story.json"));
}

TEST_CASE("the words of a step are told by its usage line") {
    const auto all = cli::all_commands();
    const auto find = [&](std::string_view name) {
        const auto at = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
        return at->command->parser()->describe().positionals;
    };
    const auto control = find("control");
    REQUIRE(control.size() == 3);
    CHECK(control[0].value.takes == cli::Takes::port);
    CHECK(control[0].required);
    CHECK_FALSE(control[2].required);
    const auto info = find("info");
    REQUIRE(info.size() == 2);
    CHECK_FALSE(info[0].required);
    CHECK(info[1].value.choices.size() == 7);
    const auto open = find("open");
    REQUIRE(open.size() == 2);
    CHECK(open[1].repeats);
    CHECK(open[1].name == "WORD");
}

TEST_CASE("names of manual pages") {
    CHECK(cli::man_page_name("") == "ddlltool");
    CHECK(cli::man_page_name("session start") == "ddlltool-session-start");
}
