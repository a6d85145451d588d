#include "cli/commands.h"

#include "cli/choices.h"
#include "doctor/doctor.h"
#include "report/doctor.h"

#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdio>
#include <ctime>

namespace ddll::cli {
namespace {

constexpr const char* doctor_footer =
    R"(Nothing is changed: with --pid files of /proc are read, with --node the node is asked through Erlang's distribution, as a
hidden node, and no code is sent. docs/doctor.md explains every problem.

examples:
  ddlltool doctor --pid $(pgrep beam.smp)               which libraries are stale, pinned, overwritten
  ddlltool doctor --node kv@db1 --cookie SECRET         also which processes and ports hold each driver, and the way out
  ddlltool doctor --pid 4711 --format json | jq '.problems[].problem'
  ddlltool doctor --pid 4711 --watch                    again every 2 s; printed when something has changed

exit codes: 0 no problem found, 1 a problem: something mapped is not what its path names, 2 wrong usage, 3 the node, or part
of it, could not be checked.)";

struct DoctorParser final : Parser {
    DoctorParser();
    ExitCode run() override;

    ExitCode look(std::string& shown) const;
    Result<doctor::Diagnosis> diagnosis() const;

    unsigned pid = 0;
    std::string node, cookie;
    std::string format = "text";
    std::string every = "2s";
    bool watch = false;
    Color color = Color::automatic;
};

DoctorParser::DoctorParser()
    : Parser("Checks which driver libraries a live node has mapped, and what holds them. Changes nothing.",
             "ddlltool doctor") {
    footer(doctor_footer);
    constexpr unsigned largest_pid = 1u << 22; // of Linux
    add_option("--pid", pid, "the node's process")->type_name("PID")->range(1, largest_pid);
    add_option("--node", node, "the node's name; where it runs on this machine, its process is checked, too")
        ->takes("NAME@HOST", {});
    add_option("--cookie", cookie, "the node's cookie (default: that of ~/.erlang.cookie)")->takes("COOKIE", {});
    static constexpr std::string_view formats[] = {"text", "json"};
    add_option("--format", format, "text or json")->takes(choice_of(formats));
    add_flag("--watch", watch, "look again and again, until Ctrl-C; print when something has changed");
    add_option("--every", every, "with --watch: how long to wait in between (2s)")->takes("TIME", {});
    add_color(*this, color);
}

Result<doctor::Diagnosis> DoctorParser::diagnosis() const {
    std::optional<doctor::NodeState> state;
    std::optional<doctor::Mapped> mapped;
    std::string trouble;
    pid_t process = static_cast<pid_t>(pid);
    if (!node.empty()) {
        auto asked = doctor::ask_node({node, cookie});
        if (!asked) return std::move(asked).error();
        state = *std::move(asked);
        if (process == 0) process = state->pid;
    }
    if (pid != 0 || doctor::runs_here(node)) {
        auto seen = doctor::examine(process);
        if (!seen && pid != 0) return std::move(seen).error();
        if (seen)
            mapped = *std::move(seen);
        else
            trouble = seen.error().message;
    } else {
        trouble = "the node runs on another machine; run ddlltool doctor --pid there";
    }
    auto out = doctor::diagnose(std::move(mapped), std::move(state));
    out.mapped_trouble = trouble;
    return out;
}

/// One look. Prints it unless it says the same as `shown`.
ExitCode DoctorParser::look(std::string& shown) const {
    const auto seen = diagnosis();
    if (!seen) {
        if (std::exchange(shown, seen.error().message) != seen.error().message) complain(seen.error());
        return ExitCode::unusable_input;
    }
    const std::string text = format == "json" ? report::doctor_value(*seen).dump(2) + "\n"
                                              : report::doctor_text(*seen, {wants_color(color)});
    if (text != shown) {
        std::fputs(text.c_str(), stdout);
        std::fflush(stdout);
    }
    shown = text;
    if (doctor::anything_wrong(*seen)) return ExitCode::failed;
    return doctor::complete(*seen) ? ExitCode::ok : ExitCode::unusable_input;
}

ExitCode DoctorParser::run() {
    if (pid == 0 && node.empty())
        return wrong_usage("doctor", "needs a node: --pid PID or --node NAME@HOST",
                           "pgrep -a beam lists those of this machine");
    if (!node.empty() && (node.find('@') == 0 || node.find('@') == node.npos || node.back() == '@'))
        return wrong_usage("--node " + node, "is not the name of a node",
                           "a node is called NAME@HOST, as its node() gives it");
    const auto pause = milliseconds_of("--every", every);
    if (!pause) return wrong_usage(pause.error());
    std::string shown;
    if (!watch) return look(shown);

    sigset_t ends;
    sigemptyset(&ends);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ends, signal);
    sigprocmask(SIG_BLOCK, &ends, nullptr);
    const timespec wait{pause->count() / 1000, pause->count() % 1000 * 1'000'000};
    for (;;) {
        const ExitCode code = look(shown);
        if (sigtimedwait(&ends, nullptr, &wait) > 0) return code;
    }
}

} // namespace

std::unique_ptr<Parser> doctor_parser() {
    return std::make_unique<DoctorParser>();
}

} // namespace ddll::cli
