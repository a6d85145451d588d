#include "session/state.h"

#include "session/json_values.h"

// Every field by its name, enumerators as numbers. What follows from others is left out, and made again by state_from.
namespace ddll::lifecycle {
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Person, id, trap_exit, uses_drivers, links)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(HeldPort, id, owner, links)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(UserEntry, kind, process, ref, released)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DriverRecord, presence, status, path, kill_ports, entries, port_count, other_holds,
                                   next_path, next_kill_ports)
} // namespace ddll::lifecycle

namespace ddll::session {

using Json = nlohmann::json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Wait, kind, id)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ProcessState, person, name, alive, wait, reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PortState, held, name, state, creator, queue, busy, has_flush, armed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DriverState, name, id, image, record, ports, jobs, stuck)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(State, now, processes, drivers)

namespace {

Wait wait_of(const host::Process& process) {
    if (const auto* wait = std::get_if<host::WaitDriver>(&process.wait)) return {Wait::Kind::message, wait->ref.value};
    if (const auto* wait = std::get_if<host::WaitNotBusy>(&process.wait))
        return {Wait::Kind::not_busy, wait->port.value};
    if (const auto* wait = std::get_if<host::WaitInitAck>(&process.wait))
        return {Wait::Kind::init_ack, wait->port.value};
    if (std::holds_alternative<host::WaitHalt>(process.wait)) return {Wait::Kind::halt, 0};
    return {};
}

PortState port_state(const host::Host& host, const host::Port& port) {
    PortState out;
    out.held.id = port.id;
    out.held.owner = port.owner;
    for (const host::Linked& link : port.watchers.links.in_order()) out.held.links.push_back(std::get<ProcessId>(link));
    out.held.queue_full = port.queue.size() > 0;
    out.held.draining = port.state == host::Port::State::closing;
    out.name = port.name;
    out.state = port.state;
    out.creator = port.opening.creator;
    out.queue = port.queue.size();
    out.busy = port.flow.busy;
    out.has_flush = port.driver != nullptr && port.driver->callbacks.flush != nullptr;
    out.armed = port.timer.due || host.jobs().has(port) || !host.io().poller().of(port.id).empty();
    return out;
}

DriverState driver_state(const host::Host& host, const host::Driver& driver) {
    DriverState out;
    out.name = driver.name;
    out.id = driver.id;
    if (driver.image) out.image = driver.image_id;
    out.record = driver.record;
    out.jobs = driver.jobs;
    std::uint32_t ports = 0;
    for (const host::Port* port = driver.first_port; port != nullptr; port = port->siblings.next) {
        if (++ports <= most_ports_listed) out.ports.push_back(port_state(host, *port));
    }
    const std::uint32_t known = ports + out.jobs;
    out.stuck = driver.record.other_holds > known ? driver.record.other_holds - known : 0;
    return out;
}

} // namespace

std::string wait_text(const Wait& wait, const term::Namer& namer) {
    switch (wait.kind) {
    case Wait::Kind::none:
        return {};
    case Wait::Kind::message:
        return "the message of " + term::print(term::Term::reference(wait.id), namer);
    case Wait::Kind::not_busy:
        return term::print(term::Term::port(wait.id), namer) + " to be busy no more";
    case Wait::Kind::init_ack:
        return "erl_drv_init_ack of " + term::print(term::Term::port(wait.id), namer);
    case Wait::Kind::halt:
        return "the end of the node";
    }
    return {};
}

const char* name(host::Port::State state) {
    constexpr const char* names[] = {"starting", "open", "closing", "stopped"};
    return names[static_cast<std::size_t>(state)];
}

State look_at(const host::Host& host, const std::map<std::string, ProcessId>& processes, const term::Namer& namer) {
    State out;
    out.now = host.now();
    for (const auto& [name, id] : processes) {
        const host::Process& process = *host.processes().find(id);
        ProcessState p;
        p.person.id = id;
        p.person.trap_exit = process.trap_exit;
        p.person.uses_drivers = process.uses_drivers;
        p.person.waits = process.blocked();
        for (const host::Linked& other : process.links.in_order())
            if (const auto* linked = std::get_if<ProcessId>(&other)) p.person.links.push_back(*linked);
        p.name = name;
        p.alive = process.alive();
        p.wait = wait_of(process);
        if (!p.alive) p.reason = term::print(process.exit_reason, namer);
        out.processes.push_back(std::move(p));
    }
    for (const auto& driver : host.drivers().listed())
        if (driver->record.presence == lifecycle::Presence::dynamic) out.drivers.push_back(driver_state(host, *driver));
    return out;
}

lifecycle::Situation situation_of(const DriverState& driver, const std::vector<ProcessState>& processes) {
    lifecycle::Situation out;
    out.record = driver.record;
    for (const PortState& port : driver.ports) out.ports.push_back(port.held);
    out.passing = driver.jobs;
    out.stuck = driver.stuck;
    for (const ProcessState& process : processes)
        if (process.alive) out.persons.push_back(process.person);
    return out;
}

Json to_json(const State& state) {
    return state;
}

State state_from(const Json& json) {
    State out = json;
    for (ProcessState& process : out.processes) process.person.waits = process.wait.kind != Wait::Kind::none;
    for (DriverState& driver : out.drivers)
        for (PortState& port : driver.ports) {
            port.held.queue_full = port.queue > 0;
            port.held.draining = port.state == host::Port::State::closing;
        }
    return out;
}

} // namespace ddll::session
