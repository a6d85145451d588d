/// The commands that are one step of a session each: every one is an Erlang call, or something done to the world.
#include "cli/session_steps.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/choices.h"
#include "cli/session_options.h"
#include "cli/usage.h"
#include "term/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace ddll::cli {

namespace {

using session::Request;

/// All that the commands have for arguments; each uses a few.
struct Values {
    std::vector<std::string> words; ///< positional, in their order
    bool kill_ports = false, pending = false, monitor = false, wait = false, trap_exit = false, binary = false;
    bool unloaded = false, unloaded_only = false, keep = false, overwrite = false, remove = false, term = false;
    std::string settings, let, to, await;
};

struct StepRow {
    std::string_view name;
    std::string_view doc;
    std::string_view usage;    ///< positional arguments, as --help shows them
    std::size_t least, most;   ///< so many of them
    std::string_view examples; ///< whole lines
    void (*options)(Parser& app, Values& values);
    Result<Request> (*request)(const Values& values);
};

// --- pieces of calls -------------------------------------------------------------------------------------------------

std::string atom(const std::string& name) {
    return term::print_atom(name);
}

constexpr char list_mark = '\x01';

void unmark(std::string& word) {
    if (word.starts_with(list_mark)) word.erase(0, 1);
}

/// The bytes as an Erlang binary, or the words as they are.
std::string data(const Values& values, std::size_t at) {
    const std::string text = values.words.size() > at ? values.words[at] : std::string();
    if (values.term) return text.empty() ? "[]" : text;
    return term::print(term::Term::binary(text));
}

/// alice is the variable Alice; what is no process's name stays as it is.
std::string who(const std::string& word) {
    std::string out = word;
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
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
    Request request;
    request.kind = Request::Kind::call;
    request.call = std::move(call);
    return request;
}

std::vector<std::string> load_options(const Values& values, bool reload) {
    std::vector<std::string> options;
    if (reload) options.emplace_back(values.pending ? "{reload, pending}" : "{reload, pending_driver}");
    if (values.monitor || values.wait)
        options.emplace_back(values.pending ? "{monitor, pending}" : "{monitor, pending_driver}");
    if (values.kill_ports) options.emplace_back("{driver_options, [kill_ports]}");
    return options;
}

// --- the commands ----------------------------------------------------------------------------------------------------

void waiting_options(Parser& app, Values& values) {
    app.add_flag("--kill-ports", values.kill_ports,
                 "the driver option kill_ports: its ports are killed when it is to go");
    app.add_flag("--monitor", values.monitor, "ask for a message when it has happened");
    app.add_flag("--wait", values.wait, "ask for the message and come back when it is there, or --timeout is over");
}

Result<Request> load(const Values& values) {
    Request request = calling(fmt::format("erl_ddll:try_load(@folder, {}, {})", atom(values.words[1]),
                                          options_list(load_options(values, false))));
    request.into = absolute(values.words[0]);
    request.starts = true;
    request.wait = values.wait;
    return request;
}

Result<Request> reload(const Values& values) {
    Request request = calling(fmt::format("erl_ddll:try_load(@folder, {}, {})", atom(values.words.back()),
                                          options_list(load_options(values, true))));
    if (values.words.size() == 2)
        request.into = absolute(values.words[0]);
    else
        request.driver = values.words[0];
    request.wait = values.wait;
    return request;
}

Result<Request> unload(const Values& values) {
    std::vector<std::string> options;
    if (values.kill_ports) options.emplace_back("kill_ports");
    if (values.monitor || values.wait)
        options.emplace_back(values.pending ? "{monitor, pending}" : "{monitor, pending_driver}");
    Request request = calling(fmt::format("erl_ddll:try_unload({}, {})", atom(values.words[0]), options_list(options)));
    request.wait = values.wait;
    return request;
}

Result<Request> open(const Values& values) {
    const std::string command = fmt::format("{}", fmt::join(values.words, " "));
    std::string settings = values.settings.empty() ? "[]" : values.settings;
    if (values.settings.empty() && values.binary) settings = "[binary]";
    Request request =
        calling(fmt::format("open_port({{spawn_driver, {}}}, {})", term::print(term::Term::string(command)), settings));
    request.pattern = values.let;
    return request;
}

Result<Request> close(const Values& values) {
    return calling(fmt::format("port_close({})", values.words[0]));
}

Result<Request> control(const Values& values) {
    return calling(fmt::format("port_control({}, {}, {})", values.words[0], values.words[1], data(values, 2)));
}

Result<Request> call(const Values& values) {
    return calling(fmt::format("erlang:port_call({}, {}, {})", values.words[0], values.words[1], values.words[2]));
}

Result<Request> command(const Values& values) {
    return calling(fmt::format("port_command({}, {})", values.words[0], data(values, 1)));
}

Result<Request> connect_port(const Values& values) {
    return calling(fmt::format("port_connect({}, {})", values.words[0], who(values.words[1])));
}

Result<Request> monitor(const Values& values) {
    const char* what = values.unloaded_only ? "unloaded_only" : values.unloaded ? "unloaded" : "loaded";
    Request request = calling(fmt::format("erl_ddll:monitor(driver, {{{}, {}}})", atom(values.words[0]), what));
    request.pattern = values.let;
    return request;
}

Result<Request> demonitor(const Values& values) {
    return calling(fmt::format("erl_ddll:demonitor({})", values.words[0]));
}

Result<Request> info(const Values& values) {
    std::vector<std::string> names;
    for (const std::string& word : values.words) names.push_back(atom(word));
    return calling(fmt::format("erl_ddll:info({})", fmt::join(names, ", ")));
}

Result<Request> exit(const Values& values) {
    const std::string reason = values.words.empty() ? "normal" : values.words[0];
    return calling(values.to.empty() ? fmt::format("exit({})", reason)
                                     : fmt::format("exit({}, {})", who(values.to), reason));
}

Result<Request> spawn(const Values& values) {
    Request request;
    request.kind = Request::Kind::spawn;
    request.by = values.words[0];
    request.trap_exit = values.trap_exit;
    request.starts = true;
    return request;
}

Result<Request> install(const Values& values) {
    Request request;
    request.kind = Request::Kind::install;
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

Result<Request> advance(const Values& values) {
    Request request;
    request.kind = Request::Kind::advance;
    auto by = parse_duration(values.words[0]);
    if (!by) return std::move(by).error();
    request.by_how_much = *by;
    if (values.await.empty()) return request;
    auto await = parse_duration(values.await);
    if (!await) return std::move(await).error();
    request.await = *await;
    return request;
}

void no_options(Parser&, Values&) {}

void let_option(Parser& app, Values& values) {
    app.add_option("--let", values.let, "a name for the result, instead of P1, P2, ... or Ref1, ...")
        ->type_name("VARIABLE");
}

void term_option(Parser& app, Values& values) {
    app.add_flag("--term", values.term, "DATA is an Erlang expression, not text");
}

void await_option(Parser& app, Values& values) {
    app.add_option("--await", values.await, "wait so long, in real time, for what comes from outside: sockets, threads")
        ->type_name("DURATION");
}

constexpr StepRow steps[] = {
    {"load", "load a driver: erl_ddll:try_load/3", "DIR NAME", 2, 2,
     "  ddlltool load priv/lib counter\n"
     "  ddlltool load --kill-ports priv/lib counter --as owner\n",
     waiting_options, load},
    {"unload", "take back one load: erl_ddll:try_unload/2", "NAME", 1, 1,
     "  ddlltool unload counter\n"
     "  ddlltool unload counter --kill-ports --wait\n",
     [](Parser& app, Values& values) {
         waiting_options(app, values);
         app.add_flag("--pending", values.pending, "monitor also while other processes use it: {monitor,pending}");
     },
     unload},
    {"reload", "replace a driver: erl_ddll:try_load/3 with the option reload", "[DIR] NAME", 1, 2,
     "  ddlltool reload counter --monitor            when the caller is its only user\n"
     "  ddlltool reload counter --pending --wait     for all its users\n"
     "  ddlltool reload releases/2/lib counter       from another folder\n",
     [](Parser& app, Values& values) {
         waiting_options(app, values);
         app.add_flag("--pending", values.pending, "{reload,pending} instead of {reload,pending_driver}");
     },
     reload},
    {"open", "open a port: open_port/2", "NAME [WORD...]", 1, 64,
     "  ddlltool open counter --as bob\n"
     "  ddlltool open trace_ip_drv 0 --settings '[binary, {packet, 2}]'\n",
     [](Parser& app, Values& values) {
         app.add_flag("--binary", values.binary, "the setting binary");
         app.add_option("--settings", values.settings, "an Erlang list of settings")->type_name("LIST");
         let_option(app, values);
     },
     open},
    {"close", "close a port: port_close/1", "PORT", 1, 1, "  ddlltool close P1 --as bob\n", no_options, close},
    {"control", "port_control/3", "PORT NUMBER [DATA]", 2, 3,
     "  ddlltool control P1 1 add --as bob\n"
     "  ddlltool control P1 2 '<<1:32>>' --term\n",
     term_option, control},
    {"call", "erlang:port_call/3", "PORT NUMBER TERM", 3, 3, "  ddlltool call P1 1 '{get, 7}'\n", no_options, call},
    {"command", "port_command/2", "PORT [DATA]", 1, 2, "  ddlltool command P1 hello\n", term_option, command},
    {"connect", "give a port to another process: port_connect/2", "PORT PROCESS", 2, 2,
     "  ddlltool connect P1 carol --as bob\n", no_options, connect_port},
    {"monitor", "erl_ddll:monitor/2", "NAME", 1, 1, "  ddlltool monitor counter --unloaded --as carol\n",
     [](Parser& app, Values& values) {
         app.add_flag("--unloaded", values.unloaded, "wait for the unload instead of the load");
         app.add_flag("--unloaded-only", values.unloaded_only, "... and for nothing else");
         let_option(app, values);
     },
     monitor},
    {"demonitor", "erl_ddll:demonitor/1", "REF", 1, 1, "  ddlltool demonitor Ref1\n", no_options, demonitor},
    {"info", "erl_ddll:info/0,1,2", "[NAME [ITEM]]", 0, 2,
     "  ddlltool info counter\n"
     "  ddlltool info counter port_count\n",
     no_options, info},
    {"exit", "end a process, or send an exit signal: exit/1,2", "[REASON]", 0, 1,
     "  ddlltool exit --as alice            alice ends with reason normal\n"
     "  ddlltool exit kill --to bob         bob is killed\n",
     [](Parser& app, Values& values) {
         app.takes(app.add_option("--to", values.to, "send a signal to this process or port instead"),
                   {Takes::process, "", {}})
             ->type_name("WHO");
     },
     exit},
    {"spawn", "start a process", "PROCESS", 1, 1, "  ddlltool spawn owner --trap-exit\n",
     [](Parser& app, Values& values) {
         app.add_flag("--trap-exit", values.trap_exit, "exit signals come to it as messages");
     },
     spawn},
    {"install", "put a driver file in place, as it should be done: by rename", "FILE DIR [NAME]", 2, 3,
     "  ddlltool install build/counter.so priv/lib\n"
     "  ddlltool install build/counter_v2.so priv/lib counter --overwrite    the classic mistake\n"
     "  ddlltool install --remove priv/lib counter\n",
     [](Parser& app, Values& values) {
         app.add_flag("--overwrite", values.overwrite, "write into the existing file, as cp does");
         app.add_flag("--remove", values.remove, "remove the file; the arguments are DIR NAME");
     },
     install},
    {"advance", "move the clock of the emulator", "DURATION", 1, 1,
     "  ddlltool advance 250ms\n"
     "  ddlltool advance 0ms --await 2s\n",
     await_option, advance},
};

const StepRow& step_named(std::string_view name) {
    return *std::find_if(std::begin(steps), std::end(steps), [name](const StepRow& s) { return s.name == name; });
}

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

/// "PORT NUMBER [DATA]", "NAME [WORD...]" and "[NAME [ITEM]]" taken apart.
std::vector<Positional> positionals_of(std::string_view usage) {
    std::vector<Positional> out;
    int depth = 0;
    for (std::size_t at = 0; at < usage.size();) {
        if (usage[at] == '[') ++depth;
        if (usage[at] == ']') --depth;
        const auto end = std::min(usage.find_first_of(" []", at), usage.size());
        if (end == at) {
            ++at;
            continue;
        }
        Positional one;
        one.name = std::string(usage.substr(at, end - at));
        one.required = depth == 0;
        if (one.name.ends_with("...")) {
            one.repeats = true;
            one.name.resize(one.name.size() - 3);
        }
        one.value = value_of(one.name);
        out.push_back(std::move(one));
        at = end;
    }
    return out;
}

/// A file or folder that the step needs and that is not there; what may have been meant instead, too.
void tell_missing_file(const StepRow& step, const Values& values) {
    std::vector<std::string> needed;
    if (step.name == "install" && !values.remove) needed = {values.words[0]};
    if ((step.name == "load" || step.name == "reload") && values.words.size() == 2)
        needed = {values.words[0], fmt::format("{}/{}.so", values.words[0], values.words[1])};
    for (const std::string& file : needed) {
        const std::string meant = meant_file(file);
        if (!meant.empty()) return complain(step.name, fmt::format("there is no {}", file), meant);
    }
}

struct StepParser final : Parser {
    explicit StepParser(const StepRow& step) : Parser(std::string(step.doc), fmt::format("ddlltool {}", step.name)) {
        // The positionals as the table has them.
        usage(fmt::format("usage: ddlltool {} {} [OPTIONS]", step.name, step.usage));
        if (step.most > 0) add_option("WORDS", values.words, "")->any_number();
        set_positionals(positionals_of(step.usage));
        step.options(*this, values);
        add_session_options(*this, texts, true);
        footer(fmt::format("examples:\n{}\nexit codes: 0 done, 1 the answer is an error or there is a new finding, "
                           "2 wrong usage, 4 the driver\ncrashed, 5 it hung.",
                           step.examples));
    }

    Values values;
    SessionTexts texts;
};

} // namespace

std::unique_ptr<Parser> session_step_parser(std::string_view name) {
    return std::make_unique<StepParser>(step_named(name));
}

ExitCode session_step(std::string_view name, const std::vector<std::string>& arguments) {
    const StepRow& step = step_named(name);
    StepParser app(step);
    Values& values = app.values;
    // CLI11 would take [a, b] apart; an Erlang list is one word.
    std::vector<std::string> marked = arguments;
    for (std::string& word : marked)
        if (word.starts_with('[')) word.insert(0, 1, list_mark);
    if (const auto code = parse_arguments(app, marked)) return *code;
    for (std::string& word : values.words) unmark(word);
    for (std::string* word : {&values.settings, &values.let, &values.to, &values.await}) unmark(*word);
    if (values.words.size() < step.least || values.words.size() > step.most)
        return wrong_usage(name, fmt::format("takes {}", step.usage), fmt::format("ddlltool {} --help", name));
    const auto options = read_session_options(app.texts);
    if (!options) return wrong_usage(options.error().place.file, options.error().message, options.error().hint);
    auto request = step.request(values);
    if (!request) return wrong_usage(name, request.error().message, request.error().hint);
    if (request->by.empty()) request->by = options->as;
    request->limit = options->limit;
    const auto answer = ask(*options, *request, true);
    if (!answer) return no_answer(answer.error());
    const ExitCode code = show_answer(**answer, *options);
    if (code != ExitCode::ok) tell_missing_file(step, values);
    return code;
}

std::vector<std::pair<std::string_view, std::string_view>> session_steps() {
    std::vector<std::pair<std::string_view, std::string_view>> out;
    for (const StepRow& step : steps) out.emplace_back(step.name, step.doc);
    return out;
}

} // namespace ddll::cli
