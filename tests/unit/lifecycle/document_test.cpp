/// docs/lifecycle.md numbers its rows as words/lifecycle_rows.def does.
#include "support/places.h"
#include "words/lifecycle_rows.h"

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

TEST_CASE("the document has every row of the table once, in its order") {
    std::ifstream in(ddll::test::source_folder() + "/docs/lifecycle.md");
    std::vector<std::size_t> rows;
    for (std::string line; std::getline(in, line);)
        if (line.size() > 2 && line.starts_with("| ") && line[2] >= '0' && line[2] <= '9')
            rows.push_back(std::stoul(line.substr(2)));
    REQUIRE(rows.size() == ddll::words::count<ddll::words::LifecycleRow> - 1);
    for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i] == i + 1);
}
