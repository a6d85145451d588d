#include "doctor/way.h"

#include "term/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::doctor {
namespace {

using lifecycle::EntryKind;
using lifecycle::Means;
using lifecycle::Obstacle;

/// Stands for a process of a shell: it has loaded nothing, waits for nothing, and has no pid yet.
const PidText shell_of_the_node = "shell";

/// Numbers for the processes and ports of a node, and back.
class Numbers {
public:
    explicit Numbers(const NodeDriver& driver) : driver_(driver) {}

    ProcessId process(const PidText& pid) {
        const auto known = std::ranges::find(pids_, pid);
        if (known != pids_.end()) return ProcessId{static_cast<std::uint64_t>(known - pids_.begin()) + 1};
        pids_.push_back(pid);
        return ProcessId{pids_.size()};
    }
    const PidText& pid(ProcessId id) const { return pids_[id.value - 1]; }
    static PortId port(std::size_t index) { return PortId{index + 1}; }
    const std::string& port(PortId id) const { return driver_.ports[id.value - 1].port; }

private:
    const NodeDriver& driver_;
    std::vector<PidText> pids_;
};

lifecycle::DriverRecord record_of(const NodeDriver& driver, Numbers& numbers) {
    lifecycle::DriverRecord out;
    out.presence = driver.linked_in ? words::Presence::linked_in : words::Presence::dynamic;
    const Pending pending = pending_of(driver);
    out.status = driver.permanent             ? words::Status::permanent
                 : pending == Pending::reload ? words::Status::reload
                 : pending == Pending::unload ? words::Status::unload
                                              : words::Status::ok;
    out.kill_ports = driver.kill_ports;
    const auto add = [&](const ProcessCounts& counts, EntryKind kind, bool released) {
        for (const auto& [pid, count] : counts)
            for (std::uint32_t i = 0; i < count; ++i)
                out.entries.push_back({kind, numbers.process(pid), RefId{out.entries.size() + 1}, released});
    };
    add(driver.loads, EntryKind::loaded, pending == Pending::reload);
    add(driver.awaiting_load, EntryKind::wait_load, false);
    add(driver.awaiting_unload, EntryKind::wait_unload, false);
    for (lifecycle::UserEntry& entry : out.entries)
        if (entry.kind == EntryKind::loaded) entry.ref = {};
    out.port_count = driver.port_count;
    out.other_holds = std::max(driver.port_count, static_cast<std::uint32_t>(driver.ports.size()));
    return out;
}

/// It waits inside a call of erl_ddll and can make no other.
bool waits(const NodeProcess& process) {
    return process.inside.starts_with("erl_ddll:");
}

lifecycle::Situation situation_of(const NodeDriver& driver, const std::vector<NodeProcess>& processes,
                                  Numbers& numbers) {
    lifecycle::Situation out;
    out.record = record_of(driver, numbers);
    for (std::size_t i = 0; i < driver.ports.size(); ++i) {
        const NodePort& port = driver.ports[i];
        lifecycle::HeldPort held;
        held.id = Numbers::port(i);
        held.owner = numbers.process(port.owner);
        for (const PidText& link : port.links) held.links.push_back(numbers.process(link));
        held.queue_full = port.queued > 0;
        out.ports.push_back(std::move(held));
    }
    // Closed ports that wait for their queue are counted, but cannot be asked about.
    if (driver.port_count > driver.ports.size())
        out.stuck = driver.port_count - static_cast<std::uint32_t>(driver.ports.size());
    for (const NodeProcess& process : processes) {
        lifecycle::Person person;
        person.id = numbers.process(process.pid);
        person.trap_exit = process.trap_exit;
        person.uses_drivers = lifecycle::loads_of(out.record, person.id) > 0;
        person.waits = waits(process);
        for (const PidText& link : process.links)
            if (std::ranges::find(processes, link, &NodeProcess::pid) != processes.end())
                person.links.push_back(numbers.process(link));
        out.persons.push_back(std::move(person));
    }
    lifecycle::Person shell;
    shell.id = numbers.process(shell_of_the_node);
    out.persons.push_back(std::move(shell));
    return out;
}

WayStep step_of(const lifecycle::Move& move, const std::string& driver, const Numbers& numbers) {
    const auto port = [&](PortId id) { return fmt::format("list_to_port(\"{}\")", numbers.port(id)); };
    if (const auto* unload = std::get_if<lifecycle::move::Unload>(&move))
        return {numbers.pid(unload->by), fmt::format("erl_ddll:try_unload({}, [{}])", term::print_atom(driver),
                                                     unload->kill_ports ? "kill_ports" : "")};
    if (const auto* close = std::get_if<lifecycle::move::Close>(&move))
        return {numbers.pid(close->by) == shell_of_the_node ? PidText() : numbers.pid(close->by),
                fmt::format("port_close({})", port(close->port))};
    if (const auto* kill = std::get_if<lifecycle::move::KillPort>(&move))
        return {{}, fmt::format("exit({}, kill)", port(kill->port))};
    if (const auto* exit = std::get_if<lifecycle::move::Exit>(&move))
        return {{}, fmt::format("exit(list_to_pid(\"{}\"), kill)", numbers.pid(exit->process))};
    return {};
}

} // namespace

Pending pending_of(const NodeDriver& driver) {
    if (driver.permanent || driver.linked_in) return Pending::nothing;
    // A load is waited for only while the old code is there; without users the driver is on its way out.
    if (!driver.awaiting_load.empty() && !driver.loads.empty()) return Pending::reload;
    return driver.loads.empty() ? Pending::unload : Pending::nothing;
}

std::vector<Way> ways_out(const NodeDriver& driver, const std::vector<NodeProcess>& processes) {
    Numbers numbers(driver);
    const lifecycle::Situation situation = situation_of(driver, processes, numbers);
    std::vector<Way> out;
    for (const Means means : {Means::agreement, Means::force}) {
        const lifecycle::WayOut found = lifecycle::way_out(situation, means);
        Way way{means, found.obstacle, {}, {}, {}};
        for (const lifecycle::Move& move : found.moves) way.steps.push_back(step_of(move, driver.name, numbers));
        for (const ProcessId id : found.dying) way.dying.push_back(numbers.pid(id));
        for (const PortId id : found.killed) way.killed.push_back(numbers.port(id));
        out.push_back(std::move(way));
    }
    const bool forced_helps = out[1].obstacle == Obstacle::none &&
                              (out[0].obstacle != Obstacle::none || out[1].steps.size() < out[0].steps.size());
    if (!forced_helps) out.pop_back();
    return out;
}

} // namespace ddll::doctor
