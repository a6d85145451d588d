#include "check/made_scenarios.h"

#include "term/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace ddll::check {

namespace {

using Json = nlohmann::ordered_json;

/// So many times a cycle shows what a port leaves behind: some 50 bytes each are enough to be seen in the heap.
constexpr unsigned ports_in_a_cycle = 40;

/// A byte, nothing, and zeros in which any length and any offset is small; each as a binary and as a term.
constexpr std::pair<const char*, const char*> invented_data[shapes] = {
    {R"(<<"x">>)", "x"}, {"<<>>", "[]"}, {"<<0:2048>>", "{0, 0, <<0:2048>>}"}};

/// Writes the steps of one scenario. Processes: owner loads the driver, user opens ports.
class Writer {
public:
    using Steps = std::initializer_list<Json>; ///< some of them lists of steps

    explicit Writer(const Subject& subject) : subject_(subject) {}

    Json install(const char* version, const char* into = "Dir") const {
        return {{"install", subject_.name}, {"version", version}, {"into", into}};
    }
    static Json call(const char* by, const std::string& text, const char* binds = nullptr) {
        Json step = {{"by", by}, {"call", text}};
        if (binds != nullptr) step["returns"] = binds;
        return step;
    }
    Json load(const char* into = "Dir", bool kill_ports = false) const {
        return call("owner", fmt::format("erl_ddll:try_load({}, {}, [{}])", into, atom(),
                                         kill_ports ? "{driver_options, [kill_ports]}" : ""));
    }
    Json reload(const char* into = "Dir", bool kill_ports = false) const {
        return call(
            "owner",
            fmt::format("erl_ddll:try_load({}, {}, [{{reload, pending_driver}}, {{monitor, pending_driver}}{}])", into,
                        atom(), kill_ports ? ", {driver_options, [kill_ports]}" : ""));
    }
    Json unload() const { return call("owner", fmt::format("erl_ddll:try_unload({}, [])", atom())); }
    Json open(const char* port) const {
        const std::string name = term::print(term::Term::string(subject_.open));
        return call("user", fmt::format("open_port({{spawn_driver, {}}}, [binary])", name), port);
    }
    static Json close(const char* port) { return call("user", fmt::format("port_close({})", port)); }
    static Json second() { return {{"advance", "1s"}}; }

    /// What its users ask of the driver, or whatever it can be asked, once each.
    std::vector<std::string> asked(const char* port) const {
        std::vector<std::string> out;
        for (const OwnCall& one : subject_.invents ? invented() : subject_.calls) out.push_back(call_text(one, port));
        return out;
    }
    /// ... and nobody waits for what comes of it.
    Json ask(const char* port) const {
        Json steps = Json::array();
        for (const std::string& text : asked(port)) steps.push_back(call("user", text));
        return steps;
    }
    Json use(const char* port) const {
        Json steps = ask(port);
        steps.push_back(second());
        return steps;
    }
    /// The same once more, commands by another process, which a busy port makes wait; nothing where there are none.
    Json use_again(const char* port) const {
        Json others = Json::array(), commands = Json::array();
        for (const std::string& text : asked(port)) {
            const bool is_command = text.starts_with("port_command(");
            (is_command ? commands : others).push_back(call(is_command ? "innocent" : "user", text));
        }
        if (commands.empty()) return commands;
        others.insert(others.end(), commands.begin(), commands.end());
        others.push_back(second());
        return others;
    }
    static Json repeat(unsigned times, Steps steps) { return {{"repeat", times}, {"steps", flat(steps)}}; }

    MadeScenario scenario(std::string id, std::string title, Steps steps, bool jobs_wait = false) const {
        const Json all = flat(steps);
        const bool replaces = std::any_of(all.begin(), all.end(), [](const Json& step) {
            return step.contains("install") && step["version"] == "old";
        });
        if (subject_.compared && (subject_.of == Side::older || (subject_.of == Side::newer && replaces))) {
            id = fmt::format("{}-{}", name(subject_.of), id);
            title = fmt::format("the {} file alone: {}", name(subject_.of), title);
        }
        Json scenario;
        scenario["scenario"] = 1;
        scenario["title"] = title;
        if (jobs_wait) scenario["async_takes"] = "10ms"; // there is one thread for them
        scenario["paths"] = {{"Dir", "live"}, {"Other", "other"}, {"Empty", "empty"}};
        scenario["drivers"][subject_.name] = {{"old", {{"file", subject_.older}, {"broken", true}}},
                                              {"new", {{"file", subject_.newer}, {"broken", true}}}};
        scenario["processes"] = {
            {"owner", {{"trap_exit", true}}}, {"user", {{"trap_exit", true}}}, {"innocent", Json::object()}};
        scenario["steps"] = all;
        // What these scenarios do on purpose is theirs, not the driver's.
        return {std::move(id),
                std::move(title),
                scenario.dump(2, ' ', false, Json::error_handler_t::replace),
                subject_.invents,
                subject_.of,
                replaces,
                false,
                {words::Rule::kill_ports_kills_owners, words::Rule::loaded_more_than_once,
                 words::Rule::loader_process_exits, words::Rule::open_port_blocks_reload,
                 words::Rule::reload_needs_own_load, words::Rule::state_not_carried_over,
                 words::Rule::path_or_options_inconsistent}};
    }

private:
    static Json flat(Steps steps) {
        Json out = Json::array();
        for (const Json& step : steps)
            if (step.is_array())
                out.insert(out.end(), step.begin(), step.end());
            else
                out.push_back(step);
        return out;
    }
    std::vector<OwnCall> invented() const {
        using words::Callback, words::bit;
        const auto has = [&](std::uint32_t callbacks) { return (subject_.callbacks & callbacks) != 0; };
        std::vector<OwnCall> out;
        const auto& [data, term] = invented_data[subject_.shape];
        if (has(bit(Callback::control))) out.push_back({OwnCall::Kind::control, 1, data});
        if (has(bit(Callback::call))) out.push_back({OwnCall::Kind::call, 1, term});
        if (has(bit(Callback::output) | bit(Callback::outputv))) out.push_back({OwnCall::Kind::command, 0, data});
        return out;
    }
    static std::string call_text(const OwnCall& call, const char* port) {
        switch (call.kind) {
        case OwnCall::Kind::control:
            return fmt::format("port_control({}, {}, {})", port, call.number, call.data);
        case OwnCall::Kind::call:
            return fmt::format("erlang:port_call({}, {}, {})", port, call.number, call.data);
        case OwnCall::Kind::command:
            return fmt::format("port_command({}, {})", port, call.data);
        }
        return {};
    }
    std::string atom() const { return term::print(term::Term::atom(subject_.name)); }

    const Subject& subject_;
};

} // namespace

std::vector<std::string> calls_of(const Subject& subject) {
    return Writer(subject).asked("Port");
}

MadeScenario first_scenario(const Subject& subject) {
    const Writer w(subject);
    return w.scenario("load-unload", "loaded and unloaded",
                      {w.install("new"), w.load(), w.second(), w.unload(), w.second()});
}

std::vector<MadeScenario> scenarios_for(const Subject& subject, unsigned strictness) {
    const Writer w(subject);
    std::vector<MadeScenario> out;
    const auto with = [&](unsigned least, const char* id, std::string title, Writer::Steps steps) {
        if (strictness >= least) out.push_back(w.scenario(id, std::move(title), steps));
    };
    with(1, "use", "loaded, used and unloaded",
         {w.install("new"), w.load(), w.open("P"), w.use("P"), w.close("P"), w.second(), w.unload(), w.second()});
    with(1, "reload-by-rename", "replaced by a renamed file",
         {w.install("old"), w.load(), w.open("P"), w.use("P"), w.close("P"), w.install("new"), w.reload(), w.open("Q"),
          w.use("Q"), w.close("Q"), w.unload(), w.second()});
    with(2, "reload-with-open-port", "replaced while a port was open",
         {w.install("old"), w.load(), w.open("P"), w.use("P"), w.install("new"), w.reload(), w.use("P"), w.close("P"),
          w.open("Q"), w.use("Q"), w.close("Q"), w.unload(), w.second()});
    with(3, "cycles", fmt::format("{} cycles of load, use and unload", subject.cycles),
         {w.install("new"),
          w.repeat(subject.cycles, {w.load(), w.open("P"), w.use("P"), w.close("P"), w.unload(), w.second()})});
    if (const Json again = w.use_again("P"); !again.empty())
        with(2, "busy", "used by two processes",
             {w.install("new"), w.load(), w.open("P"), w.use("P"), again, w.close("P"), w.unload(), w.second()});
    if (const Json asked = w.ask("P"); !asked.empty() && strictness >= 2)
        out.push_back(w.scenario(
            "close-at-once", "closed right after its calls",
            {w.install("new"), w.load(), w.open("P"), asked, asked, w.close("P"), w.second(), w.unload(), w.second()},
            true));
    with(2, "halt", "the node halted while a port was open",
         {w.install("new"), w.load(), w.open("P"), w.use("P"), w.call("innocent", "erlang:halt(0)"), w.second()});
    with(3, "kill-ports", "replaced with kill_ports",
         {w.install("old"), w.load("Dir", true), w.open("P"), w.use("P"), w.install("new"), w.reload("Dir", true),
          w.second(), w.open("Q"), w.use("Q"), w.unload(), w.second()});
    with(4, "owner-dies", "the owner of a port was killed",
         {w.install("new"), w.load(), w.open("P"), w.use("P"), w.call("user", "exit(kill)"), w.second(), w.unload(),
          w.second()});
    with(3, "failed-reload", "a reload that failed, and the way back",
         {w.install("new"), w.load(), w.open("P"), w.use("P"), w.reload("Empty"), w.close("P"), w.load(), w.open("Q"),
          w.use("Q"), w.close("Q"), w.unload(), w.second()});
    if (strictness >= 3) out.back().makes.emplace_back(words::Rule::reload_leaves_no_driver);
    with(4, "reload-from-folder", "replaced from another folder",
         {w.install("old"), w.load(), w.open("P"), w.use("P"), w.close("P"), w.install("new", "Other"),
          w.reload("Other"), w.open("Q"), w.use("Q"), w.close("Q"), w.unload(), w.second()});
    with(5, "several-ports", "several ports at once",
         {w.install("new"), w.load(), w.open("P"), w.open("Q"), w.open("R"), w.use("P"), w.use("Q"), w.use("R"),
          w.close("Q"), w.use("P"), w.close("P"), w.close("R"), w.unload(), w.second()});
    with(5, "ports", "ports opened and closed again and again",
         {w.install("new"), w.load(), w.repeat(4, {w.open("P"), w.use("P"), w.close("P")}), w.unload(), w.second()});
    with(6, "loader-dies", "the process that had loaded it ended",
         {w.install("new"), w.load(), w.open("P"), w.use("P"), w.call("owner", "exit(normal)"), w.second(),
          w.close("P"), w.second()});
    return out;
}

MadeScenario usual_use(const Subject& subject) {
    return scenarios_for(subject, 1).front();
}

MadeScenario unused_replacement(const Subject& subject) {
    const Writer w(subject);
    return w.scenario("reload-unused", "replaced before it was used",
                      {w.install("old"), w.load(), w.install("new"), w.reload(), w.open("Q"), w.use("Q"), w.close("Q"),
                       w.unload(), w.second()});
}

MadeScenario many_ports(const Subject& subject) {
    const Writer w(subject);
    const Json ports = w.repeat(ports_in_a_cycle, {w.open("P"), w.use("P"), w.close("P")});
    return w.scenario(
        "many-ports",
        fmt::format("{} cycles, each with {} ports one after the other", subject.cycles, ports_in_a_cycle),
        {w.install("new"), w.repeat(subject.cycles, {w.load(), ports, w.unload(), w.second()})});
}

std::vector<MadeScenario> comparison(const Subject& subject) {
    const Writer w(subject);
    std::vector<MadeScenario> out;
    for (const char* version : {"old", "new"}) {
        out.push_back(w.scenario(fmt::format("replies-{}", version), fmt::format("what the {} one answers", version),
                                 {w.install(version), w.load(), w.open("P"), w.use("P"), w.close("P"), w.unload()}));
        out.back().of = version == std::string_view("new") ? Side::newer : Side::older;
        out.back().compares = true;
    }
    return out;
}

} // namespace ddll::check
