/// docs/releases.md holds the table of words/release.def.
#include "report/inspection.h"
#include "support/places.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <string>

using namespace ddll;
using words::Release;
using words::ReleaseFact;

namespace {

std::string cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != text.npos; at += 2) text.insert(at, "\\");
    return text;
}

std::string table() {
    std::string out = "|  |", line = "|---|";
    for (const Release release : words::all<Release>) {
        out += fmt::format(" {} |", words::name(release));
        line += "---|";
    }
    out += '\n' + line + '\n';
    for (const ReleaseFact fact : words::all<ReleaseFact>) {
        out += fmt::format("| {} |", cell(words::text(fact).what));
        for (const Release release : words::all<Release>) {
            const words::HowKnown how = words::how_known(fact, release);
            out += fmt::format(" {}{} |", cell(report::fact_text(fact, release)),
                               how == words::HowKnown::measured ? ""
                               : how == words::HowKnown::read   ? " (r)"
                                                                : " (t)");
        }
        out += '\n';
    }
    return out;
}

} // namespace

TEST_CASE("docs/releases.md has the table of the releases") {
    std::ifstream in(test::source_folder() + "/docs/releases.md", std::ios::binary);
    const std::string page((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    CHECK_MESSAGE(page.find(table()) != page.npos, "the table must be:\n", table());
}

TEST_CASE("every value of the table has a text, and JSON has all") {
    for (const Release release : words::all<Release>) {
        CHECK(report::release_section(release).rows.size() == words::count<ReleaseFact>);
        for (const ReleaseFact fact : words::all<ReleaseFact>) CHECK_FALSE(report::fact_text(fact, release).empty());
    }
}
