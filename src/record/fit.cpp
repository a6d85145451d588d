#include "record/fit.h"

#include "verify/compare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace ddll::record {

using scenario::DriverCall;
using scenario::StepRecord;
using term::Evaluated;
using term::Term;

namespace {

std::string in_words(const Evaluated& result) {
    if (result.kind == Evaluated::Kind::blocked) return "(it waits)";
    if (result.kind == Evaluated::Kind::raised)
        return fmt::format("{}:{}", result.exception_class, term::print(result.value));
    return term::print(result.value);
}

std::string in_words(const std::optional<Evaluated>& result) {
    return result ? in_words(*result) : "(it did not return)";
}

std::string in_words(const DriverCall& call) {
    std::vector<std::string> arguments;
    for (const Term& argument : call.arguments) arguments.push_back(term::print(argument));
    return fmt::format("{}{}{}:{}({})", call.driver, call.version.empty() ? "" : "/", call.version, call.name,
                       fmt::join(arguments, ", "));
}

/// Comes when a job, a descriptor or another process is ready, which is chance beside all else.
bool comes_by_chance(const DriverCall& call) {
    using words::Callback;
    return call.callback == Callback::ready_async || call.callback == Callback::ready_input ||
           call.callback == Callback::ready_output || call.callback == Callback::process_exit;
}

/// Whose order of callbacks is the same each time: a port's, or that of what a driver does without one.
std::string line_of(const DriverCall& call) {
    const std::string port = call.arguments.empty() ? "" : term::print(call.arguments[0]);
    return fmt::format("{} {} {}", call.driver, port, comes_by_chance(call) ? call.name : "");
}

/// As the journal of a run keeps it: what is too long is abridged there.
Evaluated as_kept(const Evaluated& result) {
    StepRecord record;
    record.returns.push_back(result);
    return verify::as_kept(std::move(record)).returns.front();
}

/// Pids, ports and references of the simulation and of the node: known by where each appeared first.
class Pairs {
public:
    /// Whether the terms are the same once identities are matched. Teaches nothing when they are not.
    bool same(const Term& here, const Term& node) {
        found_.clear();
        if (!walk(here, node)) return false;
        std::size_t added = 0;
        while (added < found_.size() && add(found_[added])) ++added;
        if (added == found_.size()) return true;
        for (std::size_t i = 0; i < added; ++i) take_back(found_[i]);
        return false;
    }

private:
    static bool is_identity(const Term& term) {
        return term.is(Term::Kind::pid) || term.is(Term::Kind::port) || term.is(Term::Kind::reference);
    }
    struct Pair {
        Term here, node;
        bool is_new = false;
    };
    bool add(Pair& pair) {
        const auto node = to_node_.find(pair.here);
        const auto here = to_here_.find(pair.node);
        if (node != to_node_.end() || here != to_here_.end())
            return node != to_node_.end() && here != to_here_.end() && node->second == pair.node;
        to_node_.emplace(pair.here, pair.node);
        to_here_.emplace(pair.node, pair.here);
        pair.is_new = true;
        return true;
    }
    void take_back(const Pair& pair) {
        if (!pair.is_new) return;
        to_node_.erase(pair.here);
        to_here_.erase(pair.node);
    }
    template <class Terms>
    bool walk_all(const Terms& here, const Terms& node) {
        return std::ranges::equal(here, node, [this](const Term& h, const Term& n) { return walk(h, n); });
    }
    bool walk(const Term& here, const Term& node) {
        if (here.kind() != node.kind()) return false;
        if (is_identity(here)) {
            found_.push_back({here, node});
            return true;
        }
        if (here.is(Term::Kind::tuple)) return walk_all(here.elements(), node.elements());
        if (here.is(Term::Kind::list)) return walk_all(here.items(), node.items()) && walk(here.tail(), node.tail());
        if (!here.is(Term::Kind::map)) return here == node;
        return std::ranges::equal(here.pairs(), node.pairs(), [this](const auto& h, const auto& n) {
            return walk(h.first, n.first) && walk(h.second, n.second);
        });
    }

    std::map<Term, Term> to_node_, to_here_;
    std::vector<Pair> found_;
};

class Fitter {
public:
    Fitter(const Story& story, const std::vector<StepRecord>& records)
        : story_(story), records_(records), fitted_{std::vector<Effects>(story.items.size())} {
        Names names;
        for (const Process& process : story.processes) {
            names.add_process(process.pid, process.name);
            names_[process.pid] = names.of_process(process.pid);
            pids_[names_[process.pid]] = process.pid;
        }
    }

    Fitted run() {
        for (std::size_t i = 0; i < records_.size(); ++i) returns(i);
        for (std::size_t i = 0; i < records_.size(); ++i) late(i);
        for (const auto& [pid, name] : names_) messages(pid, name);
        exits();
        driver_calls();
        for (std::size_t i = 0; i < story_.items.size(); ++i)
            if (!differs_.contains(i)) fitted_.agree.push_back(i);
        return std::move(fitted_);
    }

private:
    void differ(std::size_t item, std::string what, std::string node, std::string here) {
        differs_.insert(item);
        const auto* call = std::get_if<Call>(&story_.items[item].what);
        const std::string called = call == nullptr ? std::string()
                                                   : fmt::format("{}: {}:{}/{}", names_[call->process], call->module,
                                                                 call->name, call->arguments.size());
        fitted_.disagreements.push_back(
            {static_cast<std::uint32_t>(item), called, std::move(what), std::move(node), std::move(here)});
    }

    bool same(const Term& here, const Term& node) { return pairs_.same(here, as_kept(Evaluated::of(node)).value); }
    bool same(const Evaluated& here, const Evaluated& node) {
        return here.kind == node.kind && here.exception_class == node.exception_class && same(here.value, node.value);
    }

    void returns(std::size_t i) {
        const auto* call = std::get_if<Call>(&story_.items[i].what);
        if (call == nullptr || call->name == "!" || records_[i].returns.empty()) {
            if (call != nullptr && call->outcome && call->name != "!")
                differ(i, "returns", in_words(call->outcome), records_[i].why.empty() ? "(nothing)" : records_[i].why);
            return;
        }
        const Evaluated& here = records_[i].returns[0];
        fitted_.effects[i].blocks = here.kind == Evaluated::Kind::blocked;
        if (fitted_.effects[i].blocks)
            waiting_[names_[call->process]] = i;
        else if (!call->outcome || !same(here, *call->outcome))
            differ(i, "returns", in_words(call->outcome), in_words(here));
    }

    void late(std::size_t i) {
        for (const auto& [name, here] : records_[i].late) {
            const auto waits = waiting_.find(name);
            if (waits == waiting_.end()) continue;
            const Call& call = std::get<Call>(story_.items[waits->second].what);
            if (!call.outcome || !same(here, *call.outcome))
                differ(waits->second, "returns", in_words(call.outcome), in_words(here));
            fitted_.effects[i].unblocks.emplace_back(call.process, call.outcome);
            waiting_.erase(waits);
        }
    }

    void messages(const Term& pid, const std::string& name) {
        std::vector<std::pair<std::size_t, const Term*>> on_node;
        for (std::size_t i = 0; i < story_.items.size(); ++i)
            for (const Message& message : story_.items[i].messages)
                if (message.to == pid) on_node.emplace_back(i, &message.message);
        for (std::size_t i = 0; i < records_.size(); ++i) {
            const auto mine = records_[i].messages.find(name);
            if (mine == records_[i].messages.end()) continue;
            for (const scenario::Arrival& arrival : mine->second) message(pid, i, arrival.message, on_node);
        }
        for (const auto& [i, message] : on_node) {
            fitted_.effects[i].messages.push_back({pid, *message});
            differ(i, "receives " + name, term::print(*message), "(nothing)");
        }
    }

    void message(const Term& pid, std::size_t i, const Term& here,
                 std::vector<std::pair<std::size_t, const Term*>>& on_node) {
        const auto found = std::ranges::find_if(on_node, [&](const auto& m) { return same(here, *m.second); });
        if (found != on_node.end()) {
            fitted_.effects[i].messages.push_back({pid, *found->second});
            on_node.erase(found);
        } else if (i + 1 < story_.items.size()) { // what comes last may have been under way when the node ended
            differ(i, "receives " + names_[pid], "(nothing)", term::print(here));
        }
    }

    void exits() {
        std::map<Term, std::pair<std::size_t, Term>> on_node;
        for (const End& end : story_.followed) on_node[end.process] = {SIZE_MAX, end.reason};
        for (std::size_t i = 0; i < story_.items.size(); ++i)
            if (const auto* end = std::get_if<End>(&story_.items[i].what)) on_node[end->process] = {i, end->reason};
        for (std::size_t i = 0; i < records_.size(); ++i) {
            for (const auto& [name, reason] : records_[i].exits) {
                const Term& pid = pids_[name];
                fitted_.effects[i].exits.emplace_back(pid, on_node.contains(pid) ? on_node[pid].second : reason);
                if (!on_node.contains(pid) || !same(reason, on_node[pid].second))
                    differ(i, "exits " + name, on_node.contains(pid) ? term::print(on_node[pid].second) : "(it lives)",
                           term::print(reason));
                on_node.erase(pid);
            }
        }
        for (const auto& [pid, end] : on_node) {
            fitted_.still_alive.push_back(pid);
            if (end.first != SIZE_MAX) differ(end.first, "exits " + names_[pid], term::print(end.second), "(it lives)");
        }
    }

    void driver_calls() {
        std::map<std::string, std::vector<const DriverCall*>> on_node;
        for (const Item& item : story_.items)
            for (const DriverCall& call : item.driver_calls) on_node[line_of(call)].push_back(&call);
        std::map<std::string, std::size_t> next;
        for (std::size_t i = 0; i < records_.size(); ++i)
            for (const DriverCall& call : records_[i].driver_calls)
                driver_call(i, call, on_node[line_of(call)], next[line_of(call)]);
        for (const auto& [line, calls] : on_node)
            if (next[line] < calls.size() && !records_.empty())
                differ(records_.size() - 1, "driver_calls", in_words(*calls[next[line]]), "(nothing)");
    }

    void driver_call(std::size_t i, const DriverCall& here, const std::vector<const DriverCall*>& on_node,
                     std::size_t& next) {
        if (next >= on_node.size()) {
            if (i + 1 < story_.items.size()) differ(i, "driver_calls", "(nothing)", in_words(here));
            return;
        }
        const DriverCall& node = *on_node[next++];
        if (node.name != here.name || node.version != here.version || node.arguments != here.arguments)
            differ(i, "driver_calls", in_words(node), in_words(here));
    }

    const Story& story_;
    const std::vector<StepRecord>& records_;
    Fitted fitted_;
    Pairs pairs_;
    std::map<Term, std::string> names_;
    std::map<std::string, Term> pids_;
    std::map<std::string, std::size_t> waiting_; ///< calls that wait here
    std::set<std::size_t> differs_;
};

} // namespace

std::string callback_text(const DriverCall& call, const std::set<std::pair<std::string, std::string>>& versions) {
    if (std::ranges::count(versions, call.driver, &std::pair<std::string, std::string>::first) > 1)
        return fmt::format("{}/{}:{}", call.driver, call.version, call.name);
    return versions.size() > 1 ? fmt::format("{}:{}", call.driver, call.name) : call.name;
}

Fitted fit(const Story& story, const std::vector<StepRecord>& records) {
    return Fitter(story, records).run();
}

} // namespace ddll::record
