// way_out() against brute force: every state that a small world of real drivers, ports and processes can get into, and
// from each the shortest way found by trying everything.
#include "calls/calls.h"
#include "host/host.h"
#include "lifecycle/info.h"
#include "session/state.h"
#include "support/places.h"
#include "term/text.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <deque>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace ddll;
namespace fs = std::filesystem;

namespace {

#ifdef DDLL_SMALL_WORLD // the program is slow: not optimised, or sanitized
constexpr bool is_small = true;
#else
constexpr bool is_small = false;
#endif
constexpr std::size_t most_ports = is_small ? 2 : 3;
constexpr std::size_t persons = is_small ? 2 : 3;
constexpr std::uint32_t unreachable = std::numeric_limits<std::uint32_t>::max();

/// Somebody says something; ports are numbered in order of opening.
struct Deed {
    std::size_t by;
    std::string text;
};

class World {
public:
    World(const std::string& folder, journal::Journal& journal) : host_({}, journal, oldest_first_), current_(host_) {
        names_["Dir"] = term::Term::string(folder);
        for (std::size_t i = 0; i < persons; ++i) {
            const std::string name(1, static_cast<char>('a' + i));
            const ProcessId id = host_.processes().start(name, i == 0); // the first one traps exits
            processes_[name] = id;
            names_[std::string(1, static_cast<char>('A' + i))] = term::Term::pid(id.value);
        }
    }

    void act(const Deed& deed) {
        const ProcessId by = processes_.at(std::string(1, static_cast<char>('a' + deed.by)));
        if (!host_.processes().find(by)->alive()) return;
        const auto expr = term::parse_expr(deed.text);
        REQUIRE(expr);
        const auto value = calls::perform(host_, by, **expr, deed.text, names_);
        if (value.kind == term::Evaluated::Kind::value && value.value.is(term::Term::Kind::port))
            names_[fmt::format("P{}", ++ports_)] = value.value;
        host_.run_until_idle();
        host_.processes().empty_mailboxes();
    }

    session::State state() {
        return session::look_at(host_, processes_, [](const term::Term&) { return std::nullopt; });
    }
    std::vector<ProcessId> dead() {
        std::vector<ProcessId> out;
        for (const auto& [name, id] : processes_)
            if (!host_.processes().find(id)->alive()) out.push_back(id);
        return out;
    }
    std::string variable(PortId id) const {
        for (const auto& [name, value] : names_)
            if (value == term::Term::port(id.value)) return name;
        return "?";
    }

private:
    host::FirstInFirstOut oldest_first_;
    host::Host host_;
    host::CurrentHost current_;
    std::map<std::string, ProcessId> processes_;
    term::Bindings names_;
    std::size_t ports_ = 0;
};

std::string fingerprint(const session::State& state) {
    std::string out;
    for (const auto& process : state.processes) out += process.alive ? process.person.uses_drivers ? "U" : "u" : "-";
    if (state.drivers.empty()) return out + " absent";
    const auto& driver = state.drivers.front();
    out += fmt::format(" {} {} {}", name(driver.record.status), driver.record.other_holds,
                       lifecycle::state_word(driver.record));
    for (const auto& process : state.processes) out += fmt::format(" {}", loads_of(driver.record, process.person.id));
    std::multiset<std::string> ports;
    for (const auto& port : driver.ports) {
        std::string text = fmt::format(" {}:", port.held.owner.value);
        for (const ProcessId link : port.held.links) text += fmt::format("{},", link.value);
        ports.insert(std::move(text));
    }
    for (const auto& port : ports) out += port;
    return out;
}

/// Where one gets by one deed, and whether that is something a user does without force.
struct Edge {
    std::size_t to;
    bool agreed;
};

struct Node {
    std::vector<Deed> history;
    session::State state;
    std::vector<Edge> edges;
    lifecycle::Status status() const {
        return state.drivers.empty() ? lifecycle::Status::ok : state.drivers.front().record.status;
    }
    bool absent() const { return state.drivers.empty(); }
};

class Atlas {
public:
    Atlas(std::string folder, bool kill_ports) : folder_(std::move(folder)), kill_ports_(kill_ports) { explore(); }

    const std::vector<Node>& nodes() const { return nodes_; }

    /// Deeds until the driver is gone or, from a pending reload, until that has happened.
    std::vector<std::uint32_t> distances(bool agreed, bool reload) const {
        std::vector<std::vector<std::size_t>> before(nodes_.size());
        for (std::size_t from = 0; from < nodes_.size(); ++from) {
            if (reload && !lifecycle::reloading(nodes_[from].status())) continue;
            for (const Edge& edge : nodes_[from].edges)
                if (edge.agreed || !agreed) before[edge.to].push_back(from);
        }
        std::vector<std::uint32_t> out(nodes_.size(), unreachable);
        std::deque<std::size_t> open;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            const bool there =
                reload ? !nodes_[i].absent() && nodes_[i].status() == lifecycle::Status::ok : nodes_[i].absent();
            if (!there) continue;
            out[i] = 0;
            open.push_back(i);
        }
        while (!open.empty()) {
            const std::size_t at = open.front();
            open.pop_front();
            for (const std::size_t from : before[at]) {
                if (out[from] != unreachable) continue;
                out[from] = out[at] + 1;
                open.push_back(from);
            }
        }
        return out;
    }

    template <class Use>
    void in_world(const std::vector<Deed>& history, Use use) const {
        if (!journal_ || journal_->size() > 50'000) journal_ = std::make_unique<journal::Journal>();
        World world(folder_, *journal_);
        for (const Deed& deed : history) world.act(deed);
        use(world);
    }

private:
    struct Choice {
        Deed deed;
        bool is_move, agreed;
    };

    std::vector<Choice> choices(World& world, const session::State& state) const {
        std::vector<Choice> out;
        const std::string options = kill_ports_ ? "{driver_options, [kill_ports]}" : "";
        const auto* driver = state.drivers.empty() ? nullptr : &state.drivers.front();
        for (std::size_t i = 0; i < persons; ++i) {
            if (!state.processes[i].alive) continue;
            const ProcessId id = state.processes[i].person.id;
            const auto add = [&](std::string text, bool is_move, bool agreed) {
                out.push_back({{i, std::move(text)}, is_move, agreed});
            };
            if (driver == nullptr || loads_of(driver->record, id) == 0)
                add(fmt::format("erl_ddll:try_load(Dir, counter, [{}])", options), false, false);
            if (driver == nullptr) continue;
            if (driver->ports.size() < most_ports) add("open_port({spawn_driver, \"counter\"}, [])", false, false);
            for (const char* reload : {"pending", "pending_driver"})
                add(fmt::format("erl_ddll:try_load(Dir, counter, [{{reload, {}}}{}{}])", reload,
                                options.empty() ? "" : ", ", options),
                    false, false);
            add("erl_ddll:try_unload(counter, [])", true, true);
            add("erl_ddll:try_unload(counter, [kill_ports])", true, false);
            add("exit(kill)", true, false);
            for (const auto& port : driver->ports) {
                add(fmt::format("port_close({})", world.variable(port.held.id)), true, true);
                add(fmt::format("exit({}, kill)", world.variable(port.held.id)), true, false);
            }
        }
        return out;
    }

    void explore() {
        std::map<std::string, std::size_t> known;
        std::deque<std::size_t> open;
        const auto visit = [&](std::vector<Deed> history, session::State state) {
            const auto [it, fresh] = known.emplace(fingerprint(state), nodes_.size());
            if (fresh) {
                open.push_back(nodes_.size());
                nodes_.push_back({std::move(history), std::move(state), {}});
            }
            return it->second;
        };
        in_world({}, [&](World& world) { visit({}, world.state()); });
        while (!open.empty()) {
            const std::size_t at = open.front();
            open.pop_front();
            std::vector<Choice> all;
            in_world(nodes_[at].history, [&](World& world) { all = choices(world, nodes_[at].state); });
            for (const Choice& choice : all) {
                std::vector<Deed> history = nodes_[at].history;
                history.push_back(choice.deed);
                in_world(history, [&](World& world) {
                    const std::size_t to = visit(history, world.state());
                    if (choice.is_move) nodes_[at].edges.push_back({to, choice.agreed});
                });
            }
        }
    }

    std::string folder_;
    bool kill_ports_;
    mutable std::unique_ptr<journal::Journal> journal_; // one for many worlds: nobody reads it
    std::vector<Node> nodes_;
};

std::string text_of(const lifecycle::Move& move, const World& world, std::size_t& by) {
    const auto number = [](ProcessId id) { return static_cast<std::size_t>(id.value - 80); };
    using namespace lifecycle::move;
    if (const auto* unload = std::get_if<Unload>(&move)) {
        by = number(unload->by);
        return fmt::format("erl_ddll:try_unload(counter, [{}])", unload->kill_ports ? "kill_ports" : "");
    }
    if (const auto* close = std::get_if<Close>(&move)) {
        by = number(close->by);
        return fmt::format("port_close({})", world.variable(close->port));
    }
    if (const auto* kill = std::get_if<KillPort>(&move)) {
        by = number(kill->by);
        return fmt::format("exit({}, kill)", world.variable(kill->port));
    }
    by = number(std::get<Exit>(move).process);
    return "exit(kill)";
}

} // namespace

TEST_CASE("the way out is right and shortest, from every state of a small world") {
    const std::string folder = test::sample_drivers() + "/way_out";
    fs::create_directories(folder);
    fs::copy_file(test::sample_drivers() + "/counter_v1.so", folder + "/counter.so",
                  fs::copy_options::overwrite_existing);
    for (const bool kill_ports : {false, true}) {
        CAPTURE(kill_ports);
        const Atlas atlas(folder, kill_ports);
        MESSAGE("states: " << atlas.nodes().size());
        CHECK(atlas.nodes().size() > (is_small ? 40 : 500));
        std::size_t judged = 0;
        for (const bool agreed : {true, false}) {
            const auto gone = atlas.distances(agreed, false), reloaded = atlas.distances(agreed, true);
            for (std::size_t i = 0; i < atlas.nodes().size(); ++i) {
                const Node& node = atlas.nodes()[i];
                if (node.absent()) continue;
                const auto& driver = node.state.drivers.front();
                const bool reload = lifecycle::reloading(driver.record.status);
                const std::uint32_t shortest = (reload ? reloaded : gone)[i];
                const auto way = way_out(situation_of(driver, node.state.processes),
                                         agreed ? lifecycle::Means::agreement : lifecycle::Means::force);
                CAPTURE(agreed);
                CAPTURE(fingerprint(node.state));
                ++judged;
                if (shortest == unreachable) {
                    CHECK(way.obstacle != lifecycle::Obstacle::none);
                    continue;
                }
                REQUIRE(way.obstacle == lifecycle::Obstacle::none);
                CHECK(way.moves.size() == shortest);
                atlas.in_world(node.history, [&](World& world) {
                    const auto before = world.dead().size();
                    for (const auto& move : way.moves) {
                        std::size_t by = 0;
                        const std::string text = text_of(move, world, by);
                        world.act({by, text});
                    }
                    const auto state = world.state();
                    if (reload)
                        CHECK((!state.drivers.empty() && state.drivers.front().record.status == lifecycle::Status::ok));
                    else
                        CHECK(state.drivers.empty());
                    CHECK(world.dead().size() - before == way.dying.size());
                });
            }
        }
        CHECK(judged > (is_small ? 60 : 1000));
    }
}

TEST_CASE("what no call can free is said") {
    lifecycle::Situation now;
    now.record.presence = lifecycle::Presence::dynamic;
    now.record.status = lifecycle::Status::unload;
    now.record.other_holds = 1;
    now.stuck = 1;
    now.persons.push_back({ProcessId{1}, false, true, false, {}});
    CHECK(way_out(now, lifecycle::Means::force).obstacle == lifecycle::Obstacle::stuck);

    SUBCASE("a job ends with time") {
        now.stuck = 0;
        now.passing = 1;
        const auto way = way_out(now, lifecycle::Means::agreement);
        REQUIRE(way.moves.size() == 1);
        CHECK(std::holds_alternative<lifecycle::move::Pass>(way.moves.front()));
    }
    SUBCASE("a port that waits for its queue is ended by force only") {
        now.stuck = 0;
        now.record.port_count = 1;
        now.ports.push_back({PortId{5}, ProcessId{1}, {}, true, true});
        CHECK(way_out(now, lifecycle::Means::agreement).obstacle == lifecycle::Obstacle::draining);
        CHECK(way_out(now, lifecycle::Means::force).moves.size() == 1);
    }
    SUBCASE("a driver that locked itself stays") {
        now.record.status = lifecycle::Status::permanent;
        CHECK(way_out(now, lifecycle::Means::force).obstacle == lifecycle::Obstacle::permanent);
    }
    SUBCASE("whoever waits inside a call can make no other") {
        now.stuck = 0;
        now.record.status = lifecycle::Status::ok;
        now.record.other_holds = 0;
        now.record.entries.push_back({lifecycle::EntryKind::loaded, ProcessId{1}, {}, false});
        now.persons.front().waits = true;
        CHECK(way_out(now, lifecycle::Means::agreement).obstacle == lifecycle::Obstacle::waiting);
    }
}

TEST_CASE("a thousand ports are no trouble") {
    lifecycle::Situation now;
    now.record.presence = lifecycle::Presence::dynamic;
    now.record.status = lifecycle::Status::reload;
    for (std::uint64_t p = 1; p <= 3; ++p) now.persons.push_back({ProcessId{p}, false, true, false, {}});
    for (std::uint64_t n = 0; n < 1000; ++n) {
        const ProcessId owner{1 + n % 3};
        now.ports.push_back({PortId{10 + n}, owner, {owner}, false, false});
    }
    now.record.entries.push_back({lifecycle::EntryKind::loaded, ProcessId{1}, {}, true});
    now.record.port_count = now.record.other_holds = 1000;
    CHECK(way_out(now, lifecycle::Means::agreement).moves.size() == 1000);
}
