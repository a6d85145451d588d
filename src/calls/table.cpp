#include "calls/table.h"

#include "base/text.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace ddll::calls {

using host::Host;
using term::Evaluated;
using term::Term;

namespace {

// process_flag/2 gives the old value; trap_exit is the one flag with a meaning here.
Evaluated process_flag(Host& host, ProcessId by, Args args) {
    host::Process& self = *host.processes().find(by);
    const bool on = args[1].is_atom("true");
    if (!args[0].is_atom("trap_exit") || (!on && !args[1].is_atom("false"))) return badarg();
    const bool before = self.trap_exit;
    self.trap_exit = on;
    return Evaluated::of(Term::boolean(before));
}

// exit/1 ends the caller; nothing is returned.
Evaluated exit_self(Host& host, ProcessId by, Args args) {
    host.processes().mark_exiting(*host.processes().find(by), args[0]);
    return Evaluated::raise(args[0], "exit");
}

Evaluated is_process_alive(Host& host, ProcessId, Args args) {
    if (!args[0].is(Term::Kind::pid)) return badarg();
    const host::Process* process = host.processes().find(ProcessId{args[0].as_pid()});
    return Evaluated::of(Term::boolean(process != nullptr && process->state == host::Process::State::running));
}

Evaluated process_info(Host& host, ProcessId by, Args args) {
    if (!args[0].is(Term::Kind::pid) || !args[1].is(Term::Kind::atom)) return badarg();
    const host::Process* process = host.processes().find(ProcessId{args[0].as_pid()});
    if (process == nullptr || process->state != host::Process::State::running)
        return Evaluated::of(Term::atom("undefined"));
    const auto item = [&](Term value) { return Evaluated::of(term::make_tuple(args[1], std::move(value))); };
    if (args[1].is_atom("trap_exit")) return item(Term::boolean(process->trap_exit));
    if (args[1].is_atom("status") && process->id == by) return item(Term::atom("running"));
    if (args[1].is_atom("status")) {
        const bool suspended = std::holds_alternative<host::WaitNotBusy>(process->wait);
        // One that has a message is asked while it runs; for other signals it does not begin to (measured).
        const bool runs = !suspended && host.processes().signals().has_message(*process);
        return item(Term::atom(suspended ? "suspended" : runs ? "running" : "waiting"));
    }
    if (args[1].is_atom("links")) {
        std::vector<Term> links;
        const auto all = process->links.in_order();
        for (auto link = all.rbegin(); link != all.rend(); ++link) {
            const host::Linked& other = *link;
            if (const auto* port = std::get_if<PortId>(&other))
                links.push_back(Term::port(port->value));
            else
                links.push_back(Term::pid(std::get<ProcessId>(other).value));
        }
        return item(Term::list(std::move(links)));
    }
    return badarg();
}

// What a driver wrote is best seen by reading it. Bounded, so that a driver that floods a file does not take us along.
Evaluated contents_of(Args args) {
    constexpr std::size_t largest = std::size_t{64} << 20;
    std::string path;
    if (!term::iolist_to_bytes(args[0], path) || path.find('\0') != std::string::npos) return badarg();
    struct stat st {};
    const auto failed = [](int number) {
        return Evaluated::of(term::make_tuple(Term::atom("error"), Term::atom(host::errno_name(number))));
    };
    if (stat(path.c_str(), &st) != 0) return failed(errno);
    if (S_ISDIR(st.st_mode)) return failed(EISDIR);
    const auto bytes = ::ddll::read_file(path, largest);
    if (!bytes) return failed(errno != 0 ? errno : EFBIG);
    return Evaluated::of(term::make_tuple(Term::atom("ok"), Term::binary(*bytes)));
}

// The caller waits for a thread that reads, and all others run (measured).
Evaluated read_file(Host& host, ProcessId by, Args args) {
    Evaluated result = contents_of(args);
    host.processes().give_way(by, nullptr, host::Question::to_no_process);
    return host.processes().find(by)->state == host::Process::State::running ? std::move(result) : Evaluated::blocked();
}

// The calls to ports, and questions about processes, handle signals before they return: a process that has been killed
// by then never sees the value (measured). A question waits for the other process.
Evaluated after_signals(Host& host, ProcessId by, Evaluated result, const Term& asked,
                        host::Question question = host::Question::waits_for_signals) {
    const ProcessId other{asked.is(Term::Kind::pid) ? asked.as_pid() : 0};
    if (other == by) return result; // a question about oneself
    host.processes().give_way(by, other ? host.processes().find(other) : nullptr, question);
    return host.processes().find(by)->state == host::Process::State::running ? std::move(result) : Evaluated::blocked();
}

// Options are looked at first: where they are wrong nothing is handled (measured).
Evaluated port_command_after_signals(Host& host, ProcessId by, Args args) {
    const auto known = [](const Term& option) { return option.is_atom("force") || option.is_atom("nosuspend"); };
    const Term& options = args[2];
    if (!options.is_proper_list() || !std::ranges::all_of(options.items(), known)) return badarg();
    return after_signals(host, by, host.ports().command(by, args[0], args[1], options), Term());
}

// Only the process itself knows its links; the other items are there to be read, unless it has been sent something. Of
// one that has ended all is known at once, and the caller handles nothing (measured).
Evaluated process_info_after_signals(Host& host, ProcessId by, Args args) {
    const host::Process* asked =
        args[0].is(Term::Kind::pid) ? host.processes().find(ProcessId{args[0].as_pid()}) : nullptr;
    if (asked == nullptr || !asked->alive()) return process_info(host, by, args);
    const bool links = args[1].is_atom("links");
    return after_signals(host, by, process_info(host, by, args), args[0],
                         links ? host::Question::always_waits : host::Question::waits_for_any);
}

// Relics, until a release removes them.
Evaluated start_ddll(Host& host, ProcessId, Args) {
    if (host.release().ddll_start_stop == words::StartStop::removed) return Evaluated::raise("undef");
    return Evaluated::of(term::make_tuple(Term::atom("error"),
                                          term::make_tuple(Term::atom("already_started"), Term::atom("undefined"))));
}

Evaluated stop_ddll(Host& host, ProcessId, Args) {
    if (host.release().ddll_start_stop == words::StartStop::removed) return Evaluated::raise("undef");
    return Evaluated::of(Term::atom("ok"));
}

#define DDLL_VERB(body) [](Host& host, ProcessId by, Args a) -> Evaluated { return body; }
#define DDLL_SIGNAL_VERB(body)                                                                                         \
    [](Host& host, ProcessId by, Args a) -> Evaluated { return after_signals(host, by, body, Term()); }
#define DDLL_QUESTION_VERB(body)                                                                                       \
    [](Host& host, ProcessId by, Args a) -> Evaluated { return after_signals(host, by, body, a[0]); }
#define DDLL_ASK(body) [](Host& host, ProcessId, Args a) -> Evaluated { return body; }

const Row verb_rows[] = {
    {"erl_ddll", "try_load", 3, DDLL_VERB(host.drivers().try_load(by, a[0], a[1], a[2])), "load or reload a driver, never waiting"},
    {"erl_ddll", "try_unload", 2, DDLL_VERB(host.drivers().try_unload(by, a[0], a[1])), "give back one load, never waiting"},
    {"erl_ddll", "load", 2, DDLL_VERB(host.drivers().load(by, a[0], a[1], false, false)), "load, waiting for a pending reload"},
    {"erl_ddll", "load_driver", 2, DDLL_VERB(host.drivers().load(by, a[0], a[1], true, false)), "load with kill_ports"},
    {"erl_ddll", "reload", 2, DDLL_VERB(host.drivers().load(by, a[0], a[1], false, true)), "replace, waiting for ports to close"},
    {"erl_ddll", "reload_driver", 2, DDLL_VERB(host.drivers().load(by, a[0], a[1], true, true)), "replace, killing ports"},
    {"erl_ddll", "unload", 1, DDLL_VERB(host.drivers().unload(by, a[0])), "give back one load"},
    {"erl_ddll", "unload_driver", 1, DDLL_VERB(host.drivers().unload_driver(by, a[0])), "unload, killing ports, and wait for the end"},
    {"erl_ddll", "monitor", 2, DDLL_VERB(host.drivers().monitor(by, a[0], a[1])), "monitor(driver, {Name, loaded|unloaded|unloaded_only})"},
    {"erl_ddll", "demonitor", 1, DDLL_VERB(host.drivers().demonitor(by, a[0])), "remove an own driver monitor"},
    {"erl_ddll", "info", 0, DDLL_ASK((static_cast<void>(a), host.drivers().info())), "all loaded drivers with their items"},
    {"erl_ddll", "info", 1, DDLL_ASK(host.drivers().info(a[0])), "all items of a driver"},
    {"erl_ddll", "info", 2, DDLL_ASK(host.drivers().info(a[0], a[1])), "one item of a driver"},
    {"erl_ddll", "loaded_drivers", 0, DDLL_ASK((static_cast<void>(a), host.drivers().loaded_drivers())), "names of all drivers, linked-in ones too"},
    {"erl_ddll", "format_error", 1, DDLL_ASK(host.drivers().format_error(a[0])), "the text for an error term"},
    {"erl_ddll", "start", 0, start_ddll, "a relic: {error, {already_started, undefined}}; undef since OTP 29"},
    {"erl_ddll", "stop", 0, stop_ddll, "a relic: ok; undef since OTP 29"},

    {"file", "read_file", 1, read_file, "{ok, Bytes} of a file, or {error, Reason}"},

    {"erlang", "open_port", 2, DDLL_VERB(host.ports().open(by, a[0], a[1])), "open_port({spawn_driver, Command}, Settings)"},
    {"erlang", "port_command", 2, DDLL_SIGNAL_VERB(host.ports().command(by, a[0], a[1], Term::nil())), "give data to output or outputv"},
    {"erlang", "port_command", 3, port_command_after_signals, "with options force, nosuspend"},
    {"erlang", "port_control", 3, DDLL_SIGNAL_VERB(host.ports().control(by, a[0], a[1], a[2])), "call control; bytes there and back"},
    {"erlang", "port_call", 2, DDLL_SIGNAL_VERB(host.ports().call(by, a[0], Term::integer(0), a[1])), "call call with command 0"},
    {"erlang", "port_call", 3, DDLL_SIGNAL_VERB(host.ports().call(by, a[0], a[1], a[2])), "call call; terms there and back"},
    {"erlang", "port_close", 1, DDLL_SIGNAL_VERB(host.ports().close(by, a[0])), "close a port"},
    {"erlang", "port_connect", 2, DDLL_SIGNAL_VERB(host.ports().connect(by, a[0], a[1])), "make another process the owner"},
    {"erlang", "port_info", 1, DDLL_SIGNAL_VERB(host.ports().info(a[0])), "all items of a port"},
    {"erlang", "port_info", 2, DDLL_SIGNAL_VERB(host.ports().info(a[0], a[1])), "one item of a port"},
    {"erlang", "port_set_data", 2, DDLL_ASK(host.ports().set_data(a[0], a[1])), "keep a term with a port"},
    {"erlang", "port_get_data", 1, DDLL_ASK(host.ports().get_data(a[0])), "the term kept with a port"},
    {"erlang", "ports", 0, DDLL_ASK((static_cast<void>(a), host.ports().list())), "all ports, oldest first"},
    {"erlang", "!", 2, DDLL_VERB(host.processes().send(by, a[0], a[1], Term::nil())), "Receiver ! Message"},
    {"erlang", "send", 2, DDLL_VERB(host.processes().send(by, a[0], a[1], Term::nil())), "Receiver ! Message"},
    {"erlang", "send", 3,
     [](Host& host, ProcessId by, Args a) -> Evaluated {
         Evaluated sent = host.processes().send(by, a[0], a[1], a[2]);
         if (auto* wait = std::get_if<host::WaitNotBusy>(&host.processes().find(by)->wait)) wait->says_ok = true;
         const bool refused = sent.kind == Evaluated::Kind::value && sent.value.is_atom("nosuspend") && !(a[1] == sent.value);
         if (sent.kind == Evaluated::Kind::value && !refused) sent.value = Term::atom("ok");
         return sent;
     },
     "with options nosuspend, noconnect"},
    {"erlang", "exit", 1, exit_self, "end the calling process"},
    {"erlang", "exit", 2, DDLL_VERB(host.processes().exit(by, a[0], a[1])), "send an exit signal to a process or port"},
    {"erlang", "halt", 0, DDLL_VERB((static_cast<void>(a), host.halt(by, Term::integer(0), Term::nil()))), "end the node with status 0"},
    {"erlang", "halt", 1, DDLL_VERB(host.halt(by, a[0], Term::nil())), "end the node: a status, abort or a slogan"},
    {"erlang", "halt", 2, DDLL_VERB(host.halt(by, a[0], a[1])), "with options {flush, Boolean}"},
    {"erlang", "link", 1, DDLL_VERB(host.processes().link(by, a[0])), "link to a process or port"},
    {"erlang", "unlink", 1, DDLL_VERB(host.processes().unlink(by, a[0])), "remove a link"},
    {"erlang", "monitor", 2, DDLL_VERB(host.processes().monitor(by, a[0], a[1])), "monitor(process | port, Item)"},
    {"erlang", "demonitor", 1, DDLL_VERB(host.processes().demonitor(by, a[0])), "remove an own monitor"},
    {"erlang", "process_flag", 2, process_flag, "process_flag(trap_exit, Boolean)"},
    {"erlang", "process_info", 2, process_info_after_signals, "trap_exit, status or links of a process"},
    {"erlang", "is_process_alive", 1, DDLL_QUESTION_VERB(is_process_alive(host, by, a)), "whether a process has not ended"},
    {"erlang", "register", 2, DDLL_VERB(host.processes().register_name(by, a[0], a[1])), "name a process or port"},
    {"erlang", "unregister", 1, DDLL_VERB(host.processes().unregister(by, a[0])), "take the name away"},
    {"erlang", "whereis", 1, DDLL_ASK(host.processes().whereis(a[0])), "the process or port of a name"},
    {"erlang", "self", 0, [](Host&, ProcessId by, Args) { return Evaluated::of(Term::pid(by.value)); }, "the calling process"},
    {"erlang", "make_ref", 0, [](Host& host, ProcessId, Args) { return Evaluated::of(Term::reference(host.processes().fresh_reference().value)); },
     "a new reference"},
};

#undef DDLL_VERB
#undef DDLL_SIGNAL_VERB
#undef DDLL_QUESTION_VERB
#undef DDLL_ASK

} // namespace

std::span<const Row> verbs() {
    return verb_rows;
}

} // namespace ddll::calls
