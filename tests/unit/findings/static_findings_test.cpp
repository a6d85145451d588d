/// Each rule of files: found where it must be, with the right severity, and not where something comes close.
#include "static_driver.h"

#include <functional>
#include <set>

using namespace ddll;
using namespace ddll::findings;
using image::ElfFacts;

namespace {

using Change = std::function<void(ElfFacts&)>;

Change importing(std::vector<std::string> names) {
    return [names = std::move(names)](ElfFacts& elf) {
        for (const auto& name : names) elf.symbols.push_back(made::import(name));
    };
}

struct Case {
    const char* what;
    Change change;
    const char* rule;
    Severity severity;
    const char* evidence; ///< a part of it
};

constexpr const char* std_thread =
    "_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE";

const std::vector<Case>& bad() {
    using enum Severity;
    static const std::vector<Case> cases = {
        {"own thread", importing({"erl_drv_thread_create"}), "thread-outlives-driver", warning,
         "erl_drv_thread_create"},
        {"std::thread", importing({std_thread, "pthread_create"}), "thread-outlives-driver", warning, "pthread_create"},
        {"thread key", importing({"pthread_key_create"}), "pthread-key-destructor-left", warning, "pthread_key_create"},
        {"child port", importing({"driver_create_port"}), "child-port-left-open", note, "driver_create_port"},
        {"async job", importing({"driver_async"}), "async-job-outstanding", note, "driver_async"},
        {"lock", importing({"driver_lock_driver"}), "permanent-by-driver-lock", warning, "driver_lock_driver"},
        {"signal", importing({"sigaction"}), "signal-handler-left", warning, "sigaction"},
        {"signal stack", importing({"sigaltstack"}), "sigaltstack-left", warning, "sigaltstack"},
        {"on_exit", importing({"on_exit"}), "on-exit-handler-left", warning, "on_exit"},
        {"putenv", importing({"putenv"}), "environment-points-into-driver", warning, "putenv"},
        {"timer", importing({"timer_create"}), "posix-timer-left", warning, "not timer_delete"},
        {"alarm", importing({"alarm", "signal"}), "posix-timer-left", warning, "alarm"},
        {"itself", importing({"dlopen", "dladdr"}), "dso-holds-itself", warning, "dlopen"},
        {"plug-in", importing({"dlopen"}), "dso-holds-itself", note, "not dlclose"},
        {"registrar", importing({"_ZSt13set_terminatePFvvE"}), "callback-registered-elsewhere", warning,
         "std::set_terminate(void (*)())"},
        {"exit", importing({"exit"}), "process-exit-called", note, "exit"},
        {"chdir", importing({"chdir", "umask"}), "process-state-changed", note, "chdir, umask"},
        {"rounding", importing({"fesetround"}), "fp-mode-changed", note, "fesetround"},
        {"deprecated", importing({"driver_output_term"}), "deprecated-api-used", warning, "driver_output_term"},
        {"mutex", importing({"erl_drv_mutex_create"}), "locks-and-tsd-leak", warning, "not erl_drv_mutex_destroy"},
        {"throws", importing({"__cxa_throw"}), "exception-through-callback", note, "never catches"},
        {"container", importing({"_ZSt20__throw_length_errorPKc"}), "exception-through-callback", note,
         "std::__throw_length_error"},
        {"destructor", importing({"__cxa_atexit", "pthread_join"}), "unload-deadlock-in-destructor", note,
         "pthread_join"},
        {"thread-local", importing({"__cxa_thread_atexit"}), "dso-pinned-thread-local-destructor", warning,
         "__cxa_thread_atexit"},
        {"unique", [](ElfFacts& e) { e.symbols.push_back(made::unique("_ZN7counter5totalE")); },
         "dso-pinned-unique-symbol", warning, "counter::total (GOT, .got+0x18)"},
        {"nodelete", [](ElfFacts& e) { e.nodelete = true; }, "dso-nodelete-flag", error, "DF_1_NODELETE"},
        {"missing", importing({"no_such_function"}), "missing-symbol", error, "nobody has no_such_function"},
        {"no init", [](ElfFacts& e) { e.symbols[0].name = "_Z11driver_initv"; }, "driver-init-missing", error,
         "extern \"C\""},
        {"hidden init",
         [](ElfFacts& e) {
             e.symbols[0].name = "other";
             e.has_local_driver_init = true;
         },
         "driver-init-missing", error, "hidden"},
        {"misspelt init", [](ElfFacts& e) { e.symbols[0].name = "drvier_init"; }, "driver-init-missing", error,
         "there is drvier_init"},
        {"no library", [](ElfFacts& e) { e.needed.emplace_back("libno_such_thing.so.7"); }, "missing-dependency", error,
         "libno_such_thing.so.7 was not found, needed by made.so"},
        {"no version",
         [](ElfFacts& e) {
             e.version_needs.push_back({"libc.so.6", "GLIBC_99.1", false});
         },
         "missing-dependency", error, "needs version GLIBC_99.1 of libc.so.6"},
        {"relative",
         [](ElfFacts& e) {
             e.runpath = "parts";
             e.needed.emplace_back("libno_such_thing.so.7");
         },
         "missing-dependency", error, "RUNPATH of made.so has \"parts\""},
        {"bundled zlib", [](ElfFacts& e) { e.symbols.push_back(made::export_of("zlibVersion")); },
         "symbol-interposed-by-host", error, "zlibVersion (of libz.so.1)"},
        {"MD5 of the emulator", [](ElfFacts& e) { e.symbols.push_back(made::export_of("MD5Init")); },
         "symbol-interposed-by-host", error, "MD5Init (of the emulator)"},
        {"name of libc", [](ElfFacts& e) { e.symbols.push_back(made::export_of("error")); },
         "symbol-interposed-by-host", error, "error (of libc.so.6)"},
        {"weak function",
         [](ElfFacts& e) {
             e.symbols.push_back(made::export_of("MD5Init"));
             e.symbols.back().weak = true;
         },
         "symbol-interposed-by-host", warning, "MD5Init"},
        {"internals", importing({"erts_printf"}), "non-api-emulator-symbol", warning, "erts_printf"},
        {"zlib of the node", importing({"deflate"}), "non-api-emulator-symbol", warning, "deflate (of libz.so.1)"},
        {"asan", [](ElfFacts& e) { e.needed.insert(e.needed.begin(), "libasan.so.8"); }, "sanitizer-build", error,
         "AddressSanitizer"},
        {"asan of clang", importing({"__asan_init"}), "sanitizer-build", error, "AddressSanitizer"},
        {"ubsan", [](ElfFacts& e) { e.needed.emplace_back("libubsan.so.1"); }, "sanitizer-build", warning,
         "UndefinedBehaviorSanitizer"},
        {"openmp", [](ElfFacts& e) { e.needed.emplace_back("libgomp.so.1"); }, "openmp-runtime-unloaded", warning,
         "libgomp.so"},
        {"large static tls",
         [](ElfFacts& e) {
             e.static_tls = true;
             e.tls_size = 8192;
         },
         "static-tls-exhausted", error, "8192 bytes"},
        {"small static tls",
         [](ElfFacts& e) {
             e.tpoff_relocations = 1;
             e.tls_size = 64;
         },
         "static-tls-exhausted", note, "64 bytes"},
        {"fast math", [](ElfFacts& e) { e.sets_fast_math = true; }, "fp-mode-changed", error, "set_fast_math"},
        {"stack wanted", [](ElfFacts& e) { e.stack = image::DeclaredStack::executable; }, "exec-stack-required", error,
         "PT_GNU_STACK asks"},
        {"stack undeclared", [](ElfFacts& e) { e.stack = image::DeclaredStack::undeclared; }, "exec-stack-required",
         error, "no PT_GNU_STACK"},
        {"large frame",
         [](ElfFacts& e) {
             e.symbols.push_back(made::import("driver_async"));
             e.big_frames = {{"work", 600'000}, {"other", 70'000}, {"small", 20'000}};
         },
         "async-stack-overflow", warning, "work (600000 bytes), other (70000 bytes)"},
        {"middling frame",
         [](ElfFacts& e) {
             e.symbols.push_back(made::import("driver_async"));
             e.big_frames = {{"", 70'000}};
         },
         "async-stack-overflow", note, "a function (70000 bytes)"},
    };
    return cases;
}

struct NearMiss {
    const char* what;
    Change change;
    const char* rule;
};

const std::vector<NearMiss>& good() {
    static const std::vector<NearMiss> cases = {
        {"joined", importing({"erl_drv_thread_create", "erl_drv_thread_join"}), "thread-outlives-driver"},
        {"joined std::thread", importing({std_thread, "pthread_create", "_ZNSt6thread4joinEv"}),
         "thread-outlives-driver"},
        {"weak reference of old start files",
         [](ElfFacts& e) {
             e.symbols.push_back(made::import("pthread_key_create"));
             e.symbols.back().weak = true;
         },
         "pthread-key-destructor-left"},
        {"deleted key", importing({"pthread_key_create", "pthread_key_delete"}), "pthread-key-destructor-left"},
        {"deleted timer", importing({"timer_create", "timer_delete"}), "posix-timer-left"},
        {"alarm without handler", importing({"alarm"}), "posix-timer-left"},
        {"closed library", importing({"dlopen", "dlclose"}), "dso-holds-itself"},
        {"atexit", importing({"atexit", "__cxa_atexit"}), "on-exit-handler-left"},
        {"setenv", importing({"setenv"}), "environment-points-into-driver"},
        {"destroyed mutex", importing({"erl_drv_mutex_create", "erl_drv_mutex_destroy"}), "locks-and-tsd-leak"},
        {"catches", importing({"__cxa_throw", "__cxa_begin_catch"}), "exception-through-callback"},
        {"static destructor without threads", importing({"__cxa_atexit"}), "unload-deadlock-in-destructor"},
        {"unique, never looked up",
         [](ElfFacts& e) {
             e.symbols.push_back(made::unique("_ZN7counter5totalE"));
             e.symbols.back().relocated = false;
         },
         "dso-pinned-unique-symbol"},
        {"weak and absent",
         [](ElfFacts& e) {
             e.symbols.push_back(made::import("__gmon_start__"));
             e.symbols.back().weak = true;
         },
         "missing-symbol"},
        {"underscore", [](ElfFacts& e) { e.symbols[0].name = "_driver_init"; }, "driver-init-missing"},
        {"sanitizer's own names", importing({"__asan_report_load8"}), "missing-symbol"},
        {"symbolic",
         [](ElfFacts& e) {
             e.symbols.push_back(made::export_of("zlibVersion"));
             e.symbolic = true;
         },
         "symbol-interposed-by-host"},
        {"never looked up", [](ElfFacts& e) { e.symbols.push_back(made::export_of("zlibVersion", false)); },
         "symbol-interposed-by-host"},
        {"protected",
         [](ElfFacts& e) {
             e.symbols.push_back(made::export_of("zlibVersion"));
             e.symbols.back().interposable = false;
         },
         "symbol-interposed-by-host"},
        {"template of the C++ library",
         [](ElfFacts& e) {
             e.symbols.push_back(made::export_of("_ZNSsC1EPKcRKSaIcE"));
             e.symbols.back().name = "_ZNSt6vectorIiSaIiEE9push_backEOi";
             e.symbols.back().weak = true;
         },
         "symbol-interposed-by-host"},
        {"zlib, and it says so",
         [](ElfFacts& e) {
             e.symbols.push_back(made::import("deflate"));
             e.needed.emplace_back("libz.so.1");
         },
         "non-api-emulator-symbol"},
        {"thread-local data found at run time", [](ElfFacts& e) { e.tls_size = 8192; }, "static-tls-exhausted"},
        {"errno of the C library", [](ElfFacts& e) { e.tpoff_relocations = 1; }, "static-tls-exhausted"},
        {"large frame without async",
         [](ElfFacts& e) {
             e.big_frames = {{"work", 600'000}};
         },
         "async-stack-overflow"},
    };
    return cases;
}

} // namespace

TEST_CASE("a plain driver has no finding at all") {
    const auto found = made::findings(made::driver());
    for (const auto& finding : found) CHECK_MESSAGE(false, finding.title << ": " << finding.evidence);
}

TEST_CASE("every hazard is found") {
    for (const Case& c : bad()) {
        CAPTURE(c.what);
        ElfFacts elf = made::driver();
        c.change(elf);
        const auto found = made::findings(elf);
        const Finding* finding = made::of_rule(found, c.rule);
        REQUIRE(finding);
        CHECK(finding->severity == c.severity);
        CHECK(finding->certainty == Certainty::static_only);
        CHECK(finding->subject == "made");
        CHECK(finding->title == "made: " + std::string(rule(c.rule)->title));
        CHECK_MESSAGE(finding->evidence.find(c.evidence) != std::string::npos, finding->evidence);
        CHECK(std::is_sorted(found.begin(), found.end(),
                             [](const Finding& a, const Finding& b) { return a.severity > b.severity; }));
    }
}

TEST_CASE("what comes close is not found") {
    for (const NearMiss& c : good()) {
        CAPTURE(c.what);
        ElfFacts elf = made::driver();
        c.change(elf);
        CHECK(made::of_rule(made::findings(elf), c.rule) == nullptr);
    }
}

TEST_CASE("the rules of files are sorted, in the catalogue, and each has a case") {
    const auto ids = static_rules();
    CHECK(std::is_sorted(ids.begin(), ids.end()));
    std::set<std::string_view> shown = {"dependency-pinned", "unique-symbol-state-shared",
                                        "shared-code-without-driver-lock"}; // cases of their own
    for (const Case& c : bad()) shown.insert(c.rule);
    for (const auto id : ids) {
        CHECK_MESSAGE(rule(id) != nullptr, std::string(id));
        CHECK_MESSAGE(shown.contains(id), std::string(id));
    }
    CHECK(shown.size() == ids.size());
}

TEST_CASE("what a relative path alone does is possible, not certain") {
    ElfFacts elf = made::driver();
    elf.runpath = "parts:/usr/lib";
    elf.needed.emplace_back("libdl.so.2"); // of the C library, found in the end
    const auto found = made::findings(elf);
    const Finding* finding = made::of_rule(found, "missing-dependency");
    REQUIRE(finding);
    CHECK(finding->severity == Severity::warning);
}

TEST_CASE("a symbol may be in a library that is missing") {
    ElfFacts elf = made::driver();
    elf.symbols.push_back(made::import("no_such_function"));
    elf.needed.emplace_back("libno_such_thing.so.7");
    const auto found = made::findings(elf);
    REQUIRE(made::of_rule(found, "missing-symbol"));
    CHECK(made::of_rule(found, "missing-symbol")->severity == Severity::warning);
    CHECK(made::of_rule(found, "missing-dependency")->severity == Severity::error);
}

TEST_CASE("a unique symbol that the emulator has itself pins nothing there") {
    ElfFacts elf = made::driver();
    elf.symbols.push_back(made::unique("MD5Init")); // that it has such a name is all that counts
    const auto found = made::findings(elf);
    const Finding* finding = made::of_rule(found, "dso-pinned-unique-symbol");
    REQUIRE(finding);
    CHECK(finding->severity == Severity::note);
    CHECK(finding->evidence.find("the emulator") != std::string::npos);
}

TEST_CASE("variables and ports in parallel") {
    ElfFacts elf = made::driver();
    elf.writable_bytes = 1000;
    StaticFacts facts = made::facts(elf);
    CHECK(made::of_rule(find_static(facts), "shared-code-without-driver-lock") == nullptr);
    facts.entries = {{0x4000, "made", 3, 3, 1, {}}};
    CHECK(made::of_rule(find_static(facts), "shared-code-without-driver-lock") != nullptr);
    facts.entries[0].flags = 0;
    CHECK(made::of_rule(find_static(facts), "shared-code-without-driver-lock") == nullptr);
    facts.entries[0].flags = 1;
    facts.elf.writable_bytes = entry_size + 8;
    CHECK(made::of_rule(find_static(facts), "shared-code-without-driver-lock") == nullptr);
    // With a symbol table it is known what is a variable.
    facts.elf.has_symbol_table = true;
    CHECK(made::of_rule(find_static(facts), "shared-code-without-driver-lock") != nullptr);
}

TEST_CASE("drivers that share a unique symbol") {
    std::vector<StaticFacts> drivers;
    for (const char* path : {"v1/made.so", "v2/made.so", "other.so"}) {
        ElfFacts elf = made::driver();
        elf.path = path;
        if (elf.path != "other.so") elf.symbols.push_back(made::unique("_ZN7counter5totalE"));
        drivers.push_back(made::facts(elf));
    }
    auto found = find_shared_state(drivers);
    REQUIRE(found.size() == 1);
    CHECK(found[0].subject == "v1/made.so and v2/made.so");
    CHECK(found[0].evidence == "in both: counter::total");
    CHECK(found[0].severity == Severity::warning);
    drivers[0].elf.symbols.back().size = 24;
    found = find_shared_state(drivers);
    REQUIRE(found.size() == 1);
    CHECK(found[0].evidence == "in both: counter::total (24 bytes and 16 bytes)");
    CHECK(find_shared_state({drivers.data(), 1}).empty());
}

TEST_CASE("a library of the driver's that stays in memory") {
    StaticWorld world = StaticWorld::make({DDLL_IMAGE_SPECIMENS});
    ElfFacts elf = made::driver();
    elf.needed.emplace_back("nodelete.so");
    auto found = find_static(made::facts(elf, world));
    const Finding* finding = made::of_rule(found, "dependency-pinned");
    REQUIRE(finding);
    CHECK(finding->severity == Severity::warning);
    CHECK(finding->evidence == "nodelete.so is linked with -z nodelete");
    elf.needed.back() = "pinned_v1.so";
    found = find_static(made::facts(elf, world));
    REQUIRE(made::of_rule(found, "dependency-pinned"));
    CHECK(made::of_rule(found, "dependency-pinned")->evidence.starts_with("pinned_v1.so has unique symbols: "));
    // The same in the system's own places is meant.
    world.loader.default_folders = {DDLL_IMAGE_SPECIMENS};
    world.loader.library_path.clear();
    found = find_static(made::facts(elf, world));
    REQUIRE(made::of_rule(found, "dependency-pinned"));
    CHECK(made::of_rule(found, "dependency-pinned")->severity == Severity::note);
}

TEST_CASE("a library of the driver's that lacks a symbol") {
    const StaticWorld world = StaticWorld::make({DDLL_IMAGE_SPECIMENS});
    ElfFacts elf = made::driver();
    elf.needed.emplace_back("undefined.so");
    const auto found = find_static(made::facts(elf, world));
    const Finding* finding = made::of_rule(found, "missing-symbol");
    REQUIRE(finding);
    CHECK(finding->evidence.find("which undefined.so needs") != std::string::npos);
}
