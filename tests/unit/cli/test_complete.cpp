#include "cli/complete.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace ddll;
using cli::Completion;

namespace {

const cli::LiveNames nobody = [](cli::Takes, const std::string&) { return std::vector<cli::Value::Choice>(); };

std::vector<std::string> offered(const std::vector<std::string>& typed, const cli::LiveNames& live = nobody) {
    std::vector<std::string> out;
    for (const auto& choice : cli::complete(typed, live).words) out.push_back(choice.word);
    return out;
}

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("the first word is a command, the second perhaps a verb") {
    CHECK(offered({"ru"}) == Words{"run"});
    CHECK(offered({"session", "e"}) == Words{"export"});
    CHECK(offered({"session", "--"}) == Words{"--help"});
    CHECK(offered({"nonsense", ""}).empty());
    CHECK(offered({}).empty());
}

TEST_CASE("an option that was given is not offered again, unless it may be") {
    CHECK(offered({"run", "--ver"}) == Words{"--verbose"});
    CHECK(offered({"run", "-v", "--ver"}).empty());
    CHECK(offered({"run", "--filter", "x", "--filt"}) == Words{"--filter"});
    CHECK(offered({"run", "--jobs=3", "--job"}).empty());
}

TEST_CASE("the value of an option, in the next word and in the same") {
    CHECK(offered({"run", "--fail-on", "n"}) == Words{"note", "never"});
    CHECK(offered({"run", "--fail-on=n"}) == Words{"--fail-on=note", "--fail-on=never"});
    CHECK(offered({"run", "--nonsense=n"}).empty());
    CHECK(offered({"run", "-j", ""}).empty());
    CHECK(offered({"run", "-j4", "--seed", "1", "--fail-on", "e"}) == Words{"error"});
}

TEST_CASE("reports stand behind commas and have files") {
    CHECK(offered({"report", "merge", "--format", "text,ju"}) == Words{"text,junit"});
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
    CHECK(offered({"run", "--", "--fo"}).empty());
    CHECK_FALSE(offered({"run", "--fo"}).empty());
}

TEST_CASE("a command that takes no more words offers its options") {
    CHECK(offered({"schema", ""}) == Words{"scenario", "report"});
    CHECK(offered({"status", ""}).front().starts_with("--"));
    CHECK(offered({"why", "counter", "--form"}) == Words{"--format"});
}

TEST_CASE("live names are asked of the session that is meant, and only where one is wanted") {
    std::vector<std::string> asked;
    const cli::LiveNames live = [&asked](cli::Takes what, const std::string& session) {
        asked.push_back(session);
        const std::string name = what == cli::Takes::port ? "P1" : what == cli::Takes::process ? "alice" : "counter";
        return std::vector<cli::Value::Choice>{{name, "now"}};
    };
    CHECK(offered({"close", ""}, live) == Words{"P1"});
    CHECK(offered({"why", "--session", "release", "c"}, live) == Words{"counter"});
    CHECK(offered({"connect", "--session=other", "P1", ""}, live) == Words{"alice"});
    CHECK(offered({"close", "P1", "--as", "a"}, live) == Words{"alice"});
    CHECK(asked == Words{"", "release", "other", ""});
    CHECK(offered({"advance", ""}, live).empty());
    CHECK(offered({"run", ""}, live).empty());
    CHECK(asked.size() == 4);
}

TEST_CASE("rules and words of erl_ddll complete explain") {
    CHECK(offered({"explain", "unload_c"}) == Words{"unload_cancelled"});
    const auto all = offered({"explain", ""});
    CHECK(std::find(all.begin(), all.end(), "dso-pinned") != all.end());
    CHECK(offered({"explain", "dso-pinned", ""}) != all);
}
