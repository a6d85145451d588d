// What a driver may do because it imports the function for it. An import proves nothing: where its counterpart is
// imported, too, nothing is said, and the rest is possible at most.
#include "findings/static/collector.h"
#include "image/symbolize.h"

#include <fmt/format.h>

#include <vector>

namespace ddll::findings {
namespace {

using Names = std::vector<std::string_view>;

struct ImportRule {
    FileRule rule;
    Doubt doubt;
    Names any;          ///< one of these is imported
    Names without = {}; ///< and none of these
    Names with = {};    ///< and one of these, unless empty
};

constexpr std::string_view start_of_std_thread =
    "_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE";
Names signals() {
    return {"sigaction", "__sigaction", "signal", "bsd_signal", "sysv_signal", "__sysv_signal", "ssignal", "sigset"};
}

Names joins() {
    return {"erl_drv_thread_join",  "pthread_join",        "pthread_tryjoin_np", "pthread_timedjoin_np",
            "pthread_clockjoin_np", "_ZNSt6thread4joinEv", "thrd_join"};
}

const std::vector<ImportRule>& import_rules() {
    static const std::vector<ImportRule> rules = {
        {Rule::thread_outlives_driver, Doubt::possible, {"erl_drv_thread_create"}, {"erl_drv_thread_join"}},
        // Code that uses std::thread imports pthread_create beside it.
        {Rule::thread_outlives_driver,
         Doubt::possible,
         {"pthread_create", start_of_std_thread, "thrd_create"},
         joins()},
        {Rule::pthread_key_destructor_left,
         Doubt::possible,
         {"pthread_key_create", "tss_create"},
         {"pthread_key_delete", "tss_delete"}},
        {Rule::child_port_left_open, Doubt::possible, {"driver_create_port"}},
        {Rule::async_job_outstanding, Doubt::hint, {"driver_async"}},
        {Rule::permanent_by_driver_lock, Doubt::possible, {"driver_lock_driver"}},
        {Rule::signal_handler_left, Doubt::possible, signals()},
        {Rule::sigaltstack_left, Doubt::possible, {"sigaltstack"}},
        {Rule::on_exit_handler_left, Doubt::possible, {"on_exit"}},
        {Rule::environment_points_into_driver, Doubt::possible, {"putenv"}},
        {Rule::posix_timer_left, Doubt::possible, {"timer_create"}, {"timer_delete"}},
        // Without a handler of its own the signal only ends the node, which is a matter of signals.
        {Rule::posix_timer_left, Doubt::possible, {"setitimer", "alarm", "ualarm"}, {}, signals()},
        {Rule::dso_holds_itself, Doubt::possible, {"dlopen", "dlmopen"}, {}, {"dladdr", "dladdr1"}},
        {Rule::dso_holds_itself, Doubt::hint, {"dlopen", "dlmopen"}, {"dlclose", "dladdr", "dladdr1"}},
        {Rule::callback_registered_elsewhere,
         Doubt::possible,
         {"_ZSt13set_terminatePFvvE",
          "_ZSt14set_unexpectedPFvvE",
          "_ZSt15set_new_handlerPFvvE",
          "register_printf_function",
          "register_printf_specifier",
          "register_printf_modifier",
          "register_printf_type",
          "CRYPTO_set_mem_functions",
          "CRYPTO_set_locking_callback",
          "CRYPTO_set_id_callback",
          "CRYPTO_THREADID_set_callback",
          "OPENSSL_atexit",
          "sqlite3_config",
          "sqlite3_auto_extension",
          "sqlite3_vfs_register",
          "curl_global_init_mem",
          "xmlMemSetup",
          "xmlSetGenericErrorFunc",
          "xmlSetStructuredErrorFunc",
          "xmlRegisterInputCallbacks",
          "xmlSetExternalEntityLoader",
          "g_log_set_default_handler",
          "g_log_set_handler",
          "g_log_set_writer_func",
          "av_log_set_callback",
          "gnutls_global_set_log_function",
          "gnutls_global_set_mem_functions",
          "gcry_set_log_handler",
          "gcry_set_allocation_handler",
          "event_set_log_callback",
          "event_set_mem_functions",
          "evthread_set_lock_callbacks",
          "uv_replace_allocator",
          "TIFFSetErrorHandler",
          "TIFFSetWarningHandler",
          "cmsSetLogErrorHandler"}},
        {Rule::process_exit_called,
         Doubt::hint,
         {"exit", "_exit", "_Exit", "quick_exit", "abort", "pthread_exit", "thrd_exit"}},
        {Rule::process_state_changed,
         Doubt::hint,
         {"chdir",       "fchdir",      "umask",       "setlocale", "_ZNSt6locale6globalERKS_",
          "setrlimit",   "setrlimit64", "prlimit",     "prlimit64", "pthread_sigmask",
          "sigprocmask", "nice",        "setpriority", "setenv",    "unsetenv",
          "clearenv",    "freopen",     "freopen64",   "setvbuf",   "setbuf",
          "setlinebuf",  "setuid",      "setgid",      "seteuid",   "setegid",
          "setresuid",   "setresgid"}},
        {Rule::fp_mode_changed,
         Doubt::hint,
         {"fesetround", "fesetenv", "feupdateenv", "feenableexcept", "fedisableexcept"}},
        {Rule::deprecated_api_used, Doubt::certain, {"driver_output_term", "driver_send_term", "driver_get_now"}},
        {Rule::locks_and_tsd_leak, Doubt::certain, {"erl_drv_mutex_create"}, {"erl_drv_mutex_destroy"}},
        {Rule::locks_and_tsd_leak, Doubt::certain, {"erl_drv_cond_create"}, {"erl_drv_cond_destroy"}},
        {Rule::locks_and_tsd_leak, Doubt::certain, {"erl_drv_rwlock_create"}, {"erl_drv_rwlock_destroy"}},
        {Rule::locks_and_tsd_leak, Doubt::certain, {"erl_drv_tsd_key_create"}, {"erl_drv_tsd_key_destroy"}},
        {Rule::locks_and_tsd_leak, Doubt::certain, {"erl_drv_thread_opts_create"}, {"erl_drv_thread_opts_destroy"}},
    };
    return rules;
}

std::vector<std::string> imported(const StaticFacts& facts, const Names& names) {
    std::vector<std::string> out;
    for (const std::string_view name : names)
        if (facts.imports_any({&name, 1})) out.push_back(image::demangled(std::string(name)));
    return out;
}

void find_uncaught(StaticCollector& out) {
    const StaticFacts& facts = out.facts();
    if (facts.imports_any(Names{"__cxa_begin_catch"})) return;
    std::vector<std::string> throwing;
    for (const Import& import : facts.imports) {
        const std::string& name = import.symbol->name;
        if (name == "__cxa_throw" || name == "__cxa_rethrow") throwing.push_back(name);
        // std::__throw_length_error and its like: what containers call.
        if (name.starts_with("_ZSt") && name.find("__throw_") != std::string::npos)
            throwing.push_back(image::demangled(name));
    }
    if (!throwing.empty())
        out.add(Rule::exception_through_callback, Doubt::hint,
                fmt::format("can throw and never catches: imports {}", listed(throwing, 3)));
}

void find_destructors(StaticCollector& out) {
    const StaticFacts& facts = out.facts();
    // The compiler's start files bring two.
    const bool own = facts.elf.destructors > 2 || facts.imports_any(Names{"__cxa_atexit"});
    if (own && facts.imports_any(joins()))
        out.add(Rule::unload_deadlock_in_destructor, Doubt::hint,
                fmt::format("has destructors that run in dlclose, and joins threads: imports {}",
                            listed(imported(facts, joins()))));
}

} // namespace

void find_imports(StaticCollector& out) {
    const StaticFacts& facts = out.facts();
    for (const ImportRule& rule : import_rules()) {
        const auto found = imported(facts, rule.any);
        if (found.empty() || facts.imports_any(rule.without) || (rule.with.size() > 0 && !facts.imports_any(rule.with)))
            continue;
        std::string evidence = fmt::format("imports {}", listed(found));
        if (!rule.without.empty())
            evidence += fmt::format(" but not {}", image::demangled(std::string(rule.without.front())));
        out.add(rule.rule, rule.doubt, evidence);
    }
    find_uncaught(out);
    find_destructors(out);
}

} // namespace ddll::findings
