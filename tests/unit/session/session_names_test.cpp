#include "session/session_names.h"

#include "journal/journal.h"
#include "term/external.h"

#include <doctest/doctest.h>

using namespace ddll;
using namespace ddll::session;
using term::Term;

TEST_CASE("the first name of a port stays its name; values that are no identity have none") {
    journal::Journal journal;
    const std::string port = term::encode(Term::port(5)), text = term::encode(Term::string("/a"));
    journal.write(journal::ProcessStarted{ProcessId{80}, "alice"});
    journal.write(journal::Bound{"Dir", text});
    journal.write(journal::Bound{"P1", port});
    journal.write(journal::Bound{"Again", port});
    SessionNames names;
    std::vector<std::string> named;
    for (const journal::Entry& entry : journal)
        if (const auto one = names.see(entry)) named.push_back(one->printed + " " + one->name);
    CHECK(named == std::vector{term::print(Term::port(5)) + " P1"});
    CHECK(term::print(Term::port(5), names.namer()) == "P1");
    CHECK(term::print(Term::port(6), names.namer()) == term::print(Term::port(6)));
    CHECK(names.process(ProcessId{80}) == "alice");
    CHECK(names.process(ProcessId{81}).empty());
    names.take("Alice");
    CHECK(names.variables() == std::set<std::string>{"Again", "Alice", "Dir", "P1"});
}
