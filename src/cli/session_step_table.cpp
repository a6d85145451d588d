#include "cli/session_step_table.h"

#include "base/time.h"
#include "scenario/process_name.h"
#include "term/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace ddll::cli {

using session::Request;

namespace {

std::string atom(const std::string& name) {
    return term::print_atom(name);
}

/// The bytes as an Erlang binary, or the words as they are.
std::string data_of(const StepArguments& values, std::size_t at) {
    const std::string text = values.words.size() > at ? values.words[at] : std::string();
    if (values.term) return text.empty() ? "[]" : text;
    return term::print(term::Term::binary(text));
}

/// As the system's own functions would find it from here, spelled as it was written.
std::string absolute(std::string folder) {
    while (folder.starts_with("./")) folder.erase(0, 2);
    if (folder.starts_with('/')) return folder;
    std::error_code ignored;
    const std::string here = std::filesystem::current_path(ignored).string();
    return folder.empty() || folder == "." ? here : here + "/" + folder;
}

std::string options_list(const std::vector<std::string>& options) {
    return fmt::format("[{}]", fmt::join(options, ", "));
}

Request calling(std::string call) {
    Request request = session::request_of(Request::Kind::call);
    request.call = std::move(call);
    return request;
}

std::vector<std::string> load_options(const StepArguments& values, bool reload) {
    std::vector<std::string> options;
    if (reload) options.emplace_back(values.pending ? "{reload, pending}" : "{reload, pending_driver}");
    if (values.monitor || values.wait)
        options.emplace_back(values.pending ? "{monitor, pending}" : "{monitor, pending_driver}");
    if (values.kill_ports) options.emplace_back("{driver_options, [kill_ports]}");
    return options;
}

Result<Request> load_request(const StepArguments& values) {
    Request request = calling(fmt::format("erl_ddll:try_load(@folder, {}, {})", atom(values.words[1]),
                                          options_list(load_options(values, false))));
    request.into = absolute(values.words[0]);
    request.starts = true;
    request.wait = values.wait;
    return request;
}

Result<Request> reload_request(const StepArguments& values) {
    Request request = calling(fmt::format("erl_ddll:try_load(@folder, {}, {})", atom(values.words.back()),
                                          options_list(load_options(values, true))));
    if (values.words.size() == 2)
        request.into = absolute(values.words[0]);
    else
        request.driver = values.words[0];
    request.wait = values.wait;
    return request;
}

Result<Request> unload_request(const StepArguments& values) {
    std::vector<std::string> options;
    if (values.kill_ports) options.emplace_back("kill_ports");
    if (values.monitor || values.wait)
        options.emplace_back(values.pending ? "{monitor, pending}" : "{monitor, pending_driver}");
    Request request = calling(fmt::format("erl_ddll:try_unload({}, {})", atom(values.words[0]), options_list(options)));
    request.wait = values.wait;
    return request;
}

Result<Request> open_request(const StepArguments& values) {
    const std::string command = fmt::format("{}", fmt::join(values.words, " "));
    std::string settings = values.settings.empty() ? "[]" : values.settings;
    if (values.settings.empty() && values.binary) settings = "[binary]";
    Request request =
        calling(fmt::format("open_port({{spawn_driver, {}}}, {})", term::print(term::Term::string(command)), settings));
    request.pattern = values.let;
    return request;
}

Result<Request> close_request(const StepArguments& values) {
    return calling(fmt::format("port_close({})", values.words[0]));
}

Result<Request> control_request(const StepArguments& values) {
    return calling(fmt::format("port_control({}, {}, {})", values.words[0], values.words[1], data_of(values, 2)));
}

Result<Request> call_request(const StepArguments& values) {
    return calling(fmt::format("erlang:port_call({}, {}, {})", values.words[0], values.words[1], values.words[2]));
}

Result<Request> command_request(const StepArguments& values) {
    return calling(fmt::format("port_command({}, {})", values.words[0], data_of(values, 1)));
}

Result<Request> connect_request(const StepArguments& values) {
    return calling(fmt::format("port_connect({}, {})", values.words[0], scenario::process_variable(values.words[1])));
}

Result<Request> monitor_request(const StepArguments& values) {
    const char* what = values.unloaded_only ? "unloaded_only" : values.unloaded ? "unloaded" : "loaded";
    Request request = calling(fmt::format("erl_ddll:monitor(driver, {{{}, {}}})", atom(values.words[0]), what));
    request.pattern = values.let;
    return request;
}

Result<Request> demonitor_request(const StepArguments& values) {
    return calling(fmt::format("erl_ddll:demonitor({})", values.words[0]));
}

Result<Request> info_request(const StepArguments& values) {
    std::vector<std::string> names;
    for (const std::string& word : values.words) names.push_back(atom(word));
    return calling(fmt::format("erl_ddll:info({})", fmt::join(names, ", ")));
}

Result<Request> exit_request(const StepArguments& values) {
    const std::string reason = values.words.empty() ? "normal" : values.words[0];
    return calling(values.to.empty() ? fmt::format("exit({})", reason)
                                     : fmt::format("exit({}, {})", scenario::process_variable(values.to), reason));
}

Result<Request> spawn_request(const StepArguments& values) {
    Request request = session::request_of(Request::Kind::spawn);
    request.by = values.words[0];
    request.trap_exit = values.trap_exit;
    request.starts = true;
    return request;
}

Result<Request> install_request(const StepArguments& values) {
    Request request = session::request_of(Request::Kind::install);
    request.starts = true;
    if (values.overwrite && values.remove) return error("--overwrite and --remove exclude each other");
    request.how = values.remove      ? scenario::InstallHow::remove
                  : values.overwrite ? scenario::InstallHow::overwrite
                                     : scenario::InstallHow::rename;
    if (values.remove) {
        request.into = absolute(values.words[0]);
        request.as = values.words[1];
    } else {
        request.file = absolute(values.words[0]);
        request.into = absolute(values.words[1]);
        request.as = values.words.size() > 2 ? values.words[2] : std::filesystem::path(request.file).stem().string();
    }
    if (request.as.ends_with(".so")) request.as.resize(request.as.size() - 3);
    return request;
}

Result<Request> advance_request(const StepArguments& values) {
    Request request = session::request_of(Request::Kind::advance);
    auto by = parse_duration(values.words[0]);
    if (!by) return std::move(by).error();
    request.by_how_much = *by;
    if (values.await.empty()) return request;
    auto await = parse_duration(values.await);
    if (!await) return std::move(await).error();
    request.await = *await;
    return request;
}

std::vector<std::string> files_to_load(const StepArguments& values) {
    if (values.words.size() != 2) return {};
    return {values.words[0], fmt::format("{}/{}.so", values.words[0], values.words[1])};
}

std::vector<std::string> files_to_install(const StepArguments& values) {
    if (values.remove) return {};
    return {values.words[0]};
}

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
         app.add_option("--to", values.to, "send a signal to this process or port instead")
             ->takes("WHO", {Takes::process});
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

} // namespace

std::span<const StepWord> StepRow::taken() const {
    return {std::begin(words.all), std::find_if(std::begin(words.all), std::end(words.all),
                                                [](const StepWord& one) { return one.name.empty(); })};
}

std::span<const StepRow> session_step_rows() {
    return rows;
}

} // namespace ddll::cli
