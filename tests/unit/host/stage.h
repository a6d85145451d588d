#pragma once
/// A host with one driver whose callbacks are functions of the test, spoken to in Erlang, and what it did as text.
#include "calls/calls.h"
#include "host/host.h"
#include "term/external.h"
#include "term/text.h"

#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

namespace ddll::host::test {

/// The driver of a test. Callbacks that are not set are null in its entry; a port's data is its own handle unless
/// start says otherwise. Never throw (REQUIRE) inside a callback: nothing unwinds through driver frames.
struct Script {
    std::string name = "probe";
    int flags = 0;
    std::function<int()> init;
    std::function<ErlDrvData(ErlDrvPort, std::string)> start = [](ErlDrvPort p, const std::string&) {
        return reinterpret_cast<ErlDrvData>(p);
    };
    std::function<void(ErlDrvPort)> stop = [](ErlDrvPort) {};
    std::function<void(ErlDrvPort)> flush, timeout;
    std::function<void(ErlDrvPort, std::string)> output;
    std::function<void(ErlDrvPort, ErlIOVec&)> outputv;
    std::function<ErlDrvSSizeT(ErlDrvPort, unsigned, std::string, char**)> control;
    std::function<ErlDrvSSizeT(ErlDrvPort, unsigned, std::string, char**, unsigned*)> call;
    std::function<void(ErlDrvPort, void*)> ready_async;
    std::function<void(ErlDrvPort, int)> ready_input, ready_output;
    std::function<void(int)> stop_select;
    std::function<void(ErlDrvPort, ErlDrvMonitor&)> process_exit;
};

// The entry's functions have no argument that could say whose they are.
inline Script* running = nullptr;

inline ErlDrvPort port_in(ErlDrvData data) {
    return reinterpret_cast<ErlDrvPort>(data);
}

inline int descriptor_of(ErlDrvEvent event) {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(event));
}

inline ErlDrvEntry entry_of(Script& script) {
    running = &script;
    ErlDrvEntry e{};
    e.driver_name = script.name.data();
    e.driver_flags = script.flags;
    e.extended_marker = static_cast<int>(ERL_DRV_EXTENDED_MARKER);
    e.major_version = ERL_DRV_EXTENDED_MAJOR_VERSION;
    e.minor_version = ERL_DRV_EXTENDED_MINOR_VERSION;
    if (script.init) e.init = [] { return running->init(); };
    if (script.start) e.start = [](ErlDrvPort p, char* command) { return running->start(p, command); };
    if (script.stop) e.stop = [](ErlDrvData d) { running->stop(port_in(d)); };
    if (script.flush) e.flush = [](ErlDrvData d) { running->flush(port_in(d)); };
    if (script.timeout) e.timeout = [](ErlDrvData d) { running->timeout(port_in(d)); };
    if (script.output) e.output = [](ErlDrvData d, char* b, ErlDrvSizeT n) { running->output(port_in(d), {b, n}); };
    if (script.outputv) e.outputv = [](ErlDrvData d, ErlIOVec* ev) { running->outputv(port_in(d), *ev); };
    if (script.control)
        e.control = [](ErlDrvData d, unsigned c, char* b, ErlDrvSizeT n, char** r, ErlDrvSizeT) {
            return running->control(port_in(d), c, {b, n}, r);
        };
    if (script.call)
        e.call = [](ErlDrvData d, unsigned c, char* b, ErlDrvSizeT n, char** r, ErlDrvSizeT, unsigned* f) {
            return running->call(port_in(d), c, {b, n}, r, f);
        };
    if (script.ready_async)
        e.ready_async = [](ErlDrvData d, ErlDrvThreadData data) { running->ready_async(port_in(d), data); };
    if (script.ready_input)
        e.ready_input = [](ErlDrvData d, ErlDrvEvent event) { running->ready_input(port_in(d), descriptor_of(event)); };
    if (script.ready_output)
        e.ready_output = [](ErlDrvData d, ErlDrvEvent event) {
            running->ready_output(port_in(d), descriptor_of(event));
        };
    if (script.stop_select)
        e.stop_select = [](ErlDrvEvent event, void*) { running->stop_select(descriptor_of(event)); };
    if (script.process_exit)
        e.process_exit = [](ErlDrvData d, ErlDrvMonitor* m) { running->process_exit(port_in(d), *m); };
    return e;
}

inline FirstInFirstOut oldest_first;

class Stage {
public:
    explicit Stage(Script& script, Options options = {}, Chooser& chooser = oldest_first)
        : entry_(entry_of(script)), host_(std::move(options), journal_, chooser), current_(host_) {
        if (!script.control) {
            script.control = [this](ErlDrvPort port, unsigned, const std::string&, char**) -> ErlDrvSSizeT {
                if (inside_) inside_(port);
                return 0;
            };
            entry_ = entry_of(script);
        }
        host_.drivers().add_static(&entry_);
        person("Alice");
        person("Bob");
        names_["Ghost"] = term::Term::pid(9999);
        mark();
    }

    Host& host() { return host_; }
    journal::Journal& journal() { return journal_; }

    /// A process that traps exits, known to expressions by its name.
    ProcessId person(const std::string& name, bool trap_exit = true) {
        const ProcessId id = host_.processes().start(name, trap_exit);
        names_[name] = term::Term::pid(id.value);
        return id;
    }
    Process& process(const std::string& name) { return *host_.processes().find(ProcessId{names_.at(name).as_pid()}); }

    /// The expression's value as Erlang text, "error:Reason" or "blocked". Nothing that comes later is done yet.
    std::string say(const std::string& who, const std::string& text) { return shown(evaluate(who, text)); }
    /// The same, and then all that follows from it.
    std::string run(const std::string& who, const std::string& text) {
        const std::string result = say(who, text);
        host_.run_until_idle();
        return result;
    }
    std::string run(const std::string& text) { return run("Alice", text); }
    /// Runs it and keeps the value under a name.
    std::string let(const std::string& name, const std::string& text) {
        const auto result = evaluate("Alice", text);
        if (result.kind == term::Evaluated::Kind::value) names_[name] = result.value;
        host_.run_until_idle();
        return shown(result);
    }
    /// P is a fresh port of the driver.
    void open(const std::string& settings = "[]", const std::string& name = "P") {
        let(name, fmt::format("open_port({{spawn_driver, {}}}, {})", running->name, settings));
        mark();
    }
    /// Runs `body` inside the driver's control callback.
    std::string inside(std::function<void(ErlDrvPort)> body, const std::string& port = "P") {
        inside_ = std::move(body);
        const std::string result = run(fmt::format("port_control({}, 0, [])", port));
        inside_ = nullptr;
        return result;
    }
    std::string late(const std::string& who) {
        const auto answer = calls::take_late_return(host_, process(who).id);
        return answer ? shown(*answer) : "nothing";
    }

    /// Messages since the last call, as one text.
    std::string heard(const std::string& who) {
        Process& self = process(who);
        std::string all;
        for (const auto& message : self.mailbox) all += (all.empty() ? "" : " ") + print(message);
        self.mailbox.clear();
        return all;
    }
    /// What happened since the last mark: callbacks by name, messages, ends.
    std::string trail() {
        std::string all;
        for (auto entry = journal_.begin(mark_ + 1); entry; ++entry) {
            const std::string item = std::visit([this](const auto& event) { return trace(event); }, entry->event);
            if (!item.empty()) all += (all.empty() ? "" : " | ") + item;
        }
        mark();
        return all;
    }
    void mark() { mark_ = journal_.size(); }
    /// Rules broken since the beginning.
    std::string misuses() {
        std::string all;
        for (const auto& entry : journal_)
            if (const auto* m = std::get_if<journal::Misused>(&entry.event))
                all += (all.empty() ? "" : " ") + std::string(name(m->rule));
        return all;
    }
    std::string last_misuse() {
        std::string detail;
        for (const auto& entry : journal_)
            if (const auto* m = std::get_if<journal::Misused>(&entry.event)) detail = m->detail;
        return detail;
    }
    std::string print(const term::Term& term) const {
        return term::print(term, [this](const term::Term& t) -> std::optional<std::string> {
            for (const auto& [name, value] : names_)
                if (value == t) return name;
            return std::nullopt;
        });
    }

private:
    term::Evaluated evaluate(const std::string& who, const std::string& text) {
        const auto expr = term::parse_expr(text);
        if (!expr) return term::Evaluated::raise(term::Term::string(expr.error().message), "syntax");
        return calls::perform(host_, process(who).id, **expr, text, names_);
    }
    std::string shown(const term::Evaluated& result) const {
        if (result.kind == term::Evaluated::Kind::blocked) return "blocked";
        if (result.kind == term::Evaluated::Kind::value) return print(result.value);
        return result.exception_class + ":" + print(result.value);
    }
    std::string decoded(std::string_view external) const { return print(term::decode(external)->term); }
    template <class E>
    std::string trace(const E&) const {
        return "";
    }
    std::string trace(const journal::Entered& e) const { return words::name(e.callback); }
    std::string trace(const journal::Delivered& e) const {
        return print(term::Term::pid(e.to.value)) + " gets " + decoded(e.term);
    }
    std::string trace(const journal::ProcessEnded& e) const {
        return print(term::Term::pid(e.process.value)) + " ends " + decoded(e.reason);
    }
    std::string trace(const journal::PortClosing& e) const { return e.draining ? "draining" : ""; }
    std::string trace(const journal::PortClosed&) const { return "closed"; }

    journal::Journal journal_;
    ErlDrvEntry entry_;
    Host host_;
    CurrentHost current_;
    term::Bindings names_; // may share binaries with the host, so it goes first
    std::function<void(ErlDrvPort)> inside_;
    std::uint64_t mark_ = 0;
};

} // namespace ddll::host::test
