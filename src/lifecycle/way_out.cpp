#include "lifecycle/way_out.h"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <tuple>

namespace ddll::lifecycle {

namespace {

constexpr std::size_t most_situations = 100'000;
/// Moves tried, times the size of what they are tried on: the search is to take a fraction of a second.
constexpr std::size_t most_work = 1'000'000;

/// Carries out what decide() asks for, as a host does, on values.
class Happening {
public:
    explicit Happening(Situation now) { out_.situation = std::move(now); }

    Aftermath finish() {
        while (true) {
            if (!dying_.empty()) {
                const ProcessId id = dying_.front();
                dying_.pop_front();
                end_process(id);
                continue;
            }
            DriverRecord& record = out_.situation.record;
            const bool pending = unloading(record.status) || reloading(record.status);
            if (record.presence != Presence::dynamic || !pending || holds(record) > 0) break;
            const bool again = reloading(record.status);
            ask(request::Collect{});
            if (again) ask(request::ReloadOpened{});
        }
        return std::move(out_);
    }

    Reply ask(const Request& request) {
        Decision decision = decide(out_.situation.record, request);
        out_.situation.record = std::move(decision.next);
        for (const Effect& effect : decision.effects) {
            if (std::holds_alternative<effect::KillPorts>(effect)) kill_ports();
            if (const auto* then = std::get_if<effect::Continue>(&effect)) ask(then->next);
        }
        return decision.reply;
    }

    void enrol(ProcessId id) {
        for (Person& person : out_.situation.persons)
            if (person.id == id) person.uses_drivers = true;
    }

    void make(const move::Unload& unload) {
        enrol(unload.by);
        out_.reply = ask(request::Unload{unload.by, unload.kill_ports, std::nullopt, {}});
    }
    void make(const move::Close& close) { end_port(close.port, true, false); }
    void make(const move::KillPort& kill) { end_port(kill.port, false, true); }
    void make(const move::Exit& exit) { die(exit.process); }
    void make(const move::Pass&) {
        for (; out_.situation.passing > 0; --out_.situation.passing) ask(request::HoldReleased{});
    }
    void make(const request::Load& load) {
        enrol(load.process);
        out_.reply = ask(load);
    }

private:
    void kill_ports() {
        while (!out_.situation.ports.empty()) {
            const HeldPort port = take(out_.situation.ports.begin());
            if (!port.draining) out_.killed.push_back(port.id);
            if (!port.draining) signal(port.links);
            release_port();
        }
    }

    HeldPort take(std::vector<HeldPort>::iterator it) {
        HeldPort port = std::move(*it);
        out_.situation.ports.erase(it);
        return port;
    }

    void release_port() {
        ask(request::PortStopped{});
        ask(request::HoldReleased{});
    }

    // With bytes in its queue it drains, unless it is killed. port_close leaves the closer's own link without a word:
    // whoever else is linked gets the reason normal.
    void end_port(PortId id, bool drains, bool tells) {
        auto& ports = out_.situation.ports;
        const auto it = std::find_if(ports.begin(), ports.end(), [id](const HeldPort& port) { return port.id == id; });
        if (it == ports.end() || it->draining) return;
        const std::vector<ProcessId> links = std::move(it->links);
        it->links.clear();
        if (drains && it->queue_full) {
            it->draining = true;
        } else {
            ports.erase(it);
            release_port();
        }
        if (!tells) return;
        out_.killed.push_back(id);
        signal(links);
    }

    void signal(const std::vector<ProcessId>& linked) {
        for (const ProcessId id : linked)
            for (const Person& person : out_.situation.persons)
                if (person.id == id && !person.trap_exit) {
                    die(id);
                    break;
                }
    }

    void die(ProcessId id) {
        if (std::find(out_.died.begin(), out_.died.end(), id) != out_.died.end()) return;
        out_.died.push_back(id);
        dying_.push_back(id);
    }

    void end_process(ProcessId id) {
        auto& persons = out_.situation.persons;
        const auto it = std::find_if(persons.begin(), persons.end(), [id](const Person& p) { return p.id == id; });
        if (it == persons.end()) return;
        const Person person = std::move(*it);
        persons.erase(it);
        if (person.uses_drivers) ask(request::ProcessExit{id});
        std::vector<PortId> closing;
        for (HeldPort& port : out_.situation.ports)
            if (std::erase(port.links, id) > 0) closing.push_back(port.id);
        for (const PortId port : closing) end_port(port, true, true);
        signal(person.links);
    }

    Aftermath out_;
    std::deque<ProcessId> dying_;
};

std::string sort_of(const HeldPort& port) {
    std::string text = std::to_string(port.owner.value) + (port.queue_full ? "q" : "") + (port.draining ? "d" : "");
    for (const ProcessId link : port.links) text += " " + std::to_string(link.value);
    return text;
}

// Ports that differ in nothing but their number are as good as one another.
std::string key_of(const Situation& s) {
    std::string key;
    const auto add = [&key](std::uint64_t n) { key += std::to_string(n) + ","; };
    add(static_cast<std::uint64_t>(s.record.presence));
    add(static_cast<std::uint64_t>(s.record.status));
    add(s.passing);
    std::map<ProcessId, std::uint32_t> counts;
    for (const UserEntry& entry : s.record.entries)
        if (entry.kind == EntryKind::loaded) ++counts[entry.process];
    for (const auto& [process, count] : counts) add(process.value), add(count);
    key += "|";
    for (const Person& person : s.persons) add(person.id.value), add(person.uses_drivers ? 1 : 0);
    key += "|";
    std::multiset<std::string> ports;
    for (const HeldPort& port : s.ports) ports.insert(sort_of(port));
    for (const std::string& port : ports) key += port + ";";
    return key;
}

std::vector<Move> moves_in(const Situation& s, Means means) {
    std::vector<Move> out;
    if (s.passing > 0) out.emplace_back(move::Pass{});
    const auto can_call = [&s](ProcessId id) {
        return std::any_of(s.persons.begin(), s.persons.end(),
                           [id](const Person& person) { return person.id == id && !person.waits; });
    };
    const auto anybody = std::find_if(s.persons.begin(), s.persons.end(), [](const Person& p) { return !p.waits; });
    for (const Person& person : s.persons) {
        if (person.waits) continue;
        if (loads_of(s.record, person.id) > 0) out.emplace_back(move::Unload{person.id, false});
    }
    std::set<std::string> seen;
    for (const HeldPort& port : s.ports) {
        if (port.draining || !seen.insert(sort_of(port)).second) continue;
        if (can_call(port.owner))
            out.emplace_back(move::Close{port.owner, port.id});
        else if (anybody != s.persons.end())
            out.emplace_back(move::Close{anybody->id, port.id});
        if (means == Means::force && anybody != s.persons.end()) out.emplace_back(move::KillPort{anybody->id, port.id});
    }
    if (means == Means::agreement) return out;
    for (const Person& person : s.persons)
        if (!person.waits) out.emplace_back(move::Unload{person.id, true});
    for (const Person& person : s.persons) out.emplace_back(move::Exit{person.id});
    return out;
}

/// One that lets go of something without force: of time, of a load, of a port.
std::optional<Move> first_move(const Situation& s, bool reload) {
    if (s.passing > 0) return move::Pass{};
    const auto can_call = [](const Person& person) { return !person.waits; };
    for (const Person& person : s.persons)
        if (!reload && can_call(person) && loads_of(s.record, person.id) > 0) return move::Unload{person.id, false};
    const auto anybody = std::find_if(s.persons.begin(), s.persons.end(), can_call);
    if (s.ports.empty() || s.ports.back().draining || anybody == s.persons.end()) return std::nullopt;
    const HeldPort& port = s.ports.back(); // taken from the end, the others need not move up
    const auto owner = std::find_if(s.persons.begin(), s.persons.end(),
                                    [&](const Person& person) { return person.id == port.owner && can_call(person); });
    return move::Close{owner != s.persons.end() ? owner->id : anybody->id, port.id};
}

/// So many moves are needed at least.
std::size_t least(const Situation& s, Means means, bool reload) {
    if (means == Means::force) return 0;
    std::size_t n = s.passing > 0 ? 1 : 0;
    for (const HeldPort& port : s.ports) n += port.draining ? 0 : 1;
    return reload ? n : n + loads(s.record);
}

bool reached(const DriverRecord& record, bool reload) {
    return reload ? record.presence == Presence::dynamic && record.status == Status::ok
                  : record.presence == Presence::absent;
}

struct Node {
    Situation situation;
    std::shared_ptr<const Node> before;
    Move move;
    std::size_t made = 0;
    std::vector<ProcessId> died;
    std::vector<PortId> killed;
};

WayOut way_to(const Node& end) {
    WayOut out;
    out.dying = end.died;
    out.killed = end.killed;
    for (const Node* node = &end; node->before; node = node->before.get()) out.moves.push_back(node->move);
    std::reverse(out.moves.begin(), out.moves.end());
    return out;
}

WayOut no_way(Obstacle obstacle) {
    WayOut out;
    out.obstacle = obstacle;
    return out;
}

Obstacle reason(const Situation& now, Means means, bool reload) {
    if (now.stuck > 0) return Obstacle::stuck;
    const bool full = std::any_of(now.ports.begin(), now.ports.end(),
                                  [](const HeldPort& port) { return port.draining || port.queue_full; });
    if (full && (means == Means::agreement || reload)) return Obstacle::draining;
    const bool waits =
        std::any_of(now.persons.begin(), now.persons.end(), [](const Person& person) { return person.waits; });
    return waits ? Obstacle::waiting : Obstacle::no_such;
}

} // namespace

Aftermath after(Situation now, const Move& move) {
    Happening happening(std::move(now));
    std::visit([&happening](const auto& made) { happening.make(made); }, move);
    return happening.finish();
}

Aftermath after(Situation now, request::Load load) {
    if (load.path.empty()) load.path = now.record.path;
    Happening happening(std::move(now));
    happening.make(load);
    return happening.finish();
}

namespace {

/// The first move there is, again and again. Where that takes no more moves than the least there can be, nothing is
/// shorter, and a search among thousands of ports is spared.
std::optional<WayOut> straight_way(const Situation& now, bool reload) {
    const std::size_t fewest = least(now, Means::agreement, reload);
    Situation at = now;
    WayOut out;
    while (out.moves.size() < fewest) {
        const std::optional<Move> move = first_move(at, reload);
        if (!move) return std::nullopt;
        Aftermath next = after(std::move(at), *move);
        if (!next.died.empty() || !next.killed.empty()) return std::nullopt;
        at = std::move(next.situation);
        out.moves.push_back(*move);
        if (reload && !reloading(at.record.status) && !reached(at.record, true)) return std::nullopt;
    }
    if (out.moves.empty() || !reached(at.record, reload)) return std::nullopt;
    return out;
}

} // namespace

WayOut way_out(const Situation& now, Means means) {
    if (now.record.presence == Presence::absent) return no_way(Obstacle::not_loaded);
    if (now.record.presence == Presence::linked_in || now.record.status == Status::permanent)
        return no_way(Obstacle::permanent);
    if (now.stuck > 0) return no_way(Obstacle::stuck);
    const bool reload = reloading(now.record.status);
    if (means == Means::agreement)
        if (auto straight = straight_way(now, reload)) return *std::move(straight);
    // The moves still needed at least, then those made, then the dead, then the order in which they were found.
    using Rank = std::tuple<std::size_t, std::size_t, std::size_t, std::size_t>;
    std::map<Rank, std::shared_ptr<const Node>> open;
    std::set<std::string> closed;
    std::size_t found = 0, tried = 0;
    const std::size_t size = 1 + now.persons.size() + now.ports.size() + now.record.entries.size();
    const auto add = [&](std::shared_ptr<const Node> node) {
        const std::size_t estimate = node->made + least(node->situation, means, reload);
        const std::size_t dead = node->died.size() + node->killed.size();
        open.emplace(Rank{estimate, dead, estimate - node->made, found++}, std::move(node));
    };
    add(std::make_shared<Node>(Node{now, nullptr, move::Pass{}, 0, {}, {}}));
    while (!open.empty()) {
        const auto node = open.begin()->second;
        open.erase(open.begin());
        if (node->before && reached(node->situation.record, reload)) return way_to(*node);
        if (!closed.insert(key_of(node->situation)).second) continue;
        if (closed.size() > most_situations) return no_way(Obstacle::not_proven);
        for (const Move& move : moves_in(node->situation, means)) {
            if (++tried * size > most_work) return no_way(Obstacle::not_proven);
            Aftermath next = after(node->situation, move);
            if (reload && !reloading(next.situation.record.status) && !reached(next.situation.record, true)) continue;
            auto step = std::make_shared<Node>(
                Node{std::move(next.situation), node, move, node->made + 1, node->died, node->killed});
            step->died.insert(step->died.end(), next.died.begin(), next.died.end());
            step->killed.insert(step->killed.end(), next.killed.begin(), next.killed.end());
            add(std::move(step));
        }
    }
    return no_way(reason(now, means, reload));
}

} // namespace ddll::lifecycle
