#include "doctor/node_state.h"

#include "doctor/node_link.h"
#include "words/emulator.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace ddll::doctor {
namespace {

using term::Term;
using words::InfoItem;

/// `fun Module:Function/Arity` in external format: what lists:map of the node can call.
Term external_fun(const char* module, const char* function, std::uint8_t arity) {
    const auto small_atom = [](std::string_view text) {
        std::string out{static_cast<char>(ERL_SMALL_ATOM_UTF8_EXT), static_cast<char>(text.size())};
        return out.append(text);
    };
    std::string form(1, static_cast<char>(ERL_EXPORT_EXT));
    form += small_atom(module) + small_atom(function);
    form += static_cast<char>(ERL_SMALL_INTEGER_EXT);
    form += static_cast<char>(arity);
    return Term::fun(form);
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < size; ++i) out = out << 8 | static_cast<std::uint8_t>(bytes[at + i]);
    return out;
}

/// As the node that they are of writes them. The numbers stand at the end of the form, whatever the node's name is.
std::string local_text(const Term& identity) {
    const std::string_view form = identity.identity().foreign;
    constexpr std::size_t pid_numbers = 12, port_numbers = 8, wide_port_numbers = 12;
    if (identity.is(Term::Kind::pid) && form.size() > pid_numbers) {
        const std::size_t at = form.size() - pid_numbers;
        return fmt::format("<0.{}.{}>", number_at(form, at, 4), number_at(form, at + 4, 4));
    }
    if (identity.is(Term::Kind::port) && form.size() > wide_port_numbers) {
        const bool wide = static_cast<std::uint8_t>(form.front()) == ERL_V4_PORT_EXT;
        const std::size_t at = form.size() - (wide ? wide_port_numbers : port_numbers);
        return fmt::format("#Port<0.{}>", number_at(form, at, wide ? 8 : 4));
    }
    return {};
}

/// The value of `key` in a list of pairs; nil when there is none.
Term value_of(const Term& pairs, std::string_view key) {
    if (pairs.is_list())
        for (const Term& pair : pairs.items())
            if (pair.is_tuple(2) && pair.elements()[0].is_atom(key)) return pair.elements()[1];
    return {};
}

std::string text_of(const Term& characters) {
    std::string out;
    if (characters.is_list())
        for (const Term& c : characters.items())
            if (c.is(Term::Kind::integer)) out += static_cast<char>(c.as_integer());
    return out;
}

std::uint64_t count_of(const Term& number) {
    return number.is(Term::Kind::integer) && number.as_integer() > 0 ? static_cast<std::uint64_t>(number.as_integer())
                                                                     : 0;
}

/// "gen_server:loop/7"
std::string function_text(const Term& function) {
    if (!function.is_tuple(3)) return {};
    const auto parts = function.elements();
    if (!parts[0].is(Term::Kind::atom) || !parts[1].is(Term::Kind::atom) || !parts[2].is(Term::Kind::integer))
        return {};
    return fmt::format("{}:{}/{}", parts[0].as_atom(), parts[1].as_atom(), parts[2].as_integer());
}

/// One conversation: what is asked, and the terms that later questions are about.
class Questions {
public:
    explicit Questions(NodeLink link) : link_(std::move(link)) {}

    Result<NodeState> ask() {
        for (const auto part :
             {&Questions::ask_about_itself, &Questions::ask_drivers, &Questions::ask_ports, &Questions::ask_processes})
            if (auto done = (this->*part)(); !done) return std::move(done).error();
        return std::move(out_);
    }

private:
    Result<void> ask_about_itself() {
        const auto release = link_.call("erlang", "system_info", {Term::atom("otp_release")});
        if (!release) return release.error();
        out_.release = text_of(*release);
        const auto pid = link_.call("os", "getpid", {});
        if (!pid) return pid.error();
        out_.pid = static_cast<pid_t>(std::strtol(text_of(*pid).c_str(), nullptr, 10));
        return {};
    }

    Result<void> ask_drivers() {
        const auto info = link_.call("erl_ddll", "info", {});
        if (!info) return info.error();
        if (!info->is_list()) return error("erl_ddll:info/0 gave no list");
        for (const Term& one : info->items()) {
            if (!one.is_tuple(2)) continue;
            const Term& items = one.elements()[1];
            NodeDriver driver;
            driver.name = text_of(one.elements()[0]);
            const auto item = [&](InfoItem name) { return value_of(items, words::name(name)); };
            driver.loads = counts(item(InfoItem::processes));
            driver.awaiting_load = counts(item(InfoItem::awaiting_load));
            driver.awaiting_unload = counts(item(InfoItem::awaiting_unload));
            driver.port_count = static_cast<std::uint32_t>(count_of(item(InfoItem::port_count)));
            driver.linked_in = item(InfoItem::linked_in_driver).is_atom("true");
            driver.permanent = item(InfoItem::permanent).is_atom("true");
            const Term options = item(InfoItem::driver_options);
            driver.kill_ports = options.is_list() && std::ranges::any_of(options.items(), [](const Term& option) {
                                    return option.is_atom("kill_ports");
                                });
            out_.drivers.push_back(std::move(driver));
        }
        return {};
    }

    /// A port names its driver as the command that opened it: the driver's name, and what it was given.
    Result<void> ask_ports() {
        const auto ports = link_.call("erlang", "ports", {});
        if (!ports) return ports.error();
        const auto infos = link_.call("lists", "map", {external_fun("erlang", "port_info", 1), *ports});
        if (!infos) return infos.error();
        std::vector<Term> asked(ports->items().size(), Term::atom("queue_size"));
        const auto queues = link_.call("lists", "zipwith",
                                       {external_fun("erlang", "port_info", 2), *ports, Term::list(std::move(asked))});
        if (!queues) return queues.error();
        for (std::size_t i = 0; i < ports->items().size() && i < infos->items().size(); ++i) {
            const Term& info = infos->items()[i];
            const std::string command = text_of(value_of(info, "name"));
            const std::string name = command.substr(0, command.find_first_of(" \t"));
            const auto driver = std::ranges::find(out_.drivers, name, &NodeDriver::name);
            // With a process of the system behind it, it is a program that is called like the driver.
            if (driver == out_.drivers.end() || value_of(info, "os_pid").is(Term::Kind::integer)) continue;
            NodePort port;
            port.port = local_text(ports->items()[i]);
            port.owner = person(value_of(info, "connected"));
            const Term links = value_of(info, "links");
            if (links.is_list())
                for (const Term& link : links.items()) port.links.push_back(person(link));
            if (i < queues->items().size() && queues->items()[i].is_tuple(2))
                port.queued = count_of(queues->items()[i].elements()[1]);
            driver->ports.push_back(std::move(port));
        }
        return {};
    }

    Result<void> ask_processes() {
        const Term pids = Term::list(persons_);
        std::vector<Term> items;
        for (const char* item : {"registered_name", "current_function", "trap_exit", "links"})
            items.push_back(Term::atom(item));
        const std::vector<Term> asked(persons_.size(), Term::list(items));
        const auto infos =
            link_.call("lists", "zipwith", {external_fun("erlang", "process_info", 2), pids, Term::list(asked)});
        if (!infos) return infos.error();
        const auto begun = link_.call("lists", "map", {external_fun("proc_lib", "translate_initial_call", 1), pids});
        if (!begun) return begun.error();
        for (std::size_t i = 0; i < persons_.size() && i < infos->items().size(); ++i) {
            const Term& info = infos->items()[i];
            if (!info.is_list()) continue; // it has ended
            NodeProcess process;
            process.pid = local_text(persons_[i]);
            const Term name = value_of(info, "registered_name");
            if (name.is(Term::Kind::atom)) process.registered = name.as_atom();
            process.inside = function_text(value_of(info, "current_function"));
            process.trap_exit = value_of(info, "trap_exit").is_atom("true");
            if (i < begun->items().size()) process.begun_by = function_text(begun->items()[i]);
            const Term links = value_of(info, "links");
            if (links.is_list())
                for (const Term& link : links.items())
                    if (link.is(Term::Kind::pid)) process.links.push_back(local_text(link));
            out_.processes.push_back(std::move(process));
        }
        return {};
    }

    ProcessCounts counts(const Term& pairs) {
        ProcessCounts out;
        if (pairs.is_list())
            for (const Term& pair : pairs.items())
                if (pair.is_tuple(2) && pair.elements()[0].is(Term::Kind::pid))
                    out.emplace_back(person(pair.elements()[0]), count_of(pair.elements()[1]));
        return out;
    }

    /// Notes a process of the node to be asked about.
    PidText person(const Term& pid) {
        if (!pid.is(Term::Kind::pid)) return {};
        PidText text = local_text(pid);
        if (!text.empty() && known_.insert(text).second) persons_.push_back(pid);
        return text;
    }

    NodeLink link_;
    NodeState out_;
    std::vector<Term> persons_;
    std::set<PidText> known_;
};

} // namespace

Result<NodeState> ask_node(const NodeAddress& address) {
    auto link = NodeLink::connect(address);
    if (!link) return std::move(link).error();
    auto state = Questions(*std::move(link)).ask();
    if (state) state->name = address.name;
    return state;
}

bool runs_here(const std::string& name) {
    const std::string host = name.substr(std::min(name.find('@'), name.size() - 1) + 1);
    char own[256] = "";
    gethostname(own, sizeof own - 1);
    const std::string_view here = own;
    const auto first_part = [](std::string_view text) { return text.substr(0, text.find('.')); };
    return host == "localhost" || host == "127.0.0.1" || host == here || first_part(host) == first_part(here);
}

} // namespace ddll::doctor
