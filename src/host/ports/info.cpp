// What processes can ask about ports.
#include "host/host.h"

#include <algorithm>
#include <string_view>

namespace ddll::host {

using term::Term;

namespace {

constexpr std::string_view all_items[] = {"name", "links", "id", "connected", "input", "output", "os_pid"};

// Nothing for an item that is not known.
std::optional<Term> item_of(const Host& host, const Port& port, std::string_view item) {
    const auto number = [](std::uint64_t n) { return Term::unsigned_integer(n); };
    if (item == "name") return Term::bytes_list(port.name);
    if (item == "links") {
        std::vector<Term> pids;
        const auto links = port.watchers.links.in_order();
        for (auto link = links.rbegin(); link != links.rend(); ++link)
            pids.push_back(Term::pid(std::get<ProcessId>(*link).value));
        return Term::list(std::move(pids));
    }
    if (item == "id") return number(8 * port.id.value);
    if (item == "connected") return Term::pid(port.owner.value);
    if (item == "input") return number(port.info.input);
    if (item == "output") return number(port.info.output);
    if (item == "os_pid") return port.info.os_pid ? Term::integer(*port.info.os_pid) : Term::atom("undefined");
    if (item == "queue_size") return number(port.queue.size());
    if (item == "parallelism") return Term::boolean(port.options.parallelism);
    if (item == "monitors") {
        std::vector<Term> watched;
        for (const auto& watch : port.watching.monitors)
            watched.push_back(term::make_tuple(Term::atom("process"), Term::pid(watch.process.value)));
        return Term::list(std::move(watched));
    }
    // The emulator's number counts some of its own structures, and neither queue nor buffers (measured). It says
    // nothing about a driver, so it is that of a fresh port.
    if (item == "memory") {
        const unsigned fresh = port.opening.creator ? host.release().created_port_memory : 40;
        return number(fresh + (port.watching.monitors.empty() ? 0 : 24));
    }
    if (item == "locking") {
        const bool per_port = port.driver == nullptr || port.driver->locks_per_port();
        return Term::atom(per_port ? "port_level" : "driver_level");
    }
    if (item == "monitored_by") {
        std::vector<Term> pids;
        for (const auto& monitor : port.watchers.monitors) pids.push_back(Term::pid(monitor.watcher.value));
        std::reverse(pids.begin(), pids.end()); // the last one made comes first (measured)
        return Term::list(std::move(pids));
    }
    return std::nullopt;
}

} // namespace

BifResult Ports::info(const Term& port_term) const {
    if (!port_term.is(Term::Kind::port) && !port_term.is(Term::Kind::atom)) return badarg();
    const Port* port = argument(port_term);
    if (port == nullptr || !port->valid()) return BifResult::of(host_.common().undefined);
    std::vector<Term> items;
    if (const std::string* name = host_.processes().registry().name_of(port->id))
        items.push_back(term::make_tuple(Term::atom("registered_name"), Term::atom(*name)));
    for (const std::string_view item : all_items)
        items.push_back(term::make_tuple(Term::atom(item), *item_of(host_, *port, item)));
    return BifResult::of(Term::list(std::move(items)));
}

BifResult Ports::info(const Term& port_term, const Term& item) const {
    if (!item.is(Term::Kind::atom)) return badarg();
    if (!port_term.is(Term::Kind::port) && !port_term.is(Term::Kind::atom)) return badarg();
    const Port* port = argument(port_term);
    // Where there is no port any more, whatever was asked (measured on OTP 25).
    if (port == nullptr || !port->valid()) return BifResult::of(host_.common().undefined);
    if (item.is_atom("registered_name")) {
        const std::string* name = host_.processes().registry().name_of(port->id);
        return BifResult::of(name == nullptr ? Term::nil() : term::make_tuple(item, Term::atom(*name)));
    }
    const auto value = item_of(host_, *port, item.as_atom());
    return value ? BifResult::of(term::make_tuple(item, *value)) : badarg();
}

BifResult Ports::list() const {
    std::vector<Term> list;
    for (const Port* port : live()) list.push_back(Term::port(port->id.value));
    return BifResult::of(Term::list(std::move(list)));
}

} // namespace ddll::host
