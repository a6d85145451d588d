#include "session/protocol.h"

#include "session/json_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ddll::scenario {
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PathDecl, variable, folder)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ProcessDecl, name, variable, trap_exit)
} // namespace ddll::scenario

namespace ddll::session {

// All but advance.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, index, paths, processes, by, call, pattern, await, installed, version, how)

using Json = nlohmann::json;

namespace {

constexpr std::array<std::string_view, 10> request_kinds = {"call",   "install", "advance", "spawn",  "receive",
                                                            "status", "why",     "log",     "export", "stop"};

// All but kind and limit, by their keys.
template <class R, class F>
void fields(R& r, F f) {
    f("by", r.by);
    f("trap_exit", r.trap_exit);
    f("call", r.call);
    f("pattern", r.pattern);
    f("starts", r.starts);
    f("wait", r.wait);
    f("file", r.file);
    f("into", r.into);
    f("as", r.as);
    f("how", r.how);
    f("advance", r.by_how_much.ns);
    f("await", r.await.ns);
    f("keep", r.keep);
    f("driver", r.driver);
    f("events", r.events);
}

} // namespace

Json to_json(const Request& r) {
    Json out = {{"ddlltool", protocol_version}, {"do", request_kinds[static_cast<std::size_t>(r.kind)]}};
    fields(r, [&out](const char* key, const auto& value) { out[key] = value; });
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
        const auto found = std::find(request_kinds.begin(), request_kinds.end(), kind);
        if (found == request_kinds.end()) return error(fmt::format("nothing is called {}", kind));
        r.kind = static_cast<Request::Kind>(found - request_kinds.begin());
        fields(r, [&json](const char* key, auto& value) {
            const auto given = json.find(key);
            if (given == json.end()) return;
            using Value = std::remove_reference_t<decltype(value)>;
            if constexpr ((std::is_integral_v<Value> || std::is_enum_v<Value>)&&!std::is_same_v<Value, bool>)
                value = static_cast<Value>(given->template get_ref<const Json::number_integer_t&>()); // no fraction
            else
                given->get_to(value);
        });
        if (json.contains("limit_ms")) r.limit = std::chrono::milliseconds(json.at("limit_ms").get<std::int64_t>());
        constexpr std::int64_t year_ns = std::int64_t{365} * 24 * 3600 * 1'000'000'000;
        const bool sensible = words::numbered<words::InstallHow>(static_cast<std::uint64_t>(r.how)) &&
                              r.by_how_much.ns >= 0 && r.await.ns >= 0 && r.await.ns <= year_ns &&
                              (!r.limit || (r.limit->count() > 0 && r.limit->count() <= year_ns / 1'000'000));
        if (!sensible) return error("the request makes no sense: a number is out of its range");
        return r;
    } catch (const Json::exception& e) {
        return error(fmt::format("the request makes no sense: {}", e.what()));
    }
}

Json to_json(const Order& o) {
    Json out = {};
    to_json(out, o);
    if (o.advance) out["advance"] = *o.advance;
    return out;
}

Order order_from(const Json& json) {
    Order o = json;
    if (json.contains("advance")) o.advance = json.at("advance").get<Duration>();
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
