#include "verify/recording.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

using namespace ddll;
using namespace ddll::verify;
using term::Evaluated;
using term::Term;

namespace {

RecordedStep full_step() {
    RecordedStep step;
    scenario::StepRecord& record = step.record;
    record.why = "said";
    record.returns = {Evaluated::of(Term::atom("ok")), Evaluated::raise("badarg"),
                      Evaluated::raise(Term::integer(7), "exit"), Evaluated::blocked()};
    record.late.emplace("bob", Evaluated::of(Term::pid(84)));
    record.messages["alice"] = {{Term::binary("\xff\x00 bytes"), true, false}, {Term::port(7), false, true}};
    record.exits.emplace("carol", Term::atom("over"));
    record.driver_calls.push_back({scenario::DriverCall::Kind::callback,
                                   words::Callback::control,
                                   "control",
                                   "counter",
                                   "v1",
                                   {Term::unsigned_integer(1), Term::atom("x")},
                                   false});
    record.info = Term::nil();
    record.death = "SIGSEGV";
    step.files.push_back({"file", "it is not there"});
    return step;
}

Recording recording() {
    Recording out;
    out.facts.otp = "25";
    out.facts.erts = "13.1.5";
    out.facts.driver_interface = "3.3";
    out.facts.machine.linked_in = {"tcp_inet"};
    out.facts.machine.first_port = 6;
    out.facts.machine.open_error_preset = false;
    RecordedScenario one;
    one.file = "a.json";
    one.title = "A scenario";
    one.digest = std::string(64, 'a');
    one.steps = {full_step(), {}};
    out.scenarios.push_back(one);
    return out;
}

std::string refused(const std::string& text) {
    const auto read = read_recording("node.json", text);
    REQUIRE_FALSE(read);
    CHECK(read.error().hint == "make it anew with ddlltool verify --record FILE");
    return read.error().place.file + ": " + read.error().message;
}

// The text with the value at the pointer replaced.
std::string with(const char* pointer, nlohmann::json value) {
    auto json = nlohmann::json::parse(write_recording(recording()));
    json[nlohmann::json::json_pointer(pointer)] = std::move(value);
    return json.dump();
}

std::string without(const char* key) {
    auto json = nlohmann::json::parse(write_recording(recording()));
    json.erase(key);
    return json.dump();
}

} // namespace

TEST_CASE("a recording comes back as it was written") {
    const std::string text = write_recording(recording());
    const auto read = read_recording("node.json", text);
    REQUIRE(read);
    CHECK(write_recording(*read) == text);
    CHECK(read->facts.otp == "25");
    CHECK(read->facts.machine.release == words::Release::otp25);
    CHECK(read->facts.machine.erts_version == "13.1.5");
    CHECK(read->facts.machine.first_port == 6);
    CHECK_FALSE(read->facts.machine.open_error_preset);
    REQUIRE(read->scenarios.size() == 1);
    REQUIRE(read->scenarios[0].steps.size() == 2);
    const RecordedStep& step = read->scenarios[0].steps[0];
    REQUIRE(step.record.returns.size() == 4);
    CHECK(step.record.returns[2].exception_class == "exit");
    CHECK(step.record.returns[3].kind == Evaluated::Kind::blocked);
    CHECK(step.record.messages.at("alice")[1].by_thread);
    CHECK(step.record.driver_calls[0].callback == words::Callback::control);
    CHECK(step.record.death == "SIGSEGV");
    CHECK(step.files[0].got == "it is not there");
    CHECK_FALSE(read->scenarios[0].steps[1].record.info);
}

TEST_CASE("releases that are not known are taken for the one next to them") {
    for (const auto& [otp, release] : {std::pair("24", words::Release::otp25), {"31", words::Release::otp29}}) {
        const auto read = read_recording("node.json", with("/otp", otp));
        REQUIRE(read);
        CHECK(read->facts.machine.release == release);
    }
}

TEST_CASE("what is no recording is refused, with the place") {
    const std::string text = write_recording(recording());
    CHECK(refused("") == "node.json: is empty");
    CHECK(refused(text.substr(0, text.size() / 2)) == "node.json: is not JSON, or only a part of it");
    CHECK(refused(std::string(100, '[')) == "node.json: is not JSON, or only a part of it");
    CHECK(refused("[]") == "node.json: is not a recording of ddlltool verify");
    CHECK(refused(R"({"ddlltool": {"report": 1}})") == "node.json: is not a recording of ddlltool verify");
    CHECK(refused(with("/ddlltool_recording", 2)) ==
          "node.json /ddlltool_recording: is a recording of version 2; this ddlltool reads version 1");
    CHECK(refused(without("otp")) == "node.json /otp: is missing");
    CHECK(refused(with("/otp", 25)) == "node.json /otp: has another type than it must have");
    CHECK(refused(with("/first_port", 0)) == "node.json /first_port: is not the number of a port");
    CHECK(refused(with("/linked_in/0", 1)) == "node.json /linked_in/0: is not a text");
    CHECK(refused(with("/scenarios/0/sha256", nullptr)) ==
          "node.json /scenarios/0/sha256: has another type than it must have");
    CHECK(refused(with("/scenarios/0", "a.json")) == "node.json /scenarios/0/file: is missing");
    CHECK(refused(with("/scenarios/0/steps/1", "?")) == "node.json /scenarios/0/steps/1: is not base64");
    CHECK(refused(with("/scenarios/0/steps/1", "AAAA")) ==
          "node.json /scenarios/0/steps/1: is not a term in external format");
    CHECK(refused(with("/scenarios/0/steps/1", "g2oA")) == // more than a term
          "node.json /scenarios/0/steps/1: is not a term in external format");
    CHECK(refused(with("/scenarios/0/steps/1", "g2o=")) == // []
          "node.json /scenarios/0/steps/1: is not what a node shows in a step");
    CHECK(refused(with("/scenarios/0/steps/0/files/0", 1)) ==
          "node.json /scenarios/0/steps/0/files/0/what: is missing");
}
