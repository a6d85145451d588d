#include "cli/complete.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace ddll;
using cli::Completion;

namespace {

const cli::LiveNames nobody = [](cli::Takes, const std::string&) { return std::vector<cli::Value::Choice>(); };

std::vector<std::string> words(const std::vector<std::string>& typed, const cli::LiveNames& live = nobody) {
    std::vector<std::string> out;
    for (const auto& choice : cli::complete(typed, live).words) out.push_back(choice.word);
    return out;
}

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("the first word is a command, the second perhaps a verb") {
    CHECK(words({"ru"}) == Words{"run"});
    CHECK(words({"session", "e"}) == Words{"export"});
    CHECK(words({"session", "--"}) == Words{"--help"});
    CHECK(words({"nonsense", ""}).empty());
    CHECK(words({}).empty());
}

TEST_CASE("an option that was given is not offered again, unless it may be") {
    CHECK(words({"run", "--ver"}) == Words{"--verbose"});
    CHECK(words({"run", "-v", "--ver"}).empty());
    CHECK(words({"run", "--filter", "x", "--filt"}) == Words{"--filter"});
    CHECK(words({"run", "--jobs=3", "--job"}).empty());
}

TEST_CASE("the value of an option, in the next word and in the same") {
    CHECK(words({"run", "--fail-on", "n"}) == Words{"note", "never"});
    CHECK(words({"run", "--fail-on=n"}) == Words{"--fail-on=note", "--fail-on=never"});
    CHECK(words({"run", "--nonsense=n"}).empty());
    CHECK(words({"run", "-j", ""}).empty());
    CHECK(words({"run", "-j4", "--seed", "1", "--fail-on", "e"}) == Words{"error"});
}

TEST_CASE("reports stand behind commas and have files") {
    CHECK(words({"report", "merge", "--format", "text,ju"}) == Words{"text,junit"});
    const Words typed = {"run", "--format", "text,json=out/re"};
    const Completion found = cli::complete(typed, nobody);
    CHECK(found.words.empty());
    CHECK(found.files == Completion::Files::files);
    CHECK(found.prefix == "text,json=");
    CHECK(found.suffix.empty());
}

TEST_CASE("files have the ending that the command wants") {
    const Words story = {"run", "-q", "te"}, driver = {"inspect", ""}, folder = {"run", "--driver-path=", "x"};
    CHECK(cli::complete(story, nobody).suffix == ".json");
    CHECK(cli::complete(driver, nobody).suffix == ".so");
    CHECK(cli::complete(driver, nobody).files == Completion::Files::files);
    const Words path = {"run", "--driver-path", "x"};
    CHECK(cli::complete(path, nobody).files == Completion::Files::folders);
}

TEST_CASE("after -- there are no options") {
    CHECK(words({"run", "--", "--fo"}).empty());
    CHECK_FALSE(words({"run", "--fo"}).empty());
}

TEST_CASE("a command that takes no more words offers its options") {
    CHECK(words({"schema", ""}) == Words{"scenario", "report"});
    CHECK(words({"status", ""}).front().starts_with("--"));
    CHECK(words({"why", "counter", "--form"}) == Words{"--format"});
}

TEST_CASE("live names are asked of the session that is meant, and only where one is wanted") {
    std::vector<std::string> asked;
    const cli::LiveNames live = [&asked](cli::Takes what, const std::string& session) {
        asked.push_back(session);
        const std::string name = what == cli::Takes::port ? "P1" : what == cli::Takes::process ? "alice" : "counter";
        return std::vector<cli::Value::Choice>{{name, "now"}};
    };
    CHECK(words({"close", ""}, live) == Words{"P1"});
    CHECK(words({"why", "--session", "release", "c"}, live) == Words{"counter"});
    CHECK(words({"connect", "--session=other", "P1", ""}, live) == Words{"alice"});
    CHECK(words({"close", "P1", "--as", "a"}, live) == Words{"alice"});
    CHECK(asked == Words{"", "release", "other", ""});
    CHECK(words({"advance", ""}, live).empty());
    CHECK(words({"run", ""}, live).empty());
    CHECK(asked.size() == 4);
}

TEST_CASE("rules and words of erl_ddll complete explain") {
    CHECK(words({"explain", "unload_c"}) == Words{"unload_cancelled"});
    const auto all = words({"explain", ""});
    CHECK(std::find(all.begin(), all.end(), "dso-pinned") != all.end());
    CHECK(words({"explain", "dso-pinned", ""}) != all);
}
