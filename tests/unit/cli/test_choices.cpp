#include "cli/choices.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace ddll;
namespace fs = std::filesystem;

namespace {

class Folder {
public:
    Folder() {
        char name[] = "/tmp/ddlltool-choices-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        path_ = name;
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    std::string file(const std::string& name) const { return path_ + "/" + name; }
    void make(const std::string& name) const { std::ofstream(file(name)) << name; }

private:
    std::string path_;
};

} // namespace

TEST_CASE("a file that is not there may be meant to be one beside it") {
    const Folder folder;
    folder.make("counter.json");
    folder.make("counter.so");
    folder.make("another.json");
    CHECK(cli::meant_file(folder.file("cuonter.json")) == "did you mean " + folder.file("counter.json") + "?");
    CHECK(cli::meant_file(folder.file("counter.sp")) == "did you mean " + folder.file("counter.so") + "?");
    CHECK(cli::meant_file(folder.file("counter.json")).empty());
    CHECK(cli::meant_file(folder.file("x.json")).empty());
    CHECK(cli::meant_file(folder.file("no/such/folder/counter.json")).empty());
    CHECK(cli::meant_file("").empty());
    CHECK(cli::meant_file(folder.file("")).empty());
}

TEST_CASE("a hint that is there stays") {
    const Folder folder;
    folder.make("a-file.json");
    CHECK(cli::with_meant_file(error("why", "a hint"), folder.file("a-fiel.json")).hint == "a hint");
    CHECK(cli::with_meant_file(error("why"), folder.file("a-fiel.json")).hint.starts_with("did you mean"));
}

TEST_CASE("severities and colours are words of a few") {
    const auto numbered = [](auto wanted) { return static_cast<std::size_t>(wanted); };
    CHECK(*cli::choice("--fail-on", "note", cli::severities) == numbered(report::FailOn::note));
    CHECK(cli::choice("--fail-on", "notes", cli::severities).error().hint == "did you mean note?");
    CHECK(*cli::choice("--color", "never", cli::color_words) == numbered(cli::Color::never));
    CHECK(cli::choice("--color", "nevre", cli::color_words).error().place.file == "--color nevre");
}
