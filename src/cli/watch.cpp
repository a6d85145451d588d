#include "cli/watch.h"

#include "cli/file_watch.h"
#include "image/elf_facts.h"
#include "isolate/interruption.h"

#include <cstdio>
#include <filesystem>

namespace ddll::cli {
namespace {

using std::chrono::milliseconds;

/// Nothing more happened for so long: whoever writes several files is done.
constexpr milliseconds rest{100};
/// ... and for so long, though a file was opened and never closed: linked into place, or kept open.
constexpr milliseconds long_rest{1000};

volatile sig_atomic_t watch_stopped = 0;

/// The signals that end a program are noticed, and come through only while somebody waits. As long as this lives.
class Signals {
public:
    Signals() {
        struct sigaction action {};
        action.sa_handler = [](int) { watch_stopped = 1; };
        sigemptyset(&mine_);
        for (const int signal : isolate::ending_signals) sigaddset(&mine_, signal);
        sigprocmask(SIG_BLOCK, &mine_, &mask_);
        for (std::size_t i = 0; i < std::size(before_); ++i) {
            const int signal = isolate::ending_signals[i];
            sigaction(signal, nullptr, &before_[i]);
            const bool ignored = isolate::stays_ignored(signal) && before_[i].sa_handler == SIG_IGN;
            if (!ignored) sigaction(signal, &action, nullptr);
        }
    }
    ~Signals() {
        for (std::size_t i = 0; i < std::size(before_); ++i)
            sigaction(isolate::ending_signals[i], &before_[i], nullptr);
        sigprocmask(SIG_SETMASK, &mask_, nullptr);
    }
    Signals(const Signals&) = delete;

    const sigset_t& while_waiting() const { return mask_; }
    void let_through() const { sigprocmask(SIG_SETMASK, &mask_, nullptr); }
    void hold_back() const { sigprocmask(SIG_BLOCK, &mine_, nullptr); }

private:
    struct sigaction before_[std::size(isolate::ending_signals)]{};
    sigset_t mine_{}, mask_{};
};

std::string from_here(const std::string& path) {
    std::error_code ignored;
    const std::string here = std::filesystem::current_path(ignored).string() + "/";
    return path.starts_with(here) ? path.substr(here.size()) : path;
}

/// Waits until nothing has happened for a while and nobody is writing. False: a signal came.
bool settle(FileWatch& watch, const Signals& signals) {
    while (watch_stopped == 0) {
        const milliseconds longest = watch.being_written() ? long_rest : rest;
        if (!watch.next(longest, signals.while_waiting()).empty()) continue;
        if (watch_stopped != 0) return false;
        watch.forget_writers();
        return true;
    }
    return false;
}

/// Why the first library that is none cannot be used; empty when all can.
std::string unfinished(const Watched& what) {
    for (const std::string& library : what.libraries) {
        const auto facts = image::read_elf_facts(library, image::Reading::linkage);
        if (!facts) return facts.error().message;
    }
    return {};
}

/// The name of what has changed, when it has come to rest; empty: a signal came.
std::string next_change(FileWatch& watch, const Signals& signals) {
    std::string changed;
    while (changed.empty() && watch_stopped == 0) changed = watch.next(std::nullopt, signals.while_waiting());
    return settle(watch, signals) ? changed : std::string();
}

} // namespace

void Watched::add_drivers_of(const scenario::Scenario& scenario) {
    for (const auto& driver : scenario.drivers)
        for (const auto& version : driver.versions) files.push_back(version.file);
}

void Watched::add_written(const std::vector<Output>& outputs) {
    for (const Output& output : outputs)
        if (!output.file.empty()) written.push_back(output.file);
}

ExitCode run_again_and_again(const std::function<Watched()>& look, const std::function<Round()>& run) {
    const auto created = FileWatch::create();
    if (!created) return unusable(created.error());
    FileWatch& watch = **created;
    watch_stopped = 0;
    const Signals signals;
    ExitCode code = ExitCode::nothing_run;
    bool ran = false;
    std::string waited_for, changed;
    while (watch_stopped == 0) {
        const Watched what = look();
        watch.watch(what);
        const std::string why = unfinished(what);
        if (!why.empty()) {
            if (why != waited_for) complain("watch", why, "waiting until it is a driver library");
            waited_for = why;
            changed = next_change(watch, signals);
            continue;
        }
        waited_for.clear();
        if (!changed.empty()) complain("watch", from_here(changed) + " has changed");
        signals.let_through(); // what is started now inherits this
        const Round round = run();
        signals.hold_back();
        if (!round.interrupted || !ran) code = round.code;
        if (round.interrupted) break;
        ran = true;
        std::fflush(stdout);
        complain("watch", "waiting for a change", "Ctrl-C ends");
        changed = next_change(watch, signals);
    }
    return code;
}

} // namespace ddll::cli
