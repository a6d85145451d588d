#include "record/story.h"

#include "record/split.h"

#include <doctest/doctest.h>

using namespace ddll;
using namespace ddll::record;
using term::Term;

namespace {

Term atom(const char* text) {
    return Term::atom(text);
}

/// A log that is written by hand.
class Log {
public:
    Log() { log_.file = "/nowhere/1.log"; }

    void event(Kind kind, std::uint32_t port = 0, std::uint64_t a = 0, std::string data = {},
               std::uint32_t library = 1) {
        Event event;
        event.kind = kind;
        event.library = library;
        event.port = port;
        event.a = a;
        event.data = std::move(data);
        log_.events.push_back(std::move(event));
    }
    void term(TermTag tag, int process, Term what, Term more = {}, std::uint64_t a = 0) {
        Event event;
        event.kind = Kind::term;
        event.tag = tag;
        event.process = Term::pid(static_cast<std::uint64_t>(process));
        event.what = std::move(what);
        event.more = std::move(more);
        event.a = a;
        log_.events.push_back(std::move(event));
    }
    void begins(int process, const char* module, const char* name, std::vector<Term> arguments) {
        term(TermTag::call, process, term::make_tuple(atom(module), atom(name), Term::list(std::move(arguments))));
    }
    void returns(int process, Term value) { term(TermTag::returned, process, atom("mfa"), std::move(value)); }
    void call(int process, const char* module, const char* name, std::vector<Term> arguments, Term value) {
        begins(process, module, name, std::move(arguments));
        returns(process, std::move(value));
    }

    void loads(int process) {
        begins(process, "erl_ddll", "load", {Term::string("/live"), atom("counter")});
        begins(process, "erl_ddll", "try_load", {Term::string("/live"), atom("counter"), Term::nil()});
        event(Kind::library_path, 0, 0, "/live/counter.so");
        event(Kind::init);
        returns(process, term::make_tuple(atom("ok"), atom("loaded")));
        returns(process, atom("ok"));
    }
    void opens(int process, std::uint64_t port) {
        begins(process, "erlang", "open_port",
               {term::make_tuple(atom("spawn_driver"), Term::string("counter")), Term::nil()});
        event(Kind::start, static_cast<std::uint32_t>(port), 0, "counter");
        returns(process, Term::port(port));
    }

    Story story(const std::vector<std::string>& only = {}) {
        Copies copies;
        return make_story(log_, only, copies);
    }
    NodeLog& raw() { return log_; }

private:
    NodeLog log_;
};

std::vector<std::string> names_of(const Story& story) {
    std::vector<std::string> out;
    for (const Item& item : story.items) {
        if (const auto* call = std::get_if<Call>(&item.what)) out.push_back(call->name);
        if (std::holds_alternative<Put>(item.what)) out.emplace_back("(put)");
        if (const auto* wait = std::get_if<Wait>(&item.what)) out.push_back(to_string(wait->by));
        if (std::holds_alternative<End>(item.what)) out.emplace_back("(end)");
    }
    return out;
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("calls that another call makes are no steps") {
    Log log;
    log.loads(1);
    const Story story = log.story();
    CHECK(names_of(story) == Names{"load"});
    CHECK(std::get<Call>(story.items[0].what).outcome->value == atom("ok"));
    REQUIRE(story.items[0].driver_calls.size() == 1);
    CHECK(story.items[0].driver_calls[0].name == "init");
    CHECK(story.processes.at(0).name == "loader");
}

TEST_CASE("what a call awaits itself is no message") {
    Log log;
    log.begins(1, "erl_ddll", "reload", {Term::string("/live"), atom("counter")});
    log.begins(1, "erl_ddll", "try_load", {Term::string("/live"), atom("counter"), Term::nil()});
    log.returns(1, term::make_tuple(atom("ok"), atom("pending_driver"), Term::reference(7)));
    log.term(TermTag::delivered, 1,
             term::make_tuple(atom("UP"), Term::reference(7), atom("driver"), atom("counter"), atom("loaded")));
    log.returns(1, atom("ok"));
    CHECK(log.story().items.at(0).messages.empty());
}

TEST_CASE("ports of other drivers and programs are left out") {
    Log log;
    log.loads(1);
    log.call(1, "erlang", "open_port", {term::make_tuple(atom("spawn"), Term::string("/bin/sh -c x")), Term::nil()},
             Term::port(3));
    log.call(1, "erlang", "port_command", {Term::port(3), Term::binary("x")}, atom("true"));
    log.opens(1, 4);
    log.call(1, "erlang", "port_command", {Term::port(4), Term::binary("x")}, atom("true"));
    log.term(TermTag::received, 1, term::make_tuple(Term::port(3), atom("closed")));
    const Story story = log.story();
    CHECK(names_of(story) == Names{"load", "open_port", "port_command"});
    CHECK(story.items.back().messages.empty());
}

TEST_CASE("drivers that are not asked for are left out") {
    Log log;
    log.loads(1);
    CHECK(log.story({"other"}).items.empty());
    CHECK(log.story({"counter"}).items.size() == 1);
}

TEST_CASE("processes have their names, or that of what they do first") {
    Log log;
    log.raw().names.emplace(Term::pid(2), "my_server");
    log.loads(1);
    log.opens(2, 4);
    log.opens(3, 5);
    log.call(3, "erlang", "port_connect", {Term::port(5), Term::pid(9)}, atom("true"));
    std::map<Term, std::string> names;
    for (const Process& process : log.story().processes) names[process.pid] = process.name;
    CHECK(names[Term::pid(1)] == "loader");
    CHECK(names[Term::pid(2)] == "my_server");
    CHECK(names[Term::pid(3)] == "owner");
    CHECK(names[Term::pid(9)] == "other");
}

TEST_CASE("terms of a driver are told from those of timers by how many it has sent") {
    Log log;
    log.loads(1);
    log.opens(1, 4);
    const std::uint64_t word = 77;
    log.event(Kind::term_sent, 0, word);
    log.term(TermTag::delivered, 1, atom("of_the_driver"), {}, word);
    log.term(TermTag::delivered, 1, atom("of_a_timer"), {}, word);
    const Story story = log.story();
    REQUIRE(story.items.back().messages.size() == 1);
    CHECK(story.items.back().messages[0].message == atom("of_the_driver"));
}

TEST_CASE("the clock goes as far as timers ask for, in the order of the node") {
    Log log;
    log.loads(1);
    log.opens(1, 4);
    log.event(Kind::set_timer, 4, 300);
    log.opens(1, 5);
    log.event(Kind::set_timer, 5, 200); // later on the node: 250 ms have passed there, say
    log.event(Kind::timeout, 4);
    log.event(Kind::timeout, 5);
    CHECK(names_of(log.story()) == Names{"load", "open_port", "100ms", "open_port", "200ms"});
}

TEST_CASE("a timer that is cancelled needs no time") {
    Log log;
    log.loads(1);
    log.opens(1, 4);
    log.event(Kind::set_timer, 4, 300);
    log.event(Kind::cancel_timer, 4);
    log.event(Kind::set_timer, 4, 20);
    log.event(Kind::timeout, 4);
    CHECK(names_of(log.story()) == Names{"load", "open_port", "20ms"});
}

TEST_CASE("a reference that no driver gave is made") {
    Log log;
    log.loads(1);
    log.opens(1, 4);
    log.call(1, "erlang", "port_call", {Term::port(4), Term::integer(1), Term::reference(9)}, Term::reference(9));
    CHECK(names_of(log.story()) == Names{"load", "open_port", "make_ref", "port_call"});
}

TEST_CASE("the end of a process is kept, with a reason that is the same each time") {
    Log log;
    log.opens(3, 1); // before anything is loaded: no driver of ours
    log.loads(1);
    log.term(TermTag::ended, 2, atom("normal"));
    log.term(TermTag::ended, 1, term::make_tuple(atom("badmatch"), Term::integer(825)));
    const Story story = log.story();
    REQUIRE(!story.items.empty());
    const auto* end = std::get_if<End>(&story.items.back().what);
    REQUIRE(end != nullptr);
    CHECK(end->process == Term::pid(1));
    CHECK(end->reason == atom("ended"));
}

TEST_CASE("nothing is a step once the node halts") {
    Log log;
    log.loads(1);
    log.begins(1, "erlang", "halt", {Term::integer(0)});
    log.event(Kind::finish);
    const Story story = log.story();
    CHECK(names_of(story) == Names{"load"});
    CHECK(story.items.back().driver_calls.size() == 1);
}

TEST_CASE("files are put in place where they have changed") {
    Story story;
    const auto load = [&](const char* file) {
        Call call{Term::pid(1), "erl_ddll", "load", {Term::string("/live"), atom("counter")}};
        call.file = file;
        story.items.emplace_back(std::move(call));
    };
    for (const char* file : {"v1", "v1", "v2", ""}) load(file);
    const Story with = with_files(story);
    CHECK(names_of(with) == Names{"(put)", "load", "load", "(put)", "load", "(put)", "load"});
    CHECK(std::get<Put>(with.items[5].what).version.empty()); // it was removed
}

TEST_CASE("each test case is a story, with what was done outside before") {
    Log log;
    const auto begins = [&](const char* what, const char* name) {
        log.call(9, "ct_framework", what,
                 {atom("my_SUITE"),
                  term::make_tuple(atom(what[0] == 'i' ? "init_per_testcase" : "end_per_testcase"), atom(name)),
                  Term::nil()},
                 atom("ok"));
    };
    log.loads(1);
    for (const char* name : {"one", "two"}) {
        begins("init_tc", name);
        log.opens(name[0] == 'o' ? 2 : 3, name[0] == 'o' ? 4 : 5);
        begins("end_tc", name);
    }
    const auto stories = by_test_case(log.story());
    REQUIRE(stories.size() == 2);
    CHECK(stories[1].test_case == "my_SUITE.two");
    CHECK(names_of(stories[1]) == Names{"load", "open_port"});
    CHECK(stories[1].processes.size() == 2);
    // The port that is the second of the node is the first of the story.
    CHECK(stories[1].items[1].driver_calls.at(0).arguments.at(0) == Term::integer(1));
}

TEST_CASE("a file is asked for by the call before which it was opened, or by the next that asks for none") {
    Log log;
    log.loads(1);
    log.call(1, "erl_ddll", "load", {Term::string("/live"), atom("counter")}, atom("ok")); // it is loaded already
    Copies copies;
    const Openings openings(log.raw(), {}, copies);
    CHECK(openings.is_wanted("counter"));
    CHECK(openings.asked_for("counter", 0).has_value());
    CHECK(openings.asked_for("counter", 6).has_value());
    CHECK(!openings.asked_for("other", 0).has_value());
}

TEST_CASE("a test of EUnit has the name of its function, where there is one") {
    const auto fun = [](std::string bytes) { return Term::fun(bytes); };
    const std::string exported = std::string("q") + "w\x07my_test" +
                                 "w\x05"
                                 "first" +
                                 std::string("a\0", 2);
    CHECK(test_name(fun(exported)) == "my_test.first");
    CHECK(test_name(atom("no_fun")).empty());
    CHECK(test_name(fun("p short")).empty());
}
