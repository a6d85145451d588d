/// Files that accept findings for a while: what is good is taken, every mistake is named with its place.
#include "check/suppressions.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using namespace ddll;

namespace {

check::SuppressionFile read(const std::string& text) {
    std::string path = (std::filesystem::temp_directory_path() / "ddlltool-suppressions-XXXXXX").string();
    const int descriptor = ::mkstemp(path.data());
    REQUIRE(descriptor >= 0);
    std::ofstream(path) << text;
    ::close(descriptor);
    auto out = check::read_suppressions(path);
    std::filesystem::remove(path);
    return out;
}

std::string only_mistake(const std::string& text) {
    const auto file = read(text);
    CHECK(file.suppressions.empty());
    REQUIRE(file.mistakes.size() == 1);
    const Error& mistake = file.mistakes.front();
    return mistake.place.pointer + ": " + mistake.message + (mistake.hint.empty() ? "" : " (" + mistake.hint + ")");
}

} // namespace

TEST_CASE("a suppression has a rule, a reason and a last day; a driver is optional") {
    const auto file = read(R"([
        // comments are allowed
        {"rule": "fd-leak", "reason": "the log", "expires": "2026-12-31"},
        {"rule": "driver-alloc-leak", "reason": "a table", "expires": "2027-01-01", "subject": "counter"}])");
    CHECK(file.mistakes.empty());
    REQUIRE(file.suppressions.size() == 2);
    CHECK(file.suppressions[0].rule == ddll::words::Rule::fd_leak);
    CHECK(file.suppressions[0].subject.empty());
    CHECK(file.suppressions[1].subject == "counter");
    CHECK(file.suppressions[1].place.pointer == "/1");
}

TEST_CASE("mistakes say where they are and what would be right") {
    CHECK(only_mistake(R"([{"rule": "fd-lek", "reason": "r", "expires": "2026-12-31"}])") ==
          "/0/rule: there is no rule fd-lek (did you mean fd-leak?)");
    CHECK(only_mistake(R"([{"rule": "fd-leak", "expires": "2026-12-31"}])") == "/0: needs \"reason\"");
    CHECK(only_mistake(R"([{"rule": "fd-leak", "reason": "r", "expires": "2026-13-31"}])") ==
          "/0/expires: 2026-13-31 is no day (2026-12-31)");
    CHECK(only_mistake(R"([{"rule": "fd-leak", "reason": "r", "expires": "soon"}])") ==
          "/0/expires: soon is no day (2026-12-31)");
    CHECK(only_mistake(R"([{"rule": "fd-leak", "reason": "", "expires": "2026-12-31"}])") ==
          "/0/reason: must be a text that is not empty");
    CHECK(only_mistake(R"([{"rule": "fd-leak", "reason": "r", "expires": "2026-12-31", "subjekt": "x"}])") ==
          "/0/subjekt: unknown key (did you mean \"subject\"?)");
    CHECK(only_mistake(R"(["fd-leak"])") == "/0: must be an object");
    CHECK(only_mistake("{}").starts_with(": must be a JSON list of suppressions"));
    CHECK(only_mistake("[{").starts_with(": must be a JSON list of suppressions"));
}

TEST_CASE("one bad suppression does not hide the others") {
    const auto file = read(R"([{"rule": "fd-leak", "reason": "r", "expires": "2026-12-31"}, 3])");
    CHECK(file.suppressions.size() == 1);
    CHECK(file.mistakes.size() == 1);
}

TEST_CASE("a file that is not there") {
    const auto file = check::read_suppressions("/no/such/file.json");
    CHECK(file.suppressions.empty());
    CHECK(file.mistakes.size() == 1);
}
