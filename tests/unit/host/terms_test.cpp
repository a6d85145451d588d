/// Term descriptions, one row for each rule, and who receives them.
#include "host/ports/term_spec.h"
#include "stage.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

using namespace ddll;
using namespace ddll::host;
using namespace ddll::host::test;

namespace {

using Words = std::vector<ErlDrvTermData>;

ErlDrvTermData word(const void* pointer) {
    return reinterpret_cast<ErlDrvTermData>(pointer);
}

const char text[] = "abc";
const double number = 1.5, not_a_number = std::numeric_limits<double>::quiet_NaN(), infinite = INFINITY;
const std::int64_t least = INT64_MIN;
const std::uint64_t greatest = UINT64_MAX;
const char external[] = "\x83\x61\x07zz";

constexpr ErlDrvTermData n1 = static_cast<ErlDrvTermData>(-1);

} // namespace

TEST_CASE("descriptions and their terms") {
    Script script;
    Stage stage(script);
    Host& host = stage.host();
    const ErlDrvTermData ok = host.atoms().word("ok");
    struct Row {
        Words words;
        const char* term;
    };
    const std::vector<Row> rows = {
        {{ERL_DRV_NIL}, "[]"},
        {{ERL_DRV_ATOM, ok}, "ok"},
        {{ERL_DRV_ATOM, 7}, nullptr},
        {{ERL_DRV_ATOM}, nullptr},
        {{ERL_DRV_INT, n1}, "-1"},
        {{ERL_DRV_UINT, n1}, "18446744073709551615"},
        {{ERL_DRV_INT64, word(&least)}, "-9223372036854775808"},
        {{ERL_DRV_UINT64, word(&greatest)}, "18446744073709551615"},
        {{ERL_DRV_INT64, 0}, nullptr},
        {{ERL_DRV_FLOAT, word(&number)}, "1.5"},
        {{ERL_DRV_FLOAT, word(&not_a_number)}, nullptr},
        {{ERL_DRV_FLOAT, word(&infinite)}, nullptr},
        {{ERL_DRV_PID, word_of(ProcessId{stage.process("Alice").id})}, "Alice"},
        {{ERL_DRV_PID, ok}, nullptr},
        {{ERL_DRV_PORT, word_of(PortId{5})}, "#Port<0.5>"},
        {{ERL_DRV_PORT, word_of(ProcessId{5})}, nullptr},
        {{ERL_DRV_STRING, word(text), 3}, "\"abc\""},
        {{ERL_DRV_STRING, word(text), 0}, "[]"},
        {{ERL_DRV_STRING, 0, 0}, nullptr},
        {{ERL_DRV_STRING, word(text), n1}, nullptr},
        {{ERL_DRV_BUF2BINARY, word(text), 2}, "<<\"ab\">>"},
        {{ERL_DRV_BUF2BINARY, 0, 0}, "<<>>"},
        {{ERL_DRV_BUF2BINARY, 0, 1}, nullptr},
        {{ERL_DRV_EXT2TERM, word(external), 3}, "7"},
        {{ERL_DRV_EXT2TERM, word(external), 5}, "7"},
        {{ERL_DRV_EXT2TERM, word(external), 2}, nullptr},
        {{ERL_DRV_EXT2TERM, word(external), 0}, nullptr},
        {{ERL_DRV_EXT2TERM, 0, 3}, nullptr},
        {{ERL_DRV_TUPLE, 0}, "{}"},
        {{ERL_DRV_INT, 1, ERL_DRV_INT, 2, ERL_DRV_TUPLE, 2}, "{1,2}"},
        {{ERL_DRV_INT, 1, ERL_DRV_TUPLE, 2}, nullptr},
        {{ERL_DRV_INT, 1, ERL_DRV_INT, 2, ERL_DRV_NIL, ERL_DRV_LIST, 3}, "[1,2]"},
        {{ERL_DRV_INT, 1, ERL_DRV_INT, 2, ERL_DRV_LIST, 2}, "[1|2]"},
        {{ERL_DRV_NIL, ERL_DRV_LIST, 1}, "[]"},
        {{ERL_DRV_NIL, ERL_DRV_LIST, 0}, nullptr},
        {{ERL_DRV_NIL, ERL_DRV_LIST, n1}, nullptr},
        {{ERL_DRV_INT, 1, ERL_DRV_LIST, 2}, nullptr},
        {{ERL_DRV_NIL, ERL_DRV_STRING_CONS, word(text), 2}, "\"ab\""},
        {{ERL_DRV_INT, 7, ERL_DRV_STRING_CONS, word(text), 1}, "[97|7]"},
        {{ERL_DRV_STRING_CONS, word(text), 2}, nullptr},
        {{ERL_DRV_MAP, 0}, "#{}"},
        {{ERL_DRV_INT, 1, ERL_DRV_ATOM, ok, ERL_DRV_INT, 0, ERL_DRV_NIL, ERL_DRV_MAP, 2}, "#{0 => [],1 => ok}"},
        {{ERL_DRV_INT, 1, ERL_DRV_ATOM, ok, ERL_DRV_INT, 1, ERL_DRV_NIL, ERL_DRV_MAP, 2}, nullptr},
        {{ERL_DRV_INT, 1, ERL_DRV_MAP, 1}, nullptr},
        {{ERL_DRV_INT, 1, ERL_DRV_INT, 2}, nullptr}, // two terms
        {{0}, nullptr},
        {{18}, nullptr},
        {{n1}, nullptr},
        {{ERL_DRV_INT}, nullptr},
        {{ERL_DRV_BINARY, 0, 0, 0}, nullptr},
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CAPTURE(i);
        const auto term = read_term_spec(host, rows[i].words.data(), static_cast<int>(rows[i].words.size()));
        CHECK(term.has_value() == (rows[i].term != nullptr));
        if (term && rows[i].term != nullptr) CHECK(stage.print(*term) == rows[i].term);
    }
    CHECK_FALSE(read_term_spec(host, rows[0].words.data(), 0).has_value());
    CHECK_FALSE(read_term_spec(host, rows[0].words.data(), -1).has_value());
    CHECK_FALSE(read_term_spec(host, nullptr, 1).has_value());
}

TEST_CASE("binaries in a description: copied when small, shared when large, put back on failure") {
    Script script;
    Stage stage(script);
    DriverMemory& memory = stage.host().memory();
    ErlDrvBinary* binary = memory.allocate_binary(100, {});
    std::memset(binary->orig_bytes, 'b', 100);
    const auto read = [&](ErlDrvTermData size, ErlDrvTermData offset, bool broken = false) {
        Words words = {ERL_DRV_BINARY, word(binary), size, offset};
        if (broken) words.push_back(0);
        return read_term_spec(stage.host(), words.data(), static_cast<int>(words.size()));
    };
    CHECK(read(64, 36)->as_bits().size == 64);
    CHECK(memory.references(binary) == 1);
    {
        const auto term = read(65, 35);
        REQUIRE(term.has_value());
        CHECK(memory.references(binary) == 2);
        CHECK(term->as_bits().data == reinterpret_cast<const std::uint8_t*>(binary->orig_bytes + 35));
    }
    CHECK(memory.references(binary) == 1);
    CHECK_FALSE(read(65, 36).has_value());
    CHECK_FALSE(read(n1, 1).has_value());
    CHECK_FALSE(read(65, 35, true).has_value());
    CHECK(memory.references(binary) == 1);
    memory.drop_reference(binary);
}

TEST_CASE("to the owner, to others, to nobody") {
    Script script;
    Stage stage(script);
    stage.open();
    const auto bob = word_of(stage.process("Bob").id);
    stage.inside([&](ErlDrvPort p) {
        const ErlDrvTermData port = driver_mk_port(p);
        char name[] = "hello";
        ErlDrvTermData good[] = {ERL_DRV_PORT, port, ERL_DRV_ATOM, driver_mk_atom(name), ERL_DRV_TUPLE, 2};
        ErlDrvTermData bad[] = {ERL_DRV_TUPLE, 2};
        CHECK(erl_drv_output_term(port, good, 6) == 1);
        CHECK(erl_drv_send_term(port, bob, good, 6) == 1);
        CHECK(erl_drv_send_term(port, word_of(ProcessId{9999}), good, 6) == 0);
        CHECK(erl_drv_send_term(port, good[3], good, 6) == 0); // an atom is no receiver
        CHECK(erl_drv_output_term(port, bad, 2) == -1);
        CHECK(erl_drv_send_term(port, word_of(ProcessId{9999}), bad, 2) == -1); // looked at before the receiver
        CHECK(erl_drv_output_term(bob, good, 6) == -1);                         // no port
        CHECK(driver_caller(p) == word_of(stage.process("Alice").id));
        CHECK(driver_connected(p) == word_of(stage.process("Alice").id));
        CHECK(driver_mk_term_nil() == driver_term_nil);
    });
    CHECK(stage.heard("Alice") == "{P,hello}");
    CHECK(stage.heard("Bob") == "{P,hello}");
    CHECK(stage.misuses() == "malformed-term malformed-term");
}

TEST_CASE("a port made by the driver") {
    Script script;
    Stage stage(script);
    stage.open();
    stage.heard("Alice");
    ErlDrvPort made = nullptr;
    stage.inside([&](ErlDrvPort p) {
        char name[] = "child of probe";
        made = driver_create_port(p, word_of(stage.process("Bob").id), name, reinterpret_cast<ErlDrvData>(p));
        CHECK(made != reinterpret_cast<ErlDrvPort>(-1));
        CHECK(driver_create_port(p, word_of(ProcessId{9999}), name, nullptr) == reinterpret_cast<ErlDrvPort>(-1));
        char data[] = "hi";
        CHECK(driver_output(made, data, 2) == 0);
    });
    CHECK(stage.let("Q", "lists:last(ports())") == "Q");
    CHECK(stage.heard("Bob") == "{Q,{data,\"hi\"}}");
    CHECK(stage.run("port_info(Q, name)") == "{name,\"child of probe\"}");
    CHECK(stage.run("port_info(Q, links)") == "{links,[Bob]}");
    stage.run("port_close(Q)");
    CHECK(stage.heard("Bob") == "{'EXIT',Q,normal}");
}
