/// The table of calls: complete, documented, and refusing what Erlang refuses.
#include "calls/table.h"
#include "unit/host/stage.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <tuple>

using namespace ddll;
using namespace ddll::host::test;

TEST_CASE("known calls are sorted, unique and documented, one for each row") {
    const auto docs = calls::known_calls();
    CHECK(docs.size() == calls::verbs().size() + calls::pure_functions().size());
    const auto key = [](const calls::CallDoc& d) { return std::tie(d.module, d.name, d.arity); };
    for (std::size_t i = 0; i < docs.size(); ++i) {
        CAPTURE(docs[i].name);
        CHECK(!docs[i].doc.empty());
        CHECK(docs[i].doc.back() != '.');
        if (i > 0) CHECK(key(docs[i - 1]) < key(docs[i]));
    }
}

TEST_CASE("what is no row is undef, whatever its arity") {
    Script script;
    Stage stage(script);
    CHECK(stage.run("erl_ddll:no_such(1)") == "error:undef");
    CHECK(stage.run("erl_ddll:load(1)") == "error:undef");
    CHECK(stage.run("no_such_module:f()") == "error:undef");
    CHECK(stage.run("lists:last(1, 2)") == "error:undef");
    CHECK(stage.run("no_such()") == "error:undef");
}

TEST_CASE("module erlang may be left out") {
    Script script;
    Stage stage(script);
    CHECK(stage.run("erlang:self()") == "Alice");
    CHECK(stage.run("self()") == "Alice");
    CHECK(stage.run("erlang:send(Bob, hi)") == "hi");
    CHECK(stage.run("Bob ! hi") == "hi");
    CHECK(stage.run("erlang:send(Bob, hi, [])") == "ok");
    CHECK(stage.run("erlang:send(Bob, hi, [nosuspend, noconnect])") == "ok");
    CHECK(stage.run("erlang:send(Bob, nosuspend, [nosuspend])") == "ok");
    CHECK(stage.run("erlang:send(Bob, hi, [foo])") == "error:badarg");
    CHECK(stage.heard("Bob") == "hi hi hi hi nosuspend");
    CHECK(stage.run("make_ref() =:= make_ref()") == "false");
}

namespace {

// Rows that take any terms: no argument is wrong for them.
const std::set<std::string> takes_anything = {
    "erl_ddll:info/0",         "erl_ddll:loaded_drivers/0",
    "erl_ddll:format_error/1", "erl_ddll:start/0",
    "erl_ddll:stop/0",         "erlang:ports/0",
    "erlang:exit/1",           "erlang:halt/0",
    "erlang:self/0",           "erlang:make_ref/0",
    "erlang:term_to_binary/1",
};

// A float is nothing that any of the functions takes.
std::string refusal(Stage& stage, const calls::Row& row) {
    const std::vector<term::Term> wrong(row.arity, term::Term::floating(0.5));
    const auto result =
        calls::call(stage.host(), stage.process("Alice").id, std::string(row.module), std::string(row.name), wrong);
    if (result.kind != term::Evaluated::Kind::raised) return "no exception: " + stage.print(result.value);
    return result.exception_class + ":" + stage.print(result.value);
}

} // namespace

TEST_CASE("wrong arguments raise, and leave the host as it was") {
    Script script;
    Stage stage(script);
    const auto check = [&](const calls::Row& row) {
        const std::string name = fmt::format("{}:{}/{}", row.module, row.name, row.arity);
        if (takes_anything.contains(name)) return;
        CAPTURE(name);
        stage.mark();
        const std::string got = refusal(stage, row);
        if (name == "erl_ddll:load/2" || name == "erl_ddll:load_driver/2" || name == "erl_ddll:reload/2" ||
            name == "erl_ddll:reload_driver/2" || name == "erl_ddll:unload/1" || name == "erl_ddll:unload_driver/1" ||
            row.module == "lists") {
            const bool known = got == "error:badarg" || got == "error:function_clause";
            CHECK_MESSAGE(known, got);
        } else {
            CHECK(got == "error:badarg");
        }
        stage.host().run_until_idle();
        CHECK(stage.trail() == "");
    };
    for (const auto& row : calls::verbs()) check(row);
    for (const auto& row : calls::pure_functions()) check(row);
}

TEST_CASE("exit/1 gives its reason and ends the caller") {
    Script script;
    Stage stage(script);
    CHECK(stage.say("Bob", "exit({shutdown, 1})") == "exit:{shutdown,1}");
    stage.host().run_until_idle();
    CHECK_FALSE(stage.process("Bob").alive());
}

TEST_CASE("perform journals the call and what it gave") {
    Script script;
    Stage stage(script);
    const auto before = stage.journal().size();
    stage.run("hd([])");
    std::vector<std::string> lines;
    for (auto e = stage.journal().begin(before + 1); e; ++e) {
        if (const auto* called = std::get_if<journal::Called>(&e->event)) lines.emplace_back(called->text);
        if (const auto* returned = std::get_if<journal::Returned>(&e->event))
            lines.push_back(fmt::format("{} late={} {}", static_cast<int>(returned->outcome), returned->late,
                                        stage.print(term::decode(returned->term)->term)));
    }
    CHECK(lines == std::vector<std::string>{"hd([])", fmt::format("{} late=false badarg",
                                                                  static_cast<int>(journal::Outcome::raised_error))});
}

TEST_CASE("a blocked call has no value until it is resumed") {
    Script script;
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort p) { set_busy_port(p, 1); });
    CHECK(stage.run("Bob", "port_command(P, \"x\")") == "blocked");
    CHECK(stage.late("Bob") == "nothing");
    CHECK(stage.run("process_info(Bob, status)") == "{status,suspended}");
    stage.inside([](ErlDrvPort p) { set_busy_port(p, 0); });
    CHECK(stage.late("Bob") == "true");
    CHECK(stage.late("Bob") == "nothing");
}

TEST_CASE("file:read_file") {
    Script script;
    Stage stage(script);
    CHECK(stage.run("file:read_file(\"/no/such/file\")") == "{error,enoent}");
    CHECK(stage.run("file:read_file(\"/tmp\")") == "{error,eisdir}");
    CHECK(stage.run("file:read_file(foo)") == "error:badarg");
    CHECK(stage.run("file:read_file(\"/proc/self/cmdline\") =:= {ok, <<>>}") == "false");
}
