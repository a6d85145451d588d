#include "scenario/crash_report.h"

#include "base/prose.h"
#include "image/symbolize.h"
#include "scenario/code_places.h"
#include "term/text.h"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <filesystem>

namespace ddll::scenario {

namespace {

constexpr std::size_t deepest_stack = 32;

std::string name_of_signal(int number) {
    const char* abbreviation = sigabbrev_np(number);
    return abbreviation == nullptr ? fmt::format("signal {}", number) : fmt::format("SIG{}", abbreviation);
}

// The callback that was entered last and not left, and what the journal knows of it.
struct Innermost {
    journal::Entered entered;
    std::string driver;
    std::string version;
};

std::optional<Innermost> innermost(const RunResult& result, std::uint16_t thread) {
    std::vector<journal::Entered> open;
    std::map<DriverId, std::string> drivers;
    for (const journal::Entry& entry : *result.journal) {
        if (const auto* entered = std::get_if<journal::Entered>(&entry.event)) {
            if (entry.thread == thread) open.push_back(*entered);
        } else if (std::holds_alternative<journal::Left>(entry.event)) {
            if (entry.thread == thread && !open.empty()) open.pop_back();
        } else if (const auto* changed = std::get_if<journal::DriverChanged>(&entry.event)) {
            drivers[changed->driver] = changed->name;
        }
    }
    if (open.empty()) return std::nullopt;
    const journal::Entered& in = open.back();
    const auto version = result.versions.find(in.image.value);
    return Innermost{in, drivers[in.driver], version == result.versions.end() ? "" : version->second};
}

// The file to read symbols from: the scenario's own copy, because the one in the work folder may have been replaced.
std::string file_of(const isolate::Module& module, const RunResult& result, const Versions& versions) {
    for (const journal::Entry& entry : *result.journal)
        if (const auto* opened = std::get_if<journal::ImageOpened>(&entry.event))
            if (opened->base == module.base)
                if (const auto* known = versions.of(*opened)) return known->file;
    return module.path;
}

// Code that has left memory is the usual reason for an address that nothing is mapped at.
StackFrame unmapped_frame(std::uintptr_t address, const RunResult& result, const Versions& versions) {
    StackFrame frame;
    frame.module = "(no module)";
    for (const journal::Entry& entry : *result.journal) {
        const auto* opened = std::get_if<journal::ImageOpened>(&entry.event);
        if (opened == nullptr || address < opened->base || address >= opened->end) continue;
        const auto it = result.versions.find(opened->image.value);
        frame = {};
        frame.module = fmt::format("{} (left memory before{})",
                                   std::filesystem::path(std::string(opened->path)).filename().string(),
                                   it == result.versions.end() ? "" : ", " + it->second);
        frame.offset = address - opened->base;
        if (const auto* known = versions.of(*opened)) add_place(frame, known->file, *frame.offset);
    }
    return frame;
}

bool is_c_library(const isolate::Module& module) {
    const std::string name = std::filesystem::path(module.path).filename();
    return name.starts_with("libc.so") || name.starts_with("linux-vdso.so") || name.starts_with("ld-linux");
}

// Of code that was stopped while it ran, the place is chance, and the function is what is the same in every run.
std::vector<StackFrame> frames_of(const isolate::CrashReport& crash, const RunResult& result,
                                  const Versions& versions) {
    const bool running = crash.stopped == isolate::Stopped::running;
    std::vector<StackFrame> frames;
    for (std::size_t i = 0; i < crash.stack.size() && frames.size() < deepest_stack; ++i) {
        const std::uintptr_t address = crash.stack[i];
        StackFrame frame;
        const isolate::Module* module = crash.module_of(address);
        if (module == nullptr) {
            frames.push_back(unmapped_frame(address, result, versions));
            continue;
        }
        if (module->path.empty()) continue; // ddlltool itself says nothing about the driver
        const bool chance = running && frames.empty();
        if (chance && is_c_library(*module)) continue; // a loop that calls it is in there now and then
        frame.module = std::filesystem::path(module->path).filename();
        const std::uint64_t offset = address - module->base;
        const std::string file = file_of(*module, result, versions);
        add_place(frame, file, offset);
        if (!chance) {
            frame.offset = offset;
        } else {
            frame.path = frame.source = "";
            if (const auto lines = image::function_lines(file, offset)) {
                frame.path = lines->path;
                frame.source = fmt::format("{}:{}-{}", lines->file, lines->first, lines->last);
            }
        }
        frames.push_back(std::move(frame));
    }
    return frames;
}

std::string address_text(const isolate::CrashReport& crash) {
    if (crash.stack_exhausted) return "the stack is exhausted";
    if (crash.signal == SIGSEGV && crash.code == SI_KERNEL) return "an address that no memory can have";
    if (!crash.has_fault_address) return "";
    if (crash.signal != SIGSEGV && crash.signal != SIGBUS) return "";
    if (crash.fault_address == 0) return "a NULL pointer";
    // Small addresses are fields of a NULL pointer and the same in every run; others differ and would only distract.
    if (crash.fault_address < 4096) return fmt::format("address {:#x}, near a NULL pointer", crash.fault_address);
    return "an address that is not mapped or not allowed";
}

std::string advice_for(const Death& death) {
    if (!death.exception.empty())
        return "Catch every exception at the border of each callback: a node ends at once when one gets out.";
    if (death.timed_out)
        return "Look at the top of the stack: a loop without an end, or a lock that nobody gives back. A callback "
               "should return "
               "within about a millisecond; longer work belongs into driver_async.";
    if (death.out_of_memory) return "Look for an allocation in a loop: a story may take 2 GiB.";
    if (death.exit_status)
        return "A driver must never end the process: it is the whole node. Report the error to the owner with "
               "driver_failure_atom.";
    if (death.stack.empty()) return "Build the driver with -g to see source lines here.";
    for (const StackFrame& frame : death.stack)
        if (!frame.source.empty()) return "The first line with a source place above is where to look.";
    return "Build the driver with -g to see source lines here.";
}

} // namespace

std::string port_name(const RunResult& result, PortId port) {
    const std::string printed = term::print(term::Term::port(port.value));
    const auto it = result.names.find(printed);
    return it == result.names.end() ? printed : it->second;
}

Death examine(const isolate::Ending& ending, const RunResult& result, const Versions& versions, std::uint32_t step) {
    Death death;
    const isolate::CrashReport& crash = ending.crash;
    const auto in = innermost(result, crash.thread);
    death.in.step = step;
    if (in) {
        death.in.callback = in->entered.callback;
        death.in.driver = in->driver;
        death.in.version = in->version;
        if (in->entered.port) death.in.port = port_name(result, in->entered.port);
    }
    std::string what;
    if (const auto* signalled = std::get_if<isolate::Signalled>(&ending.how)) {
        death.signal = name_of_signal(signalled->signal);
        death.exception = crash.exception;
        what = death.signal;
        if (!crash.exception.empty())
            what = fmt::format("an exception nobody caught: {}", crash.exception);
        else if (!crash.fatal.empty())
            what = fmt::format("{}: {}", death.signal, crash.fatal);
        else if (const std::string where = address_text(crash); !where.empty())
            what += fmt::format(" ({})", where);
    } else if (const auto* exited = std::get_if<isolate::Exited>(&ending.how)) {
        death.exit_status = exited->status;
        what = fmt::format("exit({}) was called", exited->status);
    } else if (std::holds_alternative<isolate::TimedOut>(ending.how)) {
        death.timed_out = true;
        what = "no end within the time limit";
    } else if (std::holds_alternative<isolate::OutOfMemory>(ending.how)) {
        death.out_of_memory = true;
        what = "the memory limit was passed";
    }
    std::string where = " outside of any callback";
    if (in) {
        where = fmt::format(" in {} of driver {}{}{}", death.in.callback_name(), death.in.driver,
                            death.in.version.empty() ? "" : "/", death.in.version);
        if (!death.in.port.empty()) where += fmt::format(", port {}", death.in.port);
    }
    death.what = prose(what);
    death.headline = prose(what + where);
    death.stack = frames_of(crash, result, versions);
    death.output = ending.output;
    death.advice = prose(advice_for(death));
    return death;
}

std::optional<std::pair<std::string, std::string>> unexpected_part(const ExpectedCrash& expected, const Death& death) {
    const auto differ = [&](std::string wanted) { return std::pair(std::move(wanted), death.headline); };
    if (expected.signal && *expected.signal != death.signal) return differ("signal " + *expected.signal);
    if (expected.callback && *expected.callback != death.in.callback_name())
        return differ("in callback " + *expected.callback);
    if (expected.deadlock) return differ("a deadlock");
    if (expected.exit && expected.exit != death.exit_status) return differ(fmt::format("exit({})", *expected.exit));
    if (expected.hang && !death.timed_out) return differ("a callback that hangs");
    if (expected.exception && death.exception.empty()) return differ("an exception that nobody catches");
    if (expected.memory && !death.out_of_memory) return differ("the memory limit passed");
    return std::nullopt;
}

} // namespace ddll::scenario
