/// What reaches the owner: modes, headers, lines, parts of binaries; busy ports.
#include "stage.h"

#include <doctest/doctest.h>

#include <cstring>

using namespace ddll::host::test;

namespace {

void put(ErlDrvPort port, std::string bytes) {
    CHECK(driver_output(port, bytes.data(), bytes.size()) == 0);
}

std::string shown_after(Stage& stage, const std::string& settings, const std::function<void(ErlDrvPort)>& body) {
    stage.open(settings);
    stage.inside(body);
    std::string heard = stage.heard("Alice");
    stage.run("port_close(P)");
    stage.heard("Alice");
    return heard;
}

} // namespace

TEST_CASE("list and binary mode, with and without a header") {
    Script script;
    Stage stage(script);
    const auto plain = [](ErlDrvPort p) { put(p, "abc"); };
    CHECK(shown_after(stage, "[]", plain) == "{P,{data,\"abc\"}}");
    CHECK(shown_after(stage, "[binary]", plain) == "{P,{data,<<\"abc\">>}}");
    const auto empty = [](ErlDrvPort p) { put(p, ""); };
    CHECK(shown_after(stage, "[]", empty) == "{P,{data,[]}}");
    CHECK(shown_after(stage, "[binary]", empty) == "{P,{data,<<>>}}");
    const auto header = [](ErlDrvPort p) {
        char h[] = {1, 2}, data[] = "ab";
        CHECK(driver_output2(p, h, 2, data, 2) == 0);
        CHECK(driver_output2(p, h, 2, nullptr, 0) == 0);
    };
    CHECK(shown_after(stage, "[]", header) == "{P,{data,[1,2,97,98]}} {P,{data,[1,2]}}");
    CHECK(shown_after(stage, "[binary]", header) == "{P,{data,[1,2|<<\"ab\">>]}} {P,{data,[1,2]}}");
}

TEST_CASE("parts of a driver binary, checked against its bounds") {
    Script script;
    Stage stage(script);
    const auto body = [](ErlDrvPort p) {
        ErlDrvBinary* binary = driver_alloc_binary(100);
        std::memset(binary->orig_bytes, 'x', 100);
        char header[] = {7};
        CHECK(driver_output_binary(p, header, 1, binary, 98, 2) == 0);
        CHECK(driver_output_binary(p, nullptr, 0, binary, 0, 65) == 0);
        CHECK(driver_binary_get_refc(binary) == 2); // more than 64 bytes are shared
        CHECK(driver_output_binary(p, nullptr, 0, binary, 99, 2) == -1);
        CHECK(driver_output_binary(p, nullptr, 0, binary, static_cast<ErlDrvSizeT>(-1), 2) == -1);
        driver_free_binary(binary);
    };
    CHECK(shown_after(stage, "[binary]", body) ==
          "{P,{data,[7|<<\"xx\">>]}} {P,{data,<<\"" + std::string(65, 'x') + "\">>}}");
    CHECK(stage.misuses() == "binary-out-of-bounds binary-out-of-bounds");
    CHECK(stage.host().memory().used_by({}).binaries == 0);
}

TEST_CASE("lines") {
    struct Row {
        const char* settings;
        std::vector<const char*> outputs;
        const char* heard;
    };
    const Row rows[] = {
        {"[{line, 4}]", {"ab\n"}, "{P,{data,{eol,\"ab\"}}}"},
        {"[{line, 4}]", {"a", "b", "\n"}, "{P,{data,{eol,\"ab\"}}}"},
        {"[{line, 4}]", {"abcd"}, ""}, // exactly full: the next byte decides
        {"[{line, 4}]", {"abcd", "\n"}, "{P,{data,{eol,\"abcd\"}}}"},
        {"[{line, 4}]", {"abcd", "e"}, "{P,{data,{noeol,\"abcd\"}}}"},
        {"[{line, 4}]",
         {"abcdefghij\n"},
         "{P,{data,{noeol,\"abcd\"}}} {P,{data,{noeol,\"efgh\"}}} {P,{data,{eol,\"ij\"}}}"},
        {"[{line, 4}]", {"\n\n"}, "{P,{data,{eol,[]}}} {P,{data,{eol,[]}}}"},
        {"[{line, 4}]", {"i\r\n"}, "{P,{data,{eol,\"i\"}}}"},
        {"[{line, 4}]", {"i\rj\n"}, "{P,{data,{eol,\"i\\rj\"}}}"},
        {"[{line, 4}, binary]", {"ab\n"}, "{P,{data,{eol,<<\"ab\">>}}}"},
        {"[{line, 4}]", {"ab"}, ""},
    };
    for (const Row& row : rows) {
        Script script;
        Stage stage(script);
        CAPTURE(std::string(row.outputs.front()));
        CHECK(shown_after(stage, row.settings, [&](ErlDrvPort p) {
                  for (const char* text : row.outputs) put(p, text);
              }) == row.heard);
    }
}

TEST_CASE("an unfinished line is given up only at the end of the file") {
    Script script;
    Stage stage(script);
    stage.open("[{line, 4}, eof]");
    stage.inside([](ErlDrvPort p) {
        put(p, "ab");
        driver_failure_eof(p);
    });
    CHECK(stage.heard("Alice") == "{P,{data,{noeol,\"ab\"}}} {P,eof}");
    CHECK(stage.run("port_info(P, name)") == "{name,\"probe\"}"); // with eof it stays open
    stage.inside([](ErlDrvPort p) { put(p, "cd"); });
    stage.run("port_close(P)");
    CHECK(stage.heard("Alice") == "{'EXIT',P,normal}");
}

TEST_CASE("counters and items of port_info") {
    Script script;
    script.output = [](ErlDrvPort p, const std::string& bytes) { put(p, bytes + bytes); };
    Stage stage(script);
    stage.open("[{parallelism, true}]");
    stage.run("port_command(P, \"abc\")");
    stage.run("port_command(P, [])");
    CHECK(stage.run("port_info(P, output)") == "{output,3}");
    CHECK(stage.run("port_info(P, input)") == "{input,6}");
    CHECK(stage.run("[K || {K, _} <- port_info(P)]") == "[name,links,id,connected,input,output,os_pid]");
    stage.run("register(p, P)");
    CHECK(stage.run("hd(port_info(P))") == "{registered_name,p}");
    CHECK(stage.run("port_info(P, os_pid)") == "{os_pid,undefined}");
    stage.inside([](ErlDrvPort p) { erl_drv_set_os_pid(p, 42); });
    CHECK(stage.run("port_info(P, os_pid)") == "{os_pid,42}");
    CHECK(stage.run("port_info(P, parallelism)") == "{parallelism,true}");
    CHECK(stage.run("port_info(P, locking)") == "{locking,driver_level}");
    CHECK(stage.run("port_info(P, monitors)") == "{monitors,[]}");
    stage.let("R", "monitor(port, P)");
    CHECK(stage.run("port_info(P, monitored_by)") == "{monitored_by,[Alice]}");
    CHECK(stage.run("port_info(P, nothing)") == "error:badarg");
    CHECK(stage.run("port_info(nobody, name)") == "undefined");
    CHECK(stage.run("port_get_data(P)") == "undefined");
    CHECK(stage.run("port_set_data(P, {a, [1]})") == "true");
    CHECK(stage.run("port_get_data(P)") == "{a,[1]}");
    stage.run("port_close(P)");
    CHECK(stage.run("port_info(P, name)") == "undefined");
    CHECK(stage.run("port_info(P, nothing)") == "undefined");
    CHECK(stage.run("port_set_data(P, 1)") == "error:badarg");
    CHECK(stage.run("port_get_data(P)") == "error:badarg");
}

TEST_CASE("bad data is an error of the caller, and logged") {
    Script script;
    script.output = [](ErlDrvPort, const std::string&) {};
    Stage stage(script);
    stage.open();
    for (const char* bad : {"foo", "[256]", "[a]", "<<1:11>>", "7"}) {
        CAPTURE(std::string(bad));
        CHECK(stage.run(fmt::format("port_command(P, {})", bad)) == "error:badarg");
    }
    CHECK(stage.trail() == "");
    int logged = 0;
    for (const auto& entry : stage.journal())
        if (const auto* log = std::get_if<ddll::journal::Logged>(&entry.event))
            logged += log->text == "Bad value on output port 'probe'" ? 1 : 0;
    CHECK(logged == 5);
}

TEST_CASE("busy: who commands waits, and the first to wait is served last") {
    Script script;
    std::string seen;
    script.output = [&](ErlDrvPort, const std::string& bytes) { seen += bytes; };
    Stage stage(script);
    stage.person("Carl");
    stage.person("Dora");
    stage.open();
    stage.inside([](ErlDrvPort p) { set_busy_port(p, 1); });
    CHECK(stage.run("port_command(P, \"x\", [nosuspend])") == "false");
    CHECK(stage.run("erlang:send(P, {Alice, {command, \"x\"}}, [nosuspend])") == "nosuspend");
    CHECK(stage.run("port_command(P, \"x\", [force])") == "error:notsup");
    CHECK(stage.run("port_command(P, \"x\", [wrong])") == "error:badarg");
    CHECK(stage.run("port_control(P, 0, [])") == "[]");
    CHECK(stage.run("Bob", "port_command(P, \"b\")") == "blocked");
    CHECK(stage.run("Carl", "P ! {Alice, {command, \"c\"}}") == "blocked");
    CHECK(stage.run("Dora", "port_command(P, \"d\")") == "blocked");
    CHECK(seen.empty());
    stage.mark();
    stage.inside([](ErlDrvPort p) { set_busy_port(p, 0); });
    CHECK(seen == "cdb");
    CHECK(stage.late("Bob") == "true");
    CHECK(stage.late("Carl") == "{Alice,{command,\"c\"}}");
    CHECK(stage.late("Dora") == "true");
}

TEST_CASE("busy again while others still wait: they go on waiting") {
    Script script;
    std::string seen;
    script.output = [&](ErlDrvPort p, const std::string& bytes) {
        seen += bytes;
        set_busy_port(p, 1);
    };
    Stage stage(script);
    stage.person("Carl");
    stage.open();
    stage.inside([](ErlDrvPort p) { set_busy_port(p, 1); });
    stage.run("Bob", "port_command(P, \"b\")");
    stage.run("Carl", "port_command(P, \"c\")");
    stage.inside([](ErlDrvPort p) { set_busy_port(p, 0); });
    CHECK(seen == "c");
    CHECK(stage.late("Carl") == "true");
    CHECK(stage.late("Bob") == "nothing");
    stage.inside([](ErlDrvPort p) { set_busy_port(p, 0); });
    CHECK(seen == "cb");
    CHECK(stage.late("Bob") == "true");
}

TEST_CASE("a port that closes lets those who wait go") {
    Script script;
    script.output = [](ErlDrvPort, const std::string&) { CHECK(false); };
    Stage stage(script);
    stage.person("Carl");
    stage.open();
    stage.inside([](ErlDrvPort p) { set_busy_port(p, 1); });
    stage.run("Bob", "port_command(P, \"b\")");
    stage.run("Carl", "P ! {Alice, {command, \"c\"}}");
    CHECK(stage.run("port_close(P)") == "true");
    CHECK(stage.late("Bob") == "error:badarg");
    CHECK(stage.late("Carl") == "{Alice,{command,\"c\"}}");
}

TEST_CASE("force goes through where the driver allows it") {
    Script script;
    script.flags = ERL_DRV_FLAG_SOFT_BUSY;
    std::string seen;
    script.output = [&](ErlDrvPort, const std::string& bytes) { seen += bytes; };
    Stage stage(script);
    stage.open();
    stage.inside([](ErlDrvPort p) { set_busy_port(p, 1); });
    CHECK(stage.run("port_command(P, \"x\", [force])") == "true");
    CHECK(stage.run("port_command(P, \"y\", [force, nosuspend])") == "true");
    CHECK(stage.run("port_command(P, \"z\", [nosuspend])") == "false");
    CHECK(seen == "xy");
}

TEST_CASE("a command that closes the port is still a success") {
    Script script;
    script.output = [](ErlDrvPort p, const std::string&) { driver_failure_eof(p); };
    Stage stage(script);
    stage.open();
    CHECK(stage.run("port_command(P, \"x\")") == "true");
    CHECK(stage.run("ports()") == "[]");
}
