/// Each rule of files: found where it must be, with the right severity, and not where something comes close.
#include "static_driver.h"
#include "support/places.h"

#include <functional>
#include <optional>
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
    Rule rule;
    Severity severity;
    const char* evidence; ///< a part of it
};

constexpr const char* std_thread =
    "_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE";

const std::vector<Case>& bad() {
    using enum Severity;
    static const std::vector<Case> cases = {
        {"own thread", importing({"erl_drv_thread_create"}), Rule::thread_outlives_driver, warning,
         "erl_drv_thread_create"},
        {"std::thread", importing({std_thread, "pthread_create"}), Rule::thread_outlives_driver, warning,
         "pthread_create"},
        {"thread key", importing({"pthread_key_create"}), Rule::pthread_key_destructor_left, warning,
         "pthread_key_create"},
        {"child port", importing({"driver_create_port"}), Rule::child_port_left_open, note, "driver_create_port"},
        {"async job", importing({"driver_async"}), Rule::async_job_outstanding, note, "driver_async"},
        {"lock", importing({"driver_lock_driver"}), Rule::permanent_by_driver_lock, warning, "driver_lock_driver"},
        {"signal", importing({"sigaction"}), Rule::signal_handler_left, warning, "sigaction"},
        {"signal stack", importing({"sigaltstack"}), Rule::sigaltstack_left, warning, "sigaltstack"},
        {"on_exit", importing({"on_exit"}), Rule::on_exit_handler_left, warning, "on_exit"},
        {"putenv", importing({"putenv"}), Rule::environment_points_into_driver, warning, "putenv"},
        {"timer", importing({"timer_create"}), Rule::posix_timer_left, warning, "not timer_delete"},
        {"alarm", importing({"alarm", "signal"}), Rule::posix_timer_left, warning, "alarm"},
        {"itself", importing({"dlopen", "dladdr"}), Rule::dso_holds_itself, warning, "dlopen"},
        {"plug-in", importing({"dlopen"}), Rule::dso_holds_itself, note, "not dlclose"},
        {"registrar", importing({"_ZSt13set_terminatePFvvE"}), Rule::callback_registered_elsewhere, warning,
         "std::set_terminate(void (*)())"},
        {"exit", importing({"exit"}), Rule::process_exit_called, note, "exit"},
        {"chdir", importing({"chdir", "umask"}), Rule::process_state_changed, note, "chdir, umask"},
        {"rounding", importing({"fesetround"}), Rule::fp_mode_changed, note, "fesetround"},
        {"deprecated", importing({"driver_output_term"}), Rule::deprecated_api_used, warning, "driver_output_term"},
        {"mutex", importing({"erl_drv_mutex_create"}), Rule::locks_and_tsd_leak, warning, "not erl_drv_mutex_destroy"},
        {"throws", importing({"__cxa_throw"}), Rule::exception_through_callback, note, "never catches"},
        {"container", importing({"_ZSt20__throw_length_errorPKc"}), Rule::exception_through_callback, note,
         "std::__throw_length_error"},
        {"destructor", importing({"__cxa_atexit", "pthread_join"}), Rule::unload_deadlock_in_destructor, note,
         "pthread_join"},
        {"thread-local", importing({"__cxa_thread_atexit"}), Rule::dso_pinned_thread_local_destructor, warning,
         "__cxa_thread_atexit"},
        {"unique", [](ElfFacts& e) { e.symbols.push_back(made::unique("_ZN7counter5totalE")); },
         Rule::dso_pinned_unique_symbol, warning, "counter::total (GOT, .got+0x18)"},
        {"nodelete", [](ElfFacts& e) { e.flags.nodelete = true; }, Rule::dso_nodelete_flag, error, "DF_1_NODELETE"},
        {"missing", importing({"no_such_function"}), Rule::missing_symbol, error, "nobody has no_such_function"},
        {"no init", [](ElfFacts& e) { e.symbols[0].name = "_Z11driver_initv"; }, Rule::driver_init_missing, error,
         "extern \"C\""},
        {"hidden init",
         [](ElfFacts& e) {
             e.symbols[0].name = "other";
             e.build.local_driver_init = true;
         },
         Rule::driver_init_missing, error, "hidden"},
        {"misspelt init", [](ElfFacts& e) { e.symbols[0].name = "drvier_init"; }, Rule::driver_init_missing, error,
         "there is drvier_init"},
        {"NIF library", [](ElfFacts& e) { e.symbols[0].name = "nif_init"; }, Rule::nif_library, error,
         "exports nif_init, and no driver_init"},
        {"no library", [](ElfFacts& e) { e.needed.emplace_back("libno_such_thing.so.7"); }, Rule::missing_dependency,
         error, "libno_such_thing.so.7 was not found, needed by made.so"},
        {"no version",
         [](ElfFacts& e) {
             e.version_needs.push_back({"libc.so.6", "GLIBC_99.1", false});
         },
         Rule::missing_dependency, error, "needs version GLIBC_99.1 of libc.so.6"},
        {"relative",
         [](ElfFacts& e) {
             e.runpath = "parts";
             e.needed.emplace_back("libno_such_thing.so.7");
         },
         Rule::missing_dependency, error, "RUNPATH of made.so has \"parts\""},
        {"bundled zlib", [](ElfFacts& e) { e.symbols.push_back(made::export_of("zlibVersion")); },
         Rule::symbol_interposed_by_host, error, "zlibVersion (of libz.so.1)"},
        {"MD5 of the emulator", [](ElfFacts& e) { e.symbols.push_back(made::export_of("MD5Init")); },
         Rule::symbol_interposed_by_host, error, "MD5Init (of the emulator)"},
        {"name of libc", [](ElfFacts& e) { e.symbols.push_back(made::export_of("error")); },
         Rule::symbol_interposed_by_host, error, "error (of libc.so.6)"},
        {"weak function",
         [](ElfFacts& e) {
             e.symbols.push_back(made::export_of("MD5Init"));
             e.symbols.back().weak = true;
         },
         Rule::symbol_interposed_by_host, warning, "MD5Init"},
        {"the C++ library, linked statically",
         [](ElfFacts& e) {
             e.symbols.push_back(made::export_of("_ZSt9terminatev"));
             e.needed.emplace_back("libstdc++.so.6");
         },
         Rule::symbol_interposed_by_host, note, "std::terminate() (of libstdc++.so.6)"},
        {"internals", importing({"erts_printf"}), Rule::non_api_emulator_symbol, warning, "erts_printf"},
        {"zlib of the node", importing({"deflate"}), Rule::non_api_emulator_symbol, warning, "deflate (of libz.so.1)"},
        {"asan", [](ElfFacts& e) { e.needed.insert(e.needed.begin(), "libasan.so.8"); }, Rule::sanitizer_build, error,
         "AddressSanitizer"},
        {"asan of clang", importing({"__asan_init"}), Rule::sanitizer_build, error, "AddressSanitizer"},
        {"ubsan", [](ElfFacts& e) { e.needed.emplace_back("libubsan.so.1"); }, Rule::sanitizer_build, warning,
         "UndefinedBehaviorSanitizer"},
        {"openmp", [](ElfFacts& e) { e.needed.emplace_back("libgomp.so.1"); }, Rule::openmp_runtime_unloaded, warning,
         "libgomp.so"},
        {"large static tls",
         [](ElfFacts& e) {
             e.flags.static_tls = true;
             e.tls.size = 8192;
         },
         Rule::static_tls_exhausted, error, "8192 bytes"},
        {"small static tls",
         [](ElfFacts& e) {
             e.tls.fixed_uses = 1;
             e.tls.size = 64;
         },
         Rule::static_tls_exhausted, note, "64 bytes"},
        {"fast math", [](ElfFacts& e) { e.build.fast_math = true; }, Rule::fp_mode_changed, error, "set_fast_math"},
        {"stack wanted", [](ElfFacts& e) { e.stack = image::DeclaredStack::executable; }, Rule::exec_stack_required,
         error, "PT_GNU_STACK asks"},
        {"stack undeclared", [](ElfFacts& e) { e.stack = image::DeclaredStack::undeclared; }, Rule::exec_stack_required,
         error, "no PT_GNU_STACK"},
        {"large frame",
         [](ElfFacts& e) {
             e.symbols.push_back(made::import("driver_async"));
             e.build.big_frames = {{"work", 600'000}, {"other", 70'000}, {"small", 20'000}};
         },
         Rule::async_stack_overflow, warning, "work (600000 bytes), other (70000 bytes)"},
        {"middling frame",
         [](ElfFacts& e) {
             e.symbols.push_back(made::import("driver_async"));
             e.build.big_frames = {{"", 70'000}};
         },
         Rule::async_stack_overflow, note, "a function (70000 bytes)"},
    };
    return cases;
}

struct NearMiss {
    const char* what;
    Change change;
    Rule rule;
};

const std::vector<NearMiss>& good() {
    static const std::vector<NearMiss> cases = {
        {"joined", importing({"erl_drv_thread_create", "erl_drv_thread_join"}), Rule::thread_outlives_driver},
        {"joined std::thread", importing({std_thread, "pthread_create", "_ZNSt6thread4joinEv"}),
         Rule::thread_outlives_driver},
        {"weak reference of old start files",
         [](ElfFacts& e) {
             e.symbols.push_back(made::import("pthread_key_create"));
             e.symbols.back().weak = true;
         },
         Rule::pthread_key_destructor_left},
        {"deleted key", importing({"pthread_key_create", "pthread_key_delete"}), Rule::pthread_key_destructor_left},
        {"deleted timer", importing({"timer_create", "timer_delete"}), Rule::posix_timer_left},
        {"alarm without handler", importing({"alarm"}), Rule::posix_timer_left},
        {"closed library", importing({"dlopen", "dlclose"}), Rule::dso_holds_itself},
        {"atexit", importing({"atexit", "__cxa_atexit"}), Rule::on_exit_handler_left},
        {"setenv", importing({"setenv"}), Rule::environment_points_into_driver},
        {"destroyed mutex", importing({"erl_drv_mutex_create", "erl_drv_mutex_destroy"}), Rule::locks_and_tsd_leak},
        {"catches", importing({"__cxa_throw", "__cxa_begin_catch"}), Rule::exception_through_callback},
        {"static destructor without threads", importing({"__cxa_atexit"}), Rule::unload_deadlock_in_destructor},
        {"unique, never looked up",
         [](ElfFacts& e) {
             e.symbols.push_back(made::unique("_ZN7counter5totalE"));
             e.symbols.back().relocated = false;
         },
         Rule::dso_pinned_unique_symbol},
        {"weak and absent",
         [](ElfFacts& e) {
             e.symbols.push_back(made::import("__gmon_start__"));
             e.symbols.back().weak = true;
         },
         Rule::missing_symbol},
        {"underscore", [](ElfFacts& e) { e.symbols[0].name = "_driver_init"; }, Rule::driver_init_missing},
        {"sanitizer's own names", importing({"__asan_report_load8"}), Rule::missing_symbol},
        {"symbolic",
         [](ElfFacts& e) {
             e.symbols.push_back(made::export_of("zlibVersion"));
             e.flags.symbolic = true;
         },
         Rule::symbol_interposed_by_host},
        {"never looked up", [](ElfFacts& e) { e.symbols.push_back(made::export_of("zlibVersion", false)); },
         Rule::symbol_interposed_by_host},
        {"protected",
         [](ElfFacts& e) {
             e.symbols.push_back(made::export_of("zlibVersion"));
             e.symbols.back().interposable = false;
         },
         Rule::symbol_interposed_by_host},
        {"template of the C++ library",
         [](ElfFacts& e) {
             e.symbols.push_back(made::export_of("_ZNSsC1EPKcRKSaIcE"));
             e.symbols.back().name = "_ZNSt6vectorIiSaIiEE9push_backEOi";
             e.symbols.back().weak = true;
         },
         Rule::symbol_interposed_by_host},
        {"zlib, and it says so",
         [](ElfFacts& e) {
             e.symbols.push_back(made::import("deflate"));
             e.needed.emplace_back("libz.so.1");
         },
         Rule::non_api_emulator_symbol},
        {"thread-local data found at run time", [](ElfFacts& e) { e.tls.size = 8192; }, Rule::static_tls_exhausted},
        {"errno of the C library", [](ElfFacts& e) { e.tls.fixed_uses = 1; }, Rule::static_tls_exhausted},
        {"large frame without async",
         [](ElfFacts& e) {
             e.build.big_frames = {{"work", 600'000}};
         },
         Rule::async_stack_overflow},
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
        CHECK(finding->title == "made: " + std::string(words::row(c.rule).title));
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

TEST_CASE("each rule of files has a case") {
    std::set<Rule> shown = {Rule::dependency_pinned, Rule::unique_symbol_state_shared,
                            Rule::shared_code_without_driver_lock, Rule::driver_version_mismatch}; // cases of their own
    for (const Case& c : bad()) shown.insert(c.rule);
    for (const words::RuleRow& row : words::rules)
        CHECK_MESSAGE(is_found(words::by_file, row.rule) == shown.contains(row.rule), std::string(row.id));
}

TEST_CASE("what a relative path alone does is possible, not certain") {
    ElfFacts elf = made::driver();
    elf.runpath = "parts:/usr/lib";
    elf.needed.emplace_back("libdl.so.2"); // of the C library, found in the end
    const auto found = made::findings(elf);
    const Finding* finding = made::of_rule(found, Rule::missing_dependency);
    REQUIRE(finding);
    CHECK(finding->severity == Severity::warning);
}

TEST_CASE("a symbol may be in a library that is missing") {
    ElfFacts elf = made::driver();
    elf.symbols.push_back(made::import("no_such_function"));
    elf.needed.emplace_back("libno_such_thing.so.7");
    const auto found = made::findings(elf);
    REQUIRE(made::of_rule(found, Rule::missing_symbol));
    CHECK(made::of_rule(found, Rule::missing_symbol)->severity == Severity::warning);
    CHECK(made::of_rule(found, Rule::missing_dependency)->severity == Severity::error);
}

TEST_CASE("a unique symbol that the emulator has itself pins nothing there") {
    ElfFacts elf = made::driver();
    elf.symbols.push_back(made::unique("MD5Init")); // that it has such a name is all that counts
    const auto found = made::findings(elf);
    const Finding* finding = made::of_rule(found, Rule::dso_pinned_unique_symbol);
    REQUIRE(finding);
    CHECK(finding->severity == Severity::note);
    CHECK(finding->evidence.find("the emulator") != std::string::npos);
}

TEST_CASE("variables and ports in parallel") {
    ElfFacts elf = made::driver();
    elf.writable_bytes = 1000;
    StaticFacts facts = made::facts(elf);
    CHECK(made::of_rule(find_static(facts), Rule::shared_code_without_driver_lock) == nullptr);
    facts.entries = {{0x4000, "made", 3, 3, 1, {}}};
    CHECK(made::of_rule(find_static(facts), Rule::shared_code_without_driver_lock) != nullptr);
    facts.entries[0].flags = 0;
    CHECK(made::of_rule(find_static(facts), Rule::shared_code_without_driver_lock) == nullptr);
    facts.entries[0].flags = 1;
    facts.elf.writable_bytes = entry_size + 8;
    CHECK(made::of_rule(find_static(facts), Rule::shared_code_without_driver_lock) == nullptr);
    // With a symbol table it is known what is a variable.
    facts.elf.build.symbol_table = true;
    CHECK(made::of_rule(find_static(facts), Rule::shared_code_without_driver_lock) != nullptr);
}

TEST_CASE("an entry of another interface: certain where nothing could write the marker, else possible") {
    StaticFacts facts = made::facts(made::driver());
    const auto severity = [&] {
        const auto found = find_static(facts);
        const Finding* finding = made::of_rule(found, Rule::driver_version_mismatch);
        return finding == nullptr ? std::optional<Severity>() : finding->severity;
    };
    facts.entries = {{0x4000, "made", 3, 3, 0, {}}};
    CHECK_FALSE(severity());
    facts.entries[0].minor = 99;
    CHECK(severity() == Severity::warning);
    facts.entries[0].marked = false;
    CHECK(severity() == Severity::error);
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
    StaticWorld world = StaticWorld::make({test::image_specimens()});
    ElfFacts elf = made::driver();
    elf.needed.emplace_back("nodelete.so");
    auto found = find_static(made::facts(elf, world));
    const Finding* finding = made::of_rule(found, Rule::dependency_pinned);
    REQUIRE(finding);
    CHECK(finding->severity == Severity::warning);
    CHECK(finding->evidence == "nodelete.so is linked with -z nodelete");
    elf.needed.back() = "pinned_v1.so";
    found = find_static(made::facts(elf, world));
    REQUIRE(made::of_rule(found, Rule::dependency_pinned));
    CHECK(made::of_rule(found, Rule::dependency_pinned)->evidence.starts_with("pinned_v1.so has unique symbols: "));
    // The same in the system's own places is meant.
    world.loader.default_folders = {test::image_specimens()};
    world.loader.library_path.clear();
    found = find_static(made::facts(elf, world));
    REQUIRE(made::of_rule(found, Rule::dependency_pinned));
    CHECK(made::of_rule(found, Rule::dependency_pinned)->severity == Severity::note);
}

TEST_CASE("a library of the driver's that lacks a symbol") {
    const StaticWorld world = StaticWorld::make({test::image_specimens()});
    ElfFacts elf = made::driver();
    elf.needed.emplace_back("undefined.so");
    const auto found = find_static(made::facts(elf, world));
    const Finding* finding = made::of_rule(found, Rule::missing_symbol);
    REQUIRE(finding);
    CHECK(finding->evidence.find("which undefined.so needs") != std::string::npos);
}
