#include "verify/random_parts.h"

#include <fmt/format.h>

namespace ddll::verify {

namespace {

/// One way each; what stands between its steps is chance.
class Ways {
public:
    explicit Ways(RandomStory& story) : story_(story), dice_(story.dice) {}

    void any() {
        if (story_.scenario.locks) return lock_twice();
        // The first fifteen are for every driver.
        switch (dice_.below(story_.wide ? 40 : 15)) {
        case 0:
            return wait_for_reload();
        case 1:
        case 2:
        case 3:
            return bad_reload();
        case 4:
            return last_user();
        case 5:
        case 6:
        case 7:
            return cancelled_reload();
        case 8:
            return saved();
        case 9:
            return late_port();
        case 10:
            return reload_at_once();
        case 11:
        case 12:
            return kills_itself();
        case 13:
        case 14:
            return unlinks_in_time();
        case 15:
            return bad_reload();
        case 16:
            return slow_end();
        case 17:
        case 18:
        case 19:
            return busy();
        case 20:
            return told();
        case 21:
        case 22:
            return descriptors();
        case 23:
        case 24:
            return watched();
        case 25:
        case 26:
        case 27:
            return told();
        case 28:
        case 29:
            return named();
        case 30:
            return jobs();
        case 31:
        case 32:
            return timers();
        case 33:
        case 34:
            return vectors();
        case 35:
        case 36:
            return demonitored();
        default:
            return acknowledged();
        }
    }

private:
    std::string driver() const { return std::string(story_.main_driver); }
    std::string options() const { return story_.kill_ports ? "[{driver_options, [kill_ports]}]" : "[]"; }
    std::string options(std::string_view more) const {
        return fmt::format("[{}{}]", more, story_.kill_ports ? ", {driver_options, [kill_ports]}" : "");
    }
    std::string wrapper(std::string_view plain) const {
        return fmt::format("erl_ddll:{}{}", plain, story_.kill_ports ? "_driver" : "");
    }
    void call(std::string_view by, std::string text, std::string pattern = "") {
        story_.actor = by;
        story_.call(by, {std::move(text), std::move(pattern)});
    }
    std::string open(std::string_view by, std::string_view acts = "") {
        story_.actor = by;
        const std::string port = story_.fresh_port(true);
        const std::string text = driver() + (driver() == "widea" ? " k" : "") +
                                 (acts.empty()          ? ""
                                  : driver() == "widea" ? std::string(acts)
                                                        : fmt::format(" {}", acts));
        call(by, fmt::format("open_port({{spawn_driver, \"{}\"}}, [])", text), port);
        return port;
    }
    void load(std::string_view by) { call(by, applied("erl_ddll:try_load", {"D1", driver(), options()})); }
    void plan(std::string_view by, const std::string& port, std::string_view acts) {
        call(by, applied("port_control", {port, "2", fmt::format("\"{}\"", acts)}));
    }
    void act(std::string_view by, const std::string& port, std::string_view acts) {
        call(by, applied("port_control", {port, "1", fmt::format("\"{}\"", acts)}));
    }
    /// Now and then something else comes between.
    void between() {
        if (!dice_.in(1, 5)) return;
        const std::string by = story_.actor = story_.process();
        story_.call(by, story_.wide ? wide_call(story_, true) : lifecycle_call(story_, true));
    }
    void put_new() { story_.install(driver(), "v2", "D1"); }

    // A reload waits for a port to close, and a load for the reload.
    void wait_for_reload() {
        const bool kills = story_.kill_ports && !dice_.in(1, 3);
        if (!kills) story_.kill_ports = false;
        load("a");
        const std::string port = open(dice_.in(1, 2) ? "a" : "c");
        between();
        put_new();
        call("a", applied(wrapper("reload"), {"D1", driver()}));
        between();
        call("b", applied(wrapper("load"), {"D1", driver()}));
        between();
        call("c", applied("port_close", {port}));
    }

    // ... and meets a file that is not a driver, while others wait for it.
    void bad_reload() {
        load("a");
        const std::string port = open("a");
        const auto version = dice_.pick(
            {"init_fails", "wrong_name", "no_init", "no_init", "init_null", "old", "old", "symbol_missing", ""});
        if (version.empty())
            story_.other(fmt::format(R"({{ "install": "{}", "how": "remove", "into": "D1" }})", driver()));
        else
            story_.install(driver(), version, "D1");
        call("a", applied("erl_ddll:try_load",
                          {"D1", driver(), options("{reload, pending_driver}, {monitor, pending_driver}")}));
        between();
        call("b", fmt::format("erl_ddll:monitor(driver, {{{}, loaded}})", driver()),
             RandomStory::fresh(story_.references, 'R'));
        if (dice_.in(1, 2)) call("c", applied(wrapper("load"), {"D1", driver()}));
        call("a", applied("port_close", {port}));
    }

    // The only user ends, by itself or not, and ports of others are still open.
    void last_user() {
        load("a");
        open(dice_.in(1, 2) ? "b" : "a");
        between();
        if (dice_.in(1, 2))
            call("b", fmt::format("erl_ddll:monitor(driver, {{{}, unloaded}})", driver()),
                 RandomStory::fresh(story_.references, 'R'));
        const char* const killer = dice_.in(1, 2) ? "a" : "c";
        call(killer, dice_.in(1, 2) ? "exit(A, kill)" : "exit(A, normal)");
        call("a", "exit(bad)");
    }

    // A pending reload loses the process that asked for it.
    void cancelled_reload() {
        const bool kill = dice_.in(3, 5);
        story_.kill_ports = false;
        load("a");
        open("c");
        put_new();
        call("a",
             applied("erl_ddll:try_load", {"D1", driver(), "[{reload, pending_driver}, {monitor, pending_driver}]"}));
        if (dice_.in(1, 2)) load("b");
        between();
        call("c", fmt::format("erl_ddll:monitor(driver, {{{}, loaded}})", driver()),
             RandomStory::fresh(story_.references, 'R'));
        if (dice_.in(1, 4)) return call("a", "exit(gone)");
        call("a", applied("erl_ddll:try_unload", {driver(), kill ? "[kill_ports, {monitor, pending}]" : "[]"}));
    }

    // A load comes while the driver waits to be unloaded.
    void saved() {
        load("a");
        open("c");
        call("a", applied("erl_ddll:try_unload", {driver(), "[{monitor, pending}]"}),
             fmt::format("{{ok, _, {}}}", RandomStory::fresh(story_.references, 'R')));
        between();
        call("b", applied("erl_ddll:try_load", {dice_.in(1, 2) ? "D1" : "D2", driver(), options()}));
    }

    // A port that is told to end has something in its queue, and a timer that takes it out.
    void slow_end() {
        load("a");
        const std::string port = open(dice_.in(1, 2) ? "a" : "c");
        plan("a", port, fmt::format("fT{}", 2 + dice_.below(4)));
        plan("a", port, dice_.in(1, 2) ? "tD99" : "tD99e");
        act("a", port, "q9");
        between();
        call("a", applied("port_close", {port}));
        if (dice_.in(1, 2)) call("a", applied("erl_ddll:try_unload", {driver(), "[{monitor, pending}]"}));
        if (dice_.in(1, 4)) load("c");
        if (dice_.in(1, 3)) call("c", "exit(gone)");
        story_.advance(1);
        between();
        story_.advance(5);
    }

    // A port is opened while a driver that kills ports is about to go: it lives until some process ends.
    void late_port() {
        if (driver() == "widea") return saved(); // its ports do not open in a batch
        story_.kill_ports = true;
        call("c", applied("erl_ddll:try_load", {"D1", driver(), options()}));
        call("c", applied("erl_ddll:try_unload", {driver(), "[]"}));
        load("a");
        story_.actor = "a";
        std::vector<RandomCall> calls{{applied("erl_ddll:try_unload", {driver(), "[]"}), ""}};
        const std::string port = story_.fresh_port(true);
        calls.push_back({fmt::format("open_port({{spawn_driver, \"{}\"}}, [])", driver()), port});
        story_.batch("a", std::move(calls));
        between();
        call("c", "exit(gone)");
    }

    // Nothing is in the way of a reload.
    void reload_at_once() {
        load("a");
        put_new();
        call("a", applied(wrapper("reload"), {"D1", driver()}));
        if (dice_.in(1, 2)) call("a", applied("erl_ddll:unload", {driver()}));
    }

    // A name goes with its port or process, or before.
    void named() {
        load("a");
        const std::string port = open("a");
        act("a", port, "P7");
        call("a", applied("port_info", {port, "os_pid"}));
        call("a", applied("register", {"name_one", dice_.in(1, 2) ? port : "B"}));
        story_.names.emplace_back("name_one");
        call("c", applied("erlang:monitor", {dice_.in(1, 2) ? "port" : "process", "name_one"}),
             RandomStory::fresh(story_.monitors, 'M'));
        call("c", applied("port_info", {port, "monitors"}));
        between();
        call("b", "name_one ! {A, {command, \"by name\"}}");
        if (dice_.in(2, 3)) call("c", "unregister(name_one)");
    }

    // A timer is set while another goes, read and cancelled.
    void timers() {
        load("a");
        const std::string port = open("a");
        act("a", port, fmt::format("T{}", 2 + dice_.below(6)));
        if (dice_.in(1, 3)) story_.advance(1);
        act("a", port, fmt::format("T{}r", 1 + dice_.below(8)));
        between();
        if (dice_.in(1, 5)) act("a", port, "tr");
        story_.advance(2 + dice_.below(3));
        act("a", port, "r");
        story_.advance(5);
    }

    // Commands in several pieces, about the sizes at which an emulator lays them out in another way. Only widev takes
    // them in pieces.
    void vectors() {
        if (driver() != "widev") story_.install("widev", "v1", "D1");
        call("a", applied("erl_ddll:try_load", {"D1", "widev", options()}));
        story_.actor = "a";
        const std::string port = story_.fresh_port(driver() == "widev");
        call("a", "open_port({spawn_driver, \"widev\"}, [])", port);
        for (int n = 0; n < 3; ++n) {
            const auto data = dice_.pick({R"([binary:copy(<<"x">>, 65), "a", binary:copy(<<"y">>, 64)])", "<<>>",
                                          R"([binary:copy(<<"x">>, 64), binary:copy(<<"y">>, 70), "z"])",
                                          R"(["z" | binary:copy(<<"x">>, 64)])",
                                          R"([lists:duplicate(9, [<<"x">>, binary:copy(<<"y">>, 80)])])",
                                          R"([[], <<>>, binary:copy(<<"y">>, 64), 1])"});
            call("a", applied("port_command", {port, std::string(data)}));
        }
    }

    // Monitors that are taken back before what they watch ends.
    void demonitored() {
        load("a");
        const std::string port = open("a");
        const std::string monitor = RandomStory::fresh(story_.monitors, 'M');
        call("b", applied("erlang:monitor", {"port", port}), monitor);
        act("c", port, "m");
        between();
        call("b", applied("erlang:demonitor", {monitor}));
        act("c", port, "u");
        if (dice_.in(1, 2)) act("c", port, "uw");
        call("c", dice_.in(1, 2) ? "exit(normal)" : "exit(gone)");
        call("a", applied("port_close", {port}));
    }

    // The result of a job comes when its port is gone.
    void jobs() {
        load("a");
        const std::string port = open("a");
        story_.batch("a", {{applied("port_control", {port, "1", "\"AA\""}), ""}, {applied("port_close", {port}), ""}});
    }

    // The owner of a port that is killed unloads or reloads the driver.
    void kills_itself() {
        call("a", applied("process_flag", {"trap_exit", dice_.in(1, 5) ? "true" : "false"}));
        story_.kill_ports = true;
        load("a");
        open("a");
        between();
        put_new();
        call("a", dice_.in(1, 2) ? applied("erl_ddll:unload_driver", {driver()})
                                 : applied("erl_ddll:reload_driver", {"D1", driver()}));
    }

    // What ends a process is on its way, and the process unlinks.
    void unlinks_in_time() {
        load("a");
        const std::string port = open("b");
        call("c", applied("link", {port}));
        if (dice_.in(1, 2)) call("c", "process_flag(trap_exit, false)");
        story_.actor = "c";
        story_.batch("c", {{applied("exit", {port, "bad"}), ""},
                           {applied("unlink", {port}), ""},
                           {dice_.in(1, 2) ? "is_process_alive(A)" : "process_info(B, status)", ""}});
    }

    // Monitors and links of what ends, and of what has ended.
    void told() {
        load("a");
        const std::string port = open(dice_.in(1, 2) ? "b" : "a");
        const std::string owner = story_.ports.back().owner;
        call("a", applied("erlang:monitor", {"process", "B"}), RandomStory::fresh(story_.monitors, 'M'));
        call("c", applied("erlang:monitor", {"port", port}), RandomStory::fresh(story_.monitors, 'M'));
        call("c", applied("process_flag", {"trap_exit", "true"}));
        if (dice_.in(1, 2)) call("c", applied("link", {dice_.in(1, 2) ? port : "B"}));
        between();
        if (dice_.in(1, 2)) {
            const auto command = dice_.pick({"{command, \"x\"}", "close", "{connect, C}"});
            call("b", fmt::format("{} ! {{{}, {}}}", port, owner, command));
        }
        if (dice_.in(1, 3)) call("c", applied("port_close", {port}));
        call("b", dice_.in(2, 3) ? "exit(normal)" : "exit(bad)");
        call("c", applied("erlang:monitor", {"process", "B"}), RandomStory::fresh(story_.monitors, 'M'));
        call("c", applied(dice_.pick({"link", "link", "is_process_alive"}), {"B"}));
        if (dice_.in(1, 2)) call("c", applied("process_info", {"B", "status"}));
    }

    // open_port waits until the driver says how it went.
    void acknowledged() {
        story_.install("widea", "v1", "D1");
        call("a", applied("erl_ddll:try_load", {"D1", "widea", options()}));
        const std::string waiting = story_.fresh_port(false);
        call("b", "open_port({spawn_driver, \"widea\"}, [])", waiting);
        between();
        const auto answer = dice_.pick({"k", "k", "k1", "k2", "k2", "a1", "a1", "X2", "X2", "ee"});
        call("a", fmt::format("port_control(lists:last(ports()), 1, \"{}\")", answer));
    }

    // Commands to a port that is busy wait, unless they say that they do not.
    void busy() {
        load("a");
        const std::string port = open("a");
        act("a", port, "B1");
        story_.has_been_busy = true;
        if (dice_.in(5, 6)) {
            const std::string how(dice_.pick({"[nosuspend]", "[nosuspend]", "[force]", "[force]"}));
            call("a", applied("port_command", {port, "\"abc\"", how}));
        }
        if (dice_.in(2, 3)) call("a", fmt::format("erlang:send({}, {{A, {{command, \"abc\"}}}}, [nosuspend])", port));
        call("b", dice_.in(1, 2) ? applied("port_command", {port, "\"!e1\""})
                                 : fmt::format("{} ! {{{}, {{command, \"b\"}}}}", port, dice_.pick({"A", "C"})));
        if (dice_.in(1, 2)) call("c", applied("port_command", {port, "<<\"c\">>"}));
        between();
        call("a", "process_info(B, status)");
        if (dice_.in(1, 3))
            call("a", applied("port_close", {port}));
        else
            act("a", port, dice_.in(1, 3) ? "B0e" : "B0");
    }

    // Bytes arrive, or there is room for them.
    void descriptors() {
        load("a");
        const std::string port = open("a");
        const std::string callback(dice_.pick({"i", "o"}));
        plan("a", port, random_plan(story_, callback));
        act("a", port, dice_.in(1, 2) ? "i1" : "I1");
        between();
        act("a", port, "R3");
        between();
        act("a", port, dice_.pick({"C", "U", "i0", "I1", "R"}));
    }

    // A driver watches a process that ends.
    void watched() {
        load("a");
        const std::string port = open("a");
        act("b", port, "m");
        if (dice_.in(1, 2)) plan("a", port, random_plan(story_, "p"));
        between();
        call("b", dice_.in(1, 2) ? "exit(gone)" : "exit(B, kill)");
    }

    // A driver that stays: those who wait are told, and what its users do later changes nothing.
    void lock_twice() {
        load("a");
        const std::string waiting = story_.process();
        call(waiting, fmt::format("erl_ddll:monitor(driver, {{{}, unloaded}})", driver()),
             RandomStory::fresh(story_.references, 'R'));
        if (story_.wide) {
            const std::string port = open("a");
            act("a", port, "Z");
            act("a", port, "ZZ");
        } else {
            for (int i = 0; i < 2; ++i)
                call("a", fmt::format("open_port({{spawn_driver, \"{} lock\"}}, [])", driver()),
                     story_.fresh_port(true));
        }
        between();
        call("b", applied("erl_ddll:monitor", {"driver", fmt::format("{{{}, loaded}}", driver())}));
        call("a", dice_.in(1, 2) ? "exit(gone)" : "exit(A, kill)");
    }

    RandomStory& story_;
    Dice& dice_;
};

} // namespace

void lead_somewhere(RandomStory& story) {
    Ways ways(story);
    ways.any();
}

} // namespace ddll::verify
