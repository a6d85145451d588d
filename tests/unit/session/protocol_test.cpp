#include "session/protocol.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace ddll;
using namespace ddll::session;
using Json = nlohmann::json;

TEST_CASE("a request comes back from its JSON as it was") {
    Request r;
    r.kind = Request::Kind::install;
    r.by = "alice";
    r.trap_exit = r.starts = r.wait = r.keep = true;
    r.call = "self()";
    r.pattern = "P";
    r.file = "/a/b.so";
    r.into = "/c";
    r.as = "d";
    r.how = scenario::InstallHow::overwrite;
    r.by_how_much = Duration{5};
    r.await = Duration{6};
    r.driver = "counter";
    r.events = 7;
    r.limit = std::chrono::milliseconds(8);
    const auto back = request_from(to_json(r));
    REQUIRE(back);
    CHECK(to_json(*back) == to_json(r));
    CHECK(back->kind == r.kind);
    CHECK(back->how == r.how);
    CHECK(back->wait);
    CHECK(back->limit == r.limit);
}

TEST_CASE("every kind of request has a name of its own") {
    using Kind = Request::Kind;
    for (const Kind kind : {Kind::call, Kind::install, Kind::advance, Kind::spawn, Kind::receive, Kind::status,
                            Kind::why, Kind::log, Kind::exported, Kind::stop}) {
        Request r;
        r.kind = kind;
        const auto back = request_from(to_json(r));
        REQUIRE(back);
        CHECK(back->kind == kind);
    }
}

TEST_CASE("another protocol is refused with a word about what to do") {
    const auto got = request_from(Json{{"ddlltool", protocol_version + 1}, {"do", "status"}});
    REQUIRE(!got);
    CHECK(got.error().message.find("another protocol") != std::string::npos);
    CHECK(got.error().hint.find("session stop") != std::string::npos);
}

TEST_CASE("what is no request is an error and nothing worse") {
    for (const char* text :
         {"[]", "7", "null", "{}", R"({"ddlltool":1})", R"({"ddlltool":1,"do":7})", R"({"ddlltool":1,"do":"dance"})",
          R"({"ddlltool":1,"do":"call","by":[]})", R"({"ddlltool":1,"do":"install","how":9})",
          R"({"ddlltool":1,"do":"install","how":-1})", R"({"ddlltool":1,"do":"advance","advance":-1})",
          R"({"ddlltool":1,"do":"advance","await":9223372036854775807})",
          R"({"ddlltool":1,"do":"status","limit_ms":0})",
          R"({"ddlltool":1,"do":"status","limit_ms":9223372036854775807})"})
        CHECK_MESSAGE(!request_from(Json::parse(text)), text);
}

TEST_CASE("an order comes back from its JSON as it was") {
    Order o;
    o.index = 3;
    o.paths = {{"Dir", "/a"}};
    o.processes = {{"alice", "Alice", true}};
    o.by = "alice";
    o.call = "self()";
    o.pattern = "P";
    o.await = Duration{4};
    o.installed = "/a/b.so";
    o.version = "v1";
    o.how = words::InstallHow::overwrite;
    CHECK(to_json(order_from(to_json(o))) == to_json(o));
    CHECK(!order_from(to_json(o)).advance);
    o.advance = Duration{0};
    REQUIRE(order_from(to_json(o)).advance);
    CHECK(order_from(to_json(o)).advance->ns == 0);
}
