// What processes can ask about ports.
#include "host/host.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace ddll::host {

using term::Term;

namespace {

constexpr std::string_view all_items[] = {"name", "links", "id", "connected", "input", "output", "os_pid"};
constexpr std::string_view more_items[] = {"queue_size", "parallelism",  "monitors",
                                           "locking",    "monitored_by", "memory"};

bool known_item(std::string_view item) {
    const auto in = [&](const auto& items) {
        return std::find(std::begin(items), std::end(items), item) != std::end(items);
    };
    return in(all_items) || in(more_items);
}

} // namespace

std::optional<Term> Host::port_item(const Port& port, std::string_view item) const {
    const auto number = [](std::uint64_t n) { return Term::unsigned_integer(n); };
    if (item == "name") return Term::bytes_list(port.name);
    if (item == "links") {
        std::vector<Term> pids;
        for (const ProcessId id : port.links) pids.push_back(Term::pid(id.value));
        return Term::list(std::move(pids));
    }
    if (item == "id") return number(8 * port.id.value);
    if (item == "connected") return Term::pid(port.owner.value);
    if (item == "input") return number(port.input);
    if (item == "output") return number(port.output);
    if (item == "os_pid") return port.os_pid ? Term::integer(*port.os_pid) : common_.undefined;
    if (item == "queue_size") return number(port.queue.size());
    if (item == "parallelism") return Term::boolean(port.options.parallelism);
    if (item == "monitors") {
        std::vector<Term> watched;
        for (const auto& watch : port.watches)
            watched.push_back(term::make_tuple(Term::atom("process"), Term::pid(watch.process.value)));
        return Term::list(std::move(watched));
    }
    // The emulator's number counts some of its own structures, and neither queue nor buffers (measured: 40 for a fresh
    // port, 64 once it monitors). It says nothing about a driver, so it is that of a fresh port.
    if (item == "memory") return number(port.watches.empty() ? 40 : 64);
    if (item == "locking") {
        const bool per_port = port.driver == nullptr || port.driver->locks_per_port();
        return Term::atom(per_port ? "port_level" : "driver_level");
    }
    if (item == "monitored_by") {
        std::vector<Term> pids;
        for (const auto& monitor : port.monitored_by) pids.push_back(Term::pid(monitor.watcher.value));
        return Term::list(std::move(pids));
    }
    return std::nullopt;
}

Term Host::registered_name(PortId id) const {
    for (const auto& [name, object] : registered_)
        if (object == std::variant<ProcessId, PortId>(id)) return Term::atom(name);
    return Term::nil();
}

BifResult Host::port_info(const Term& port_term) const {
    if (!port_term.is(Term::Kind::port) && !port_term.is(Term::Kind::atom)) return BifResult::raise(common_.badarg);
    const Port* port = port_argument(port_term);
    if (port == nullptr || !port->valid()) return BifResult::of(common_.undefined);
    std::vector<Term> items;
    const Term registered = registered_name(port->id);
    if (registered.is(Term::Kind::atom)) items.push_back(term::make_tuple(Term::atom("registered_name"), registered));
    for (const std::string_view item : all_items)
        items.push_back(term::make_tuple(Term::atom(item), *port_item(*port, item)));
    return BifResult::of(Term::list(std::move(items)));
}

BifResult Host::port_info(const Term& port_term, const Term& item) const {
    if (!item.is(Term::Kind::atom)) return BifResult::raise(common_.badarg);
    if (!port_term.is(Term::Kind::port) && !port_term.is(Term::Kind::atom)) return BifResult::raise(common_.badarg);
    const Port* port = port_argument(port_term);
    // Where there is no port any more, whatever was asked (measured on OTP 25).
    if (port == nullptr || !port->valid()) return BifResult::of(common_.undefined);
    if (item.is_atom("registered_name")) {
        const Term name = registered_name(port->id);
        return BifResult::of(name.is(Term::Kind::nil) ? name : term::make_tuple(item, name));
    }
    if (!known_item(item.as_atom())) return BifResult::raise(common_.badarg);
    return BifResult::of(term::make_tuple(item, *port_item(*port, item.as_atom())));
}

BifResult Host::ports() const {
    std::vector<Term> list;
    for (const Port* port : live_ports()) list.push_back(Term::port(port->id.value));
    return BifResult::of(Term::list(std::move(list)));
}

} // namespace ddll::host
