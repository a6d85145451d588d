#include "findings/runtime/finders.h"
#include "lifecycle/record.h"

#include <erl_driver.h>
#include <fmt/format.h>

#include <optional>

namespace ddll::findings {

namespace {

using ProbeRule = words::RuleOf<words::by_probe>;

std::optional<ProbeRule> rule_of(words::LoaderRefusal refusal) {
    using enum words::LoaderRefusal;
    switch (refusal) {
    case none:
    case other:
    case missing_file:
    case this_machine:
        return std::nullopt;
    case missing_library:
        return ProbeRule(Rule::missing_dependency);
    case undefined_symbol:
        return ProbeRule(Rule::missing_symbol);
    case static_tls:
        return ProbeRule(Rule::static_tls_exhausted);
    case executable_stack:
        return ProbeRule(Rule::exec_stack_required);
    }
    return std::nullopt;
}

std::optional<ProbeRule> rule_of(const journal::ImageFailed& failed) {
    switch (failed.kind) {
    case words::LoadErrorKind::open_error:
        return rule_of(failed.refusal);
    case words::LoadErrorKind::no_driver_init:
        return ProbeRule(Rule::driver_init_missing);
    case words::LoadErrorKind::driver_init_failed:
        return ProbeRule(Rule::driver_init_failed);
    case words::LoadErrorKind::bad_driver_name:
        return ProbeRule(Rule::driver_name_changed);
    case words::LoadErrorKind::driver_incorrect_version:
        return ProbeRule(Rule::driver_version_mismatch);
    }
    return std::nullopt;
}

/// "ERL_DRV_FLAG_SOFT_BUSY is set now, ...".
std::string flag_differences(std::uint32_t before, std::uint32_t now) {
    std::string out;
    const auto add = [&](std::uint32_t flag, const char* name) {
        if (((before ^ now) & flag) == 0) return;
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, (now & flag) != 0 ? "is set now" : "was set");
    };
    add(ERL_DRV_FLAG_USE_PORT_LOCKING, "ERL_DRV_FLAG_USE_PORT_LOCKING");
    add(ERL_DRV_FLAG_SOFT_BUSY, "ERL_DRV_FLAG_SOFT_BUSY");
    add(ERL_DRV_FLAG_NO_BUSY_MSGQ, "ERL_DRV_FLAG_NO_BUSY_MSGQ");
    add(ERL_DRV_FLAG_USE_INIT_ACK, "ERL_DRV_FLAG_USE_INIT_ACK");
    return out.empty() ? "unknown flags differ" : out;
}

/// Of the callbacks that answer Erlang, those that are no longer there. What the emulator calls by itself may come and
/// go.
std::string removed_callbacks(std::uint32_t before, std::uint32_t now) {
    using enum journal::Callback;
    using words::bit;
    const std::uint32_t outputs = bit(output) | bit(outputv);
    std::string out;
    for (const journal::Callback callback : {output, outputv, control, call}) {
        const std::uint32_t mask = bit(callback);
        if ((before & mask) == 0 || (now & mask) != 0) continue;
        if ((mask & outputs) != 0 && (now & outputs) != 0) continue; // the other one takes its place
        out += fmt::format("{}{}", out.empty() ? "" : ", ", words::name(callback));
    }
    return out;
}

} // namespace

void Loads::see(const journal::FileInstalled& e) {
    if (e.how != words::InstallHow::overwrite) return;
    for (const auto& [image, path] : mapped_)
        if (path == e.path)
            reading_.add(Rule::file_overwritten_in_place, driver_of_[image], fmt::format("{} was mapped", e.path));
}

void Loads::see(const journal::ImageOpened& e) {
    mapped_[e.image] = e.path;
    driver_of_[e.image] = e.driver;
}

void Loads::see(const journal::ImageFailed& e) {
    const CloseReading::Driver& driver = reading_.drivers[e.driver];
    const std::string text(e.text);
    if (const auto rule = rule_of(e)) reading_.add(*rule, e.driver, text);
    if (lifecycle::reloading(driver.status)) reading_.add(Rule::reload_leaves_no_driver, e.driver, text);
}

void Loads::see(const journal::EntrySeen& e) {
    const auto [it, first] = entries_.try_emplace(e.driver, e);
    if (first) return;
    const journal::EntrySeen before = it->second;
    it->second = e;
    compare(before, e);
}

void Loads::compare(const journal::EntrySeen& before, const journal::EntrySeen& now) {
    if (before.image == now.image) return;
    if (before.flags != now.flags)
        reading_.add(Rule::entry_flags_changed, now.driver, flag_differences(before.flags, now.flags));
    else if (before.major != now.major || before.minor != now.minor)
        reading_.add(
            Rule::entry_flags_changed, now.driver,
            fmt::format("its version was {}.{} and is {}.{}", before.major, before.minor, now.major, now.minor));
    if (const std::string removed = removed_callbacks(before.callbacks, now.callbacks); !removed.empty())
        reading_.add(Rule::callback_removed, now.driver, "gone: " + removed);
}

} // namespace ddll::findings
