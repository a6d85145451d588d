#include "record/story.h"

#include "record/clock.h"
#include "verify/compare.h"
#include "verify/witness_callbacks.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::record {

using term::Evaluated;
using term::Term;

namespace {

bool is_loader(words::Callback callback) {
    return callback == words::Callback::dlopen || callback == words::Callback::dlclose ||
           callback == words::Callback::driver_init;
}

/// A reason that a process may have from a port that it was linked to, or from the emulator because of one.
bool may_come_of_a_port(const Term& reason) {
    return reason.is(Term::Kind::atom) && !reason.is_atom("normal") && !reason.is_atom("shutdown") &&
           !reason.is_atom("killed") && !reason.is_atom("kill");
}

/// {'UP' | 'DOWN', _, driver, _, _}, {'DOWN', _, port, _, _}, {'EXIT', Port, _}, {Port, _}
bool is_about_a_driver(const Term& message) {
    if (!message.is(Term::Kind::tuple) || message.elements().size() < 2) return false;
    const auto parts = message.elements();
    if (parts.size() == 5) return parts[2].is_atom("driver") || (parts[0].is_atom("DOWN") && parts[2].is_atom("port"));
    return parts[0].is(Term::Kind::port) || (parts[0].is_atom("EXIT") && parts[1].is(Term::Kind::port));
}

bool is_preparation(const std::string& function) {
    return function.starts_with("init_per_") || function.starts_with("end_per_");
}

/// Stacks, times and references of a reason are others each time.
Term short_reason(const Term& reason) {
    return reason.is(Term::Kind::atom) ? reason : Term::atom("ended");
}

constexpr std::size_t no_item = SIZE_MAX, test_item = no_item - 1; ///< instead of an item's number

/// One walk over the events of a node.
class Teller {
public:
    Teller(const NodeLog& log, const std::vector<std::string>& only, Copies& copies)
        : log_(log), openings_(log, only, copies), clock_(log.events), names_(log.names) {}

    Story run() {
        for (const Term& process : log_.trapping) traps_.insert(process);
        for (at_ = 0; at_ < log_.events.size() && !halted_; ++at_) take(log_.events[at_]);
        name_processes();
        return std::move(story_);
    }

private:
    void take(const Event& event) {
        if (const auto callback = verify::witness::callback_of(event.kind)) return on_callback(event, *callback);
        if (event.kind == Kind::callbacks) return on_callbacks(event);
        if (event.kind == Kind::set_timer) return wait_before(clock_.set(at_, event));
        if (event.kind == Kind::cancel_timer) return clock_.cancel(event.port);
        if (event.kind == Kind::term_sent) ++under_way_[event.a];
        if (event.kind == Kind::term) on_term(event);
    }

    void on_term(const Event& event) {
        switch (event.tag) {
        case TermTag::call:
            return on_call(event);
        case TermTag::returned:
            return on_return(event, Evaluated::of(event.more));
        case TermTag::raised:
            return on_raise(event);
        case TermTag::sent:
            return on_send(event);
        case TermTag::received:
            return on_receive(event);
        case TermTag::delivered:
            if (is_of_a_driver(event)) on_receive(event);
            return;
        case TermTag::ended:
            return on_end(event);
        case TermTag::named:
            return on_name(event);
        case TermTag::node:
            break;
        }
    }

    // --- drivers ---

    void on_callbacks(const Event& event) {
        const std::string& driver = openings_.library(event.library).driver;
        if (openings_.is_wanted(driver)) story_.callbacks[driver] |= event.a;
    }

    void on_callback(const Event& event, words::Callback callback) {
        const Openings::Library& library = openings_.library(event.library);
        if (!openings_.is_wanted(library.driver)) return;
        if (callback == words::Callback::timeout) wait(clock_.run_out(event.port));
        if (callback == words::Callback::stop) clock_.cancel(event.port);
        if (!story_.items.empty()) story_.items.back().driver_calls.push_back(driver_call(event, callback, library));
    }

    static scenario::DriverCall driver_call(const Event& event, words::Callback callback,
                                            const Openings::Library& library) {
        using scenario::DriverCall;
        const bool unknown = event.port == verify::witness::unknown_port;
        const Term port = unknown ? Term::atom("unknown") : Term::unsigned_integer(event.port);
        DriverCall out{is_loader(callback) ? DriverCall::Kind::loader : DriverCall::Kind::callback,
                       callback,
                       words::name(callback),
                       library.driver,
                       library.version,
                       scenario::callback_arguments(callback, port, event.a, event.data),
                       true};
        verify::drop_descriptors(out);
        return out;
    }

    // --- time ---

    void wait(std::int64_t milliseconds) {
        constexpr std::int64_t nanoseconds = 1'000'000;
        if (milliseconds > 0) add(Item(Wait{Duration{milliseconds * nanoseconds}}));
    }

    /// Before the call that is being made.
    void wait_before(std::int64_t milliseconds) {
        if (milliseconds <= 0 || story_.items.empty()) return;
        const std::size_t last = story_.items.size() - 1;
        wait(milliseconds);
        std::swap(story_.items[last], story_.items[last + 1]);
        for (auto& [process, open] : open_) std::ranges::replace(open, last, last + 1);
    }

    // --- calls ---

    void on_call(const Event& event) {
        auto call = call_of(event.process, event.what);
        std::vector<std::size_t>& open = open_[event.process];
        // erl_ddll's own functions call each other.
        const bool inside = std::ranges::any_of(open, [](std::size_t item) { return item != test_item; });
        const bool test = call && is_test(*call);
        open.push_back(test ? test_item : no_item);
        if (!call || inside) return;
        if (test) return on_test(*call);
        if (call->module == "ct_framework") return on_test_case(*call);
        if (call->name == "halt") halted_ = true;
        if (call->name == "trace" || call->name == "trace_pattern") story_.traces_itself = true;
        if (call->name == "process_flag") return on_flag(*std::move(call));
        if (!concerns_us(*call)) return;
        if (is_load(*call)) call->file = openings_.asked_for(driver_of(*call), at_);
        const std::size_t item = add_call(*std::move(call));
        open_[event.process].back() = item;
    }

    /// Of Common Test: init_tc(Suite, Function, _) and end_tc(Suite, Function, _). What belongs to a test case is named
    /// {init_per_testcase, Case}, Case, {end_per_testcase, Case}.
    void on_test_case(const Call& call) {
        if (call.arguments.size() < 2) return;
        const Term& function = call.arguments[1];
        const bool paired = function.is_tuple(2);
        const std::string name = name_text(paired ? function.elements()[1] : function);
        const bool last = paired && function.elements()[0].is_atom("end_per_testcase");
        if (is_preparation(name) || (last && call.name == "end_tc"))
            test_case_.clear();
        else if (call.name == "init_tc" && !last)
            begin_test_case(fmt::format("{}.{}", name_text(call.arguments[0]), name));
    }

    /// Of EUnit: run_testfun(Fun), until it returns.
    void on_test(const Call& call) {
        const std::string name = call.arguments.empty() ? std::string() : test_name(call.arguments[0]);
        begin_test_case(name.empty() ? "test" : name);
    }

    void begin_test_case(const std::string& full) {
        if (test_case_ == full || test_case_.starts_with(full + ".")) return; // it has begun
        const unsigned times = ++test_cases_[full];
        test_case_ = times > 1 ? fmt::format("{}.{}", full, times) : full;
    }

    bool concerns_us(const Call& call) const {
        if (call.module == "erl_ddll" || call.name == "open_port") {
            const std::string driver = driver_of(call);
            return (driver.empty() && call.module == "erl_ddll") || openings_.is_wanted(driver);
        }
        return std::ranges::any_of(call.arguments, [this](const Term& a) { return ports_.contains(a); });
    }

    /// How a process begins is no step; what it changes later is.
    void on_flag(Call call) {
        const Term process = call.process;
        if (active_.contains(process))
            open_[process].back() = add_call(std::move(call));
        else if (call.arguments[1].is_atom("true"))
            traps_.insert(process);
        else
            traps_.erase(process);
    }

    void add(Item item) {
        item.test_case = test_case_;
        story_.items.push_back(std::move(item));
    }

    std::size_t add_call(Call call) {
        active_.insert(call.process);
        know(call.process);
        for (const Term& argument : call.arguments) {
            make_references(call.process, argument);
            know_all(argument);
        }
        add(Item(std::move(call)));
        return story_.items.size() - 1;
    }

    /// One that no driver gave was made by a process.
    void make_references(const Term& process, const Term& term) {
        for_each_identity(term, [&](const Term& identity) {
            if (identity.is(Term::Kind::reference) && references_.insert(identity).second)
                add(Item(Call{process, "erlang", "make_ref", {}, Evaluated::of(identity)}));
        });
    }

    void on_return(const Event& event, Evaluated outcome) {
        std::vector<std::size_t>& open = open_[event.process];
        if (open.empty()) return;
        const std::size_t item = open.back();
        open.pop_back();
        if (item == no_item) return keep_inside(outcome);
        if (item == test_item) return test_case_.clear();
        Call& call = std::get<Call>(story_.items[item].what);
        call.outcome = std::move(outcome);
        if (call.outcome->kind != Evaluated::Kind::value) return;
        know_all(call.outcome->value);
        if (call.name == "open_port") ports_.insert(call.outcome->value);
        if (call.name == "register") ports_.insert(call.arguments[0]); // its name
    }

    /// Of a call that another one makes: it waits for the message itself.
    void keep_inside(const Evaluated& outcome) {
        for_each_identity(outcome.value, [this](const Term& identity) {
            if (identity.is(Term::Kind::reference)) inner_references_.insert(identity);
        });
    }

    void on_raise(const Event& event) {
        if (!event.more.is_tuple(2) || !event.more.elements()[0].is(Term::Kind::atom)) return;
        on_return(event, Evaluated::raise(event.more.elements()[1], event.more.elements()[0].as_atom()));
    }

    void on_send(const Event& event) {
        if (ports_.contains(event.more)) add_call({event.process, "erlang", "!", {event.more, event.what}});
    }

    /// Of the emulator, about a port or a driver; or one of the terms that drivers have sent to the process.
    bool is_of_a_driver(const Event& event) {
        if (is_about_a_driver(event.what)) return true;
        const auto sent = under_way_.find(event.a);
        return sent != under_way_.end() && sent->second > 0 && sent->second-- > 0;
    }

    void on_receive(const Event& event) {
        if (story_.items.empty() || !is_of_ours(event.what)) return;
        know(event.process);
        know_all(event.what);
        story_.items.back().messages.push_back({event.process, event.what});
    }

    /// It is not awaited inside of a call, and no port in it is another driver's.
    bool is_of_ours(const Term& message) const {
        bool ours = true;
        for_each_identity(message, [&](const Term& identity) {
            if (inner_references_.contains(identity)) ours = false;
            if (identity.is(Term::Kind::port) && !ports_.contains(identity)) ours = false;
        });
        return ours;
    }

    // --- processes ---

    void on_end(const Event& event) {
        open_.erase(event.process);
        if (known_.contains(event.process))
            add(Item(End{event.process, short_reason(event.what), may_come_of_a_port(event.what)}));
    }

    void on_name(const Event& event) {
        if (event.what.is(Term::Kind::atom)) names_.emplace(event.process, event.what.as_atom());
    }

    void know(const Term& process) {
        if (known_.insert(process).second) story_.processes.push_back({process, "", traps_.contains(process)});
    }

    /// Every process that is named has to be there.
    void know_all(const Term& term) {
        for_each_identity(term, [this](const Term& identity) {
            if (identity.is(Term::Kind::pid)) know(identity);
            if (identity.is(Term::Kind::reference)) references_.insert(identity);
        });
    }

    /// By their registered names, or by what each did first.
    void name_processes() {
        std::map<Term, std::string> roles;
        for (const Item& item : story_.items)
            if (const auto* call = std::get_if<Call>(&item.what)) roles.emplace(call->process, role_of(*call));
        for (Process& process : story_.processes) {
            const auto name = names_.find(process.pid);
            const auto role = roles.find(process.pid);
            process.name = name != names_.end() ? name->second : role != roles.end() ? role->second : "other";
        }
    }

    static std::string role_of(const Call& call) {
        if (call.module == "erl_ddll") return "loader";
        return call.name == "open_port" ? "owner" : "user";
    }

    const NodeLog& log_;
    const Openings openings_;
    StoryClock clock_;
    Story story_;
    std::size_t at_ = 0;
    bool halted_ = false;
    std::string test_case_;
    std::map<std::string, unsigned> test_cases_;    ///< how often each has begun
    std::map<Term, std::vector<std::size_t>> open_; ///< calls that have not returned: the item, or no_item
    std::map<Term, std::string> names_;
    std::map<std::uint64_t, std::size_t> under_way_; ///< terms of drivers, by the process as the emulator keeps it
    std::set<Term> known_, active_, traps_; ///< processes: in the story, that have done something, that trap exits
    std::set<Term> references_, inner_references_, ports_; ///< ports also by their names
};

} // namespace

void for_each_identity(const Term& term, const std::function<void(const Term&)>& see) {
    switch (term.kind()) {
    case Term::Kind::pid:
    case Term::Kind::port:
    case Term::Kind::reference:
        return see(term);
    case Term::Kind::tuple:
        for (const Term& element : term.elements()) for_each_identity(element, see);
        return;
    case Term::Kind::list:
        for (const Term& item : term.items()) for_each_identity(item, see);
        return for_each_identity(term.tail(), see);
    case Term::Kind::map:
        for (const auto& [key, value] : term.pairs()) {
            for_each_identity(key, see);
            for_each_identity(value, see);
        }
        return;
    default:
        return;
    }
}

Story make_story(const NodeLog& log, const std::vector<std::string>& only, Copies& copies) {
    return Teller(log, only, copies).run();
}

Story with_files(Story story) {
    std::map<std::pair<std::string, std::string>, std::string> in_place;
    std::vector<Item> items;
    for (Item& item : story.items) {
        const auto* call = std::get_if<Call>(&item.what);
        if (call != nullptr && call->file) {
            const std::string folder = name_text(call->arguments[0]), driver = driver_of(*call);
            std::string& there = in_place[{folder, driver}];
            if (std::exchange(there, *call->file) != *call->file) items.emplace_back(Put{driver, there, folder});
        }
        items.push_back(std::move(item));
    }
    story.items = std::move(items);
    return story;
}

} // namespace ddll::record
