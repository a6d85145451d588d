// What is watched, in folders in which much else goes on.
#include "cli/file_watch.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

using namespace ddll;
namespace fs = std::filesystem;

namespace {

struct BusyFolder {
    BusyFolder() {
        std::string name = (fs::temp_directory_path() / "ddlltool-watch-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~BusyFolder() { fs::remove_all(path); }
    fs::path path;
};

void touch(const fs::path& file) {
    std::ofstream(file) << "x";
}

/// Writes a file that was not asked for, again and again, until it goes. The kernel keeps one event for writes in a
/// row.
class Others {
public:
    explicit Others(const fs::path& folder)
        : thread_([this, folder] {
              std::ofstream other(folder / "other");
              while (!stop_) other << 'x' << std::flush;
          }) {}
    ~Others() {
        stop_ = true;
        thread_.join();
    }

private:
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

} // namespace

TEST_CASE("a folder in which others write neither ends the wait nor makes it endless") {
    const BusyFolder folder;
    sigset_t all;
    sigfillset(&all);
    auto watch = cli::FileWatch::create();
    REQUIRE(watch);
    cli::Watched what;
    what.files = {(folder.path / "mine").string()};
    (*watch)->watch(what);
    const Others others(folder.path);
    CHECK((*watch)->next(std::chrono::milliseconds(50), all).empty());
    touch(folder.path / "mine");
    CHECK((*watch)->next(std::nullopt, all) == (folder.path / "mine").string());
}
