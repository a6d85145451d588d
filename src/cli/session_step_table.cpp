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

constexpr StepRow rows[] = {
    {"load",
     "load a driver: erl_ddll:try_load/3",
     {{"DIR", required}, {"NAME", required}},
     "  ddlltool load priv/lib counter\n"
     "  ddlltool load --kill-ports priv/lib counter --as owner\n",
     waiting_options,
     load_request,
     files_to_load},
    {"unload",
     "take back one load: erl_ddll:try_unload/2",
     {{"NAME", required}},
     "  ddlltool unload counter\n"
     "  ddlltool unload counter --kill-ports --wait\n",
     [](Parser& app, StepArguments& values) {
         waiting_options(app, values);
         app.add_flag("--pending", values.pending, "monitor also while other processes use it: {monitor,pending}");
     },
     unload_request,
     nullptr},
    {"reload",
     "replace a driver: erl_ddll:try_load/3 with the option reload",
     {{"DIR", optional}, {"NAME", required}},
     "  ddlltool reload counter --monitor            when the caller is its only user\n"
     "  ddlltool reload counter --pending --wait     for all its users\n"
     "  ddlltool reload releases/2/lib counter       from another folder\n",
     [](Parser& app, StepArguments& values) {
         waiting_options(app, values);
         app.add_flag("--pending", values.pending, "{reload,pending} instead of {reload,pending_driver}");
     },
     reload_request,
     files_to_load},
    {"open",
     "open a port: open_port/2",
     {{"NAME", required}, {"WORD", repeated}},
     "  ddlltool open counter --as bob\n"
     "  ddlltool open trace_ip_drv 0 --settings '[binary, {packet, 2}]'\n",
     [](Parser& app, StepArguments& values) {
         app.add_flag("--binary", values.binary, "the setting binary");
         app.add_option("--settings", values.settings, "an Erlang list of settings")->type_name("LIST");
         let_option(app, values);
     },
     open_request,
     nullptr},
    {"close",
     "close a port: port_close/1",
     {{"PORT", required}},
     "  ddlltool close P1 --as bob\n",
     no_options,
     close_request,
     nullptr},
    {"control",
     "port_control/3",
     {{"PORT", required}, {"NUMBER", required}, {"DATA", optional}},
     "  ddlltool control P1 1 add --as bob\n"
     "  ddlltool control P1 2 '<<1:32>>' --term\n",
     term_option,
     control_request,
     nullptr},
    {"call",
     "erlang:port_call/3",
     {{"PORT", required}, {"NUMBER", required}, {"TERM", required}},
     "  ddlltool call P1 1 '{get, 7}'\n",
     no_options,
     call_request,
     nullptr},
    {"command",
     "port_command/2",
     {{"PORT", required}, {"DATA", optional}},
     "  ddlltool command P1 hello\n",
     term_option,
     command_request,
     nullptr},
    {"connect",
     "give a port to another process: port_connect/2",
     {{"PORT", required}, {"PROCESS", required}},
     "  ddlltool connect P1 carol --as bob\n",
     no_options,
     connect_request,
     nullptr},
    {"monitor",
     "erl_ddll:monitor/2",
     {{"NAME", required}},
     "  ddlltool monitor counter --unloaded --as carol\n",
     [](Parser& app, StepArguments& values) {
         app.add_flag("--unloaded", values.unloaded, "wait for the unload instead of the load");
         app.add_flag("--unloaded-only", values.unloaded_only, "... and for nothing else");
         let_option(app, values);
     },
     monitor_request,
     nullptr},
    {"demonitor",
     "erl_ddll:demonitor/1",
     {{"REF", required}},
     "  ddlltool demonitor Ref1\n",
     no_options,
     demonitor_request,
     nullptr},
    {"info",
     "erl_ddll:info/0,1,2",
     {{"NAME", optional}, {"ITEM", optional}},
     "  ddlltool info counter\n"
     "  ddlltool info counter port_count\n",
     no_options,
     info_request,
     nullptr},
    {"exit",
     "end a process, or send an exit signal: exit/1,2",
     {{"REASON", optional}},
     "  ddlltool exit --as alice            alice ends with reason normal\n"
     "  ddlltool exit kill --to bob         bob is killed\n",
     [](Parser& app, StepArguments& values) {
         app.takes(app.add_option("--to", values.to, "send a signal to this process or port instead"),
                   {Takes::process, "", {}})
             ->type_name("WHO");
     },
     exit_request,
     nullptr},
    {"spawn",
     "start a process",
     {{"PROCESS", required}},
     "  ddlltool spawn owner --trap-exit\n",
     [](Parser& app, StepArguments& values) {
         app.add_flag("--trap-exit", values.trap_exit, "exit signals come to it as messages");
     },
     spawn_request,
     nullptr},
    {"install",
     "put a driver file in place, as it should be done: by rename",
     {{"FILE", required}, {"DIR", required}, {"NAME", optional}},
     "  ddlltool install build/counter.so priv/lib\n"
     "  ddlltool install build/counter_v2.so priv/lib counter --overwrite    the classic mistake\n"
     "  ddlltool install --remove priv/lib counter\n",
     [](Parser& app, StepArguments& values) {
         app.add_flag("--overwrite", values.overwrite, "write into the existing file, as cp does");
         app.add_flag("--remove", values.remove, "remove the file; the arguments are DIR NAME");
     },
     install_request,
     files_to_install},
    {"advance",
     "move the clock of the emulator",
     {{"DURATION", required}},
     "  ddlltool advance 250ms\n"
     "  ddlltool advance 0ms --await 2s\n",
     await_option,
     advance_request,
     nullptr},
};

/// What a word of a usage line stands for.
Value value_of(std::string_view name) {
    static constexpr std::pair<std::string_view, Takes> kinds[] = {
        {"DIR", Takes::folder},      {"NAME", Takes::driver}, {"PORT", Takes::port},
        {"PROCESS", Takes::process}, {"FILE", Takes::file},
    };
    static constexpr std::string_view items[] = {"processes", "driver_options", "port_count",     "linked_in_driver",
                                                 "permanent", "awaiting_load",  "awaiting_unload"};
    if (name == "ITEM") return choice_of(items);
    for (const auto& kind : kinds)
        if (kind.first == name) return {kind.second, kind.second == Takes::file ? ".so" : "", {}};
    return {};
}

/// Those that a row has.
std::span<const StepWord> words_of(const StepRow& row) {
    const auto* end = std::find_if(std::begin(row.words), std::end(row.words),
                                   [](const StepWord& word) { return word.name.empty(); });
    return {std::begin(row.words), end};
}

} // namespace

std::size_t StepRow::least() const {
    const auto all = words_of(*this);
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const StepWord& word) { return word.need == required; }));
}

std::size_t StepRow::most() const {
    const auto all = words_of(*this);
    return !all.empty() && all.back().need == repeated ? most_words : all.size();
}

std::string StepRow::usage() const {
    std::string out;
    std::size_t open = 0; // an optional word may be followed by others only when it is given itself
    for (const StepWord& word : words_of(*this)) {
        if (word.need == required) out += std::string(std::exchange(open, 0), ']');
        if (!out.empty()) out += ' ';
        if (word.need != required) {
            out += '[';
            ++open;
        }
        out += word.name;
        if (word.need == repeated) out += "...";
    }
    return out + std::string(open, ']');
}

std::vector<Positional> StepRow::positionals() const {
    std::vector<Positional> out;
    for (const StepWord& word : words_of(*this)) {
        Positional one;
        one.name = word.name;
        one.required = word.need == required;
        one.repeats = word.need == repeated;
        one.value = value_of(word.name);
        out.push_back(std::move(one));
    }
    return out;
}

std::span<const StepRow> session_step_rows() {
    return rows;
}

const StepRow& session_step_row(std::string_view name) {
    return *std::find_if(std::begin(rows), std::end(rows), [name](const StepRow& row) { return row.name == name; });
}

} // namespace ddll::cli
