#include "findings/hazards.h"

#include "host/drivers/driver.h"
#include "host/probe/traces.h"
#include "lifecycle/record.h"
#include "term/external.h"

#include <erl_driver.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

namespace ddll::findings {

namespace {

constexpr std::string_view all_rules[] = {
    "async-data-leak",
    "async-job-outstanding",
    "async-stack-overflow",
    "callback-registered-elsewhere",
    "callback-removed",
    "callback-stalls-scheduler",
    "constructor-throws",
    "dependency-pinned",
    "driver-init-failed",
    "driver-init-missing",
    "driver-name-changed",
    "driver-name-dangling",
    "driver-version-mismatch",
    "dso-holds-itself",
    "dso-pinned-by-importer",
    "entry-flags-changed",
    "environment-points-into-driver",
    "exception-through-callback",
    "exec-stack-required",
    "fd-leak",
    "file-overwritten-in-place",
    "fp-mode-changed",
    "heap-leak-outside-driver-heap",
    "init-ack-missing",
    "joinable-thread-in-static",
    "kill-ports-kills-owners",
    "late-callback-into-closed-port",
    "loaded-more-than-once",
    "loader-process-exits",
    "lock-destroyed-while-held",
    "missing-dependency",
    "missing-symbol",
    "on-exit-handler-left",
    "open-port-blocks-reload",
    "openmp-runtime-unloaded",
    "path-or-options-inconsistent",
    "permanent-by-driver-lock",
    "posix-timer-left",
    "process-exit-called",
    "process-state-changed",
    "pthread-key-destructor-left",
    "reload-leaves-no-driver",
    "reload-needs-own-load",
    "sigaltstack-left",
    "signal-handler-left",
    "slow-finish-freezes-node",
    "state-not-carried-over",
    "static-tls-exhausted",
    "thread-outlives-driver",
    "unload-deadlock-in-destructor",
};

constexpr std::int64_t long_for_loader_ns = 100'000'000, long_for_callback_ns = 100'000'000;
/// So many loads are needed until growth is a trend, and not the first use of something.
constexpr std::size_t warm_up = 3, least_growths = 3;
/// Per cycle; the loader, stdio and the host itself keep less than that.
constexpr std::int64_t worth_telling_bytes = 2048;

bool asks_to_load(std::string_view call) {
    for (const std::string_view start : {"erl_ddll:load", "erl_ddll:try_load"})
        if (call.starts_with(start)) return true;
    return false;
}

class Seeker {
public:
    explicit Seeker(const Names& names) : names_(names) {}

    template <class E>
    void operator()(const E&) {}

    void see(const journal::Entry& entry) {
        at_ = entry.seq;
        std::visit(*this, entry.event);
    }

    void operator()(const journal::DriverChanged& e) {
        Driver& driver = drivers_[e.driver];
        const words::Status status = e.status;
        const bool waits = lifecycle::reloading(status) || lifecycle::unloading(status);
        if (waits && !driver.waits && e.ports > 0) {
            add("open-port-blocks-reload", e.driver,
                fmt::format("{} port{} open when it was asked for", e.ports, e.ports == 1 ? " was" : "s were"));
            if (lifecycle::reloading(status))
                add("state-not-carried-over", e.driver,
                    fmt::format("{} port{} open", e.ports, e.ports == 1 ? " was" : "s were"));
        }
        if (status == lifecycle::Status::permanent && driver.status != status)
            add("permanent-by-driver-lock", e.driver, "it called driver_lock_driver");
        const bool unused = e.loads == 0 && driver.loads > 0 && lifecycle::unloading(status);
        if (unused && !unload_asked_) add("loader-process-exits", e.driver, "its last user ended");
        driver.waits = waits;
        driver.status = status;
        driver.loads = e.loads;
    }

    // Who loses the last load without a call for it has ended.
    void operator()(const journal::Called& e) {
        using namespace std::string_view_literals;
        calls_[e.process] = e.text;
        unload_asked_ = e.text.find("unload"sv) != e.text.npos;
    }
    void operator()(const journal::StepBegun&) { unload_asked_ = false; }
    void operator()(const journal::ProcessEnded& e) {
        const auto reason = term::decode(e.reason);
        if (reason && reason->term.is_atom("driver_unloaded") && !drivers_.empty())
            add("kill-ports-kills-owners", drivers_.begin()->first, "a process ended with the reason driver_unloaded");
    }

    void operator()(const journal::Returned& e) {
        unload_asked_ = false;
        if (e.outcome != journal::Outcome::value || e.term.size() > 256 || drivers_.empty()) return;
        const auto value = term::decode(e.term);
        if (value && asks_to_load(calls_[e.process]) &&
            (value->term.is_atom("ok") || (value->term.is_tuple(2) && value->term.elements()[0].is_atom("ok"))))
            loaders_.insert(e.process);
        if (!value || !value->term.is_tuple(2) || !value->term.elements()[0].is_atom("error")) return;
        const auto& reason = value->term.elements()[1];
        const DriverId driver = drivers_.begin()->first;
        if (reason.is_atom("inconsistent")) add("path-or-options-inconsistent", driver, "it was refused: inconsistent");
        if (reason.is_atom("not_loaded_by_this_process"))
            add("reload-needs-own-load", driver, "it was refused: not_loaded_by_this_process");
        if (reason.is_atom("pending_process")) {
            if (loaders_.contains(e.process))
                add("loaded-more-than-once", driver, "a reload was refused: pending_process");
            else
                add("reload-needs-own-load", driver,
                    "a reload was refused: pending_process, and who asked had not loaded it");
        }
    }

    void operator()(const journal::FileInstalled& e) {
        if (e.how != words::InstallHow::overwrite) return;
        for (const auto& [image, path] : mapped_)
            if (path == e.path)
                add("file-overwritten-in-place", driver_of_[image], fmt::format("{} was mapped", e.path));
    }

    void operator()(const journal::ImageOpened& e) {
        mapped_[e.image] = e.path;
        driver_of_[e.image] = e.driver;
    }

    void operator()(const journal::ImageClosed& e) {
        mapped_.erase(e.image);
        // What stays with a library that stays is no news.
        for (Pending& pending : objects_) {
            if (pending.image != e.image || !e.gone) continue;
            at_ = pending.entry;
            add("dependency-pinned", e.driver, pending.text + " is still mapped");
        }
        objects_.clear();
    }

    void operator()(const journal::ImageFailed& e) {
        Driver& driver = drivers_[e.driver];
        using Kind = words::LoadErrorKind;
        const std::string text(e.text);
        std::string_view rule;
        switch (e.kind) {
        case Kind::open_error:
            rule = rule_of_loader(text, std::string(e.path));
            break;
        case Kind::no_driver_init:
            rule = "driver-init-missing";
            break;
        case Kind::driver_init_failed:
            rule = "driver-init-failed";
            break;
        case Kind::bad_driver_name:
            rule = "driver-name-changed";
            break;
        case Kind::driver_incorrect_version:
            rule = "driver-version-mismatch";
            break;
        }
        if (!rule.empty()) add(rule, e.driver, text);
        if (lifecycle::reloading(driver.status)) add("reload-leaves-no-driver", e.driver, text);
    }

    void operator()(const journal::EntrySeen& e) {
        const auto [it, first] = entries_.try_emplace(e.driver, e);
        if (first) return;
        const journal::EntrySeen before = it->second;
        it->second = e;
        compare(before, e);
    }

    void operator()(const journal::TookLong& e) {
        using enum journal::Callback;
        const bool locked = e.callback == driver_init || e.callback == init || e.callback == finish ||
                            e.callback == dlopen || e.callback == dlclose;
        const std::int64_t longest = std::max(e.cpu_ns, e.wall_ns);
        if (longest < (locked ? long_for_loader_ns : long_for_callback_ns)) return;
        add(locked ? "slow-finish-freezes-node" : "callback-stalls-scheduler", e.driver,
            fmt::format("{} took over {}", words::name(e.callback), longest >= 1'000'000'000 ? "1 s" : "100 ms"));
    }

    // It answers -1, as documented, and nobody hears anything.
    void operator()(const journal::ApiCalled& e) {
        if (e.result != -1) return;
        using enum words::ApiFunction;
        if (e.function == erl_drv_output_term || e.function == driver_output_term)
            add("late-callback-into-closed-port", drivers_.empty() ? DriverId{} : drivers_.begin()->first,
                fmt::format("{} answered -1: its port is closed", words::name(e.function)), 0, Severity::note);
    }

    void operator()(const journal::ClearedAway& e) {
        if (!e.what.starts_with("async job") || drivers_.empty()) return;
        const bool forgotten = e.what.find("its result is forgotten") != e.what.npos;
        const std::uintptr_t made = address_in(e.stack);
        add(forgotten ? "async-data-leak" : "async-job-outstanding", drivers_.begin()->first,
            with_place(std::string(e.what), made), made);
    }

    void operator()(const journal::LeftBehind& e) {
        using enum words::Residue;
        const std::uintptr_t address = address_in(e.stack);
        const std::string text = with_place(std::string(e.text), address);
        switch (e.kind) {
        case descriptor:
            add("fd-leak", e.driver, "descriptor " + text + " is still open after the unload");
            break;
        case thread:
            if (uses_openmp(e.image))
                add("openmp-runtime-unloaded", e.driver, "a thread of the OpenMP runtime is left");
            else if (address != 0)
                add("thread-outlives-driver", e.driver, "a thread is left: " + text, address);
            else // of a library that stays, most likely
                add("thread-outlives-driver", e.driver, "a thread is left, which runs no function of the library", 0,
                    Severity::note);
            break;
        case signal_handler:
            add("signal-handler-left", e.driver, text, address, address == 0 ? Severity::warning : Severity::error);
            break;
        case signal_stack:
            add("sigaltstack-left", e.driver, "the signal stack is " + text);
            break;
        case timer:
            add("posix-timer-left", e.driver, text + " still runs");
            break;
        case environment:
            add("environment-points-into-driver", e.driver, text);
            break;
        case process_state:
            add("process-state-changed", e.driver, text);
            break;
        case float_mode:
            add("fp-mode-changed", e.driver, text);
            break;
        case object:
            objects_.push_back({e.image, text.substr(text.rfind('/') + 1), at_});
            break;
        case code_pointer:
            add("callback-registered-elsewhere", e.driver, text, address, Severity::warning);
            break;
        case thread_key:
            add("pthread-key-destructor-left", e.driver, text, address);
            break;
        case exit_handler:
            add("on-exit-handler-left", e.driver, text, address);
            break;
        case executable_stack:
            add("exec-stack-required", e.driver, text);
            break;
        case name_elsewhere:
            add("driver-name-dangling", e.driver, text);
            break;
        case heap:
            grown_[names_.driver(e.driver)].push_back(std::stoll(std::string(e.text)));
            break;
        }
    }

    std::vector<Finding> finish() {
        for (const auto& [name, grown] : grown_) find_growth(name, grown);
        for (std::size_t i = 0; i < findings_.size(); ++i) {
            Finding& finding = findings_[i];
            if (counts_[i] > 1) finding.evidence += fmt::format(" ({} times)", counts_[i]);
        }
        return std::move(findings_);
    }

private:
    struct Driver {
        bool waits = false;
        lifecycle::Status status = lifecycle::Status::ok;
        std::uint32_t loads = 0;
    };
    struct Pending {
        ImageId image;
        std::string text;
        std::uint64_t entry;
    };

    /// Of a journaled stack; 0 for none.
    static std::uintptr_t address_in(std::string_view stack) {
        std::uintptr_t address = 0;
        if (stack.size() == sizeof address) std::memcpy(&address, stack.data(), sizeof address);
        return address;
    }
    std::string with_place(std::string text, std::uintptr_t address) const {
        if (const std::string place = names_.place && address != 0 ? names_.place(address, at_) : ""; !place.empty())
            text += fmt::format(" ({})", place);
        return text;
    }

    void add(std::string_view id, DriverId driver, std::string evidence, std::uintptr_t address = 0,
             std::optional<Severity> severity = std::nullopt) {
        add_about(id, names_.driver(driver), std::move(evidence), address, severity);
    }
    void add_about(std::string_view id, const std::string& subject, std::string evidence, std::uintptr_t address = 0,
                   std::optional<Severity> severity = std::nullopt) {
        const auto [place, fresh] = index_.try_emplace(std::string(id) + "\n" + subject, findings_.size());
        if (!fresh) {
            ++counts_[place->second];
            return;
        }
        Finding finding = finding_of(*rule(id), subject, std::move(evidence));
        finding.entry = at_;
        if (severity) finding.severity = *severity;
        if (address != 0) finding.stack.push_back(address);
        findings_.push_back(std::move(finding));
        counts_.push_back(1);
    }

    static std::string_view rule_of_loader(const std::string& text, const std::string& path) {
        if (text.find("static TLS") != text.npos) return "static-tls-exhausted";
        if (text.find("executable stack") != text.npos) return "exec-stack-required";
        if (text.find("undefined symbol") != text.npos) return "missing-symbol";
        const bool absent = text.find("cannot open shared object file") != text.npos;
        if (absent && !text.starts_with(path)) return "missing-dependency";
        if (text.find("version `") != text.npos && text.find("not found") != text.npos) return "missing-dependency";
        return {};
    }

    void compare(const journal::EntrySeen& before, const journal::EntrySeen& now) {
        if (before.image == now.image) return;
        if (before.flags != now.flags) {
            std::string what;
            const auto say = [&](std::uint32_t flag, const char* name) {
                if (((before.flags ^ now.flags) & flag) == 0) return;
                what += fmt::format("{}{} {}", what.empty() ? "" : ", ", name,
                                    (now.flags & flag) != 0 ? "is set now" : "was set");
            };
            say(ERL_DRV_FLAG_USE_PORT_LOCKING, "ERL_DRV_FLAG_USE_PORT_LOCKING");
            say(ERL_DRV_FLAG_SOFT_BUSY, "ERL_DRV_FLAG_SOFT_BUSY");
            say(ERL_DRV_FLAG_NO_BUSY_MSGQ, "ERL_DRV_FLAG_NO_BUSY_MSGQ");
            say(ERL_DRV_FLAG_USE_INIT_ACK, "ERL_DRV_FLAG_USE_INIT_ACK");
            add("entry-flags-changed", now.driver, what.empty() ? "unknown flags differ" : what);
        } else if (before.major != now.major || before.minor != now.minor) {
            add("entry-flags-changed", now.driver,
                fmt::format("its version was {}.{} and is {}.{}", before.major, before.minor, now.major, now.minor));
        }
        std::string removed;
        for (const auto callback : words::all<words::Callback>) {
            using enum journal::Callback;
            // What the emulator calls by itself may come and go.
            const bool answers = callback == control || callback == call || callback == output || callback == outputv;
            const std::uint32_t mask = words::bit(callback);
            if (!answers || (before.callbacks & mask) == 0 || (now.callbacks & mask) != 0) continue;
            const std::uint32_t outputs = words::bit(output) | words::bit(outputv);
            if ((mask & outputs) != 0 && (now.callbacks & outputs) != 0) continue; // the other one takes its place
            removed += fmt::format("{}{}", removed.empty() ? "" : ", ", words::name(callback));
        }
        if (!removed.empty()) add("callback-removed", now.driver, "gone: " + removed);
    }

    bool uses_openmp(ImageId image) const {
        const ImageNote note = names_.image(image);
        if (note.facts == nullptr) return false;
        return std::any_of(note.facts->needed.begin(), note.facts->needed.end(), [](const std::string& name) {
            return name.starts_with("libgomp") || name.starts_with("libomp") || name.starts_with("libiomp") ||
                   name.starts_with("libtbb");
        });
    }

    void find_growth(const std::string& driver, const std::vector<std::int64_t>& grown) {
        if (grown.size() < warm_up + least_growths) return;
        const std::int64_t least = *std::min_element(grown.begin() + warm_up, grown.end());
        if (least < worth_telling_bytes) return;
        add_about("heap-leak-outside-driver-heap", driver,
                  fmt::format("at least {} bytes more after each cycle", least));
    }

    const Names& names_;
    std::uint64_t at_ = 0;
    bool unload_asked_ = false; ///< the call under way is one
    std::map<ProcessId, std::string_view> calls_;
    std::set<ProcessId> loaders_; ///< that have loaded a driver
    std::map<DriverId, Driver> drivers_;
    std::map<DriverId, journal::EntrySeen> entries_;
    std::map<std::string, std::vector<std::int64_t>> grown_; ///< the heap, by driver: in each cycle
    std::map<ImageId, std::string> mapped_;
    std::map<ImageId, DriverId> driver_of_;
    std::vector<Pending> objects_;
    std::vector<Finding> findings_;
    std::vector<std::uint64_t> counts_;
    std::map<std::string, std::size_t> index_;
};

} // namespace

std::vector<Finding> find_hazards(const journal::Journal& journal, const Names& names) {
    Seeker seeker(names);
    for (const journal::Entry& entry : journal) seeker.see(entry);
    return seeker.finish();
}

std::span<const std::string_view> hazard_rules() {
    return all_rules;
}

} // namespace ddll::findings
