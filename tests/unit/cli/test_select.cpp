#include "cli/select.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace ddll;
namespace fs = std::filesystem;

namespace {

/// A folder that goes away again.
struct Folder {
    Folder() {
        std::string name = (fs::temp_directory_path() / "ddlltool-select-XXXXXX").string();
        path = mkdtemp(name.data());
    }
    ~Folder() { fs::remove_all(path); }
    void file(const std::string& name) const {
        fs::create_directories((path / name).parent_path());
        std::ofstream(path / name) << "{}";
    }
    fs::path path;
};

} // namespace

TEST_CASE("folders give their scenario files in sorted order, files stay as they were given") {
    const Folder folder;
    for (const char* name :
         {"b.json", "a/z.json", "a/b/c.json", "notes.txt", ".hidden/x.json", "a/.swap.json", "b.json.expected"})
        folder.file(name);
    const std::string root = folder.path.string();
    CHECK(cli::find_scenarios({root}) ==
          std::vector<std::string>{root + "/a/b/c.json", root + "/a/z.json", root + "/b.json"});
    CHECK(cli::find_scenarios({root + "/notes.txt", root + "/a"}) ==
          std::vector<std::string>{root + "/notes.txt", root + "/a/b/c.json", root + "/a/z.json"});
}

TEST_CASE("a path that is not there stays for the reader to complain about") {
    CHECK(cli::find_scenarios({"/no/such/story.json"}) == std::vector<std::string>{"/no/such/story.json"});
}

TEST_CASE("links to folders are not followed, so a loop ends") {
    const Folder folder;
    folder.file("a/one.json");
    fs::create_directory_symlink(folder.path, folder.path / "a" / "loop");
    CHECK(cli::find_scenarios({folder.path.string()}).size() == 1);
}

TEST_CASE("filters are parts of a text or patterns for the whole of it; one is enough") {
    const std::vector<std::string> texts{"tests/demo/counter.json", "A reload waits", "slow"};
    const auto passes = [&](std::vector<std::string> filters) { return cli::passes(filters, texts); };
    CHECK(passes({}));
    CHECK(passes({"reload"}));
    CHECK(passes({"demo/"}));
    CHECK(passes({"nothing", "slow"}));
    CHECK(passes({"*counter*"}));
    CHECK(passes({"s?ow"}));
    CHECK_FALSE(passes({"counter?"}));
    CHECK_FALSE(passes({"unload"}));
}
