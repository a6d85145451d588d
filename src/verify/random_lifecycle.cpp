#include "verify/random_parts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ddll::verify {

namespace {

class LifecycleCalls {
public:
    explicit LifecycleCalls(RandomStory& story) : story_(story) {}

    RandomCall any(bool in_batch) {
        const std::size_t kind = story_.dice.below(100);
        if (kind < 29) return try_load(kind >= 20);
        if (kind < 40) {
            const std::string text = applied("erl_ddll:try_unload", {name(), unload_options()});
            return {text, reference()};
        }
        if (kind < 46) return wrapper(in_batch);
        if (kind < 53) return monitor();
        if (kind < 55)
            return {applied("erl_ddll:demonitor",
                            {story_.references.empty() ? "make_ref()" : story_.dice.one_of(story_.references)}),
                    ""};
        if (kind < 70) return open();
        if (kind < 88) return use(in_batch);
        if (kind < 93) return process_call(in_batch);
        return question(kind);
    }

private:
    std::string name() {
        if (story_.dice.in(1, 30)) return "ram_file_drv";
        if (story_.dice.in(1, 40))
            return std::string(story_.dice.pick({"nosuch", "17", "''", "[]", "{echo}", "[256]"}));
        if (story_.dice.in(1, 12))
            return std::string(story_.dice.pick({"\"echo\"", "<<\"echo\">>", "[$e, \"cho\"]", "other"}));
        return story_.dice.in(1, 6) ? "other" : std::string(story_.main_driver);
    }
    // A message that is sent at once points to the caller's own text: unless that is an atom, the emulator shows what
    // it likes, or crashes.
    std::string monitored_name() {
        if (story_.dice.in(1, 40))
            return std::string(story_.dice.pick({"ram_file_drv", "nosuch", "17", "''", "{echo}", "[256]"}));
        return story_.dice.in(1, 6) ? "other" : std::string(story_.main_driver);
    }
    std::string folder() {
        if (story_.dice.in(1, 60)) return std::string(story_.dice.pick({"d1", "17", "[D1, 0]", "nosuch"}));
        return std::string(story_.dice.pick({"D1", "D1", "D1", "D2", "D1 ++ \"/\""}));
    }
    std::string load_options(bool reload) {
        std::vector<std::string> options;
        if (reload) options.emplace_back(story_.dice.pick({"{reload, pending_driver}", "{reload, pending}"}));
        // Mostly as the scenario's first load, so that loads are consistent; now and then not.
        if (story_.kill_ports != story_.dice.in(1, 10)) options.emplace_back("{driver_options, [kill_ports]}");
        if (story_.dice.in(1, 2))
            options.emplace_back(story_.dice.pick({"{monitor, pending_driver}", "{monitor, pending}"}));
        if (story_.dice.in(1, 50))
            options.emplace_back(
                story_.dice.pick({"foo", "{reload, never}", "{monitor, x}", "kill_ports", "{driver_options, x}"}));
        return "[" + fmt::format("{}", fmt::join(options, ", ")) + "]";
    }
    std::string unload_options() {
        std::vector<std::string> options;
        if (story_.dice.in(1, 3)) options.emplace_back("kill_ports");
        if (story_.dice.in(3, 5))
            options.emplace_back(story_.dice.pick({"{monitor, pending}", "{monitor, pending_driver}"}));
        if (story_.dice.in(1, 50))
            options.emplace_back(story_.dice.pick({"foo", "{monitor, x}", "{kill_ports, true}"}));
        return "[" + fmt::format("{}", fmt::join(options, ", ")) + "]";
    }

    RandomCall try_load(bool reload) {
        const std::string text = applied("erl_ddll:try_load", {folder(), name(), load_options(reload)});
        return {text, reference()};
    }

    RandomCall monitor() {
        const std::string driver = monitored_name();
        const auto when = story_.dice.pick({"loaded", "unloaded", "unloaded_only", "unloaded", "never"});
        return {fmt::format("erl_ddll:monitor(driver, {{{}, {}}})", driver, when),
                RandomStory::fresh(story_.references, 'R')};
    }

    RandomCall question(std::size_t kind) {
        if (kind < 96)
            return {applied("erl_ddll:info",
                            {name(), std::string(story_.dice.pick({"processes", "driver_options", "port_count",
                                                                   "linked_in_driver", "permanent", "awaiting_load",
                                                                   "awaiting_unload", "foo"}))}),
                    ""};
        if (kind < 98) return {"erl_ddll:loaded_drivers()", ""};
        return {applied("erl_ddll:info", {name()}), ""};
    }

    // Errors of a load are worth their text, when there is one.
    std::string reference() {
        if (story_.dice.in(1, 2)) return "";
        return fmt::format("{{ok, _, {}}}", RandomStory::fresh(story_.references, 'R'));
    }

    // A wrapper may block, which a batch must not.
    RandomCall wrapper(bool in_batch) {
        if (in_batch) return {applied("erl_ddll:unload", {name()}), ""};
        if (story_.dice.in(1, 3))
            return {applied(story_.dice.pick({"erl_ddll:unload", "erl_ddll:unload_driver"}), {name()}), ""};
        const auto function = story_.kill_ports ? story_.dice.pick({"erl_ddll:load_driver", "erl_ddll:reload_driver"})
                                                : story_.dice.pick({"erl_ddll:load", "erl_ddll:reload"});
        return {applied(function, {folder(), name()}), ""};
    }

    RandomCall open() {
        if (story_.wide && story_.dice.in(5, 6)) return open_wide(story_);
        std::string command(story_.dice.in(1, 5) ? "other" : story_.main_driver);
        const std::string port = story_.fresh_port(command == story_.main_driver);
        if (story_.dice.in(1, 8)) command += std::string(story_.dice.pick({" errgen", " errno", " badarg", " text"}));
        if (story_.scenario.locks && story_.dice.in(1, 4)) command += " lock";
        return {fmt::format("open_port({{spawn_driver, \"{}\"}}, [{}])", command, story_.dice.in(1, 3) ? "binary" : ""),
                port};
    }

    RandomCall use(bool in_batch) {
        if (story_.ports.empty()) return open();
        if (story_.wide) return wide_call(story_, in_batch);
        const auto& [port, own, owner] = story_.dice.one_of(story_.ports);
        const auto with = [&, &to = port](std::string_view text) {
            return RandomCall{fmt::format(fmt::runtime(text), to), ""};
        };
        switch (story_.dice.below(14)) {
        case 0:
        case 1:
        case 2:
        case 3:
            return with("port_close({})");
        case 4:
            return with("port_command({}, \"x\")");
        case 5:
            // One more port. Under a driver's common lock that stops an emulator.
            return with(story_.main_driver == "pldrv" && own ? "port_command({}, \"C\")" : "port_command({}, \"yy\")");
        case 6:
            return with("port_control({}, 2, [])");
        case 7:
            return in_batch ? with("port_control({}, 2, [])") : with("port_control({}, 3, [])");
        case 8:
            return with("port_control({}, 4, [])");
        case 9:
            return with(story_.dice.in(1, 2)    ? "port_control({}, 5, [])"
                        : story_.scenario.locks ? "port_control({}, 1, [])"
                                                : "port_info({}, connected)");
        case 10:
            return {fmt::format("port_connect({}, {})", port, story_.pid()), ""};
        case 11:
            return {applied(story_.dice.pick({"link", "unlink"}), {port}), ""};
        case 12:
            return {fmt::format("{} ! {{{}, close}}", port, story_.dice.in(1, 2) ? owner : story_.pid()), ""};
        default:
            return {fmt::format("exit({}, {})", port, story_.dice.pick({"normal", "kill", "bad"})), ""};
        }
    }

    RandomCall process_call(bool in_batch) {
        switch (story_.dice.below(in_batch ? 2 : 4)) {
        case 0:
            return {fmt::format("process_flag(trap_exit, {})", story_.dice.pick({"true", "false"})), ""};
        case 1:
            return {fmt::format("is_process_alive({})", story_.pid()), ""};
        case 2:
            return {applied("exit", {story_.pid(), std::string(story_.dice.pick({"kill", "normal", "bad"}))}), ""};
        default:
            return {fmt::format("exit({})", story_.dice.pick({"normal", "bad", "kill"})), ""};
        }
    }

    RandomStory& story_;
};

} // namespace

RandomCall lifecycle_call(RandomStory& story, bool in_batch) {
    return LifecycleCalls(story).any(in_batch);
}

void install_something(RandomStory& story) {
    Dice& dice = story.dice;
    const std::string_view into = dice.pick({"D1", "D1", "D2"});
    const std::string_view driver = dice.in(3, 4) ? story.main_driver : "other";
    if (dice.in(1, 6)) {
        // A file that is not there cannot be removed twice; putting one there first makes the step possible.
        story.install(driver, "v1", into);
        story.other(fmt::format(R"({{ "install": "{}", "how": "remove", "into": "{}" }})", driver, into));
        return;
    }
    story.install(driver,
                  dice.pick({"v1", "v2", "v2", "v2", "init_fails", "wrong_name", "no_init", "init_null", "old",
                             "symbol_missing"}),
                  into);
}

} // namespace ddll::verify
