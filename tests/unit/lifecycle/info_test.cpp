#include "lifecycle/info.h"

#include "unit/lifecycle/samples.h"

#include <doctest/doctest.h>

namespace ddll::lifecycle::test {

namespace {

std::vector<InfoValue> all_items(const DriverRecord& record) {
    std::vector<InfoValue> values;
    for (const InfoItem item : words::all<InfoItem>) values.push_back(info(record, item));
    return values;
}

using Values = std::vector<InfoValue>;

} // namespace

TEST_CASE("info items are known by their atoms") {
    CHECK(words::named<InfoItem>("processes") == InfoItem::processes);
    CHECK(words::named<InfoItem>("awaiting_unload") == InfoItem::awaiting_unload);
    CHECK(!words::named<InfoItem>("port"));
    CHECK(!words::named<InfoItem>(""));
}

TEST_CASE("info of a driver in use") {
    const std::vector<UserEntry> entries = {wait_only(c, 3),   loaded(a), wait_unload(a, 2),
                                            wait_unload(c, 1), loaded(b), loaded(a)};
    const DriverRecord record = Driver(Status::ok, entries).ports(2).jobs(1);
    CHECK(all_items(record) == Values{ProcessCounts{{b, 1}, {a, 2}}, InfoOptions{false}, 2U, false, false,
                                      ProcessCounts{}, ProcessCounts{{a, 1}, {c, 2}}});
}

TEST_CASE("info lists processes by their newest load, oldest first") {
    std::vector<UserEntry> entries = {loaded(c), loaded(b), loaded(a)};
    CHECK(info(Driver(Status::ok, entries), InfoItem::processes) == InfoValue(ProcessCounts{{a, 1}, {b, 1}, {c, 1}}));
    entries.insert(entries.begin(), loaded(a));
    CHECK(info(Driver(Status::ok, entries), InfoItem::processes) == InfoValue(ProcessCounts{{b, 1}, {c, 1}, {a, 2}}));
    const DriverRecord fewer = decide(Driver(Status::ok, entries), unload(a)).next;
    CHECK(info(fewer, InfoItem::processes) == InfoValue(ProcessCounts{{a, 1}, {b, 1}, {c, 1}}));
}

TEST_CASE("info while a reload is pending shows the old instance and the users of both") {
    DriverRecord record = Driver(Status::reload, {wait_load(b, 2), released(b), wait_load(b, 1), released(a)}).ports(1);
    record.next_kill_ports = true;
    CHECK(all_items(record) == Values{ProcessCounts{{a, 1}, {b, 1}}, InfoOptions{false}, 1U, false, false,
                                      ProcessCounts{{b, 2}}, ProcessCounts{}});
}

TEST_CASE("info while an unload is pending") {
    CHECK(all_items(Driver(Status::forced_unload, {wait_unload(a, 1)}).kill()) ==
          Values{ProcessCounts{}, InfoOptions{true}, 0U, false, false, ProcessCounts{}, ProcessCounts{{a, 1}}});
}

TEST_CASE("info of a permanent driver still tells its options") {
    const InfoAtom word{"permanent"};
    CHECK(all_items(Driver(Status::permanent).kill().ports(1)) ==
          Values{word, InfoOptions{true}, word, false, true, word, word});
}

TEST_CASE("info of a linked in driver says that it is not permanent") {
    const InfoAtom word{"linked_in_driver"};
    CHECK(all_items(linked_in()) == Values{word, word, word, true, false, word, word});
}

} // namespace ddll::lifecycle::test
