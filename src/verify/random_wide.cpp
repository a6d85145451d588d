#include "verify/random_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>

namespace ddll::verify {

namespace {

/// Where an act may stand.
enum class ActUse : std::uint8_t {
    anywhere,
    not_in_batch,   ///< what another thread of the emulator notices, at a moment that is chance
    ends_port,      ///< seldom: a port has one end
    with_port_lock, ///< under a driver's common lock it stops an emulator
    for_ever,       ///< only where the scenario locks
};

/// An act of drivers/wide.c: its letter, how often, and the largest number behind it.
struct Act {
    char letter;
    std::size_t weight, most;
    ActUse use = ActUse::anywhere;
    /// The caller may get a signal of it, and gives way before the call returns: what comes from another thread of the
    /// emulator by then is chance, so not both stand in one text.
    bool signals = false;
};

constexpr Act acts[] = {
    {'T', 18, 15},
    {'t', 3, 0},
    {'r', 3, 0},
    {'o', 3, 89},
    {'O', 3, 89},
    {'b', 3, 79},
    {'v', 5, 80},
    {'e', 4, 3},
    {'d', 2, 3},
    {'s', 3, 1},
    {'S', 2, 1},
    {'x', 6, 8},
    {'j', 2, 0},
    {'f', 1, 3, ActUse::ends_port},
    {'a', 2, 1, ActUse::ends_port},
    {'p', 1, 134, ActUse::ends_port},
    {'E', 1, 0, ActUse::ends_port},
    {'X', 1, 3, ActUse::ends_port},
    {'B', 4, 1},
    {'l', 2, 3},
    {'F', 2, 1},
    {'g', 2, 0},
    {'P', 4, 99},
    {'c', 2, 0},
    {'Z', 12, 0, ActUse::for_ever},
    {'k', 1, 2},
    {'q', 4, 89},
    {'Q', 3, 79},
    {'n', 3, 79},
    {'V', 3, 80},
    {'W', 3, 80},
    {'D', 4, 60},
    {'z', 3, 0},
    {'y', 3, 1},
    {'m', 9, 1, ActUse::anywhere, true},
    {'u', 3, 2, ActUse::anywhere, true},
    {'w', 3, 2},
    {'i', 10, 1, ActUse::not_in_batch},
    {'I', 7, 1, ActUse::not_in_batch},
    {'U', 3, 0, ActUse::not_in_batch},
    {'R', 9, 8, ActUse::not_in_batch},
    {'C', 2, 0, ActUse::not_in_batch},
    {'A', 4, 1, ActUse::not_in_batch},
    {'H', 3, 1, ActUse::not_in_batch},
    {'G', 2, 0},
    {'L', 2, 0},
    {'M', 2, 9},
    {'h', 2, 99},
    {'Y', 2, 1},
    {'N', 2, 134},
    {'J', 2, 0},
    {'K', 4, 1, ActUse::with_port_lock, true},
};

/// Texts of one kind: each an expression that scenarios and Erlang read the same way.
constexpr std::string_view iolists[] = {
    R"("abc")",
    R"(<<"bytes">>)",
    R"([<<"one">>, "two", <<"three">>])",
    R"([binary:copy(<<"x">>, 70), "y", binary:copy(<<"z">>, 300)])",
    R"([binary:copy(<<"x">>, 65), "a", binary:copy(<<"y">>, 64)])",
    R"(<<"0123456789012345678901234567890123456789012345678901234567890123456789">>)",
    R"([<<"0123456789012345678901234567890123456789012345678901234567890123456789">>, $a, <<"b">>])",
    R"(lists:duplicate(5, $a))",
    R"(lists:seq(1, 9))",
    R"(lists:reverse("abc"))",
    R"(lists:sublist("abcdef", 3))",
    R"(lists:nthtail(1, "abcd"))",
    R"(lists:nthtail(2, "abcd"))",
    R"(lists:sort("cab"))",
    R"(integer_to_list(42))",
    R"(["n", integer_to_list(-7)])",
    R"(atom_to_list(abc))",
    R"(term_to_binary({a, 1}))",
    R"(iolist_to_binary([<<"ab">>, "c"]))",
    R"(list_to_binary(["ab", $c]))",
    R"(binary_to_list(<<"abc">>))",
    R"(tl("abc"))",
    R"(tl("abcd"))",
    R"([hd("abc"), lists:last("abc")])",
    R"([lists:nth(2, "abc"), element(1, {$a, b})])",
    R"([element(2, {$b, $c}), lists:nth(1, "ab")])",
    R"([length("abc"), byte_size(<<"abc">>), tuple_size({a, b})])",
    R"([list_to_integer("65"), binary_to_integer(<<"66">>)])",
    R"([])",
    R"(<<>>)",
    R"([<<>>, []])",
    R"(["ab" | <<"tail">>])",
    R"(<<5:3>>)",
    R"([256])",
    R"(atom)",
};
constexpr std::string_view terms[] = {
    R"(abc)",
    R"({a, [1, 2.5, "text"], <<"bytes">>})",
    R"(#{k => v, 1 => 2})",
    R"({self(), []})",
    R"(make_ref())",
    R"(list_to_atom("made"))",
    R"(lists:member(b, [a, b]))",
    R"({lists:member(c, [a, b])})",
    R"(binary_to_term(term_to_binary({a, 123456789012})))",
    R"(binary_to_term(term_to_binary(#{k => 1.5})))",
    R"(lists:duplicate(300, x))",
    R"(whereis(name_one))",
    R"([])",
    R"(<<5:3>>)",
};
constexpr std::string_view questions[] = {
    R"(erl_ddll:format_error(inconsistent))",
    R"(erl_ddll:format_error(pending_process))",
    R"(erl_ddll:format_error({open_error, -1}))",
    R"(erl_ddll:format_error(no_such_error))",
    R"(erl_ddll:start())",
    R"(erl_ddll:stop())",
    R"(erl_ddll:info())",
    R"(file:read_file("no_such_file"))",
    R"(file:read_file(D1))",
    R"(self())",
    R"(make_ref())",
    R"(ports())",
    R"(whereis(name_two))",
};

class WideCalls {
public:
    explicit WideCalls(RandomStory& story, bool in_batch) : story_(story), dice_(story.dice), in_batch_(in_batch) {}

    RandomCall any() {
        if (story_.ports.empty()) return open();
        const std::size_t kind = dice_.below(100);
        if (kind < 22) {
            const bool ends = dice_.in(1, 6);
            return {applied("port_control", {port(), "1", quoted(acts_text(in_batch_, ends))}), ""};
        }
        if (kind < 29) return plan();
        if (kind < 39) return command();
        if (kind < 48) return send();
        if (kind < 52) return call();
        if (kind < 66) return port_call();
        if (kind < 79) return process_call();
        if (kind < 84) return name_call();
        if (kind < 89) return open();
        if (kind < 94) return {std::string(dice_.one_of(std::span(questions))), ""};
        return end_something();
    }

    RandomCall open() {
        if (dice_.in(1, 25))
            return {std::string(dice_.pick({R"(open_port({spawn_executable, "/no_such_program_"}, []))",
                                            R"(open_port({spawn_executable, "/etc/passwd"}, []))",
                                            R"(open_port({spawn_driver, "no_such_driver"}, []))"})),
                    ""};
        std::string text(dice_.in(1, 8) ? dice_.pick({"wide", "widev", "widea"}) : story_.main_driver);
        const bool asks = text == "widea" && dice_.in(5, 6);
        const bool own = text == story_.main_driver;
        if (dice_.in(1, 10))
            text += dice_.pick({" general", " errno", " badarg"});
        else if (asks)
            text += dice_.pick({" k", " k", " k", " k1", " k2", " T3k"});
        else if (dice_.in(1, 3))
            text += " " + acts_text(true, false);
        const std::string_view how =
            dice_.pick({"", "", "", "binary", "binary", "{line, 5}", "{packet, 2}", "binary, {packet, 4}", "in", "out",
                        "stream", "eof", "exit_status", "foo"});
        // Where there is no such driver it is a program, and that of a port which only writes lives on.
        const auto kind = dice_.in(1, 12) && how != "out" ? "spawn" : "spawn_driver";
        // When a program has ended is chance where no process hears of it, so its port is not used again.
        const bool unheard = kind == std::string_view("spawn") && how != "eof" && how != "exit_status";
        const std::string port = unheard ? "" : story_.fresh_port(own);
        return {fmt::format("open_port({{{}, \"{}\"}}, [{}])", kind, text, how), port};
    }

    std::string acts_text(bool in_batch, bool ends) {
        std::string out;
        bool signals = false, outside = false;
        for (std::size_t n = 1 + dice_.below(4); n > 0; --n) {
            const Act& act = any_act(in_batch || signals, ends && n == 1, outside);
            signals = signals || act.signals;
            outside = outside || act.use == ActUse::not_in_batch;
            out += act.letter;
            std::size_t number = dice_.below(act.most + 1);
            if (act.letter == 'T') ++number; // one that fires at once does so before the call returns, or not
            if (number > 0) out += std::to_string(number);
            if (act.letter == 'B') story_.has_been_busy = true;
        }
        return out;
    }

    // What a callback does besides. What would bring about the same callback at once, again and again, is left out, and
    // what ends a node.
    std::string plan_text(std::string_view callback) {
        std::string text;
        if (callback == "f" && dice_.in(1, 2))
            text = "T" + std::to_string(1 + dice_.below(6));
        else if (callback == "s")
            text = dice_.pick({"e", "d", "s1", "t", "o5"});
        else
            text = acts_text(true, callback != "p" && dice_.in(1, 3));
        std::erase(text, 'B'); // what is busy for good waits for good
        if (callback == "p") std::erase(text, 'u');
        return std::string(callback) + text;
    }

private:
    static std::string quoted(std::string_view text) { return fmt::format("\"{}\"", text); }
    const RandomPort& any_port() {
        // Of those that were opened last more are still open.
        const std::size_t n = story_.ports.size();
        const std::size_t back = std::min(dice_.below(n), dice_.below(n));
        return story_.ports[n - 1 - back];
    }
    std::string port() { return any_port().name; }
    std::string any_name() {
        if (!story_.names.empty() && dice_.in(4, 5)) return dice_.one_of(story_.names);
        return std::string(dice_.pick({"name_one", "name_two"}));
    }
    std::string reason() { return std::string(dice_.pick({"normal", "kill", "bad"})); }

    bool allowed(const Act& act, bool in_batch, bool ends) const {
        switch (act.use) {
        case ActUse::anywhere:
            return !ends;
        case ActUse::not_in_batch:
            return !in_batch && !ends;
        case ActUse::ends_port:
            return ends;
        case ActUse::with_port_lock:
            return story_.main_driver != "wide" && !ends;
        case ActUse::for_ever:
            return story_.scenario.locks && !ends;
        }
        return false;
    }
    const Act& any_act(bool in_batch, bool ends, bool outside) {
        const auto fits = [&](const Act& act) { return allowed(act, in_batch, ends) && !(outside && act.signals); };
        std::size_t all = 0;
        for (const Act& act : acts) all += fits(act) ? act.weight : 0;
        std::size_t at = dice_.below(all);
        for (const Act& act : acts) {
            if (!fits(act)) continue;
            if (at < act.weight) return act;
            at -= act.weight;
        }
        return acts[0];
    }

    RandomCall plan() {
        const auto callback = dice_.pick({"t", "t", "i", "o", "p", "a", "f", "s"});
        return {applied("port_control", {port(), "2", quoted(plan_text(callback))}), ""};
    }

    std::string command_data() {
        return dice_.in(1, 3) ? quoted("!" + acts_text(in_batch_, dice_.in(1, 6)))
                              : std::string(dice_.one_of(std::span(iolists)));
    }

    // One that waits has no place in a batch.
    RandomCall command() {
        const bool may_wait = !in_batch_ || !story_.has_been_busy;
        const std::string to = port();
        const std::string data = command_data();
        if (may_wait && dice_.in(1, 2)) return {applied("port_command", {to, data}), ""};
        const auto options = may_wait ? dice_.pick({"[]", "[force]", "[nosuspend]", "[force, nosuspend]", "[foo]"})
                                      : dice_.pick({"[force]", "[nosuspend]"});
        return {applied("port_command", {to, data, std::string(options)}), ""};
    }

    RandomCall send() {
        const bool may_wait = !in_batch_ || !story_.has_been_busy;
        const RandomPort& owned = any_port();
        const std::string to = dice_.in(1, 8) ? any_name() : dice_.in(1, 8) ? story_.pid() : owned.name;
        const std::string from = dice_.in(3, 4) ? owned.owner : story_.pid();
        std::string message;
        switch (dice_.below(8)) {
        case 0:
            message = fmt::format("{{{}, close}}", from);
            break;
        case 1:
            message = fmt::format("{{{}, {{connect, {}}}}}", from, story_.pid());
            break;
        case 2:
            message = dice_.in(1, 2) ? "garbage" : fmt::format("{{{}, garbage}}", from);
            break;
        default:
            message = fmt::format("{{{}, {{command, {}}}}}", from, command_data());
        }
        if (may_wait && dice_.in(1, 2)) return {fmt::format("{} ! {}", to, message), ""};
        if (may_wait && dice_.in(1, 3)) return {applied("erlang:send", {to, message}), ""};
        const auto options =
            dice_.pick({"[nosuspend]", "[nosuspend]", "[nosuspend, noconnect]", "[noconnect]", "[foo]"});
        return {applied("erlang:send", {to, message, std::string(may_wait ? options : "[nosuspend]")}), ""};
    }

    RandomCall call() {
        const std::string to = port();
        const std::string term(dice_.one_of(std::span(terms)));
        if (dice_.in(1, 6)) return {applied("erlang:port_call", {to, term}), ""};
        const std::string operation(dice_.pick({"0", "0", "1", "2", "3", "4", "-1"}));
        // The fourth sends the term's bytes, and the port may cut them: those of an identity differ on each node.
        const bool names_one =
            term.find("make_ref") != term.npos || term.find("self") != term.npos || term.find("whereis") != term.npos;
        return {applied("erlang:port_call", {to, operation, operation == "4" && names_one ? "abc" : term}), ""};
    }

    RandomCall port_call() {
        const std::string to = port();
        switch (dice_.below(11)) {
        case 0:
            return {applied("port_info", {to}), ""};
        case 1:
        case 2:
        case 3:
        case 4:
        case 5: {
            if (dice_.in(1, 20)) return {applied("port_info", {to, "foo"}), ""};
            const auto item =
                dice_.pick({"connected", "links", "links", "name", "name", "input", "output", "monitors",
                            "monitored_by", "registered_name", "queue_size", "queue_size", "os_pid", "locking"});
            return {applied("port_info", {to, std::string(item)}), ""};
        }
        case 6:
            return {applied("erlang:port_set_data", {to, std::string(dice_.one_of(std::span(terms).first(5)))}), ""};
        case 7:
            return {applied("erlang:port_get_data", {to}), ""};
        case 8:
            return {applied("port_connect", {to, story_.pid()}), ""};
        case 9:
            return {applied("port_control", {to, "3", "[]"}), ""};
        default:
            return {applied("port_control", {to, std::string(dice_.pick({"1", "9", "-1"})),
                                             std::string(dice_.one_of(std::span(iolists).last(9)))}),
                    ""};
        }
    }

    RandomCall process_call() {
        const std::string pid = story_.pid();
        const std::string to = dice_.in(1, 2) ? port() : pid;
        switch (dice_.below(in_batch_ ? 8 : 10)) {
        case 0:
        case 1:
            return {applied("link", {to}), ""};
        case 2:
            return {applied("unlink", {to}), ""};
        case 3:
        case 4:
            return {applied("erlang:monitor", {"process", dice_.in(1, 6) ? any_name() : pid}),
                    RandomStory::fresh(story_.monitors, 'M')};
        case 5: {
            const std::string watched = dice_.in(1, 6) ? any_name() : port();
            return {applied("erlang:monitor", {"port", watched}), RandomStory::fresh(story_.monitors, 'M')};
        }
        case 6:
            if (story_.monitors.empty()) return {"erlang:demonitor(make_ref())", ""};
            return {applied("erlang:demonitor", {dice_.one_of(story_.monitors)}), ""};
        case 7:
            return {applied("process_info", {pid, std::string(dice_.pick({"links", "status", "trap_exit"}))}), ""};
        case 8:
            return {applied("is_process_alive", {pid}), ""};
        default:
            return {applied("process_flag", {"trap_exit", std::string(dice_.pick({"true", "true", "false"}))}), ""};
        }
    }

    RandomCall name_call() {
        const std::string name = any_name();
        switch (dice_.below(4)) {
        case 0:
        case 1:
            story_.names.push_back(name);
            return {applied("register", {name, dice_.in(1, 2) ? port() : story_.pid()}), ""};
        case 2:
            return {applied("unregister", {name}), ""};
        default:
            return {applied("whereis", {name}), ""};
        }
    }

    RandomCall end_something() {
        const std::size_t kind = dice_.below(in_batch_ ? 4 : 6);
        if (kind < 3) return {applied("port_close", {port()}), ""};
        if (kind == 3) {
            const std::string to = port();
            return {applied("exit", {to, reason()}), ""};
        }
        if (kind == 4) {
            const std::string to = story_.pid();
            return {applied("exit", {to, reason()}), ""};
        }
        return {applied("exit", {reason()}), ""};
    }

    RandomStory& story_;
    Dice& dice_;
    const bool in_batch_;
};

} // namespace

RandomCall wide_call(RandomStory& story, bool in_batch) {
    return WideCalls(story, in_batch).any();
}

RandomCall open_wide(RandomStory& story) {
    return WideCalls(story, false).open();
}

std::string random_plan(RandomStory& story, std::string_view callback) {
    return WideCalls(story, true).plan_text(callback);
}

} // namespace ddll::verify
