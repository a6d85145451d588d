#include "journal/text.h"

#include "journal/json.h"
#include "journal/kinds.h"
#include "term/external.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace ddll;
using namespace ddll::journal;
using term::Term;

namespace {

Entry entry(Event event) {
    Entry e;
    e.seq = 12;
    e.time.ns = 250'000'000;
    e.event = event;
    return e;
}

Names names() {
    Names n;
    n.terms = [](const Term& t) -> std::optional<std::string> {
        if (t.is(Term::Kind::pid) && t.as_pid() == 1) return "Alice";
        if (t.is(Term::Kind::port) && t.as_port() == 3) return "P";
        return std::nullopt;
    };
    n.driver = [](DriverId d) { return d.value == 1 ? std::string("counter") : std::string(); };
    n.image = [](ImageId i) { return "v" + std::to_string(i.value); };
    return n;
}

std::string say(Event event) {
    return event_text(entry(event), names());
}

template <class... E>
void say_all(const std::variant<E...>*) {
    for (const auto& n : {Names{}, names()})
        for (const std::string& line : {event_text(entry(E{}), n)...}) {
            CHECK(line.size() > 3);
            CHECK(line.find('\n') == std::string::npos);
        }
}

template <class... E>
void json_of_all(const std::variant<E...>*) {
    const auto one = [](const auto& e) {
        const auto line = to_json(entry(e), names());
        const auto json = nlohmann::json::parse(line);
        CHECK(json["kind"].dump() == std::string("\"") + kind<std::decay_t<decltype(e)>>.name + "\"");
        CHECK(json["seq"] == 12);
        CHECK(line.find('\n') == std::string::npos);
    };
    (one(E{}), ...);
}

} // namespace

TEST_CASE("every kind has a line of text and of JSON") {
    say_all(static_cast<const Event*>(nullptr));
    json_of_all(static_cast<const Event*>(nullptr));
}

TEST_CASE("a line begins with number, time and thread") {
    Entry e = entry(Logged{"hello"});
    CHECK(to_text(e) == "#12 +250ms log: hello");
    e.thread = 2;
    CHECK(to_text(e) == "#12 +250ms thread 2: log: hello");
}

TEST_CASE("terms, pids and ports carry the scenario's names") {
    const std::string term = term::encode(term::make_tuple(Term::atom("data"), Term::pid(1), Term::port(3)));
    CHECK(say(Delivered{{1}, {3}, {}, term}) == "Alice receives {data,Alice,P} from P");
    CHECK(say(Returned{{1}, Outcome::value, true, term::encode(Term::atom("ok"))}) == "Alice gets at last ok");
    CHECK(say(Returned{{1}, Outcome::raised_error, false, term::encode(Term::atom("badarg"))}) ==
          "Alice gets exception error: badarg");
    CHECK(say(Returned{{1}, Outcome::blocked, false, {}}) == "Alice waits");
    CHECK(say(Called{{1}, "erl_ddll:info()"}) == "Alice calls erl_ddll:info()");
}

TEST_CASE("numbers become names when somebody knows them") {
    CHECK(say(ApiCalled{ApiFunction::driver_output, {3}, 1, -2, 0}) == "driver_output(P, 1, -2) -> 0");
    CHECK(event_text(entry(ApiCalled{ApiFunction::driver_async, {}, 1, -2, 0})) == "driver_async(1, -2) -> 0");
    CHECK(say(Entered{Callback::control, {1}, {3}, {1}, {2}, 7, "add"}) ==
          "enter control of driver counter (v2), port P, for Alice: command 7, <<\"add\">>");
    CHECK(event_text(entry(Entered{Callback::finish, {1}, {}, {}, {2}, 0, {}})) == "enter finish of driver #1");
    CHECK(say(Misused{words::Rule::double_free, ApiFunction::driver_output, {3}, "closed", {}}) ==
          "misuse double-free in driver_output, port P: closed");
    CHECK(say(DriverChanged{{1}, words::Presence::dynamic, words::Status::reload, 1, 2, 0, "counter"}) ==
          "driver counter is loaded, reload: 1 port, 2 holds, 0 loads");
    CHECK(say(Reloaded{{1}, {1}, {2}, false, true}) ==
          "driver counter reloaded: image v2 after v1; the new file runs, the old code stays in memory");
}

TEST_CASE("text of a driver stays on one line and is UTF-8") {
    CHECK(one_line("a\nb\tc\x01") == "a\\nb\\tc\\x{1}");
    CHECK(one_line("na\xc3\xafve") == "na\xc3\xafve");
    CHECK(one_line("na\xefve") == "na\xc3\xafve");
    CHECK(bytes_text("abc") == "<<\"abc\">>");
    CHECK(bytes_text(std::string(100, 'a'), 3) == "<<\"aaa\">>...");
}

TEST_CASE("a term that cannot be read is described") {
    CHECK(term_text("", false, {}) == "nothing");
    CHECK(term_text("xyz", false, {}) == "(no term: 3 bytes)");
    CHECK(term_text("xyz", true, {}) == "(a term of more than 65536 bytes)");
    Entry e = entry(Logged{"begin"});
    e.cut = true;
    CHECK(event_text(e) == "log: begin (cut at 65536 bytes)");
}

TEST_CASE("JSON has the fields of the table, without addresses") {
    const ImageOpened opened{{2}, {1}, true, false, 0x7f0000, 0x7f1000, 0xabc, "/lib/x.so", "00ff"};
    CHECK(to_json(entry(opened), names()) ==
          R"({"seq":12,"time_ns":250000000,"kind":"image_opened","image":"v2","driver":"counter","was_mapped":true,)"
          R"("differs":false,"content_hash":"0000000000000abc","path":"/lib/x.so","build_id":"00ff"})");
    CHECK(to_json(entry(Entered{Callback::output, {1}, {3}, {}, {}, 2, "\xff\x01"}), names()) ==
          R"({"seq":12,"time_ns":250000000,"kind":"entered","callback":"output","driver":"counter","port":"P","a":2,)"
          R"("data":"<<255,1>>"})");
    Entry e = entry(Misused{words::Rule::double_free, ApiFunction::none, {}, "na\xefve", {}});
    e.thread = 3;
    e.cut = true;
    CHECK(
        to_json(e) ==
        R"({"seq":12,"time_ns":250000000,"thread":3,"kind":"misused","rule":"double-free","detail":"na\u00efve","cut":true})");
}
