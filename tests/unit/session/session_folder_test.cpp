#include "session/session_folder.h"

#include "scenario/work_folder.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

using namespace ddll;
using namespace ddll::session;

namespace {

struct Stage {
    Stage() : work(*scenario::WorkFolder::create()) {
        setenv("XDG_RUNTIME_DIR", work.path().c_str(), 1);
        unsetenv("DDLLTOOL_SESSION");
    }
    ~Stage() { unsetenv("XDG_RUNTIME_DIR"); }
    scenario::WorkFolder work;
};

} // namespace

TEST_CASE("the name of a session is what was given, else what the environment says, else default") {
    Stage s;
    CHECK(*session_name("") == "default");
    setenv("DDLLTOOL_SESSION", "mine", 1);
    CHECK(*session_name("") == "mine");
    CHECK(*session_name("yours") == "yours");
    for (const char* bad : {"a/b", "..", "a b", "a.b", "\xc3\xa4"}) CHECK_MESSAGE(!session_name(bad), bad);
    CHECK(!session_name(std::string(65, 'a')));
    CHECK(session_name(std::string(64, 'a')));
}

TEST_CASE("the folder is made for its user alone, and refused when others may use it") {
    Stage s;
    const auto place = session::SessionFolder::find("x");
    REQUIRE(place);
    struct stat st {};
    REQUIRE(stat(place->folder().c_str(), &st) == 0);
    CHECK((st.st_mode & 0777) == 0700);
    chmod(place->folder().c_str(), 0750);
    CHECK(!session::SessionFolder::find("x"));
    chmod(place->folder().c_str(), 0700);
    CHECK(session::SessionFolder::find("x"));
}

TEST_CASE("one holds the lock; who held it and left its socket was killed") {
    Stage s;
    const auto place = session::SessionFolder::find("x");
    REQUIRE(place);
    auto lock = place->lock();
    REQUIRE(lock);
    REQUIRE(*lock);
    CHECK(!place->lock()->has_value());
    auto listener = place->listen();
    REQUIRE(listener);
    struct stat st {};
    REQUIRE(stat(place->file(".sock").c_str(), &st) == 0);
    CHECK((st.st_mode & 0777) == 0600);
    const auto connected = place->connect();
    REQUIRE(connected);
    REQUIRE(*connected);
    CHECK(same_user(**connected));
    close(**connected);
    CHECK(!place->was_killed());
    close(*listener);
    close(**lock);
    CHECK(place->was_killed());
    CHECK(!place->connect()->has_value());
    place->clear();
    CHECK(!place->was_killed());
}

TEST_CASE("the last word is there until it is forgotten") {
    Stage s;
    const auto place = session::SessionFolder::find("x");
    REQUIRE(place);
    CHECK(!place->last_ending());
    place->leave_ending("it was late");
    CHECK(place->last_ending() == "it was late");
    place->forget_ending();
    CHECK(!place->last_ending());
}

TEST_CASE("all sessions are those with a lock") {
    Stage s;
    for (const char* name : {"b", "a"}) close(**session::SessionFolder::find(name)->lock());
    CHECK(session::SessionFolder::find("c")->all() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a relative runtime folder is none: the server works elsewhere") {
    Stage s;
    setenv("XDG_RUNTIME_DIR", "relative", 1);
    setenv("TMPDIR", s.work.path().c_str(), 1);
    const auto place = session::SessionFolder::find("x");
    unsetenv("TMPDIR");
    REQUIRE(place);
    CHECK(place->folder().starts_with(s.work.path()));
}
