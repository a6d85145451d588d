#include "session/protocol.h"

#include "base/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

namespace ddll::session {

using Json = nlohmann::json;

namespace {

constexpr std::array<std::string_view, 10> kinds = {"call",   "install", "advance", "spawn",  "receive",
                                                    "status", "why",     "log",     "export", "stop"};

} // namespace

Json to_json(const Request& r) {
    Json out = {{"ddlltool", protocol_version}, {"do", kinds[static_cast<std::size_t>(r.kind)]}};
    const auto put = [&out](const char* key, const std::string& text) {
        if (!text.empty()) out[key] = text;
    };
    put("by", r.by);
    put("call", r.call);
    put("pattern", r.pattern);
    put("file", r.file);
    put("into", r.into);
    put("as", r.as);
    put("driver", r.driver);
    if (r.trap_exit) out["trap_exit"] = true;
    if (r.starts) out["starts"] = true;
    if (r.wait) out["wait"] = true;
    if (r.keep) out["keep"] = true;
    out["how"] = static_cast<int>(r.how);
    out["advance"] = r.by_how_much.ns;
    out["await"] = r.await.ns;
    out["events"] = r.events;
    if (r.limit) out["limit_ms"] = r.limit->count();
    return out;
}

Result<Request> request_from(const Json& json) {
    try {
        if (json.at("ddlltool") != protocol_version)
            return error("the session speaks another protocol than this ddlltool",
                         "it was started by another build: ddlltool session stop ends it");
        Request r;
        const std::string kind = json.at("do");
        const auto found = std::find(kinds.begin(), kinds.end(), kind);
        if (found == kinds.end()) return error(fmt::format("nothing is called {}", kind));
        r.kind = static_cast<Request::Kind>(found - kinds.begin());
        r.by = json.value("by", "");
        r.call = json.value("call", "");
        r.pattern = json.value("pattern", "");
        r.file = json.value("file", "");
        r.into = json.value("into", "");
        r.as = json.value("as", "");
        r.driver = json.value("driver", "");
        r.trap_exit = json.value("trap_exit", false);
        r.starts = json.value("starts", false);
        r.wait = json.value("wait", false);
        r.keep = json.value("keep", false);
        const auto how = words::numbered<words::InstallHow>(json.value("how", std::uint64_t{0}));
        r.how = how.value_or(words::InstallHow::rename);
        r.by_how_much.ns = json.value("advance", std::int64_t{0});
        r.await.ns = json.value("await", std::int64_t{0});
        r.events = json.value("events", std::uint64_t{0});
        if (json.contains("limit_ms")) r.limit = std::chrono::milliseconds(json.at("limit_ms").get<std::int64_t>());
        constexpr std::int64_t year_ns = std::int64_t{365} * 24 * 3600 * 1'000'000'000;
        const bool sensible = how.has_value() && r.by_how_much.ns >= 0 && r.await.ns >= 0 && r.await.ns <= year_ns &&
                              (!r.limit || (r.limit->count() > 0 && r.limit->count() <= year_ns / 1'000'000));
        if (!sensible) return error("the request makes no sense: a number is out of its range");
        return r;
    } catch (const Json::exception& e) {
        return error(fmt::format("the request makes no sense: {}", e.what()));
    }
}

Json to_json(const Order& o) {
    Json paths = Json::array(), processes = Json::array();
    for (const auto& path : o.paths) paths.push_back({path.variable, path.folder});
    for (const auto& p : o.processes) processes.push_back({p.name, p.variable, p.trap_exit});
    Json out = {{"index", o.index},
                {"paths", std::move(paths)},
                {"processes", std::move(processes)},
                {"by", o.by},
                {"call", o.call},
                {"pattern", o.pattern},
                {"await", o.await.ns},
                {"installed", o.installed},
                {"version", o.version},
                {"how", o.how}};
    if (o.advance) out["advance"] = o.advance->ns;
    return out;
}

Order order_from(const Json& json) {
    Order o;
    o.index = json.at("index");
    for (const auto& path : json.at("paths")) o.paths.push_back({path.at(0), path.at(1)});
    for (const auto& p : json.at("processes")) o.processes.push_back({p.at(0), p.at(1), p.at(2)});
    o.by = json.at("by");
    o.call = json.at("call");
    o.pattern = json.at("pattern");
    o.await.ns = json.at("await");
    o.installed = json.at("installed");
    o.version = json.at("version");
    o.how = words::numbered<words::InstallHow>(json.at("how").get<std::uint64_t>()).value_or(o.how);
    if (json.contains("advance")) o.advance = Duration{json.at("advance").get<std::int64_t>()};
    return o;
}

StepReply step_reply_from(const Json& json) {
    StepReply out;
    out.badmatch = json.value("badmatch", false);
    out.over = json.value("over", false);
    if (json.contains("impasse")) out.impasse = json.at("impasse").get<std::string>();
    return out;
}

} // namespace ddll::session
