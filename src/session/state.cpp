#include "session/state.h"

#include <nlohmann/json.hpp>

namespace ddll::session {

using Json = nlohmann::json;
using lifecycle::DriverRecord;

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
    out.held.links = port.links;
    out.held.queue_full = port.queue.size() > 0;
    out.held.draining = port.state == host::Port::State::closing;
    out.name = port.name;
    out.state = port.state;
    out.creator = port.creator;
    out.queue = port.queue.size();
    out.busy = port.busy;
    out.has_flush = port.driver != nullptr && port.driver->callbacks.flush != nullptr;
    out.armed = port.timer.has_value() || host.may_be_called(port);
    return out;
}

DriverState driver_state(const host::Host& host, const host::Driver& driver) {
    DriverState out;
    out.name = driver.name;
    out.id = driver.id;
    if (driver.image) out.image = driver.image_id;
    out.record = driver.record;
    out.jobs = static_cast<std::uint32_t>(host.jobs_of(driver));
    std::uint32_t ports = 0;
    for (const host::Port* port = driver.first_port; port != nullptr; port = port->next_of_driver) {
        if (++ports <= most_ports_listed) out.ports.push_back(port_state(host, *port));
    }
    const std::uint32_t known = ports + out.jobs;
    out.stuck = driver.record.other_holds > known ? driver.record.other_holds - known : 0;
    return out;
}

Json ids(const std::vector<ProcessId>& list) {
    Json out = Json::array();
    for (const ProcessId id : list) out.push_back(id.value);
    return out;
}

std::vector<ProcessId> ids_from(const Json& json) {
    std::vector<ProcessId> out;
    for (const auto& id : json) out.push_back({id.get<std::uint64_t>()});
    return out;
}

Json to_json(const ProcessState& p) {
    return {{"name", p.name},
            {"id", p.person.id.value},
            {"alive", p.alive},
            {"trap_exit", p.person.trap_exit},
            {"waits", {p.wait.kind, p.wait.id}},
            {"uses_drivers", p.person.uses_drivers},
            {"links", ids(p.person.links)},
            {"reason", p.reason}};
}

Json to_json(const PortState& p) {
    return {{"id", p.held.id.value},      {"owner", p.held.owner.value},
            {"links", ids(p.held.links)}, {"name", p.name},
            {"state", p.state},           {"creator", p.creator.value},
            {"queue", p.queue},           {"busy", p.busy},
            {"has_flush", p.has_flush},   {"armed", p.armed}};
}

Json to_json(const DriverRecord& r) {
    Json entries = Json::array();
    for (const lifecycle::UserEntry& e : r.entries)
        entries.push_back({static_cast<int>(e.kind), e.process.value, e.ref.value, e.released});
    return {{"presence", static_cast<int>(r.presence)},
            {"status", static_cast<int>(r.status)},
            {"path", r.path},
            {"kill_ports", r.kill_ports},
            {"entries", std::move(entries)},
            {"port_count", r.port_count},
            {"other_holds", r.other_holds},
            {"next_path", r.next_path},
            {"next_kill_ports", r.next_kill_ports}};
}

DriverRecord record_from(const Json& json) {
    DriverRecord r;
    r.presence = static_cast<lifecycle::Presence>(json.at("presence").get<int>());
    r.status = static_cast<lifecycle::Status>(json.at("status").get<int>());
    r.path = json.at("path");
    r.kill_ports = json.at("kill_ports");
    for (const auto& e : json.at("entries"))
        r.entries.push_back({static_cast<lifecycle::EntryKind>(e.at(0).get<int>()),
                             {e.at(1).get<std::uint64_t>()},
                             {e.at(2).get<std::uint64_t>()},
                             e.at(3).get<bool>()});
    r.port_count = json.at("port_count");
    r.other_holds = json.at("other_holds");
    r.next_path = json.at("next_path");
    r.next_kill_ports = json.at("next_kill_ports");
    return r;
}

PortState port_from(const Json& json) {
    PortState p;
    p.held.id.value = json.at("id");
    p.held.owner.value = json.at("owner");
    p.held.links = ids_from(json.at("links"));
    p.name = json.at("name");
    p.state = json.at("state");
    p.creator.value = json.at("creator");
    p.queue = json.at("queue");
    p.busy = json.at("busy");
    p.has_flush = json.at("has_flush");
    p.armed = json.at("armed");
    p.held.queue_full = p.queue > 0;
    p.held.draining = p.state == host::Port::State::closing;
    return p;
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
    switch (state) {
    case host::Port::State::starting:
        return "starting";
    case host::Port::State::open:
        return "open";
    case host::Port::State::closing:
        return "closing";
    case host::Port::State::stopped:
        return "stopped";
    }
    return "";
}

State look_at(const host::Host& host, const std::map<std::string, ProcessId>& processes, const term::Namer& namer) {
    State out;
    out.now = host.now();
    for (const auto& [name, id] : processes) {
        const host::Process& process = *host.find(id);
        ProcessState p;
        p.person.id = id;
        p.person.trap_exit = process.trap_exit;
        p.person.uses_drivers = process.uses_drivers;
        p.person.waits = process.blocked();
        for (const host::Linked& other : process.links)
            if (const auto* linked = std::get_if<ProcessId>(&other)) p.person.links.push_back(*linked);
        p.name = name;
        p.alive = process.alive();
        p.wait = wait_of(process);
        if (!p.alive) p.reason = term::print(process.exit_reason, namer);
        out.processes.push_back(std::move(p));
    }
    for (const auto& driver : host.drivers())
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
    Json processes = Json::array(), drivers = Json::array();
    for (const ProcessState& process : state.processes) processes.push_back(to_json(process));
    for (const DriverState& driver : state.drivers) {
        Json ports = Json::array();
        for (const PortState& port : driver.ports) ports.push_back(to_json(port));
        drivers.push_back({{"name", driver.name},
                           {"id", driver.id.value},
                           {"image", driver.image.value},
                           {"record", to_json(driver.record)},
                           {"ports", std::move(ports)},
                           {"jobs", driver.jobs},
                           {"stuck", driver.stuck}});
    }
    return {{"now", state.now.ns}, {"processes", std::move(processes)}, {"drivers", std::move(drivers)}};
}

State state_from(const Json& json) {
    State out;
    out.now.ns = json.at("now");
    for (const auto& p : json.at("processes")) {
        ProcessState process;
        process.name = p.at("name");
        process.person.id.value = p.at("id");
        process.alive = p.at("alive");
        process.person.trap_exit = p.at("trap_exit");
        process.person.uses_drivers = p.at("uses_drivers");
        process.person.links = ids_from(p.at("links"));
        process.wait.kind = p.at("waits").at(0);
        process.wait.id = p.at("waits").at(1);
        process.person.waits = process.wait.kind != Wait::Kind::none;
        process.reason = p.at("reason");
        out.processes.push_back(std::move(process));
    }
    for (const auto& d : json.at("drivers")) {
        DriverState driver;
        driver.name = d.at("name");
        driver.id.value = d.at("id");
        driver.image.value = d.at("image");
        driver.record = record_from(d.at("record"));
        for (const auto& port : d.at("ports")) driver.ports.push_back(port_from(port));
        driver.jobs = d.at("jobs");
        driver.stuck = d.at("stuck");
        out.drivers.push_back(std::move(driver));
    }
    return out;
}

} // namespace ddll::session
