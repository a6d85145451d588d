/// What check says, from an audit made by hand: every format, and the schema that docs/check.md shows.
#include "report/check.h"
#include "report/job_summary.h"
#include "support/json_schema.h"
#include "support/places.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

using namespace ddll;
using Json = nlohmann::json;

namespace {

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

check::CheckFinding finding(words::Rule rule, words::Severity severity, bool confirmed) {
    check::CheckFinding out;
    out.rule = rule;
    out.severity = severity;
    out.title = "counter: <something> & \"more\"";
    out.evidence = "50%: one\nand another";
    out.confirmed = confirmed;
    out.also_static = !confirmed;
    if (confirmed) out.runs = {"loaded and unloaded"};
    return out;
}

/// A crash, an error with a place, a warning that is accepted, a note, and two runs of which one crashed.
struct Made {
    check::CheckResult checked;
    Made() {
        checked.name = "counter";
        checked.file = "build/counter.so";
        checked.against = "old/counter.so";
        checked.verdict = check::Safety::unsafe;
        checked.reasons = {{check::Ground::crashed, "counter: SIGSEGV in control"}, {check::Ground::error, "a thread"}};
        checked.findings.push_back(finding(words::Rule::driver_crashed, words::Severity::error, true));
        checked.findings.back().title = "counter: SIGSEGV in control";
        checked.findings.back().fix = "Look at line 12.";
        checked.coverage.entry = words::bit(words::Callback::control) | words::bit(words::Callback::stop);
        checked.coverage.reached = words::bit(words::Callback::control);
        checked.coverage.calls = {"port_control(P, 1, <<>>)"};
        checked.suppressions.push_back({words::Rule::fd_leak, "", "until <2.1>", "2026-12-31", {}, true, false});
        checked.findings.push_back(finding(words::Rule::thread_outlives_driver, words::Severity::error, true));
        checked.findings.back().stack = {{"counter.so", 0x10, "", ""},
                                         {"counter.so", 0x20, "go", "counter.c:42", "/home/p/src/counter.c"}};
        checked.findings.push_back(finding(words::Rule::fd_leak, words::Severity::warning, true));
        checked.findings.back().suppressed = &checked.suppressions.front();
        checked.findings.push_back(finding(words::Rule::process_exit_called, words::Severity::note, false));
        checked.looked_at = {"loaded and unloaded"};
        checked.not_looked_at = {"code that runs only with real devices"};
        for (const char* id : {"load-unload", "use"}) {
            check::CheckRun run{id, std::string("story ") + id, {}};
            run.result.verdict = scenario::Verdict::passed;
            checked.runs.push_back(std::move(run));
        }
        scenario::RunResult& dead = checked.runs.back().result;
        dead.verdict = scenario::Verdict::crashed;
        dead.death.emplace();
        dead.death->headline = "SIGSEGV in control of driver counter";
    }
    Made(const Made&) = delete;
};

const report::CheckFormatOptions plain{{}, "/home/p", "1.2"};

Json schema_of_document() {
    std::ifstream in(test::source_folder() + "/docs/check.md");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto begin = text.rfind("```json\n") + 8;
    return Json::parse(text.substr(begin, text.find("```", begin) - begin));
}

} // namespace

TEST_CASE("the JSON of check is what its page says") {
    const Made made;
    Json json = Json::parse(report::check_json(made.checked, plain));
    const test::JsonSchema schema(schema_of_document());
    CHECK(schema.violations(json) == "");
    CHECK(json["verdict"] == "UNSAFE");
    CHECK(json["findings"][0]["cure"] == "Look at line 12.");
    CHECK(json["findings"][1]["place"] == Json{{"file", "src/counter.c"}, {"line", 42}});
    CHECK(json["findings"][1]["stack"][1]["function"] == "go");
    CHECK(json["findings"][2]["suppressed"]["reason"] == "until <2.1>");
    CHECK_FALSE(json["findings"][3].contains("place"));
    CHECK(json["callbacks"]["in_entry"] == Json{"stop", "control"});
    CHECK(json["callbacks"]["reached"] == Json{"control"});
    CHECK(json["stories"][1]["death"] == "SIGSEGV in control of driver counter");
    json["more"] = 1;
    CHECK(schema.violations(json) != ""); // the schema does look
}

TEST_CASE("text: the verdict with its reason first and last, findings with reason and cure, what was accepted") {
    const Made made;
    const std::string text = report::check_text(made.checked, plain);
    const std::string verdict = "UNSAFE: counter: SIGSEGV in control (and 1 more)\n";
    CHECK(text.starts_with(verdict));
    CHECK(text.ends_with("2 errors, 0 warnings, 1 note, 1 suppressed; 0 new, 0 still there, 0 fixed\n\n" + verdict));
    CHECK(text.find("driver-crashed") < text.find("error   thread-outlives-driver  seen to happen"));
    CHECK(contains(text, "\n  cure: Look at line 12.\n"));
    CHECK(contains(text, "callbacks that nothing reached\n  - stop\n"));
    CHECK(contains(text, "  at counter.c:42 in go\n"));
    CHECK(contains(text, "  on a node: Its code leaves memory under it"));
    CHECK(contains(text, "\n  cure: Tell the thread to end and join it in finish"));
    CHECK(contains(text, "  accepted until 2026-12-31: until <2.1>\n"));
    CHECK(contains(text, "note    process-exit-called  the file says so"));
}

namespace {

/// The same, of two files: one finding is new, one is still there, one is the older file's, and one is fixed.
struct Compared : Made {
    Compared() {
        checked.findings[0].baseline = check::Baseline::fresh;
        checked.findings[1].baseline = check::Baseline::unchanged;
        checked.findings[2].baseline = check::Baseline::unchanged;
        checked.findings[2].of = check::Side::older;
        checked.findings[3].baseline = check::Baseline::fresh;
        checked.findings[3].of = check::Side::replacement;
        checked.fixed.push_back(finding(words::Rule::driver_alloc_leak, words::Severity::warning, true));
        checked.fixed.back().of = check::Side::older;
        checked.fixed.back().baseline = check::Baseline::absent;
        checked.answers.push_back({"use", "port_control(P, 1, <<>>)", "<<\"1\">>", "<<\"<2>\">>"});
    }
};

} // namespace

TEST_CASE("two files, in every format") {
    const Compared made;
    const Json json = Json::parse(report::check_json(made.checked, plain));
    CHECK(test::JsonSchema(schema_of_document()).violations(json) == "");
    CHECK(json["comparison"]["new"] == Json{"driver-crashed", "process-exit-called"});
    CHECK(json["comparison"]["still_there"] == Json{"thread-outlives-driver"});
    CHECK(json["comparison"]["fixed"][0]["rule"] == "driver-alloc-leak");
    CHECK(json["comparison"]["answers"][0]["newer"] == "<<\"<2>\">>");
    CHECK(json["findings"][2]["of"] == "older");
    CHECK(json["findings"][2]["baseline"] == "unchanged");

    const std::string text = report::check_text(made.checked, plain);
    const auto fresh = text.find("\nnew\n"), known = text.find("\nstill there\n"), fixed = text.find("\nfixed: ");
    CHECK(fresh < known);
    CHECK(known < fixed);
    CHECK(fixed < text.find("driver-alloc-leak"));
    CHECK(contains(text, "\nof the older file, which its replacement meets\n"));
    CHECK(contains(text, "; 2 new, 1 still there, 1 fixed\n"));
    CHECK(contains(text, "answers that differ\n  - port_control(P, 1, <<>>): the older one <<\"1\">>"));

    const Json results = Json::parse(report::check_sarif(made.checked, plain))["runs"][0]["results"];
    REQUIRE(results.size() == 6);
    CHECK(results[5]["ruleId"] == "answer-differs");
    CHECK(results[5]["level"] == "note");
    CHECK(contains(results[5]["message"]["text"], "port_control(P, 1, <<>>): the older one <<\"1\">>"));
    const std::vector<std::string> states = {"new", "unchanged", "unchanged", "new", "absent"};
    for (std::size_t i = 0; i < states.size(); ++i) CHECK(results[i]["baselineState"] == states[i]);

    const std::string junit = report::check_junit(made.checked, plain);
    CHECK(contains(junit, "<testcase classname=\"counter.fixed\" name=\"driver-alloc-leak (fixed)\"/>"));
    CHECK(contains(junit, "message=\"still there: counter: &lt;something&gt;"));
    const std::string github = report::check_github(made.checked, plain);
    CHECK(contains(github, "::new: counter: SIGSEGV in control"));
    CHECK(contains(github, "\nfixed: driver-alloc-leak: "));
    for (const std::string& lines : {junit, github, report::check_tap(made.checked, plain)})
        CHECK(contains(lines, "differs: port_control(P, 1, "));
    const std::string tap = report::check_tap(made.checked, plain);
    CHECK(contains(tap, "\nnot ok 1 - driver-crashed: counter: SIGSEGV in control\n"));
    CHECK(contains(tap, " - fixed: driver-alloc-leak: "));
    const std::string html = report::check_html(made.checked, plain);
    for (const char* part : {"<h3>Findings: new</h3>", "<h3>Findings: still there</h3>", "<h3>Findings: fixed</h3>",
                             "<h3>answers that differ</h3>", "; now &lt;&lt;"})
        CHECK_MESSAGE(contains(html, part), part);
    CHECK(contains(report::check_term(made.checked, plain), "still_there => ["));
}

TEST_CASE("answers that differ between releases, in every format") {
    Made made;
    made.checked.across.releases = {{words::Release::otp25, check::Safety::safe, ""},
                                    {words::Release::otp28, check::Safety::safe, ""}};
    made.checked.across.answers.push_back({"use", "port_call(P, 1, a)", {"b", "exception badarg"}});
    for (const report::CheckFormat& format : report::check_formats()) {
        const std::string text = format.write(made.checked, plain);
        CHECK_MESSAGE(contains(text, "port_call(P, 1, a)"), format.name);
        CHECK_MESSAGE(contains(text, "exception badarg"), format.name);
    }
    const Json sarif = Json::parse(report::check_sarif(made.checked, plain))["runs"][0];
    CHECK(sarif["results"].back()["message"]["text"] ==
          "differs: port_call(P, 1, a): OTP 25: b; OTP 28: exception badarg");
    CHECK(sarif["tool"]["driver"]["rules"][0]["id"] == "answer-differs");
}

TEST_CASE("TAP: errors and warnings are tests, notes are comments, an accepted one is a TODO, runs that ended are ok") {
    const Made made;
    const std::string tap = report::check_tap(made.checked, plain);
    CHECK(tap.starts_with("TAP version 14\n1..4\n"));
    CHECK(contains(tap, "\n  file: \"src/counter.c\"\n  line: 42\n"));
    CHECK(contains(tap, " # TODO accepted until 2026-12-31: until <2.1>\n"));
    CHECK(contains(tap, "\nok 4 - story load-unload\n"));
    CHECK(contains(tap, "\n# process-exit-called: "));
    CHECK_FALSE(contains(tap, "ok 5"));
}

TEST_CASE("HTML: nothing of a driver is markup, and nothing is fetched") {
    Made made;
    made.checked.findings[0].title = "<script>alert(1)</script>";
    made.checked.findings[0].evidence = "\"'><img src=x>";
    const std::string html = report::check_html(made.checked, plain);
    CHECK(html.starts_with("<!DOCTYPE html>\n"));
    CHECK(html.ends_with("</html>\n"));
    CHECK_FALSE(contains(html, "<script"));
    CHECK_FALSE(contains(html, "<img"));
    CHECK(contains(html, "default-src 'none'"));
    CHECK(contains(html, "<span class=\"badge failed\">UNSAFE</span>"));
    CHECK(contains(html, "<code>src/counter.c:42</code>"));
    CHECK(contains(html, "accepted until 2026-12-31: until &lt;2.1&gt;"));
}

TEST_CASE("term: what JSON says, for Erlang") {
    const Made made;
    const std::string term = report::check_term(made.checked, plain);
    CHECK(term.starts_with("%% coding: utf-8\n{ddlltool_check, 1, #{\n"));
    CHECK(term.ends_with("}}.\n"));
    CHECK(contains(term, "severity => error"));
}

TEST_CASE("an interrupted check says so in every format") {
    Made made;
    made.checked.interrupted = true;
    made.checked.verdict = check::Safety::unknown;
    made.checked.reasons.insert(made.checked.reasons.begin(), {check::Ground::interrupted, "it was interrupted"});
    const Json sarif = Json::parse(report::check_sarif(made.checked, plain));
    CHECK(sarif["runs"][0]["invocations"][0]["executionSuccessful"] == false);
    CHECK(contains(report::check_tap(made.checked, plain), "\nBail out! interrupted\n"));
    for (const auto& format : report::check_formats()) {
        CAPTURE(format.name);
        const std::string text = format.write(made.checked, plain);
        CHECK(contains(text, "it was interrupted"));
        CHECK(contains(text, "UNKNOWN"));
    }
}

TEST_CASE("colours do not move what stands behind them") {
    const Made made;
    report::CheckFormatOptions coloured = plain;
    coloured.style.color = true;
    std::string text = report::check_text(made.checked, coloured);
    for (auto at = text.find('\x1b'); at != text.npos; at = text.find('\x1b'))
        text.erase(at, text.find('m', at) - at + 1);
    CHECK(text == report::check_text(made.checked, plain));
}

TEST_CASE("SARIF: rules with their help, places, fingerprints that lines do not change, suppressions") {
    Made made;
    const Json run = Json::parse(report::check_sarif(made.checked, plain))["runs"][0];
    std::set<std::string> rules;
    for (const Json& rule : run["tool"]["driver"]["rules"]) {
        rules.insert(rule["id"]);
        CHECK_FALSE(rule["help"]["text"].get<std::string>().empty());
    }
    REQUIRE(run["results"].size() == 4);
    CHECK(run["results"][0]["ruleId"] == "driver-crashed");
    CHECK(run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "build/counter.so");
    CHECK(run["tool"]["driver"]["semanticVersion"] == "1.2");
    for (const Json& result : run["results"]) CHECK(rules.contains(result["ruleId"].get<std::string>()));
    CHECK(run["results"][1]["level"] == "error");
    CHECK(run["results"][1]["locations"][0]["physicalLocation"]["region"]["startLine"] == 42);
    CHECK(run["results"][2]["suppressions"][0]["justification"] == "until <2.1>");
    made.checked.findings[1].stack[1].source = "counter.c:43";
    const Json later = Json::parse(report::check_sarif(made.checked, plain))["runs"][0];
    CHECK(later["results"][1]["locations"] != run["results"][1]["locations"]);
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(later["results"][i]["partialFingerprints"] == run["results"][i]["partialFingerprints"]);
    CHECK(later["results"][1]["partialFingerprints"] != run["results"][2]["partialFingerprints"]);
}

TEST_CASE("GitHub: one annotation for each finding that counts, with line ends and percent signs escaped") {
    const Made made;
    const std::string text = report::check_github(made.checked, plain);
    CHECK(contains(text, "::error file=src/counter.c,line=42"));
    CHECK(contains(text, "50%25: one%0Aand another"));
    CHECK_FALSE(contains(text, "::warning"));
    CHECK(contains(text, "::error file=build/counter.so,title=driver-crashed::counter: SIGSEGV in control"));
}

TEST_CASE("a source outside of the project is no place to show a finding at") {
    Made made;
    made.checked.findings[1].stack[1].path = "/usr/src/counter.c";
    CHECK(contains(report::check_github(made.checked, plain),
                   "::error file=build/counter.so,title=thread-outlives-driver"));
    CHECK_FALSE(Json::parse(report::check_json(made.checked, plain))["findings"][1].contains("place"));
}

TEST_CASE("the job summary of check: verdict, deaths and findings, and no markup from outside") {
    Made made;
    made.checked.reasons.back().text = "do <not> | go";
    const std::string text = report::job_summary(made.checked, plain);
    CHECK(text.starts_with("### ddlltool check counter: UNSAFE: counter: SIGSEGV in control (and 1 more)\n"));
    CHECK(contains(text, "\n2 errors, 0 warnings, 1 note, 1 suppressed; 0 new, "));
    CHECK(contains(text, "\n- do &#60;not&#62; &#124; go\n"));
    CHECK(contains(text, "| error | driver&#45;crashed | counter&#58; SIGSEGV in control"));
    CHECK(contains(text, "| error | thread&#45;outlives&#45;driver | counter&#58; &#60;something&#62;"));
    CHECK(contains(text, " | src/counter&#46;c&#58;42 | Tell the thread to end and join it in finish"));
    CHECK(contains(text, "| accepted | fd&#45;leak |"));
}

TEST_CASE("each row of the law, in every format") {
    for (const check::LawRow& row : check::law) {
        CAPTURE(row.what);
        check::CheckResult checked;
        checked.name = "counter";
        checked.file = "build/counter.so";
        checked.verdict = row.verdict;
        // What speaks against nothing is no reason.
        const bool safe = row.verdict == check::Safety::safe;
        const std::string reason = safe ? "its own commands were not exercised" : "so it was";
        if (!safe) checked.reasons = {{row.ground, reason}};
        const std::string word = check::name(row.verdict);
        const std::string text = report::check_text(checked, plain);
        CHECK(text.starts_with(word));
        CHECK(contains(text.substr(0, text.find('\n')), reason.c_str()));
        CHECK(text.ends_with(text.substr(0, text.find('\n') + 1)));
        const Json json = Json::parse(report::check_json(checked, plain));
        CHECK(test::JsonSchema(schema_of_document()).violations(json) == "");
        CHECK(json["verdict"] == word);
        CHECK(contains(json["reason"], reason.c_str()));
        CHECK(contains(report::check_junit(checked, plain), word.c_str()));
        CHECK(contains(report::check_github(checked, plain), reason.c_str()));
        CHECK(contains(report::job_summary(checked, plain), word.c_str()));
        const bool unknown = row.verdict == check::Safety::unknown;
        CHECK(contains(report::check_junit(checked, plain), "<error type=\"UNKNOWN\"") == unknown);
        CHECK(contains(report::check_github(checked, plain), "::error") == unknown);
        const Json run = Json::parse(report::check_sarif(checked, plain))["runs"][0];
        CHECK(run["invocations"][0]["executionSuccessful"] == !unknown);
    }
}

TEST_CASE("a workload that failed: file, line, step, expected and got in every format") {
    check::CheckResult checked;
    checked.name = "counter";
    checked.file = "build/counter.so";
    check::CheckFinding failed = finding(words::Rule::workload_failed, words::Severity::error, true);
    failed.evidence = "returns: expected 6, got 5";
    failed.expectation = {{"use.json", 12, 5, ""}, 3, "returns", "6", "5", ""};
    checked.findings = {failed};
    const std::string text = report::check_text(checked, plain);
    CHECK(contains(text, "  at use.json:12, step 3\n    expected: 6\n    got: 5\n"));
    const Json json = Json::parse(report::check_json(checked, plain));
    CHECK(test::JsonSchema(schema_of_document()).violations(json) == "");
    CHECK(json["findings"][0]["place"] == Json{{"file", "use.json"}, {"line", 12}});
    CHECK(json["findings"][0]["expectation"] ==
          Json{{"what", "returns"}, {"expected", "6"}, {"got", "5"}, {"step", 3}});
    CHECK(contains(report::check_github(checked, plain), "::error file=use.json,line=12,"));
    const Json result = Json::parse(report::check_sarif(checked, plain))["runs"][0]["results"][0];
    CHECK(result["locations"][0]["physicalLocation"]["region"]["startLine"] == 12);
    CHECK(contains(report::check_junit(checked, plain), "expected 6, got 5"));
    CHECK(contains(report::job_summary(checked, plain), "use&#46;json&#58;12"));
}

TEST_CASE("a format is found by its name") {
    for (const auto& format : report::check_formats()) CHECK(report::check_format_named(format.name) == &format);
    CHECK(report::check_format_named("xml") == nullptr);
}
