/// tests/cli/bad holds one bad file for each sort of mistake. The mistakes that must be reported stand in its first
/// lines, as comments that begin with //!. With DDLLTOOL_REBASE set the test writes them there instead.
#include "reader_support.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace ddll::scenario;
using namespace ddll::scenario::testing;

namespace {

const std::filesystem::path gallery =
    std::filesystem::path(__FILE__).parent_path().parent_path().parent_path() / "cli" / "bad";

std::string contents(const std::filesystem::path& path) {
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
}

// Reads the file under its bare name, so that messages do not depend on where the sources lie.
std::string reported(const std::string& text) {
    ReadOptions o = options();
    o.driver_path = {gallery.string()};
    std::string out;
    for (const auto& line : lines_of(read_scenario(text, "gallery.json", o))) {
        std::string shown = line;
        for (auto at = shown.find(gallery.string()); at != std::string::npos; at = shown.find(gallery.string()))
            shown.replace(at, gallery.string().size(), "GALLERY");
        out += "//! " + shown + "\n";
    }
    return out;
}

std::string expected_in(const std::string& text) {
    std::istringstream in(text);
    std::string out, line;
    while (std::getline(in, line) && line.starts_with("//! ")) out += line + "\n";
    return out;
}

} // namespace

TEST_CASE("every file of the gallery of bad files is told what is wrong with it") {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(gallery))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    REQUIRE(files.size() >= 15);
    for (const auto& file : files) {
        CAPTURE(file.filename().string());
        std::string text = contents(file);
        if (std::getenv("DDLLTOOL_REBASE") != nullptr) {
            const std::string body = text.substr(expected_in(text).size());
            // The lines in front move the places they name, so this takes a second round.
            for (int round = 0; round < 3; ++round) text = reported(text) + body;
            std::ofstream(file, std::ios::binary) << text;
        }
        CHECK(!expected_in(text).empty());
        CHECK(reported(text) == expected_in(text));
    }
}
