/// No false alarm: drivers that are known to be well-behaved have no finding above a note.
#include "findings/static/find.h"
#include "support/places.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

using namespace ddll;
using namespace ddll::findings;
namespace fs = std::filesystem;

namespace {

/// The sample drivers that do nothing wrong. Not here: those that break something on purpose, those that use deprecated
/// functions or lock themselves to show what these do, and sigpipe, which looks at a signal's action.
constexpr const char* samples[] = {
    "call_conventions",
    "cleared",
    "conformance/acknowledged",
    "conformance/async",
    "conformance/busy",
    "conformance/closing",
    "conformance/no_busy_queue",
    "conformance/opening",
    "conformance/ownership",
    "conformance/selecting",
    "conformance/soft_busy",
    "conformance/vectors",
    "control_conventions",
    "counter_v1",
    "counter_v2",
    "created",
    "dl",
    "echo_server_v1",
    "echo_server_v2",
    "emergency",
    "environment",
    "failing",
    "halting",
    "init_ack",
    "late_drain",
    "locks",
    "memory",
    "monitors",
    "outputs",
    "outputv",
    "queue",
    "realtime",
    "selects",
    "static_entries",
    "stream",
    "threads/by_itself",
    "threads/jobs",
    "threads/shared_queue",
    "threads/thread_api",
    "threads/two_locks",
    "threads/worker",
    "throws",
    "timer",
};

/// Files of Debian's packages; on other machines they lie elsewhere or nowhere.
constexpr const char* packaged[] = {"megaco_flex_scanner_drv.so", "megaco_flex_scanner_drv_mt.so", "trace_file_drv.so",
                                    "trace_ip_drv.so", "sqlite3_drv.so"};

void check_quiet(const std::string& path) {
    static const StaticWorld world = StaticWorld::make({});
    CAPTURE(path);
    image::LibraryFiles files;
    const auto facts = read_static_facts(path, world, files);
    REQUIRE_MESSAGE(facts, path);
    for (const Finding& finding : find_static(*facts))
        CHECK_MESSAGE(finding.severity == Severity::note, finding.title << ": " << finding.evidence);
}

} // namespace

TEST_CASE("sample drivers") {
    for (const char* name : samples) check_quiet(test::sample_drivers() + "/" + name + ".so");
}

TEST_CASE("packaged drivers") {
    std::error_code failure;
    for (const auto& entry : fs::recursive_directory_iterator("/usr/lib/erlang/lib", failure))
        if (std::find(std::begin(packaged), std::end(packaged), entry.path().filename()) != std::end(packaged))
            check_quiet(entry.path().string());
}
