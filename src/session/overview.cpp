#include "image/elf_facts.h"
#include "lifecycle/info.h"
#include "session/state_reader.h"

namespace ddll::session {

using Json = nlohmann::json;
using term::Term;

namespace {

class Overview : StateReader {
public:
    explicit Overview(const SessionModel& model) : StateReader(model) {}

    Json status() const {
        Json drivers = Json::array(), processes = Json::array(), findings = Json::array();
        for (const DriverState& driver : state_.drivers) drivers.push_back(driver_json(driver));
        for (const ProcessState& process : state_.processes) {
            Json item = {{"name", process.name},
                         {"pid", term::print(Term::pid(process.person.id.value))},
                         {"alive", process.alive},
                         {"trap_exit", process.person.trap_exit},
                         {"unread", model_.mail().unread(process.name)}};
            if (process.person.waits) item["waits_for"] = wait_text(process.wait, namer_);
            if (!process.alive) item["reason"] = process.reason;
            processes.push_back(std::move(item));
        }
        for (const scenario::RunFinding& finding : model_.findings())
            findings.push_back({{"rule", name(finding.rule)},
                                {"severity", name(finding.severity)},
                                {"title", finding.title},
                                {"evidence", finding.evidence}});
        return {{"now", to_string(state_.now - VirtualTime{})},
                {"steps", model_.done().next()},
                {"drivers", std::move(drivers)},
                {"processes", std::move(processes)},
                {"variables", model_.names().variables()},
                {"findings", std::move(findings)}};
    }

private:
    Json users(const DriverState& driver) const {
        Json out = Json::array();
        for (const ProcessState& p : state_.processes)
            if (const std::uint32_t n = lifecycle::loads_of(driver.record, p.person.id); n > 0)
                out.push_back({{"name", p.name}, {"loads", n}});
        return out;
    }

    Json driver_json(const DriverState& driver) const {
        const auto& record = driver.record;
        Json out = {{"name", driver.name},
                    {"status", lifecycle::state_word(record)},
                    {"forced", lifecycle::forced(record.status)},
                    {"path", record.path + ".so"},
                    {"options", record.kill_ports ? Json::array({"kill_ports"}) : Json::array()},
                    {"users", users(driver)},
                    {"port_count", record.port_count},
                    {"jobs", driver.jobs},
                    {"waits", waits(driver)}};
        if (driver.stuck > 0) out["stuck"] = driver.stuck;
        Json ports = Json::array();
        for (const PortState& p : driver.ports)
            ports.push_back({{"name", port(p.held.id)},
                             {"owner", process(p.held.owner)},
                             {"state", name(p.state)},
                             {"command", p.name},
                             {"queue", p.queue},
                             {"busy", p.busy}});
        out["ports"] = std::move(ports);
        std::string mapped_build;
        if (const auto* image = model_.drivers().image(driver.image)) {
            mapped_build = image->build_id;
            out["mapped"] = {
                {"version", image->version}, {"build_id", mapped_build}, {"never_left", image->was_mapped}};
        }
        const std::string path = (lifecycle::reloading(record.status) ? record.next_path : record.path) + ".so";
        if (path != out["path"]) out["next"] = path;
        if (const auto facts = image::read_elf_facts(path)) {
            out["on_disk"] = {{"version", version_of(path, *facts)}, {"build_id", facts->build_id}};
            if (out.contains("mapped") && !facts->build_id.empty() && !mapped_build.empty())
                out["on_disk"]["same"] = facts->build_id == mapped_build;
        } else {
            out["on_disk"] = {{"trouble", facts.error().message}};
        }
        return out;
    }

    // That of the kept copy with the same bytes.
    std::string version_of(const std::string& path, const image::ElfFacts& facts) const {
        for (const scenario::DriverDecl& decl : model_.drivers().store().drivers()) {
            if (decl.name != driver_of(path)) continue;
            for (const scenario::DriverFile& file : decl.versions)
                if (const auto kept = image::read_elf_facts(file.file);
                    kept && kept->content_hash == facts.content_hash)
                    return file.version;
        }
        return {};
    }
};

} // namespace

Json overview(const SessionModel* model) {
    if (model != nullptr && model->state()) return Overview(*model).status();
    return {{"now", "0ms"},
            {"steps", model == nullptr ? 0 : model->done().next()},
            {"drivers", Json::array()},
            {"processes", Json::array()},
            {"findings", Json::array()}};
}

} // namespace ddll::session
