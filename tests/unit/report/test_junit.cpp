#include "made_up.h"
#include "report/formats.h"

using namespace made_up;

TEST_CASE("a test case for each scenario, failure and error told apart") {
    report::Run run = one(reload_scenario(true));
    run.results.push_back(failed_scenario());
    run.results.push_back(crashed_scenario());
    RunResult skipped;
    skipped.file = "later.json";
    skipped.verdict = Verdict::skipped;
    skipped.skipped.why = "interrupted";
    run.results.push_back(skipped);
    const std::string xml = report::write_junit(run, {});
    CHECK(contains(
        xml, "<testsuite name=\"ddlltool\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\">\n"
             "    <testcase name=\"A reload waits for bob's port\" classname=\"story.json\" file=\"story.json\">\n"
             "    </testcase>\n"));
    CHECK(contains(
        xml, "<failure type=\"failed\" message=\"returns: expected {error, not_loaded}, got {error, permanent}\">"));
    CHECK(contains(xml, "<error type=\"crashed\" message=\"SIGSEGV (address 0x8 is not mapped) in callback control of "
                        "driver counter\">"));
    CHECK(contains(xml, "<skipped message=\"interrupted\"/>"));
    CHECK(xml.ends_with("</testsuites>\n"));
}

TEST_CASE("markup, control characters and broken bytes cannot break the document") {
    auto result = failed_scenario();
    result.title = "a<b & \"c\"\n]]>";
    result.output = std::string("\x00\x1b[0m\xff <x/> \xEF\xBF\xBF", 16);
    const std::string xml = report::write_junit(one(result), {});
    CHECK(contains(xml, "name=\"a&lt;b &amp; &quot;c&quot;&#10;]]&gt;\""));
    CHECK(contains(xml, "<system-out>\\x00\\x1b[0m\\xff &lt;x/&gt; \xEF\xBF\xBD"));
    for (const char c : xml) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
}
