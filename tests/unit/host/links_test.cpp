/// Links against the plain list that they stand for.
#include "host/processes/links.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace ddll;
using host::Linked;
using host::Links;

namespace {

std::vector<Linked> in_order(const Links& links) {
    return links.all();
}

} // namespace

TEST_CASE("links keep the order of linking and each other end once") {
    Links links;
    CHECK(links.empty());
    CHECK(links.add(PortId{5}));
    CHECK(links.add(ProcessId{5}));
    CHECK_FALSE(links.add(PortId{5}));
    CHECK(links.add(PortId{4}));
    CHECK(in_order(links) == std::vector<Linked>{PortId{5}, ProcessId{5}, PortId{4}});
    links.remove(ProcessId{5});
    links.remove(ProcessId{6});
    CHECK(links.size() == 2);
    CHECK(links.contains(PortId{5}));
    CHECK_FALSE(links.contains(ProcessId{5}));
    CHECK(links.add(ProcessId{5}));
    CHECK(in_order(links) == std::vector<Linked>{PortId{5}, PortId{4}, ProcessId{5}});
    links.clear();
    CHECK(links.empty());
    CHECK(in_order(links).empty());
}

TEST_CASE("many links added and removed in any order are those of a plain list") {
    std::mt19937 random(7);
    // Mostly growing, mostly shrinking, and around the size at which the index is made.
    for (const std::uint32_t add_of_8 : {6U, 4U, 2U}) {
        Links links;
        std::vector<Linked> plain;
        for (int i = 0; i < 400; ++i) {
            links.add(PortId{1000U + static_cast<std::uint64_t>(i)});
            plain.push_back(PortId{1000U + static_cast<std::uint64_t>(i)});
        }
        for (int i = 0; i < 4000; ++i) {
            if (random() % 8 < add_of_8) {
                const Linked other =
                    random() % 2 == 0 ? Linked(PortId{1 + random() % 500}) : Linked(ProcessId{1 + random() % 500});
                const bool is_new = std::find(plain.begin(), plain.end(), other) == plain.end();
                CHECK(links.add(other) == is_new);
                if (is_new) plain.push_back(other);
            } else if (!plain.empty()) {
                const Linked other = plain[random() % plain.size()];
                links.remove(other);
                std::erase(plain, other);
            }
            REQUIRE(links.size() == plain.size());
            if (i % 50 == 0) REQUIRE(in_order(links) == plain);
        }
        CHECK(in_order(links) == plain);
    }
}
