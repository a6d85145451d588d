#include "session/finding_watch.h"

#include "journal/journal.h"

#include <doctest/doctest.h>

using namespace ddll;
using namespace ddll::session;

namespace {

template <class Event>
bool due_after(FindingWatch& watch, const Event& event) {
    journal::Journal journal;
    journal.write(event);
    for (const journal::Entry& entry : journal) watch.see(entry);
    const bool due = watch.due();
    watch.set({});
    return due;
}

scenario::RunFinding finding(words::Rule rule, const char* title) {
    scenario::RunFinding out;
    out.rule = rule;
    out.title = title;
    return out;
}

} // namespace

TEST_CASE("findings are looked for when the journal has something new that may be one") {
    FindingWatch watch;
    CHECK(!due_after(watch, journal::StepBegun{}));
    journal::ImageClosed closed;
    closed.gone = true;
    CHECK(!due_after(watch, closed));
    closed.gone = false;
    CHECK(due_after(watch, closed));
    journal::Reloaded reloaded;
    reloaded.new_runs = true;
    CHECK(!due_after(watch, reloaded));
    reloaded.new_runs = false;
    CHECK(due_after(watch, reloaded));
    CHECK(due_after(watch, journal::Misused{}));
    CHECK(!due_after(watch, journal::Misused{})); // the same rule at the same function: it is known
}

TEST_CASE("a finding is new once") {
    FindingWatch watch;
    watch.set({finding(words::Rule::fd_leak, "one")});
    CHECK(watch.take_new().size() == 1);
    watch.set({finding(words::Rule::fd_leak, "one"), finding(words::Rule::fd_leak, "another")});
    const auto fresh = watch.take_new();
    REQUIRE(fresh.size() == 1);
    CHECK(fresh[0].title == "another");
    CHECK(watch.all().size() == 2);
    CHECK(watch.take_new().empty());
}
