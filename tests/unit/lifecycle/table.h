#pragma once
/// One row of the transition table as a test: a record, a request, and everything that must follow.
#include "unit/lifecycle/samples.h"

#include <cstdlib>

#include <doctest/doctest.h>

namespace ddll::lifecycle::test {

struct Row {
    const char* name; ///< number of the row, "-" where none is taken, then what it is about
    DriverRecord record;
    Request request;
    Reply reply;
    DriverRecord next;
    std::vector<Effect> effects;
    bool enrols = false;
};

inline void check_rows(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        CAPTURE(row.name);
        Decision expected;
        expected.next = row.next;
        expected.reply = row.reply;
        expected.effects = row.effects;
        expected.enrols = row.enrols;
        expected.row = words::numbered<words::LifecycleRow>(std::strtoull(row.name, nullptr, 10)).value();
        const Decision actual = decide(row.record, row.request);
        CHECK(text(actual) == text(expected));
        CHECK(actual == expected);
        CHECK(malformed(row.record) == "");
        CHECK(malformed(actual.next) == "");
    }
}

/// A row that is refused: nothing changes.
inline Row refusal(const char* name, const DriverRecord& record, Request request, Refusal reason) {
    return Row{name, record, std::move(request), reply::Refused{reason}, record, {}, false};
}

inline constexpr bool enrols = true;
inline constexpr auto pending = PendingOption::pending;
inline constexpr auto pending_driver = PendingOption::pending_driver;

} // namespace ddll::lifecycle::test
