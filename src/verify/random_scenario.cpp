#include "verify/random_scenario.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <initializer_list>
#include <string_view>
#include <utility>

namespace ddll::verify {

namespace {

/// splitmix64: the same everywhere, unlike the distributions of <random>.
class Dice {
public:
    Dice(std::uint64_t seed, std::uint64_t number)
        : state_(seed * 0x9E3779B97F4A7C15ULL ^ number * 0xD1B54A32D192ED03ULL) {
        next();
    }
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
    bool in(std::size_t chances, std::size_t of) { return below(of) < chances; }
    template <class Items>
    const auto& one_of(const Items& items) {
        return items[below(items.size())];
    }
    std::string_view pick(std::initializer_list<std::string_view> items) { return items.begin()[below(items.size())]; }

private:
    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
        return z ^ z >> 31;
    }
    std::uint64_t state_;
};

std::string json_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

constexpr const char* drivers = R"(  "drivers": {
    "echo": { "v1": "echo_v1.so", "v2": "echo_v2.so", "init_fails": "echo_v3.so", "wrong_name": "lifecycle/wrongname.so",
              "no_init": { "file": "lifecycle/noinit.so", "broken": true }, "init_null": "lifecycle/retnull.so",
              "old": { "file": "lifecycle/major1.so", "broken": true },
              "symbol_missing": { "file": "lifecycle/undef.so", "broken": true } },
    "other": { "v1": "lifecycle/other.so", "init_fails": "echo_v3.so" },
    "flushdrv": { "v1": "lifecycle/flushdrv.so" },
    "pldrv": { "v1": "lifecycle/pldrv.so" }
  },
)";

/// A call and the pattern of its value; empty: any value.
struct Call {
    std::string text, pattern;
};

class ScenarioWriter {
public:
    ScenarioWriter(std::uint64_t seed, std::uint64_t number) : dice_(seed, number) {
        scenario_.title = fmt::format("Random story {} of seed {}", number, seed);
        scenario_.locks = dice_.in(1, 40);
    }

    RandomScenario run() {
        for (const char* name : {"a", "b", "c"}) {
            processes_.emplace_back(name);
            scenario_.processes.push_back(
                fmt::format("\"{}\": {{ \"trap_exit\": {} }}", name, dice_.in(3, 5) ? "true" : "false"));
        }
        main_driver_ = dice_.pick({"echo", "echo", "echo", "other", "flushdrv", "pldrv"});
        add(R"({ "install": "echo", "version": "v1", "into": "D1" })");
        if (dice_.in(2, 3)) add(R"({ "install": "echo", "version": "v2", "into": "D2" })");
        add(R"({ "install": "other", "version": "v1", "into": "D1" })");
        if (main_driver_ == "flushdrv" || main_driver_ == "pldrv")
            add(fmt::format(R"({{ "install": "{}", "version": "v1", "into": "D1" }})", main_driver_));
        kill_ = dice_.in(1, 3);
        const std::size_t length = 6 + dice_.below(20);
        for (std::size_t i = 0; i < length; ++i) step();
        return std::move(scenario_);
    }

private:
    void add(std::string step) { scenario_.steps.push_back(std::move(step)); }

    void step() {
        if (dice_.in(1, 14)) return install();
        const std::string& by = dice_.one_of(processes_);
        if (dice_.in(1, 9)) {
            std::string calls, patterns;
            const std::size_t n = 2 + dice_.below(2);
            for (std::size_t i = 0; i < n; ++i) {
                const Call call = any_call(true);
                calls += (i == 0 ? "" : ", ") + json_text(call.text);
                patterns += (i == 0 ? "" : ", ") + json_text(call.pattern.empty() ? "_" : call.pattern);
            }
            add(fmt::format(R"({{ "by": "{}", "calls": [{}], "returns": [{}] }})", by, calls, patterns));
            return;
        }
        const Call call = any_call(false);
        add(call.pattern.empty() ? fmt::format(R"({{ "by": "{}", "call": {} }})", by, json_text(call.text))
                                 : fmt::format(R"({{ "by": "{}", "call": {}, "returns": {} }})", by,
                                               json_text(call.text), json_text(call.pattern)));
    }

    void install() {
        const std::string_view into = dice_.pick({"D1", "D1", "D2"});
        const std::string_view driver = dice_.pick({"echo", "echo", "echo", "other"});
        if (dice_.in(1, 6)) {
            // A file that is not there cannot be removed twice; putting one there first makes the step possible.
            add(fmt::format(R"({{ "install": "{}", "version": "v1", "into": "{}" }})", driver, into));
            add(fmt::format(R"({{ "install": "{}", "how": "remove", "into": "{}" }})", driver, into));
            return;
        }
        const std::string_view version = driver == "other"
                                             ? dice_.pick({"v1", "init_fails"})
                                             : dice_.pick({"v1", "v2", "v2", "v2", "init_fails", "wrong_name",
                                                           "no_init", "init_null", "old", "symbol_missing"});
        add(fmt::format(R"({{ "install": "{}", "version": "{}", "into": "{}" }})", driver, version, into));
    }

    std::string name() {
        if (dice_.in(1, 40))
            return std::string(dice_.pick({"ram_file_drv", "nosuch", "17", "''", "[]", "{echo}", "[256]"}));
        if (dice_.in(1, 12)) return std::string(dice_.pick({"\"echo\"", "<<\"echo\">>", "[$e, \"cho\"]", "other"}));
        return dice_.in(1, 6) ? "other" : std::string(main_driver_);
    }
    // A message that is sent at once points to the caller's own text: unless that is an atom, the emulator shows what
    // it likes, or crashes.
    std::string monitored_name() {
        if (dice_.in(1, 40)) return std::string(dice_.pick({"ram_file_drv", "nosuch", "17", "''", "{echo}", "[256]"}));
        return dice_.in(1, 6) ? "other" : std::string(main_driver_);
    }
    std::string folder() {
        if (dice_.in(1, 60)) return std::string(dice_.pick({"d1", "17", "[D1, 0]", "nosuch"}));
        return std::string(dice_.pick({"D1", "D1", "D1", "D2", "D1 ++ \"/\""}));
    }
    std::string pid() { return std::string(dice_.pick({"A", "B", "C"})); }
    std::string new_reference() {
        references_.push_back(fmt::format("R{}", references_.size() + 1));
        return references_.back();
    }

    std::string load_options(bool reload) {
        std::vector<std::string> options;
        if (reload) options.emplace_back(dice_.pick({"{reload, pending_driver}", "{reload, pending}"}));
        // Mostly as the scenario's first load, so that loads are consistent; now and then not.
        if (kill_ != dice_.in(1, 10)) options.emplace_back("{driver_options, [kill_ports]}");
        if (dice_.in(1, 2)) options.emplace_back(dice_.pick({"{monitor, pending_driver}", "{monitor, pending}"}));
        if (dice_.in(1, 50))
            options.emplace_back(
                dice_.pick({"foo", "{reload, never}", "{monitor, x}", "kill_ports", "{driver_options, x}"}));
        return "[" + fmt::format("{}", fmt::join(options, ", ")) + "]";
    }
    std::string unload_options() {
        std::vector<std::string> options;
        if (dice_.in(1, 3)) options.emplace_back("kill_ports");
        if (dice_.in(3, 5)) options.emplace_back(dice_.pick({"{monitor, pending}", "{monitor, pending_driver}"}));
        if (dice_.in(1, 50)) options.emplace_back(dice_.pick({"foo", "{monitor, x}", "{kill_ports, true}"}));
        return "[" + fmt::format("{}", fmt::join(options, ", ")) + "]";
    }

    Call any_call(bool in_batch) {
        const std::size_t kind = dice_.below(100);
        if (kind < 20)
            return {fmt::format("erl_ddll:try_load({}, {}, {})", folder(), name(), load_options(false)), reference()};
        if (kind < 29)
            return {fmt::format("erl_ddll:try_load({}, {}, {})", folder(), name(), load_options(true)), reference()};
        if (kind < 40) return {fmt::format("erl_ddll:try_unload({}, {})", name(), unload_options()), reference()};
        if (kind < 46) return wrapper(in_batch);
        if (kind < 53)
            return {fmt::format("erl_ddll:monitor(driver, {{{}, {}}})", monitored_name(),
                                dice_.pick({"loaded", "unloaded", "unloaded_only", "unloaded", "never"})),
                    new_reference()};
        if (kind < 55) {
            if (references_.empty()) return {"erl_ddll:demonitor(make_ref())", ""};
            return {fmt::format("erl_ddll:demonitor({})", dice_.one_of(references_)), ""};
        }
        if (kind < 70) return open();
        if (kind < 88) return use(in_batch);
        if (kind < 93) return process_call(in_batch);
        if (kind < 96)
            return {fmt::format("erl_ddll:info({}, {})", name(),
                                dice_.pick({"processes", "driver_options", "port_count", "linked_in_driver",
                                            "permanent", "awaiting_load", "awaiting_unload", "foo"})),
                    ""};
        if (kind < 98) return {"erl_ddll:loaded_drivers()", ""};
        return {fmt::format("erl_ddll:info({})", name()), ""};
    }

    // Errors of a load are worth their text, when there is one.
    std::string reference() {
        if (dice_.in(1, 2)) return "";
        return fmt::format("{{ok, _, {}}}", new_reference());
    }

    // A wrapper may block, which a batch must not.
    Call wrapper(bool in_batch) {
        const std::string text =
            in_batch ? fmt::format("erl_ddll:unload({})", name())
            : kill_ ? fmt::format("erl_ddll:{}({}, {})", dice_.pick({"load_driver", "reload_driver"}), folder(), name())
                    : fmt::format("erl_ddll:{}({}, {})", dice_.pick({"load", "reload"}), folder(), name());
        if (!in_batch && dice_.in(1, 3))
            return {fmt::format("erl_ddll:{}({})", dice_.pick({"unload", "unload_driver"}), name()), ""};
        return {text, ""};
    }

    Call open() {
        std::string command(dice_.in(1, 5) ? "other" : main_driver_);
        ports_.emplace_back(fmt::format("P{}", ports_.size() + 1), command == main_driver_);
        if (dice_.in(1, 8)) command += std::string(dice_.pick({" errgen", " errno", " badarg", " text"}));
        if (scenario_.locks && dice_.in(1, 4)) command += " lock";
        return {fmt::format("open_port({{spawn_driver, \"{}\"}}, [{}])", command, dice_.in(1, 3) ? "binary" : ""),
                ports_.back().first};
    }

    Call use(bool in_batch) {
        if (ports_.empty()) return open();
        const auto& chosen = dice_.one_of(ports_);
        const std::string& port = chosen.first;
        const bool own = chosen.second;
        const auto with = [&](std::string_view text) { return Call{fmt::format(fmt::runtime(text), port), ""}; };
        switch (dice_.below(14)) {
        case 0:
        case 1:
        case 2:
        case 3:
            return with("port_close({})");
        case 4:
            return with("port_command({}, \"x\")");
        case 5:
            // One more port. Under a driver's common lock that stops an emulator for ever.
            return with(main_driver_ == "pldrv" && own ? "port_command({}, \"C\")" : "port_command({}, \"yy\")");
        case 6:
            return with("port_control({}, 2, [])");
        case 7:
            return in_batch ? with("port_control({}, 2, [])") : with("port_control({}, 3, [])");
        case 8:
            return with("port_control({}, 4, [])");
        case 9:
            return with(dice_.in(1, 2)    ? "port_control({}, 5, [])"
                        : scenario_.locks ? "port_control({}, 1, [])"
                                          : "port_info({}, connected)");
        case 10:
            return {fmt::format("port_connect({}, {})", port, pid()), ""};
        case 11:
            return {fmt::format("{}({})", dice_.pick({"link", "unlink"}), port), ""};
        case 12:
            return {fmt::format("{} ! {{{}, close}}", port, pid()), ""};
        default:
            return {fmt::format("exit({}, {})", port, dice_.pick({"normal", "kill", "bad"})), ""};
        }
    }

    Call process_call(bool in_batch) {
        switch (dice_.below(in_batch ? 2 : 4)) {
        case 0:
            return {fmt::format("process_flag(trap_exit, {})", dice_.pick({"true", "false"})), ""};
        case 1:
            return {fmt::format("is_process_alive({})", pid()), ""};
        case 2:
            return {fmt::format("exit({}, {})", pid(), dice_.pick({"kill", "normal", "bad"})), ""};
        default:
            return {fmt::format("exit({})", dice_.pick({"normal", "bad", "kill"})), ""};
        }
    }

    Dice dice_;
    RandomScenario scenario_;
    std::vector<std::string> processes_, references_;
    std::vector<std::pair<std::string, bool>> ports_; ///< variable; whether it is one of main_driver_
    std::string_view main_driver_;
    bool kill_ = false;
};

} // namespace

std::string RandomScenario::text() const {
    std::string out = "{\n  \"scenario\": 1,\n  \"title\": " + json_text(title) + ",\n";
    out += "  \"paths\": { \"D1\": \"DIR1\", \"D2\": \"DIR2\" },\n";
    out += drivers;
    out += fmt::format("  \"processes\": {{ {} }},\n  \"steps\": [\n", fmt::join(processes, ", "));
    for (std::size_t i = 0; i < steps.size(); ++i) out += "    " + steps[i] + (i + 1 == steps.size() ? "\n" : ",\n");
    return out + "  ]\n}\n";
}

RandomScenario random_scenario(std::uint64_t seed, std::uint64_t number) {
    return ScenarioWriter(seed, number).run();
}

} // namespace ddll::verify
