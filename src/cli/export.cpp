/// `ddlltool export`: scenarios as a suite of Common Test or EUnit, for a real node and without ddlltool.
#include "base/text.h"
#include "cli/choices.h"
#include "cli/commands.h"
#include "cli/select.h"
#include "scenario/reader.h"
#include "verify/suite.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace ddll::cli {

namespace fs = std::filesystem;

namespace {

constexpr const char* examples =
    R"(examples:
  ddlltool export --ct stories --into test         test/stories_SUITE.erl, to be run by ct_run or rebar3 ct
  ddlltool export --eunit use.json --into test     test/use_tests.erl, to be run by rebar3 eunit
  ddlltool export --ct stories --into test --name counter

A case for each scenario: its calls are made by real processes on the node that runs the tests, and returns,
exceptions, messages and exits are compared. Callbacks, findings and what else only ddlltool can see are not. A story
that such a node cannot play is skipped, and says why. The driver files are copied to NAME_SUITE_data or
NAME_tests_data, and what plays the stories lies beside them: the tests need no ddlltool. Files made by an earlier
export are made anew; any other is left alone, and nothing is written.

exit codes: 0 all was written, 2 wrong usage, 3 a file cannot be used or written.)";

/// What an earlier export has made, or nothing.
bool may_write(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string first;
    return !fs::exists(path) || (std::getline(in, first) && first == verify::suite_mark);
}

/// Empty, or why not.
std::string write(const fs::path& path, const verify::SuiteFile& file) {
    std::error_code code;
    fs::create_directories(path.parent_path(), code);
    if (!code && !file.copy_of.empty()) {
        fs::copy_file(file.copy_of, path, fs::copy_options::overwrite_existing, code);
    } else if (!code) {
        std::ofstream out(path, std::ios::binary | std::ios::trunc);
        out << file.text;
        out.close();
        if (!out) return "cannot be written";
    }
    return code ? fmt::format("cannot be written: {}", code.message()) : "";
}

/// The beginning of a module's name, from a file or folder.
std::string module_name(const std::string& input) {
    fs::path path = fs::path(input).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    std::string name;
    for (const char c : path.stem().string()) {
        name += is_word(c) ? to_lower(c) : '_';
    }
    return name.empty() || !is_lower(name.front()) ? "stories_" + name : name;
}

bool is_module_name(const std::string& name) {
    return !name.empty() && name == module_name(name);
}

struct ExportParser final : Parser {
    std::vector<std::string> inputs, driver_path;
    std::string into, name;
    bool common_test = false, eunit = false;

    ExportParser()
        : Parser("Writes scenario files as a test suite in Erlang, which plays them on a real node.",
                 "ddlltool export") {
        footer(examples);
        add_option("FILE|DIR", inputs, "scenario files, and folders with such")
            ->required()
            ->takes({Takes::files, ".json"});
        add_flag("--ct", common_test, "a suite of Common Test: NAME_SUITE.erl");
        add_flag("--eunit", eunit, "a module of EUnit: NAME_tests.erl");
        add_option("--into", into, "the folder that it is written to")->required()->takes("DIR", {Takes::folder});
        add_option("--name", name, "begins the module's name (default: that of the first FILE or DIR)")
            ->type_name("NAME");
        add_driver_path(*this, driver_path, "one more folder to look for drivers in");
    }
    ExitCode run() override;
};

ExitCode ExportParser::run() {
    if (common_test == eunit)
        return wrong_usage("export", "one of --ct and --eunit is needed", "ddlltool export --ct FILE --into DIR");
    if (name.empty()) name = module_name(inputs.front());
    if (!is_module_name(name))
        return wrong_usage("--name " + name, "must consist of a to z, digits and _, and begin with a letter");

    const scenario::ReadOptions options = read_options(driver_path);
    std::vector<scenario::Scenario> scenarios;
    ExitCode code = ExitCode::ok;
    for (const std::string& file : find_scenarios(inputs)) {
        auto read = scenario::read_scenario_file(file, options);
        for (const Error& mistake : read.mistakes) {
            Error shown = mistake;
            if (shown.place.line > 0) shown.place.file += fmt::format(":{}", shown.place.line);
            complain(shown);
        }
        if (read.scenario)
            scenarios.push_back(*std::move(read.scenario));
        else
            code = ExitCode::unusable_input;
    }
    if (code != ExitCode::ok) return code;
    if (scenarios.empty()) return unusable("export", "no scenario files there");
    const auto kind = common_test ? verify::SuiteKind::common_test : verify::SuiteKind::eunit;
    const verify::Suite suite = verify::make_suite(kind, name, scenarios);
    for (const verify::SuiteFile& file : suite.files) {
        if (!file.copy_of.empty() || may_write(fs::path(into) / file.path)) continue;
        complain((fs::path(into) / file.path).string(), "exists, and is not of an earlier export",
                 "nothing was written");
        code = ExitCode::unusable_input;
    }
    if (code != ExitCode::ok) return code;
    for (const verify::SuiteFile& file : suite.files) {
        std::error_code unknown;
        if (!file.copy_of.empty() && !fs::exists(file.copy_of, unknown)) continue; // broken on purpose
        if (const auto why = write(fs::path(into) / file.path, file); !why.empty())
            return unusable((fs::path(into) / file.path).string(), why);
    }
    const auto skipped = std::count_if(suite.cases.begin(), suite.cases.end(),
                                       [](const verify::SuiteCase& one) { return !one.skipped.empty(); });
    std::puts(fmt::format("{}: {} cases, {} of them skipped", (fs::path(into) / suite.files.front().path).string(),
                          suite.cases.size(), skipped)
                  .c_str());
    for (const verify::SuiteCase& one : suite.cases)
        if (!one.skipped.empty()) std::puts(fmt::format("  {}  {}", one.file, one.skipped).c_str());
    return ExitCode::ok;
}

} // namespace

std::unique_ptr<Parser> export_parser() {
    return std::make_unique<ExportParser>();
}

} // namespace ddll::cli
