#include "session/session_drivers.h"

#include "scenario/work_folder.h"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

using namespace ddll;
using namespace ddll::session;
using scenario::InstallHow;
namespace fs = std::filesystem;

namespace {

struct Stage {
    Stage() : work(*scenario::WorkFolder::create()), store(work.path() + "/kept"), path(work.path() + "/counter.so") {}

    /// Into the file itself, which stays the same one; its time moves on whatever the clock's grain is.
    void overwrite(const std::string& text) {
        std::ofstream(path, std::ios::trunc) << text;
        fs::last_write_time(path, fs::file_time_type{} + std::chrono::hours(++hour));
    }
    void replace(const std::string& text) {
        std::ofstream(path + ".new") << text;
        fs::rename(path + ".new", path);
    }
    static std::string content(const std::string& file) {
        std::ifstream in(file);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    scenario::WorkFolder work;
    DriverStore store;
    std::string path;
    int hour = 0;
};

} // namespace

TEST_CASE("the name of a driver is that of its file") {
    CHECK(driver_of("/a/b/counter.so") == "counter");
    CHECK(driver_of("counter") == "counter");
}

TEST_CASE("a file that is met is kept, and watched") {
    Stage s;
    s.overwrite("one");
    CHECK(!s.store.knows(s.path));
    CHECK(s.store.keep_and_watch(s.path) == "v1");
    CHECK(s.store.knows(s.path));
    CHECK(s.store.changes().empty());
    REQUIRE(s.store.drivers().size() == 1);
    const auto& version = s.store.drivers()[0].versions.at(0);
    CHECK(Stage::content(version.file) == "one");
    CHECK(version.broken);
    CHECK(s.store.trouble().empty());
}

TEST_CASE("a file that is not there has no version, and one when it comes") {
    Stage s;
    CHECK(!s.store.keep_and_watch(s.path));
    CHECK(s.store.changes().empty());
    s.overwrite("one");
    const auto changes = s.store.changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].version == "v1");
    CHECK(changes[0].how == InstallHow::rename);
}

TEST_CASE("writing into a file is told from putting another in its place") {
    Stage s;
    s.overwrite("one");
    s.store.keep_and_watch(s.path);
    s.overwrite("two");
    auto changes = s.store.changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].how == InstallHow::overwrite);
    CHECK(changes[0].version == "v2");
    s.replace("three");
    changes = s.store.changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].how == InstallHow::rename);
    CHECK(changes[0].version == "v3");
    CHECK(s.store.changes().empty());
}

TEST_CASE("a touched file has not changed; the same bytes in another file are another file of the same version") {
    Stage s;
    s.overwrite("one");
    s.store.keep_and_watch(s.path);
    s.overwrite("one");
    CHECK(s.store.changes().empty());
    s.replace("one");
    const auto changes = s.store.changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].version == "v1");
    CHECK(changes[0].how == InstallHow::rename);
}

TEST_CASE("a removed file is told once, and what comes back by what it holds") {
    Stage s;
    s.overwrite("one");
    s.store.keep_and_watch(s.path);
    fs::remove(s.path);
    auto changes = s.store.changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].how == InstallHow::remove);
    CHECK(changes[0].version.empty());
    CHECK(s.store.changes().empty());
    s.overwrite("one");
    changes = s.store.changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].version == "v1");
}

TEST_CASE("what is put by ddlltool itself is no change by others") {
    Stage s;
    s.overwrite("one");
    const auto put = s.store.put(s.path, InstallHow::overwrite);
    CHECK(put.version == "v1");
    CHECK(put.how == InstallHow::overwrite);
    CHECK(s.store.changes().empty());
}

TEST_CASE("where copies cannot be made the original stands for them, and it is said") {
    Stage s;
    std::ofstream(s.work.path() + "/kept") << "a file where the folder should be";
    s.overwrite("one");
    CHECK(s.store.keep_and_watch(s.path) == "v1");
    CHECK(s.store.trouble().find("could not be copied") != std::string::npos);
    CHECK(s.store.drivers()[0].versions[0].file == s.path);
}
