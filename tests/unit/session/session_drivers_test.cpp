#include "session/session_drivers.h"

#include "scenario/work_folder.h"

#include <doctest/doctest.h>

#include <fstream>

using namespace ddll;
using namespace ddll::session;

TEST_CASE("the file of a library that was opened is kept, and its image has a version") {
    const auto work = scenario::WorkFolder::create();
    REQUIRE(work);
    const std::string path = work->path() + "/counter";
    std::ofstream(path + ".so") << "not a library";
    SessionDrivers drivers(work->path() + "/kept");
    journal::ImageOpened opened;
    opened.image = ImageId{3};
    opened.path = path;
    opened.build_id = "abcd";
    opened.was_mapped = true;
    drivers.opened(opened, 7);
    REQUIRE(drivers.image(ImageId{3}) != nullptr);
    CHECK(drivers.image(ImageId{3})->build_id == "abcd");
    CHECK(drivers.image(ImageId{3})->was_mapped);
    CHECK(drivers.image(ImageId{4}) == nullptr);
    REQUIRE(drivers.first_sights().size() == 1);
    CHECK(drivers.first_sights()[0].step == 7);
    CHECK(drivers.first_sights()[0].path == path + ".so");
    CHECK(drivers.first_sights()[0].version == "v1");
    drivers.opened(opened, 8);
    CHECK(drivers.first_sights().size() == 1);

    CHECK(drivers.take_changes().empty());
    std::ofstream(path + ".new") << "another one";
    REQUIRE(rename((path + ".new").c_str(), (path + ".so").c_str()) == 0);
    drivers.look_for_changes();
    const auto changes = drivers.take_changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].version == "v2");
    CHECK(changes[0].how == scenario::InstallHow::rename);
    CHECK(drivers.take_changes().empty());
}
