#include "made_up.h"
#include "report/formats.h"

#include <filesystem>
#include <fstream>

using namespace made_up;

namespace {

std::string report_of(const std::string& source, std::vector<Error> mistakes) {
    const auto path = std::filesystem::temp_directory_path() / "ddlltool-test-mistakes.json";
    std::ofstream(path, std::ios::binary) << source;
    RunResult result;
    result.file = path.string();
    result.verdict = Verdict::unusable;
    for (auto& mistake : mistakes) mistake.place.file = path.string();
    result.mistakes = std::move(mistakes);
    std::string text = report::write_text(one(result), {});
    std::filesystem::remove(path);
    // The name of the temporary folder is of no interest.
    for (auto at = text.find(path.string()); at != std::string::npos; at = text.find(path.string(), at))
        text.replace(at, path.string().size(), "F");
    return text;
}

Error mistake(std::string message, std::string hint, int line, int column, std::string pointer = {}) {
    Error e = error(std::move(message), std::move(hint));
    e.place.line = line;
    e.place.column = column;
    e.place.pointer = std::move(pointer);
    return e;
}

} // namespace

TEST_CASE("every mistake has its source line and a caret") {
    const std::string text =
        report_of("{\n  \"sceario\": 1,\n\t\"title\": 7\n}\n",
                  {mistake("unknown key \"sceario\"", "did you mean \"scenario\"?", 2, 3, "/sceario"),
                   mistake("title must be a text", "", 3, 11)});
    CHECK(text == "F\n\n"
                  "F:2:3: unknown key \"sceario\" (did you mean \"scenario\"?) [/sceario]\n"
                  "      \"sceario\": 1,\n"
                  "      ^\n"
                  "F:3:11: title must be a text\n"
                  "     \"title\": 7\n"
                  "              ^\n\n"
                  "0 passed, 0 failed, 1 unusable\n");
}

TEST_CASE("of a very long line only the part around the mistake is shown") {
    const std::string text =
        report_of(std::string(5000, 'a') + "!" + std::string(5000, 'b'), {mistake("no", "", 1, 5001)});
    CHECK(contains(text, "    ..." + std::string(50, 'a') + "!" + std::string(49, 'b') + "...\n    " +
                             std::string(53, ' ') + "^\n"));
}

TEST_CASE("places outside the file do no harm") {
    CHECK(contains(report_of("{}", {mistake("unexpected end", "", 9, 4)}), "F:9:4: unexpected end\n"));
    CHECK(contains(report_of("", {mistake("empty", "", 1, 1)}), "F:1:1: empty\n"));
    CHECK(contains(report_of("{}", {mistake("beyond", "", 1, 80)}), "    {}\n      ^\n"));
    CHECK(contains(report_of("x", {mistake("nowhere", "", 0, 0)}), "F: nowhere\n"));
}

TEST_CASE("bytes that are no text are shown as numbers, with the caret where it belongs") {
    CHECK(contains(report_of("\xff\x01?", {mistake("what", "", 1, 3)}), "    \\xff\\x01?\n            ^\n"));
}
