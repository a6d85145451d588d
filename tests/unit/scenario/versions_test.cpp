#include "scenario/versions.h"
#include "scenario/work_folder.h"
#include "support/places.h"

#include <doctest/doctest.h>

#include <filesystem>

using namespace ddll;
using namespace ddll::scenario;

namespace {

std::string sample(const std::string& name) {
    return test::sample_drivers() + "/" + name + ".so";
}

DriverFile file(const std::string& version, const std::string& path) {
    DriverFile made;
    made.version = version;
    made.file = made.written = path;
    return made;
}

std::string shown(const Versions::Known* known) {
    return known == nullptr ? "nobody" : known->driver + "/" + known->version;
}

} // namespace

TEST_CASE("a file is known by what it holds, not by where it lies") {
    Scenario scenario;
    scenario.drivers = {{"counter", {file("v1", sample("counter_v1")), file("v2", sample("counter_v2"))}},
                        {"clone", {file("one", sample("counter_v1"))}},
                        {"gone", {file("v1", sample("no_such_driver"))}}};
    const Versions versions(scenario);
    auto folder = WorkFolder::create();
    REQUIRE(bool(folder));
    const auto put = [&](const std::string& source, const std::string& name) {
        const std::string target = folder->path() + "/" + name + ".so";
        REQUIRE(bool(install_file(InstallHow::rename, sample(source), target)));
        return target;
    };
    CHECK(shown(versions.of_file(put("counter_v1", "counter"))) == "counter/v1");
    CHECK(shown(versions.of_file(put("counter_v2", "counter"))) == "counter/v2");
    CHECK(shown(versions.of_file(put("counter_v1", "elsewhere"))) == "counter/v1"); // of equal ones the first
    CHECK(shown(versions.of_file(put("counter_v1", "clone"))) == "clone/one");      // ... unless the name says more
    CHECK(shown(versions.of_file(put("echo_v1", "counter"))) == "nobody");
    CHECK(shown(versions.of_file(folder->path() + "/missing.so")) == "nobody");

    const auto facts = image::read_elf_facts(sample("counter_v2"));
    REQUIRE(bool(facts));
    journal::ImageOpened opened;
    opened.build_id = facts->build_id;
    opened.content_hash = facts->content_hash;
    opened.path = "/anywhere/x.so";
    CHECK(shown(versions.of(opened)) == "counter/v2");
    opened.content_hash += 1;
    CHECK(shown(versions.of(opened)) == (facts->build_id.empty() ? "nobody" : "counter/v2"));
}

TEST_CASE("the facts of a file are read once, and again when another one lies there") {
    auto folder = WorkFolder::create();
    REQUIRE(bool(folder));
    const std::string target = folder->path() + "/counter.so";
    FactsOnce facts;
    CHECK(facts.of(target) == nullptr);
    REQUIRE(bool(install_file(InstallHow::rename, sample("counter_v1"), target)));
    const auto first = facts.of(target);
    REQUIRE(first != nullptr);
    CHECK(facts.of(target) == first);
    REQUIRE(bool(install_file(InstallHow::rename, sample("counter_v2"), target)));
    const auto second = facts.of(target);
    REQUIRE(second != nullptr);
    CHECK(second->build_id != first->build_id);
    REQUIRE(bool(install_file(InstallHow::remove, {}, target)));
    CHECK(facts.of(target) == nullptr);
}
