#include "cli/session_step_table.h"

#include <algorithm>

namespace ddll::cli {

namespace {

/// A command takes so many words, where it takes any number.
constexpr std::size_t most_words = 64;

void waiting_options(Parser& app, StepArguments& values) {
    app.add_flag("--kill-ports", values.kill_ports,
                 "the driver option kill_ports: its ports are killed when it is to go");
    app.add_flag("--monitor", values.monitor, "ask for a message when it has happened");
    app.add_flag("--wait", values.wait, "ask for the message and come back when it is there, or --timeout is over");
}

void no_options(Parser&, StepArguments&) {}

void let_option(Parser& app, StepArguments& values) {
    app.add_option("--let", values.let, "a name for the result, instead of P1, P2, ... or Ref1, ...")
        ->type_name("VARIABLE");
}

void term_option(Parser& app, StepArguments& values) {
    app.add_flag("--term", values.term, "DATA is an Erlang expression, not text");
}

void await_option(Parser& app, StepArguments& values) {
    app.add_option("--await", values.await, "wait so long, in real time, for what comes from outside: sockets, threads")
        ->type_name("DURATION");
}

using enum StepWord::Need;

constexpr StepWord dir{"DIR", required, Takes::folder}, name{"NAME", required, Takes::driver},
    port{"PORT", required, Takes::port}, process{"PROCESS", required, Takes::process},
    file{"FILE", required, Takes::file}, item{"ITEM", required, Takes::choice}, number{"NUMBER", required},
    data{"DATA", required}, term{"TERM", required}, word{"WORD", required}, ref{"REF", required},
    reason{"REASON", required}, duration{"DURATION", required};

constexpr StepWord maybe(StepWord one) {
    return {one.name, optional, one.takes};
}
constexpr StepWord any(StepWord one) {
    return {one.name, repeated, one.takes};
}
template <class... Word>
constexpr StepWords takes(Word... words) {
    return {{words...}};
}

constexpr StepRow rows[] = {
    {"load", "load a driver: erl_ddll:try_load/3", takes(dir, name), waiting_options, load_request, files_to_load,
     "  ddlltool load priv/lib counter\n"
     "  ddlltool load --kill-ports priv/lib counter --as owner\n"},
    {"unload", "take back one load: erl_ddll:try_unload/2", takes(name),
     [](Parser& app, StepArguments& values) {
         waiting_options(app, values);
         app.add_flag("--pending", values.pending, "monitor also while other processes use it: {monitor,pending}");
     },
     unload_request, nullptr,
     "  ddlltool unload counter\n"
     "  ddlltool unload counter --kill-ports --wait\n"},
    {"reload", "replace a driver: erl_ddll:try_load/3 with the option reload", takes(maybe(dir), name),
     [](Parser& app, StepArguments& values) {
         waiting_options(app, values);
         app.add_flag("--pending", values.pending, "{reload,pending} instead of {reload,pending_driver}");
     },
     reload_request, files_to_load,
     "  ddlltool reload counter --monitor            when the caller is its only user\n"
     "  ddlltool reload counter --pending --wait     for all its users\n"
     "  ddlltool reload releases/2/lib counter       from another folder\n"},
    {"open", "open a port: open_port/2", takes(name, any(word)),
     [](Parser& app, StepArguments& values) {
         app.add_flag("--binary", values.binary, "the setting binary");
         app.add_option("--settings", values.settings, "an Erlang list of settings")->type_name("LIST");
         let_option(app, values);
     },
     open_request, nullptr,
     "  ddlltool open counter --as bob\n"
     "  ddlltool open trace_ip_drv 0 --settings '[binary, {packet, 2}]'\n"},
    {"close", "close a port: port_close/1", takes(port), no_options, close_request, nullptr,
     "  ddlltool close P1 --as bob\n"},
    {"control", "port_control/3", takes(port, number, maybe(data)), term_option, control_request, nullptr,
     "  ddlltool control P1 1 add --as bob\n"
     "  ddlltool control P1 2 '<<1:32>>' --term\n"},
    {"call", "erlang:port_call/3", takes(port, number, term), no_options, call_request, nullptr,
     "  ddlltool call P1 1 '{get, 7}'\n"},
    {"command", "port_command/2", takes(port, maybe(data)), term_option, command_request, nullptr,
     "  ddlltool command P1 hello\n"},
    {"connect", "give a port to another process: port_connect/2", takes(port, process), no_options, connect_request,
     nullptr, "  ddlltool connect P1 carol --as bob\n"},
    {"monitor", "erl_ddll:monitor/2", takes(name),
     [](Parser& app, StepArguments& values) {
         app.add_flag("--unloaded", values.unloaded, "wait for the unload instead of the load");
         app.add_flag("--unloaded-only", values.unloaded_only, "... and for nothing else");
         let_option(app, values);
     },
     monitor_request, nullptr, "  ddlltool monitor counter --unloaded --as carol\n"},
    {"demonitor", "erl_ddll:demonitor/1", takes(ref), no_options, demonitor_request, nullptr,
     "  ddlltool demonitor Ref1\n"},
    {"info", "erl_ddll:info/0,1,2", takes(maybe(name), maybe(item)), no_options, info_request, nullptr,
     "  ddlltool info counter\n"
     "  ddlltool info counter port_count\n"},
    {"exit", "end a process, or send an exit signal: exit/1,2", takes(maybe(reason)),
     [](Parser& app, StepArguments& values) {
         app.takes(app.add_option("--to", values.to, "send a signal to this process or port instead"),
                   {Takes::process, "", {}})
             ->type_name("WHO");
     },
     exit_request, nullptr,
     "  ddlltool exit --as alice            alice ends with reason normal\n"
     "  ddlltool exit kill --to bob         bob is killed\n"},
    {"spawn", "start a process", takes(process),
     [](Parser& app, StepArguments& values) {
         app.add_flag("--trap-exit", values.trap_exit, "exit signals come to it as messages");
     },
     spawn_request, nullptr, "  ddlltool spawn owner --trap-exit\n"},
    {"install", "put a driver file in place, as it should be done: by rename", takes(file, dir, maybe(name)),
     [](Parser& app, StepArguments& values) {
         app.add_flag("--overwrite", values.overwrite, "write into the existing file, as cp does");
         app.add_flag("--remove", values.remove, "remove the file; the arguments are DIR NAME");
     },
     install_request, files_to_install,
     "  ddlltool install build/counter.so priv/lib\n"
     "  ddlltool install build/counter_v2.so priv/lib counter --overwrite    the classic mistake\n"
     "  ddlltool install --remove priv/lib counter\n"},
    {"advance", "move the clock of the emulator", takes(duration), await_option, advance_request, nullptr,
     "  ddlltool advance 250ms\n"
     "  ddlltool advance 0ms --await 2s\n"},
};

Value value_of(const StepWord& one) {
    static constexpr std::string_view items[] = {"processes", "driver_options", "port_count",     "linked_in_driver",
                                                 "permanent", "awaiting_load",  "awaiting_unload"};
    if (one.takes == Takes::choice) return choice_of(items);
    return {one.takes, one.takes == Takes::file ? ".so" : "", {}};
}

/// Those that a row has.
std::span<const StepWord> words_of(const StepRow& row) {
    const auto& all = row.words.all;
    return {std::begin(all),
            std::find_if(std::begin(all), std::end(all), [](const StepWord& one) { return one.name.empty(); })};
}

} // namespace

std::size_t StepRow::least() const {
    const auto all = words_of(*this);
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const StepWord& one) { return one.need == required; }));
}

std::size_t StepRow::most() const {
    const auto all = words_of(*this);
    return !all.empty() && all.back().need == repeated ? most_words : all.size();
}

std::string StepRow::usage() const {
    std::string out;
    std::size_t open = 0; // an optional word may be followed by others only when it is given itself
    for (const StepWord& one : words_of(*this)) {
        if (one.need == required) out += std::string(std::exchange(open, 0), ']');
        if (!out.empty()) out += ' ';
        if (one.need != required) {
            out += '[';
            ++open;
        }
        out += one.name;
        if (one.need == repeated) out += "...";
    }
    return out + std::string(open, ']');
}

std::vector<Positional> StepRow::positionals() const {
    std::vector<Positional> out;
    for (const StepWord& one : words_of(*this))
        out.push_back({std::string(one.name), "", one.need == required, one.need == repeated, value_of(one)});
    return out;
}

std::span<const StepRow> session_step_rows() {
    return rows;
}

const StepRow& session_step_row(std::string_view wanted) {
    return *std::find_if(std::begin(rows), std::end(rows), [wanted](const StepRow& row) { return row.name == wanted; });
}

} // namespace ddll::cli
