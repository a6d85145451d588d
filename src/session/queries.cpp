#include "session/queries.h"

#include "base/time.h"
#include "report/run_log.h"
#include "report/text_parts.h"
#include "session/clients.h"
#include "session/state_reader.h"

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace ddll::session {

using Json = nlohmann::json;

namespace {

const char* emulator_name(Emulator::State state) {
    constexpr const char* names[] = {"not started", "running", "gone", "gone"};
    return names[static_cast<std::size_t>(state)];
}

} // namespace

Json status_json(const SessionModel* model, const ServerState& server) {
    Json out = overview(model);
    out["session"] = server.session;
    out["server"] = getpid();
    out["emulator"] = emulator_name(server.emulator);
    out["otp"] = words::number_of(server.release);
    if (model != nullptr && server.emulator != Emulator::State::running) out["gone_because"] = server.gone_because;
    if (server.hung) out["hung"] = true;
    if (model != nullptr && !model->drivers().store().trouble().empty())
        out["trouble"] = model->drivers().store().trouble();
    out["ends_when_idle_for"] = to_string(Duration{server.idle.count() * 1'000'000});
    return out;
}

Json why_json(const SessionModel* model, const ServerState& server, const std::string& driver) {
    if (model == nullptr) return error_json(error("nothing is loaded in this session", "ddlltool load DIR NAME"));
    auto found = why(*model, driver);
    if (!found) return error_json(found.error());
    if (server.emulator != Emulator::State::running) (*found)["gone_because"] = server.gone_because;
    return *std::move(found);
}

Json log_json(const SessionModel* model, std::uint64_t count) {
    if (model == nullptr) return {{"text", ""}, {"events", Json::array()}};
    const scenario::RunResult result = model->result();
    if (count > 0) {
        Json events = Json::array();
        for (std::string& line : report::last_events(result, count)) events.push_back(std::move(line));
        return {{"events", std::move(events)}};
    }
    report::Options options;
    options.detail = report::Detail::log;
    const report::Look look{options, report::Style{false}};
    std::string text = report::log_text(result, look);
    if (result.death) text += '\n' + report::death_text(result, look);
    if (!result.findings.empty()) text += '\n' + report::findings_text(result, look);
    return {{"text", std::move(text)}};
}

} // namespace ddll::session
