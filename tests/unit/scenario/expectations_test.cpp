/// What a step caused against what the scenario says: order, the marker for the return, strictness.
#include "scenario/expectations.h"

#include <doctest/doctest.h>

#include <string>

using namespace ddll;
using namespace ddll::scenario;

namespace {

Text text(const std::string& source) {
    auto expr = term::parse_expr(source);
    REQUIRE(bool(expr));
    return {source, *expr, {}};
}

term::Term value(const std::string& source) {
    auto parsed = term::parse(source);
    REQUIRE(bool(parsed));
    return *parsed;
}

Arrival before(const std::string& message) {
    return {value(message), true};
}
Arrival after(const std::string& message) {
    return {value(message), false};
}

struct Bench {
    std::vector<ProcessDecl> processes = {{"alice", "Alice", false}, {"bob", "Bob", false}};
    term::Bindings bindings = {{"Alice", term::Term::pid(80)}, {"Bob", term::Term::pid(81)}};
    Effects effects;
    StepRecord record;
    bool strict = false;

    void wants(const std::string& who, const std::vector<std::string>& messages) {
        Receives receives{who, {}, {}};
        for (const auto& m : messages) {
            ReceivePattern pattern;
            pattern.is_return = m == "|";
            if (!pattern.is_return) pattern.pattern = text(m);
            receives.messages.push_back(pattern);
        }
        effects.receives.push_back(receives);
    }
    void got(std::vector<Arrival> arrivals) { record.messages["alice"] = std::move(arrivals); }

    ExpectScope context() { return ExpectScope{processes, bindings, {}, strict}; }
    static std::string shown(const std::vector<Mismatch>& mismatches) {
        std::string all;
        for (const auto& m : mismatches) all += m.what + ": " + m.expected + " <> " + m.got + "\n";
        return all;
    }
    std::string receives() {
        std::vector<Mismatch> out;
        check_receives(effects, record, context(), out);
        return shown(out);
    }
    std::string exits() {
        std::vector<Mismatch> out;
        check_exits(effects, record, context(), out);
        return shown(out);
    }
    std::string calls(bool is_call = true) {
        std::vector<Mismatch> out;
        check_driver_calls(effects, record, context(), is_call, out);
        return shown(out);
    }
};

DriverCallPattern callback(journal::Callback which, const std::string& driver = "", const std::string& version = "",
                           const std::vector<std::string>& arguments = {}) {
    DriverCallPattern pattern;
    pattern.callback = which;
    pattern.name = words::name(which);
    pattern.driver = driver;
    pattern.version = version;
    for (const auto& argument : arguments) pattern.arguments.push_back(text(argument));
    pattern.written = driver + (version.empty() ? "" : "/" + version) + (driver.empty() ? "" : ":") + pattern.name;
    return pattern;
}

DriverCallPattern function(const std::string& name) {
    DriverCallPattern pattern;
    pattern.name = pattern.written = name;
    return pattern;
}

DriverCallPattern returned() {
    DriverCallPattern pattern;
    pattern.is_return = true;
    return pattern;
}

DriverCall happened(journal::Callback which, const std::string& version = "v1", bool before_return = true) {
    DriverCall call;
    using journal::Callback;
    const bool loader = which == Callback::dlopen || which == Callback::dlclose || which == Callback::driver_init;
    call.kind = loader ? DriverCall::Kind::loader : DriverCall::Kind::callback;
    call.callback = which;
    call.name = words::name(which);
    call.driver = "counter";
    call.version = version;
    call.before_return = before_return;
    return call;
}

DriverCall api_call(const std::string& name) {
    DriverCall call;
    call.kind = DriverCall::Kind::api;
    call.name = name;
    call.driver = "counter";
    call.version = "v1";
    return call;
}

} // namespace

TEST_CASE("messages: all of them, in order") {
    Bench bench;
    bench.got({before("{a,1}"), after("{b,2}")});
    SUBCASE("matching binds") {
        bench.wants("alice", {"{a, X}", "{b, Y}"});
        CHECK(bench.receives() == "");
        CHECK(bench.bindings.at("X") == value("1"));
        CHECK(bench.bindings.at("Y") == value("2"));
    }
    SUBCASE("another order") {
        bench.wants("alice", {"{b, X}", "{a, _}"});
        CHECK(bench.receives() == "receives alice: {b, X}\n{a, _} <> {a,1}\n{b,2}\n");
        CHECK_FALSE(bench.bindings.contains("X")); // a failure binds nothing
    }
    SUBCASE("too few") {
        bench.wants("alice", {"{a, _}"});
        CHECK(bench.receives() == "receives alice: {a, _} <> {a,1}\n{b,2}\n");
    }
    SUBCASE("too many") {
        bench.wants("alice", {"{a, _}", "{b, _}", "c"});
        CHECK(bench.receives() != "");
    }
    SUBCASE("none") {
        bench.wants("alice", {});
        CHECK(bench.receives() == "receives alice: (nothing) <> {a,1}\n{b,2}\n");
    }
    SUBCASE("one variable, two values") {
        bench.wants("alice", {"{a, X}", "{b, X}"});
        CHECK(bench.receives() != "");
    }
    SUBCASE("nothing was said about it") {
        CHECK(bench.receives() == "");
        bench.strict = true;
        CHECK(bench.receives() == "receives alice: (nothing) <> {a,1}\n{b,2}\n");
    }
    SUBCASE("another process heard nothing") {
        bench.wants("bob", {"x"});
        CHECK(bench.receives() == "receives bob: x <> (nothing)\n");
    }
}

TEST_CASE("the marker says what came before the call returned") {
    Bench bench;
    bench.got({before("a"), after("b")});
    const std::string shown = "a\n|\nb";
    SUBCASE("right") {
        bench.wants("alice", {"a", "|", "b"});
        CHECK(bench.receives() == "");
    }
    SUBCASE("too late") {
        bench.wants("alice", {"a", "b", "|"});
        CHECK(bench.receives() == "receives alice: a\nb\n| <> " + shown + "\n");
    }
    SUBCASE("too early") {
        bench.wants("alice", {"|", "a", "b"});
        CHECK(bench.receives() == "receives alice: |\na\nb <> " + shown + "\n");
    }
    SUBCASE("all before: the marker stands last") {
        bench.got({before("a"), before("b")});
        bench.wants("alice", {"|", "a", "b"});
        CHECK(bench.receives() == "receives alice: |\na\nb <> a\nb\n|\n");
    }
}

TEST_CASE("pids are shown by their names") {
    Bench bench;
    bench.got({{term::make_tuple(term::Term::pid(81), term::Term::pid(82)), true}});
    bench.wants("alice", {});
    CHECK(bench.receives() == "receives alice: (nothing) <> {Bob,<0.82.0>}\n");
}

TEST_CASE("exits") {
    Bench bench;
    bench.record.exits["bob"] = value("boom");
    CHECK(bench.exits() == "");
    bench.strict = true;
    CHECK(bench.exits() == "exits bob: (the process goes on) <> ended: boom\n");
    bench.effects.exits = {{"bob", text("R")}};
    CHECK(bench.exits() == "");
    CHECK(bench.bindings.at("R") == value("boom"));
    bench.effects.exits = {{"bob", text("normal")}, {"alice", text("_")}};
    CHECK(bench.exits() == "exits bob: normal <> boom\nexits alice: _ <> (the process goes on)\n");
}

TEST_CASE("driver calls: order, driver, version and arguments") {
    using journal::Callback;
    Bench bench;
    bench.record.driver_calls = {happened(Callback::start), happened(Callback::stop, "v1", false)};
    bench.record.driver_calls[0].arguments = {value("\"counter\""), value("7")};
    const auto wants = [&](std::vector<DriverCallPattern> patterns) {
        bench.effects.driver_calls = DriverCalls{std::move(patterns), {}};
        return bench.calls();
    };
    CHECK(bench.calls() == "");
    CHECK(wants({callback(Callback::start), callback(Callback::stop)}) == "");
    CHECK(wants({callback(Callback::start, "counter", "v1", {"\"counter\""}), returned(),
                 callback(Callback::stop, "counter")}) == "");
    CHECK(wants({callback(Callback::start, "counter", "v1", {"_", "N"}), callback(Callback::stop)}) == "");
    CHECK(bench.bindings.at("N") == value("7"));
    CHECK(wants({callback(Callback::stop), callback(Callback::start)}) ==
          "driver_calls: stop\nstart <> counter/v1:start(\"counter\", 7)\ncounter/v1:stop\n");
    CHECK(wants({callback(Callback::start, "counter", "v2"), callback(Callback::stop)}) != "");
    CHECK(wants({callback(Callback::start, "other"), callback(Callback::stop)}) != "");
    CHECK(wants({callback(Callback::start, "", "", {"8"}), callback(Callback::stop)}) != "");
    CHECK(wants({callback(Callback::start, "", "", {"_", "_", "_"}), callback(Callback::stop)}) != "");
    CHECK(wants({callback(Callback::start)}) != "");
    CHECK(wants({}) == "driver_calls: (nothing) <> counter/v1:start(\"counter\", 7)\ncounter/v1:stop\n");
    CHECK(wants({callback(Callback::start), callback(Callback::stop), returned()}) ==
          "driver_calls: start\nstop\n| <> counter/v1:start(\"counter\", 7)\n|\ncounter/v1:stop\n");
    bench.effects.driver_calls.reset();
    bench.strict = true;
    CHECK(bench.calls() != "");
}

TEST_CASE("loader events and API calls count only where the list speaks of them") {
    using journal::Callback;
    Bench bench;
    bench.record.driver_calls = {happened(Callback::dlopen), happened(Callback::driver_init), happened(Callback::init),
                                 api_call("driver_output"), api_call("driver_set_timer")};
    const auto wants = [&](std::vector<DriverCallPattern> patterns) {
        bench.effects.driver_calls = DriverCalls{std::move(patterns), {}};
        return bench.calls();
    };
    CHECK(wants({callback(Callback::init)}) == "");
    CHECK(wants({callback(Callback::init), function("driver_output")}) == "");
    CHECK(wants({callback(Callback::init), function("driver_output"), function("driver_set_timer")}) == "");
    CHECK(wants({callback(Callback::init), function("driver_output"), function("driver_output")}) != "");
    CHECK(wants({callback(Callback::dlopen), callback(Callback::driver_init), callback(Callback::init)}) == "");
    CHECK(wants({callback(Callback::driver_init), callback(Callback::init)}) != "");
}
