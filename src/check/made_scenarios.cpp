#include "check/made_scenarios.h"

#include "journal/entry.h"
#include "term/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ddll::check {

namespace {

using Json = nlohmann::ordered_json;

/// So many times a cycle shows what a port leaves behind: some 50 bytes each are enough to be seen in the heap.
constexpr unsigned ports_in_a_cycle = 40;

/// Writes the steps of one scenario. Processes: owner loads the driver, user opens ports.
class Writer {
public:
    explicit Writer(const Subject& subject) : subject_(subject) {
        story_["scenario"] = 1;
        story_["title"] = "";
        story_["paths"] = {{"Dir", "live"}, {"Other", "other"}, {"Empty", "empty"}};
        story_["drivers"][subject.name] = {{"old", {{"file", subject.older}, {"broken", true}}},
                                           {"new", {{"file", subject.newer}, {"broken", true}}}};
        story_["processes"] = {
            {"owner", {{"trap_exit", true}}}, {"user", {{"trap_exit", true}}}, {"innocent", Json::object()}};
        story_["steps"] = Json::array();
    }

    Writer& install(const char* version, const char* into = "Dir") {
        return add({{"install", subject_.name}, {"version", version}, {"into", into}});
    }
    Writer& call(const char* by, const std::string& text, const char* binds = nullptr) {
        Json step = {{"by", by}, {"call", text}};
        if (binds != nullptr) step["returns"] = binds;
        return add(std::move(step));
    }
    Writer& load(const char* into = "Dir", bool kill_ports = false) {
        return call("owner", fmt::format("erl_ddll:try_load({}, {}, [{}])", into, atom(),
                                         kill_ports ? "{driver_options, [kill_ports]}" : ""));
    }
    Writer& reload(const char* into = "Dir", bool kill_ports = false) {
        return call(
            "owner",
            fmt::format("erl_ddll:try_load({}, {}, [{{reload, pending_driver}}, {{monitor, pending_driver}}{}])", into,
                        atom(), kill_ports ? ", {driver_options, [kill_ports]}" : ""));
    }
    Writer& unload() { return call("owner", fmt::format("erl_ddll:try_unload({}, [])", atom())); }
    Writer& open(const char* port, const char* by = "user") {
        return call(by, fmt::format("open_port({{spawn_driver, {}}}, [binary])", quoted()), port);
    }
    Writer& close(const char* port, const char* by = "user") { return call(by, fmt::format("port_close({})", port)); }
    Writer& advance(const char* by) { return add({{"advance", by}}); }

    /// Whatever the driver can be asked, once each.
    Writer& use(const char* port, const char* by = "user") {
        using journal::Callback;
        if (has(Callback::control)) call(by, fmt::format("port_control({}, 1, <<\"x\">>)", port));
        if (has(Callback::call)) call(by, fmt::format("erlang:port_call({}, 1, x)", port));
        if (has(Callback::output) || has(Callback::outputv)) call(by, fmt::format("port_command({}, <<\"x\">>)", port));
        return advance("1s");
    }
    Writer& begin_repeat() {
        outer_.push_back(std::exchange(story_["steps"], Json::array()));
        return *this;
    }
    Writer& end_repeat(unsigned times) {
        Json inner = std::exchange(story_["steps"], std::move(outer_.back()));
        outer_.pop_back();
        return add({{"repeat", times}, {"steps", std::move(inner)}});
    }

    MadeScenario done(std::string id, std::string title) {
        story_["title"] = title;
        MadeScenario made{
            std::move(id), std::move(title), story_.dump(2, ' ', false, Json::error_handler_t::replace), true, {}};
        // What these scenarios do on purpose is theirs, not the driver's.
        made.makes = {words::Rule::kill_ports_kills_owners,     words::Rule::loaded_more_than_once,
                      words::Rule::loader_process_exits,        words::Rule::open_port_blocks_reload,
                      words::Rule::reload_needs_own_load,       words::Rule::state_not_carried_over,
                      words::Rule::path_or_options_inconsistent};
        return made;
    }

private:
    Writer& add(Json step) {
        story_["steps"].push_back(std::move(step));
        return *this;
    }
    bool has(journal::Callback callback) const {
        return (subject_.callbacks >> static_cast<unsigned>(callback) & 1U) != 0;
    }
    std::string atom() const { return term::print(term::Term::atom(subject_.name)); }
    std::string quoted() const { return term::print(term::Term::string(subject_.name)); }

    const Subject& subject_;
    Json story_;
    std::vector<Json> outer_; ///< steps around the repeats that are open
};

} // namespace

MadeScenario first_scenario(const Subject& subject) {
    Writer writer(subject);
    return writer.install("new").load().advance("1s").unload().advance("1s").done("load-unload", "loaded and unloaded");
}

std::vector<MadeScenario> scenarios_for(const Subject& subject, unsigned strictness) {
    std::vector<MadeScenario> out;
    const auto with = [&](unsigned least, auto write) {
        if (strictness < least) return;
        Writer writer(subject);
        out.push_back(write(writer));
    };
    with(1, [](Writer& w) {
        return w.install("new").load().open("P").use("P").close("P").advance("1s").unload().advance("1s").done(
            "use", "loaded, used and unloaded");
    });
    with(1, [](Writer& w) {
        return w.install("old")
            .load()
            .open("P")
            .use("P")
            .close("P")
            .install("new")
            .reload()
            .open("Q")
            .use("Q")
            .close("Q")
            .unload()
            .advance("1s")
            .done("reload-by-rename", "replaced by a renamed file");
    });
    with(2, [](Writer& w) {
        return w.install("old")
            .load()
            .open("P")
            .use("P")
            .install("new")
            .reload()
            .use("P")
            .close("P")
            .open("Q")
            .use("Q")
            .close("Q")
            .unload()
            .advance("1s")
            .done("reload-with-open-port", "replaced while a port was open");
    });
    with(3, [&subject](Writer& w) {
        w.install("new").begin_repeat();
        w.load().open("P").use("P").close("P").unload().advance("1s");
        return w.end_repeat(subject.cycles)
            .done("cycles", fmt::format("{} cycles of load, use and unload", subject.cycles));
    });
    with(3, [](Writer& w) {
        return w.install("old")
            .load("Dir", true)
            .open("P")
            .use("P")
            .install("new")
            .reload("Dir", true)
            .advance("1s")
            .open("Q")
            .use("Q")
            .unload()
            .advance("1s")
            .done("kill-ports", "replaced with kill_ports");
    });
    with(4, [](Writer& w) {
        return w.install("new")
            .load()
            .open("P")
            .use("P")
            .call("user", "exit(kill)")
            .advance("1s")
            .unload()
            .advance("1s")
            .done("owner-dies", "the owner of a port was killed");
    });
    with(3, [](Writer& w) {
        MadeScenario made = w.install("new")
                                .load()
                                .open("P")
                                .use("P")
                                .reload("Empty")
                                .close("P")
                                .load()
                                .open("Q")
                                .use("Q")
                                .close("Q")
                                .unload()
                                .advance("1s")
                                .done("failed-reload", "a reload that failed, and the way back");
        made.makes.emplace_back(words::Rule::reload_leaves_no_driver);
        return made;
    });
    with(4, [](Writer& w) {
        return w.install("old")
            .load()
            .open("P")
            .use("P")
            .close("P")
            .install("new", "Other")
            .reload("Other")
            .open("Q")
            .use("Q")
            .close("Q")
            .unload()
            .advance("1s")
            .done("reload-from-folder", "replaced from another folder");
    });
    with(5, [](Writer& w) {
        return w.install("new")
            .load()
            .open("P")
            .open("Q")
            .open("R")
            .use("P")
            .use("Q")
            .use("R")
            .close("Q")
            .use("P")
            .close("P")
            .close("R")
            .unload()
            .advance("1s")
            .done("several-ports", "several ports at once");
    });
    with(5, [](Writer& w) {
        w.install("new").load().begin_repeat();
        w.open("P").use("P").close("P");
        return w.end_repeat(4).unload().advance("1s").done("ports", "ports opened and closed again and again");
    });
    with(6, [](Writer& w) {
        return w.install("new")
            .load()
            .open("P")
            .use("P")
            .call("owner", "exit(normal)")
            .advance("1s")
            .close("P")
            .advance("1s")
            .done("loader-dies", "the process that had loaded it ended");
    });
    return out;
}

MadeScenario many_ports(const Subject& subject) {
    Writer w(subject);
    w.install("new").begin_repeat();
    w.load().begin_repeat();
    w.open("P").use("P").close("P").end_repeat(ports_in_a_cycle);
    w.unload().advance("1s").end_repeat(subject.cycles);
    return w.done("many-ports",
                  fmt::format("{} cycles, each with {} ports one after the other", subject.cycles, ports_in_a_cycle));
}

std::vector<MadeScenario> comparison(const Subject& subject) {
    std::vector<MadeScenario> out;
    for (const char* version : {"old", "new"}) {
        Writer writer(subject);
        out.push_back(writer.install(version).load().open("P").use("P").close("P").unload().done(
            fmt::format("replies-{}", version), fmt::format("what the {} one answers", version)));
        out.back().by_newer = version == std::string_view("new");
    }
    return out;
}

} // namespace ddll::check
