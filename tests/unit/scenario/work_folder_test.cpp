#include "scenario/work_folder.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace ddll::scenario;
namespace fs = std::filesystem;

namespace {

void write(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::string text_of(std::istream& in) {
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string text_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return text_of(in);
}

ino_t inode(const std::string& path) {
    struct stat st {};
    REQUIRE(stat(path.c_str(), &st) == 0);
    return st.st_ino;
}

} // namespace

TEST_CASE("a folder of one's own, gone with all that is in it") {
    std::string path, other;
    {
        auto folder = WorkFolder::create();
        REQUIRE(bool(folder));
        auto second = WorkFolder::create();
        REQUIRE(bool(second));
        path = folder->path();
        other = second->path();
        CHECK(path != other);
        CHECK(fs::is_directory(path));
        fs::create_directories(path + "/a/b");
        write(path + "/a/b/file", "x");
        const WorkFolder moved = *std::move(folder);
        CHECK(moved.path() == path);
        CHECK(fs::exists(path + "/a/b/file"));
    }
    CHECK_FALSE(fs::exists(path));
    CHECK_FALSE(fs::exists(other));
}

TEST_CASE("installing files") {
    auto folder = WorkFolder::create();
    REQUIRE(bool(folder));
    const std::string v1 = folder->path() + "/v1", v2 = folder->path() + "/v2",
                      target = folder->path() + "/live/sub/x.so";
    write(v1, "version one");
    write(v2, "two");
    REQUIRE(bool(install_file(InstallHow::rename, v1, target)));
    CHECK(text_of(target) == "version one");
    CHECK((fs::status(target).permissions() & fs::perms::owner_exec) != fs::perms::none);
    const ino_t before = inode(target);
    std::ifstream open(target, std::ios::binary);

    SUBCASE("rename: whoever has the old file keeps it") {
        REQUIRE(bool(install_file(InstallHow::rename, v2, target)));
        CHECK(text_of(target) == "two");
        CHECK(inode(target) != before);
        CHECK(text_of(open) == "version one");
    }
    SUBCASE("overwrite: the same file has other bytes") {
        REQUIRE(bool(install_file(InstallHow::overwrite, v2, target)));
        CHECK(text_of(target) == "two"); // the longer old text is gone
        CHECK(inode(target) == before);
        CHECK(text_of(open) == "two");
    }
    SUBCASE("remove: gone for those who come later") {
        REQUIRE(bool(install_file(InstallHow::remove, "", target)));
        CHECK_FALSE(fs::exists(target));
        CHECK(text_of(open) == "version one");
        const auto again = install_file(InstallHow::remove, "", target);
        REQUIRE_FALSE(bool(again));
        CHECK(again.error().message == "cannot remove " + target + ": No such file or directory");
    }
    SUBCASE("a leftover of a rename is no obstacle") {
        write(target + ".new", "half");
        REQUIRE(bool(install_file(InstallHow::rename, v2, target)));
        CHECK(text_of(target) == "two");
        CHECK_FALSE(fs::exists(target + ".new"));
    }
    SUBCASE("overwrite makes a file that is not there") {
        REQUIRE(bool(install_file(InstallHow::overwrite, v2, folder->path() + "/new/y.so")));
        CHECK(text_of(folder->path() + "/new/y.so") == "two");
    }
    SUBCASE("errors name the file and say why") {
        const auto missing = install_file(InstallHow::rename, folder->path() + "/v3", target);
        REQUIRE_FALSE(bool(missing));
        CHECK(missing.error().message.find(folder->path() + "/v3") != std::string::npos);
        CHECK(text_of(target) == "version one");
        const auto blocked = install_file(InstallHow::rename, v2, v1 + "/x.so"); // v1 is a file, not a folder
        REQUIRE_FALSE(bool(blocked));
        CHECK(blocked.error().message.starts_with("cannot make the folder of " + v1 + "/x.so: "));
        fs::create_directories(folder->path() + "/taken.so");
        const auto taken = install_file(InstallHow::overwrite, v2, folder->path() + "/taken.so");
        REQUIRE_FALSE(bool(taken));
        CHECK(taken.error().message == "cannot write " + folder->path() + "/taken.so: Is a directory");
        const auto renamed = install_file(InstallHow::rename, v2, folder->path() + "/taken.so");
        REQUIRE_FALSE(bool(renamed));
        CHECK(renamed.error().message == "cannot rename a file to " + folder->path() + "/taken.so: Is a directory");
    }
}
