#include "base/text.h"
#include "lifecycle/info.h"
#include "session/state_reader.h"

#include <fmt/format.h>

namespace ddll::session {

using Json = nlohmann::json;

namespace {

std::string obstacle_text(lifecycle::Obstacle obstacle) {
    constexpr const char* texts[] = {
        "",
        "it is not loaded",
        "no sequence of calls can: the driver has locked itself (driver_lock_driver); only a new node gets other code",
        ("no sequence of calls can: a reference to a port data lock was never given back (driver_pdl_dec_refc), and "
         "nothing outside the driver reaches it"),
        "no sequence of calls of its users can: a port waits for its queue, and only the driver can empty it",
        "no sequence can now: whoever would have to make a call waits inside another one",
        "no sequence of calls leads there",
        "there are too many possibilities to look at them all"};
    return texts[static_cast<std::size_t>(obstacle)];
}

// What its queue has to do with it; empty when it has nothing.
std::string queue_note(const PortState& port) {
    if (port.state != host::Port::State::closing) {
        if (port.queue == 0) return {};
        return port.has_flush ? "its queue is not empty: after close it stays until it is"
                              : "its queue is not empty and the driver has no flush: after close it will stay";
    }
    if (port.armed) return "closed, and waits for its queue to get empty; something is armed that may do that";
    return port.has_flush
               ? "closed, its queue is not empty, flush has run, and nothing is armed: it will stay"
               : "closed, its queue is not empty, the driver has no flush and nothing is armed: it will stay";
}

class Why : StateReader {
public:
    explicit Why(const SessionModel& model) : StateReader(model) {}

    Json of(const DriverState& driver) const {
        const auto& record = driver.record;
        const lifecycle::Situation situation = situation_of(driver, state_.processes);
        Json out = {{"driver", driver.name},
                    {"status", lifecycle::state_word(record)},
                    {"forced", lifecycle::forced(record.status)}};
        const bool pending = lifecycle::unloading(record.status) || lifecycle::reloading(record.status);
        if (pending)
            if (const auto since = origins_.pending.find(driver.id); since != origins_.pending.end())
                out["since"] = step(since->second);
        if (lifecycle::reloading(record.status)) out["next"] = record.next_path + ".so";
        out["holds"] = holds(driver);
        out["waits"] = waits(driver);
        Json ways = Json::array();
        const lifecycle::WayOut agreed = way_out(situation, lifecycle::Means::agreement);
        const lifecycle::WayOut forced = way_out(situation, lifecycle::Means::force);
        ways.push_back(way_json("agreement", agreed, driver));
        const bool shorter =
            forced.obstacle == lifecycle::Obstacle::none &&
            (agreed.obstacle != lifecycle::Obstacle::none || forced.moves.size() < agreed.moves.size());
        if (shorter) ways.push_back(way_json("force", forced, driver));
        out["ways"] = std::move(ways);
        if (!pending && record.status == lifecycle::Status::ok) out["reload_now"] = outlooks(driver, situation);
        return out;
    }

private:
    Json holds(const DriverState& driver) const {
        Json out = Json::array();
        const bool released = lifecycle::reloading(driver.record.status);
        for (const ProcessState& p : state_.processes) {
            const std::uint32_t n = lifecycle::loads_of(driver.record, p.person.id);
            if (n == 0 || released) continue;
            Json item = {{"kind", "user"}, {"what", n == 1 ? "a load" : fmt::format("{} loads", n)}, {"of", p.name}};
            if (const auto made = origins_.loads.find({driver.id, p.person.id});
                made != origins_.loads.end() && !made->second.empty())
                item["made_by"] = step(made->second.back());
            out.push_back(std::move(item));
        }
        for (const PortState& p : driver.ports) {
            Json item = {
                {"kind", "port"}, {"what", port(p.held.id)}, {"of", process(p.held.owner)}, {"state", name(p.state)}};
            if (p.queue > 0) item["queue"] = p.queue;
            if (p.creator) item["creator"] = port(p.creator);
            if (const std::string note = queue_note(p); !note.empty()) item["note"] = note;
            if (const auto made = origins_.ports.find(p.held.id); made != origins_.ports.end())
                item["made_by"] = step(made->second);
            out.push_back(std::move(item));
        }
        if (driver.record.port_count > driver.ports.size())
            out.push_back({{"kind", "port"},
                           {"what", fmt::format("{} more ports", driver.record.port_count - driver.ports.size())}});
        if (driver.jobs > 0) {
            Json item = {{"kind", "job"}, {"what", counted(driver.jobs, "async job")}};
            if (const auto made = origins_.jobs.find(driver.id); made != origins_.jobs.end())
                item["made_by"] = step(made->second);
            out.push_back(std::move(item));
        }
        if (driver.stuck > 0)
            out.push_back({{"kind", "reference"},
                           {"what", counted(driver.stuck, "closed port")},
                           {"note", "kept by references to port data locks that were never given back"}});
        return out;
    }

    Json move_json(const lifecycle::Move& move, const DriverState& driver) const {
        const std::string name = term::print_atom(driver.name);
        if (const auto* unload = std::get_if<lifecycle::move::Unload>(&move))
            return {
                {"by", process(unload->by)},
                {"call", fmt::format("erl_ddll:try_unload({}, [{}])", name, unload->kill_ports ? "kill_ports" : "")},
                {"command", fmt::format("ddlltool unload {}{} --as {}", driver.name,
                                        unload->kill_ports ? " --kill-ports" : "", process(unload->by))}};
        if (const auto* close = std::get_if<lifecycle::move::Close>(&move))
            return {{"by", process(close->by)},
                    {"call", fmt::format("port_close({})", port(close->port))},
                    {"command", fmt::format("ddlltool close {} --as {}", port(close->port), process(close->by))}};
        if (const auto* kill = std::get_if<lifecycle::move::KillPort>(&move))
            return {
                {"by", process(kill->by)},
                {"call", fmt::format("exit({}, kill)", port(kill->port))},
                {"command", fmt::format("ddlltool exit kill --to {} --as {}", port(kill->port), process(kill->by))}};
        if (const auto* exit = std::get_if<lifecycle::move::Exit>(&move))
            return {{"by", process(exit->process)},
                    {"call", "exit(kill)"},
                    {"command", fmt::format("ddlltool exit kill --as {}", process(exit->process))}};
        return {{"by", ""}, {"call", "(time goes by: the job ends)"}, {"command", "ddlltool advance 1s"}};
    }

    Json way_json(const char* means, const lifecycle::WayOut& way, const DriverState& driver) const {
        Json out = {{"means", means}};
        if (way.obstacle != lifecycle::Obstacle::none) {
            out["impossible"] = obstacle_text(way.obstacle);
            return out;
        }
        Json moves = Json::array(), dying = Json::array(), killed = Json::array();
        for (const lifecycle::Move& move : way.moves) moves.push_back(move_json(move, driver));
        for (const ProcessId id : way.dying) dying.push_back(process(id));
        for (const PortId id : way.killed) killed.push_back(port(id));
        out["moves"] = std::move(moves);
        out["die"] = std::move(dying);
        out["killed"] = std::move(killed);
        return out;
    }

    // What a reload would do now, for each process that could ask for one.
    Json outlooks(const DriverState& driver, const lifecycle::Situation& situation) const {
        Json out = Json::array();
        for (const ProcessState& p : state_.processes) {
            if (!p.alive || lifecycle::loads_of(driver.record, p.person.id) == 0) continue;
            for (const auto option : {lifecycle::PendingOption::pending_driver, lifecycle::PendingOption::pending}) {
                lifecycle::request::Load load;
                load.process = p.person.id;
                load.reload = option;
                load.kill_ports = driver.record.kill_ports;
                const lifecycle::Aftermath then = lifecycle::after(situation, load);
                Json item = {{"by", p.name}, {"option", words::name(option)}};
                if (const auto* ok = std::get_if<lifecycle::reply::Ok>(&then.reply)) {
                    item["answer"] = fmt::format("{{ok,{}}}", words::name(ok->status));
                    item["granted"] = true;
                    item["at_once"] = then.situation.record.status == lifecycle::Status::ok;
                } else if (const auto* refused = std::get_if<lifecycle::reply::Refused>(&then.reply)) {
                    item["answer"] = fmt::format("{{error,{}}}", words::name(refused->reason));
                    item["granted"] = false;
                }
                Json dying = Json::array(), killed = Json::array();
                for (const ProcessId id : then.died) dying.push_back(process(id));
                for (const PortId id : then.killed) killed.push_back(port(id));
                item["die"] = std::move(dying);
                item["killed"] = std::move(killed);
                out.push_back(std::move(item));
            }
        }
        return out;
    }
};

} // namespace

Result<Json> why(const SessionModel& model, const std::string& driver) {
    std::vector<std::string_view> names;
    if (model.state()) {
        for (const DriverState& known : model.state()->drivers) {
            if (known.name == driver) return Why(model).of(known);
            names.push_back(known.name);
        }
    }
    const auto meant = nearest(driver, names);
    std::string hint = meant ? fmt::format("did you mean {}?", *meant) : std::string();
    if (!meant) hint = names.empty() ? "nothing is loaded" : fmt::format("loaded: {}", fmt::join(names, ", "));
    return error(fmt::format("no driver {} is loaded, so nothing holds it", driver), std::move(hint));
}

} // namespace ddll::session
