#include "verify/compare.h"

#include "term/external.h"

#include <doctest/doctest.h>

using namespace ddll;
using scenario::StepRecord;
using term::make_tuple;
using term::Term;
using verify::Identities;

namespace {

StepRecord returning(Term value) {
    StepRecord record;
    record.returns.push_back(term::Evaluated::of(std::move(value)));
    return record;
}

std::vector<verify::Difference> compared(const StepRecord& ours, const StepRecord& nodes) {
    Identities identities;
    return verify::compare(ours, nodes, {"alice", {}}, identities, {});
}

scenario::DriverCall callback(const char* name, std::int64_t port, bool before = true) {
    scenario::DriverCall call;
    call.name = name;
    call.driver = "echo";
    call.before_return = before;
    if (port > 0) call.arguments.push_back(Term::integer(port));
    return call;
}

} // namespace

TEST_CASE("identities are matched by first appearance, in both directions") {
    Identities identities;
    CHECK(identities.same(Term::pid(1), Term::pid(81)));
    CHECK(identities.same(Term::pid(1), Term::pid(81)));
    CHECK_FALSE(identities.same(Term::pid(1), Term::pid(82)));
    CHECK_FALSE(identities.same(Term::pid(2), Term::pid(81)));
    CHECK_FALSE(identities.same(Term::pid(3), Term::port(3)));
    CHECK(identities.same(make_tuple(Term::port(5), Term::pid(1)), make_tuple(Term::port(9), Term::pid(81))));
}

TEST_CASE("numbers of open errors are numbers unless they are asked to be matched") {
    const auto error = [](int n) { return make_tuple(Term::atom("open_error"), Term::integer(n)); };
    Identities identities;
    CHECK_FALSE(identities.same(error(-10), error(-12)));
    identities.node_has_past = true;
    CHECK(identities.same(error(-10), error(-12)));
    CHECK_FALSE(identities.same(error(-11), error(-12)));
    CHECK_FALSE(identities.same(error(-1), error(-2)));
}

TEST_CASE("bytes that are a term are compared as that term") {
    const auto bytes = [](const Term& term) { return Term::binary(term::encode(term)); };
    Identities identities;
    CHECK(identities.same(Term::pid(1), Term::pid(81)));
    CHECK(identities.same(bytes(make_tuple(Term::pid(1), Term::reference(3))),
                          bytes(make_tuple(Term::pid(81), Term::reference(7)))));
    CHECK_FALSE(identities.same(bytes(Term::pid(2)), bytes(Term::pid(81))));
    CHECK(identities.same(Term::bytes_list(term::encode(Term::pid(2))), Term::bytes_list(term::encode(Term::pid(82)))));
    CHECK_FALSE(identities.same(Term::binary("\x83x"), Term::binary("\x83y")));
}

TEST_CASE("equal steps have no difference, others name what differs") {
    CHECK(compared(returning(Term::atom("ok")), returning(Term::atom("ok"))).empty());
    const auto found = compared(returning(Term::atom("ok")), returning(Term::atom("error")));
    REQUIRE(found.size() == 1);
    CHECK(found[0].what == "returns");
    CHECK(found[0].ours == "ok");
    CHECK(found[0].nodes == "error");
}

TEST_CASE("for the caller it matters whether a message came before the return, for others it does not") {
    StepRecord ours = returning(Term::atom("ok")), nodes = ours;
    ours.messages["bob"] = {{Term::atom("hello"), true}};
    nodes.messages["bob"] = {{Term::atom("hello"), false}};
    CHECK(compared(ours, nodes).empty());
    ours.messages["alice"] = {{Term::atom("hello"), true}};
    nodes.messages["alice"] = {{Term::atom("hello"), false}};
    const auto found = compared(ours, nodes);
    REQUIRE(found.size() == 1);
    CHECK(found[0].what == "receives alice");
    CHECK(found[0].ours == "hello");
    CHECK(found[0].nodes == "|, hello");
}

TEST_CASE("callbacks are compared in order, also where a process ended") {
    StepRecord ours = returning(Term::atom("ok")), nodes = ours;
    ours.driver_calls = {callback("stop", 1), callback("stop", 2)};
    nodes.driver_calls = {callback("stop", 2), callback("stop", 1)};
    CHECK(compared(ours, nodes).size() == 1);
    ours.exits["bob"] = nodes.exits["bob"] = Term::atom("normal");
    CHECK(compared(ours, nodes).size() == 1);
    nodes.driver_calls = ours.driver_calls;
    CHECK(compared(ours, nodes).empty());
    nodes.driver_calls.push_back(callback("flush", 2));
    CHECK(compared(ours, nodes).size() == 1);
}

TEST_CASE("a callback of a port that the witness cannot tell is any port's") {
    StepRecord ours = returning(Term::atom("ok")), nodes = ours;
    ours.driver_calls = {callback("stop", 3)};
    nodes.driver_calls = {callback("stop", 3)};
    nodes.driver_calls[0].arguments[0] = Term::atom("unknown");
    CHECK(compared(ours, nodes).empty());
}

TEST_CASE("that only one player died is a difference, how both did is none") {
    StepRecord ours, nodes;
    ours.death = "SIGSEGV in control";
    CHECK(compared(ours, nodes).size() == 1);
    nodes.death = "signal 11";
    CHECK(compared(ours, nodes).empty());
}
