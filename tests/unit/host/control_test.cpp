/// The results of control and call, right and wrong.
#include "stage.h"

#include <doctest/doctest.h>

#include <cstring>

using namespace ddll::host::test;
using ddll::host::PointerState;

namespace {

using ControlBody = std::function<ErlDrvSSizeT(ErlDrvPort, unsigned, std::string, char**)>;
using CallBody = std::function<ErlDrvSSizeT(char**, unsigned*)>;

struct Told {
    std::string value, misuses;
    std::size_t blocks = 0, binaries = 0;
};

Told control(const ControlBody& body, const std::string& arguments = "1, []") {
    Script script;
    script.control = body;
    Stage stage(script);
    stage.open();
    Told told;
    told.value = stage.run(fmt::format("port_control(P, {})", arguments));
    told.misuses = stage.misuses();
    const auto use = stage.host().memory().used_by(stage.host().drivers().find("probe")->id);
    told.blocks = use.blocks;
    told.binaries = use.binaries;
    return told;
}

Told call(const CallBody& body, const std::string& argument = "x") {
    Script script;
    script.call = [&](ErlDrvPort, unsigned, const std::string&, char** r, unsigned* f) { return body(r, f); };
    Stage stage(script);
    stage.open();
    Told told;
    told.value = stage.run(fmt::format("erlang:port_call(P, 1, {})", argument));
    told.misuses = stage.misuses();
    told.blocks = stage.host().memory().used_by(stage.host().drivers().find("probe")->id).blocks;
    return told;
}

ErlDrvSSizeT fill(char* at, std::string_view bytes) {
    std::memcpy(at, bytes.data(), bytes.size());
    return static_cast<ErlDrvSSizeT>(bytes.size());
}

} // namespace

TEST_CASE("control: bytes in the given buffer") {
    CHECK(control([](ErlDrvPort, unsigned, const std::string&, char** r) { return fill(*r, "ab"); }).value == "\"ab\"");
    CHECK(control([](ErlDrvPort, unsigned, const std::string&, char**) { return 0; }).value == "[]");
    CHECK(control([](ErlDrvPort, unsigned, const std::string&, char**) { return -1; }).value == "error:badarg");
    CHECK(control([](ErlDrvPort, unsigned, const std::string&, char**) { return -77; }).value == "error:badarg");
    CHECK(control([](ErlDrvPort p, unsigned, const std::string&, char** r) {
              set_port_control_flags(p, PORT_CONTROL_FLAG_BINARY);
              return fill(*r, "ab");
          }).value == "<<\"ab\">>");
    const auto too_long = control([](ErlDrvPort, unsigned, const std::string&, char** r) {
        std::memset(*r, 'a', 64);
        return ErlDrvSSizeT{65};
    });
    CHECK(too_long.value == "\"" + std::string(64, 'a') + "\"");
    CHECK(too_long.misuses == "control-result-misuse");
}

TEST_CASE("control: a buffer of the driver's own") {
    const auto own = control([](ErlDrvPort, unsigned, const std::string&, char** r) {
        *r = static_cast<char*>(driver_alloc(100));
        std::memset(*r, 'b', 100);
        return ErlDrvSSizeT{100};
    });
    CHECK(own.value == "\"" + std::string(100, 'b') + "\"");
    CHECK(own.blocks == 0);
    CHECK(own.misuses == "");
    const auto overlong = control([](ErlDrvPort, unsigned, const std::string&, char** r) {
        *r = static_cast<char*>(driver_alloc(2));
        std::memset(*r, 'b', 2);
        return ErlDrvSSizeT{3};
    });
    CHECK(overlong.value == "\"bb\"");
    CHECK(overlong.misuses == "control-result-misuse");
    static char foreign[] = "static";
    const auto wild = control([](ErlDrvPort, unsigned, const std::string&, char** r) {
        *r = foreign;
        return ErlDrvSSizeT{6};
    });
    CHECK(wild.value == "[]");
    CHECK(wild.misuses == "control-result-misuse");
    CHECK(control([](ErlDrvPort, unsigned, const std::string&, char** r) {
              *r = nullptr;
              return ErlDrvSSizeT{5};
          }).value == "[]");
    const auto leaked = control([](ErlDrvPort, unsigned, const std::string&, char** r) {
        *r = static_cast<char*>(driver_alloc(2));
        return ErlDrvSSizeT{-1};
    });
    CHECK(leaked.value == "error:badarg");
    CHECK(leaked.blocks == 1); // the emulator, too, forgets it
}

TEST_CASE("control: a driver binary") {
    for (const std::size_t size : {std::size_t{5}, std::size_t{200}}) {
        const auto binary = control([size](ErlDrvPort p, unsigned, const std::string&, char** r) {
            set_port_control_flags(p, PORT_CONTROL_FLAG_BINARY);
            ErlDrvBinary* made = driver_alloc_binary(size);
            std::memset(made->orig_bytes, 'c', size);
            *r = reinterpret_cast<char*>(made);
            return ErlDrvSSizeT{1}; // its size is the binary's all the same
        });
        CHECK(binary.value == "<<\"" + std::string(size, 'c') + "\">>");
        CHECK(binary.binaries == 0);
        CHECK(binary.misuses == "");
    }
    const auto block = control([](ErlDrvPort p, unsigned, const std::string&, char** r) {
        set_port_control_flags(p, PORT_CONTROL_FLAG_BINARY);
        *r = static_cast<char*>(driver_alloc(5));
        return ErlDrvSSizeT{5};
    });
    CHECK(block.value == "[]");
    CHECK(block.misuses == "control-result-misuse");
    CHECK(control([](ErlDrvPort p, unsigned, const std::string&, char** r) {
              set_port_control_flags(p, PORT_CONTROL_FLAG_BINARY);
              *r = nullptr;
              return ErlDrvSSizeT{5};
          }).value == "[]");
}

TEST_CASE("control: its arguments") {
    unsigned command = 0;
    std::string data;
    const ControlBody keep = [&](ErlDrvPort, unsigned c, const std::string& d, char**) {
        command = c;
        data = d;
        return ErlDrvSSizeT{0};
    };
    CHECK(control(keep, "4294967295, [1, <<2, 3>> | <<4>>]").value == "[]");
    CHECK(command == 4294967295U);
    CHECK(data == std::string("\1\2\3\4"));
    for (const char* bits : {"0, <<1, 2:3>>", "0, <<1:3>>"}) {
        CAPTURE(std::string(bits));
        CHECK(control(keep, bits).value == "error:badarg");
    }
    for (const char* bad : {"4294967296, []", "-1, []", "a, []", "1, foo", "1, [256]", "1.0, []"}) {
        CAPTURE(std::string(bad));
        CHECK(control(keep, bad).value == "error:badarg");
    }
    Script script;
    script.control = nullptr;
    Stage stage(script);
    stage.open();
    CHECK(stage.run("port_control(nobody, 1, [])") == "error:badarg");
    CHECK(stage.run("erlang:port_call(P, x)") == "error:badarg"); // no call callback
}

TEST_CASE("control cuts off the bits that fill no byte, in releases that do") {
    std::string data;
    Script script;
    script.control = [&](ErlDrvPort, unsigned, const std::string& d, char**) {
        data = d;
        return ErlDrvSSizeT{0};
    };
    ddll::host::Options options;
    options.release = ddll::words::facts_of(ddll::words::Release::otp25);
    Stage stage(script, options);
    stage.open();
    CHECK(stage.run("port_control(P, 0, <<1, 2:3>>)") == "[]");
    CHECK(data == "\1");
    CHECK(stage.run("port_control(P, 0, <<1:3>>)") == "[]");
    CHECK(data.empty());
}

TEST_CASE("control that closes its port still gives its result") {
    CHECK(control([](ErlDrvPort p, unsigned, const std::string&, char** r) {
              driver_failure_eof(p);
              return fill(*r, "ok");
          }).value == "\"ok\"");
}

TEST_CASE("call: a term there and back") {
    std::string got;
    Script script;
    script.call = [&](ErlDrvPort, unsigned command, const std::string& bytes, char** r, unsigned* flags) {
        CHECK(*flags == 0);
        got = bytes;
        return command == 9 ? fill(*r, std::string_view("\x83\x61\x07", 3)) : fill(*r, bytes);
    };
    Stage stage(script);
    stage.open();
    CHECK(stage.run("erlang:port_call(P, 1, {a, [1.5], <<\"b\">>})") == "{a,[1.5],<<\"b\">>}");
    CHECK(static_cast<unsigned char>(got[0]) == 131);
    CHECK(stage.run("erlang:port_call(P, 9, x)") == "7");
    CHECK(stage.run("erlang:port_call(P, x)") == "x");
    CHECK(stage.run("erlang:port_call(P, -1, x)") == "error:badarg");
    CHECK(stage.run("erlang:port_call(P, 4294967296, x)") == "error:badarg");
}

TEST_CASE("call: wrong results") {
    CHECK(call([](char**, unsigned*) { return 0; }).value == "error:badarg");
    CHECK(call([](char**, unsigned*) { return -1; }).value == "error:badarg");
    CHECK(call([](char** r, unsigned*) { return fill(*r, std::string_view("\x82\x61\x07", 3)); }).value ==
          "error:badarg");
    CHECK(call([](char** r, unsigned*) { return fill(*r, std::string_view("\x83\x61", 2)); }).value == "error:badarg");
    CHECK(call([](char** r, unsigned*) { return fill(*r, std::string_view("\x83\x61\x07zzz", 6)); }).value == "7");
    const auto null = call([](char** r, unsigned*) {
        *r = nullptr;
        return ErlDrvSSizeT{3};
    });
    CHECK(null.value == "error:badarg");
    CHECK(null.misuses == "call-result-misuse");
    const auto overlong = call([](char** r, unsigned*) {
        fill(*r, std::string_view("\x83\x61\x07", 3));
        return ErlDrvSSizeT{256};
    });
    CHECK(overlong.value == "7");
    CHECK(overlong.misuses == "call-result-misuse");
}

TEST_CASE("call: a buffer of the driver's own, given away or kept") {
    const auto given = call([](char** r, unsigned*) {
        *r = static_cast<char*>(driver_alloc(300));
        return fill(*r, std::string_view("\x83\x61\x07", 3));
    });
    CHECK(given.value == "7");
    CHECK(given.blocks == 0);
    CHECK(given.misuses == "");
    static char kept[] = "\x83\x61\x08";
    const auto keep = call([](char** r, unsigned* flags) {
        *r = kept;
        *flags |= DRIVER_CALL_KEEP_BUFFER;
        return ErlDrvSSizeT{3};
    });
    CHECK(keep.value == "8");
    CHECK(keep.misuses == "");
    const auto wild = call([](char** r, unsigned*) {
        *r = kept;
        return ErlDrvSSizeT{3};
    });
    CHECK(wild.value == "error:badarg");
    CHECK(wild.misuses == "call-result-misuse");
}
