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
        switch (dice_.below(story_.wide ? 10 : 5)) {
        case 0:
            return wait_for_reload();
        case 1:
            return bad_reload();
        case 2:
            return last_user();
        case 3:
            return cancelled_reload();
        case 4:
            return saved();
        case 5:
        case 6:
            return slow_end();
        case 7:
            return busy();
        case 8:
            return descriptors();
        default:
            return watched();
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
        story_.call(by, {std::move(text), std::move(pattern)});
    }
    std::string open(std::string_view by, std::string_view acts = "") {
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
        const std::string by = story_.process();
        story_.call(by, story_.wide ? wide_call(story_, true) : lifecycle_call(story_, true));
    }
    void put_new() {
        story_.install(driver() == "pldrv" || driver() == "flushdrv" || driver() == "other" ? "other" : driver(),
                       driver() == "pldrv" || driver() == "flushdrv" || driver() == "other" ? "v1" : "v2", "D1");
    }

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
        const std::string_view main = driver() == "pldrv" || driver() == "flushdrv" ? "other" : story_.main_driver;
        story_.install(main,
                       main == "other"
                           ? "init_fails"
                           : dice_.pick({"init_fails", "wrong_name", "no_init", "init_null", "old", "symbol_missing"}),
                       "D1");
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
        const bool kill = dice_.in(1, 2);
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
        if (dice_.in(1, 3)) return call("a", "exit(gone)");
        call("a", applied("erl_ddll:try_unload", {driver(), kill ? "[kill_ports, {monitor, pending}]" : "[]"}));
    }

    // A load comes while the driver waits to be unloaded.
    void saved() {
        load("a");
        open("c");
        call("a", applied("erl_ddll:try_unload", {driver(), "[{monitor, pending}]"}),
             fmt::format("{{ok, _, {}}}", RandomStory::fresh(story_.references, 'R')));
        between();
        call("b", applied("erl_ddll:try_load", {dice_.in(4, 5) ? "D1" : "D2", driver(), options()}));
    }

    // A port that is told to end has something in its queue, and a timer that takes it out.
    void slow_end() {
        load("a");
        const std::string port = open(dice_.in(1, 2) ? "a" : "c");
        plan("a", port, fmt::format("fT{}", 2 + dice_.below(4)));
        plan("a", port, dice_.in(1, 2) ? "tD99" : "tD99e");
        act("a", port, "q9");
        between();
        if (dice_.in(1, 5)) {
            load("b");
            call("b", applied("erl_ddll:reload_driver", {"D1", driver()}));
        } else {
            call("a", dice_.in(1, 2) ? applied("erl_ddll:unload_driver", {driver()})
                                     : applied("erl_ddll:reload_driver", {"D1", driver()}));
        }
        if (dice_.in(1, 2)) call("b", applied("erl_ddll:load_driver", {"D1", driver()}));
        if (dice_.in(1, 2)) call("c", "exit(gone)");
        story_.advance(1);
        between();
        story_.advance(5);
    }

    // Commands to a port that is busy wait, unless they say that they do not.
    void busy() {
        load("a");
        const std::string port = open("a");
        act("a", port, "B1");
        story_.has_been_busy = true;
        if (dice_.in(1, 2))
            call("a", applied("port_command", {port, "\"abc\"", dice_.in(1, 2) ? "[nosuspend]" : "[force]"}));
        if (dice_.in(1, 3)) call("a", fmt::format("erlang:send({}, {{A, {{command, \"abc\"}}}}, [nosuspend])", port));
        call("b", dice_.in(1, 2) ? applied("port_command", {port, "\"!e1\""})
                                 : fmt::format("{} ! {{A, {{command, \"b\"}}}}", port));
        if (dice_.in(1, 2)) call("c", applied("port_command", {port, "<<\"c\">>"}));
        between();
        call("a", "process_info(B, status)");
        if (dice_.in(1, 4))
            call("a", applied("port_close", {port}));
        else
            act("a", port, dice_.in(1, 3) ? "B0e" : "B0");
    }

    // Bytes arrive, or there is room for them.
    void descriptors() {
        load("a");
        const std::string port = open("a");
        const std::string callback(dice_.pick({"i", "o"}));
        plan("a", port, callback + random_acts(story_, true, dice_.in(1, 3)));
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
        if (dice_.in(1, 2)) plan("a", port, "p" + random_acts(story_, true, dice_.in(1, 2)));
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
