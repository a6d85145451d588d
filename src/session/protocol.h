#pragma once
/// What is said over the sockets: one JSON text a line. A client sends a Request and gets an Answer (answer.h) or what
/// a query found; the server sends its child an Order and gets a StepReply.
#include "base/time.h"
#include "scenario/scenario.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ddll::session {

/// Raised with every change of what is said; another number on the other side is refused, and the error says so.
inline constexpr int protocol_version = 1;

/// A line may be this long; more is not ours.
inline constexpr std::size_t longest_line = std::size_t{64} << 20;

/// One thing that a user asks for.
struct Request {
    enum class Kind : std::uint8_t {
        call,     ///< `by` calls `call`
        install,  ///< a driver file is put in place
        advance,  ///< the clock
        spawn,    ///< a process begins
        receive,  ///< the mailbox of `by` is read
        status,   ///< what there is
        why,      ///< what keeps a driver
        log,      ///< what happened
        exported, ///< what was done so far, for a scenario file
        stop,     ///< the end of the session
    };
    Kind kind = Kind::status;
    std::string by;             ///< a process; one that is new is started
    bool trap_exit = false;     ///< spawn
    std::string call;           ///< Erlang, may use the session's variables
    std::string pattern;        ///< what its value is matched with; may be empty
    bool starts = false;        ///< may begin a session's emulator anew when the last one died
    bool wait = false;          ///< when the call blocks: answer when it returns
    std::string file, into, as; ///< install: library file, folder, and name without .so
    scenario::InstallHow how = scenario::InstallHow::rename;
    Duration by_how_much;     ///< advance
    Duration await;           ///< receive, advance: real time for what comes from outside
    bool keep = false;        ///< receive: and leave it there
    std::string driver;       ///< why, status: of this one
    std::uint64_t events = 0; ///< log: so many of the last ones, 0 for what happened in every step
    std::optional<std::chrono::milliseconds> limit; ///< real time for this request
};

inline Request request_of(Request::Kind kind) {
    Request request;
    request.kind = kind;
    return request;
}
nlohmann::json to_json(const Request& request);
/// Error: what is wrong with it.
Result<Request> request_from(const nlohmann::json& json);

/// Stands in Request::call for the folder of a driver: `into`, or that of the loaded driver `driver`.
inline constexpr std::string_view folder_mark = "@folder";

/// One step for the child.
struct Order {
    std::uint32_t index = 0;                      ///< of the step in the scenario
    std::vector<scenario::PathDecl> paths;        ///< new since the last order
    std::vector<scenario::ProcessDecl> processes; ///< likewise
    std::string by, call, pattern;                ///< a call, or ...
    std::optional<Duration> advance;
    Duration await;
    std::string installed, version; ///< ... a file that has been put in place
    words::InstallHow how = words::InstallHow::rename;
};
nlohmann::json to_json(const Order& order);
Order order_from(const nlohmann::json& json);

/// What became of it. Of what the child wrote; anything else throws nlohmann::json::exception.
struct StepReply {
    bool badmatch = false;              ///< the value does not match Order::pattern
    std::optional<std::string> impasse; ///< the step could not be done, and why
    bool over = false;                  ///< no other step can be done either
};
StepReply step_reply_from(const nlohmann::json& json);

} // namespace ddll::session
