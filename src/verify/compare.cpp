#include "verify/compare.h"

#include "journal/journal.h"
#include "term/abridge.h"
#include "term/external.h"
#include "words/made_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace ddll::verify {

using scenario::Arrival;
using scenario::DriverCall;
using scenario::StepRecord;
using term::Evaluated;
using term::Term;

namespace {

/// {open_error, N} of a text of the system's, or {id, N} of a port.
bool is_numbered(const Term& term) {
    return term.is_tuple(2) && term.elements()[1].is(Term::Kind::integer) &&
           (term.elements()[0].is_atom("id") ||
            (term.elements()[0].is_atom("open_error") && term.elements()[1].as_integer() <= -10));
}

/// {os_pid, N} of a port's program, with no smaller number.
bool is_os_pid(const Term& term, std::int64_t smallest) {
    return term.is_tuple(2) && term.elements()[0].is_atom("os_pid") && term.elements()[1].is(Term::Kind::integer) &&
           term.elements()[1].as_integer() >= smallest;
}

bool is_identity(const Term& term) {
    return term.is(Term::Kind::pid) || term.is(Term::Kind::port) || term.is(Term::Kind::reference);
}

} // namespace

bool Identities::same_identity(const std::string& ours, const std::string& nodes) {
    const auto known = to_node_.find(ours);
    if (known != to_node_.end()) return known->second == nodes;
    if (to_ours_.contains(nodes)) return false;
    to_node_.emplace(ours, nodes);
    to_ours_.emplace(nodes, ours);
    return true;
}

// Bytes that are a term in external format, as a driver gets and sends them: pids in it are compared as pids.
bool Identities::same_external(const Term& ours, const Term& nodes) {
    const auto decoded = [](const Term& term) -> std::optional<Term> {
        std::string bytes;
        const bool a_list = term.is_list() && !term.items().empty() && term.items()[0] == Term::integer(131);
        if (!term.is_binary() && !a_list) return std::nullopt;
        if (!term::iolist_to_bytes(term, bytes) || bytes.empty() || bytes[0] != '\x83') return std::nullopt;
        auto found = term::decode(bytes);
        return found && found->used == bytes.size() ? std::optional(std::move(found->term)) : std::nullopt;
    };
    const auto mine = decoded(ours);
    if (!mine) return false;
    const auto theirs = decoded(nodes);
    if (!theirs) return false;
    Identities trial = *this;
    if (!trial.same(*mine, *theirs)) return false;
    *this = std::move(trial);
    return true;
}

bool Identities::same(const Term& ours, const Term& nodes) {
    if (ours.kind() != nodes.kind()) return false;
    if (is_identity(ours)) return same_identity(term::encode(ours), term::encode(nodes));
    if (node_has_past && is_numbered(ours) && is_numbered(nodes))
        return same_identity(term::encode(ours), term::encode(nodes));
    if (is_os_pid(ours, words::first_made_up_process) && is_os_pid(nodes, 1))
        return same_identity(term::encode(ours), term::encode(nodes));
    if (same_external(ours, nodes)) return true;
    const auto all_same = [this](std::span<const Term> a, std::span<const Term> b) {
        return a.size() == b.size() &&
               std::equal(a.begin(), a.end(), b.begin(), [this](const Term& x, const Term& y) { return same(x, y); });
    };
    switch (ours.kind()) {
    case Term::Kind::tuple:
        return all_same(ours.elements(), nodes.elements());
    case Term::Kind::list:
        return all_same(ours.items(), nodes.items()) && same(ours.tail(), nodes.tail());
    case Term::Kind::map:
        return std::equal(
            ours.pairs().begin(), ours.pairs().end(), nodes.pairs().begin(), nodes.pairs().end(),
            [this](const auto& x, const auto& y) { return same(x.first, y.first) && same(x.second, y.second); });
    default:
        return ours == nodes;
    }
}

StepRecord as_kept(StepRecord record) {
    const auto keep = [](Term& term) { term = term::abridged(term, journal::payload_limit); };
    for (Evaluated& result : record.returns) keep(result.value);
    for (auto& [process, result] : record.late) keep(result.value);
    for (auto& [process, reason] : record.exits) keep(reason);
    for (auto& [process, arrivals] : record.messages)
        for (Arrival& arrival : arrivals) keep(arrival.message);
    return record;
}

void drop_descriptors(DriverCall& call) {
    using journal::Callback;
    if (call.callback == Callback::stop_select) call.arguments.clear();
    if (call.callback == Callback::ready_input || call.callback == Callback::ready_output) call.arguments.resize(1);
}

namespace {

constexpr const char* nothing = "(nothing)";

std::string shown(const Evaluated& result, const term::Namer& namer) {
    if (result.kind == Evaluated::Kind::blocked) return "(the call blocks)";
    const std::string text = term::print(result.value, namer);
    return result.kind == Evaluated::Kind::value ? text : fmt::format("exception {}: {}", result.exception_class, text);
}

std::string shown(const Arrival& arrival, const term::Namer& namer) {
    return term::print(arrival.message, namer);
}

std::string shown(const DriverCall& call, const term::Namer& namer) {
    std::string out = call.driver;
    if (!call.version.empty()) out += "/" + call.version;
    out += ":" + call.name;
    if (call.arguments.empty()) return out;
    out += "(port " + term::print(call.arguments[0]);
    for (std::size_t i = 1; i < call.arguments.size(); ++i) out += ", " + term::print(call.arguments[i], namer);
    return out + ")";
}

/// A list with "|" where the call had returned, when that was looked at.
template <class Items>
std::string shown_list(const Items& items, bool marker, const term::Namer& namer) {
    std::string out;
    bool before = true;
    for (const auto& item : items) {
        if (marker && before && !item.before_return) out += out.empty() ? "|" : ", |";
        before = item.before_return;
        out += (out.empty() ? "" : ", ") + shown(item, namer);
    }
    return out.empty() ? nothing : out;
}

/// A name may have a folder in it, which the file name of the node's side does not show.
bool same_driver(const std::string& ours, const std::string& nodes) {
    return ours == nodes || ours.ends_with("/" + nodes);
}

class Comparison {
public:
    Comparison(const StepRecord& ours, const StepRecord& nodes, Identities& identities, const Namers& namers)
        : ours_(ours), nodes_(nodes), identities_(identities), namers_(namers),
          returned_(returned(ours) && returned(nodes)) {}

    std::vector<Difference> run(const Compared& compared) {
        deaths();
        if (ours_.skipped != nodes_.skipped)
            add("the step", ours_.skipped ? "not done: " + ours_.why : "done",
                nodes_.skipped ? "not done: " + nodes_.why : "done");
        if (!out_.empty() || ours_.death || ours_.skipped) return std::move(out_);
        returns();
        each(
            "unblocks ", ours_.late, nodes_.late, [this](const Evaluated& a, const Evaluated& b) { return same(a, b); },
            [](const Evaluated& o, const term::Namer& namer) { return shown(o, namer); });
        each(
            "exits ", ours_.exits, nodes_.exits,
            [this](const Term& a, const Term& b) { return identities_.same(a, b); },
            [](const Term& reason, const term::Namer& namer) { return term::print(reason, namer); });
        messages(compared);
        driver_calls();
        if (ours_.info && nodes_.info && !identities_.same(*ours_.info, *nodes_.info))
            add("erl_ddll:info()", term::print(*ours_.info, namers_.ours), term::print(*nodes_.info, namers_.nodes));
        return std::move(out_);
    }

private:
    static bool returned(const StepRecord& record) {
        return !record.returns.empty() && record.returns.back().kind != Evaluated::Kind::blocked;
    }

    void add(std::string what, std::string ours, std::string nodes) {
        out_.push_back({std::move(what), std::move(ours), std::move(nodes)});
    }

    // How a driver takes its emulator along is its own affair; that it does is compared.
    void deaths() {
        if (ours_.death.has_value() == nodes_.death.has_value()) return;
        add("the player itself", ours_.death ? *ours_.death : "lives", nodes_.death ? *nodes_.death : "lives");
    }

    bool same(const Evaluated& a, const Evaluated& b) {
        return a.kind == b.kind && a.exception_class == b.exception_class &&
               (a.kind == Evaluated::Kind::blocked || identities_.same(a.value, b.value));
    }

    void returns() {
        const std::size_t n = std::max(ours_.returns.size(), nodes_.returns.size());
        for (std::size_t i = 0; i < n; ++i) {
            const Evaluated* a = i < ours_.returns.size() ? &ours_.returns[i] : nullptr;
            const Evaluated* b = i < nodes_.returns.size() ? &nodes_.returns[i] : nullptr;
            if (a != nullptr && b != nullptr && same(*a, *b)) continue;
            add(ours_.returns.size() <= 1 ? "returns" : fmt::format("returns, call {}", i + 1),
                a == nullptr ? nothing : shown(*a, namers_.ours), b == nullptr ? nothing : shown(*b, namers_.nodes));
        }
    }

    template <class Value, class Same, class Show>
    void each(const std::string& what, const std::map<std::string, Value>& ours,
              const std::map<std::string, Value>& nodes, const Same& equal, const Show& show) {
        std::set<std::string> names;
        for (const auto& [name, value] : ours) names.insert(name);
        for (const auto& [name, value] : nodes) names.insert(name);
        for (const std::string& name : names) {
            const auto a = ours.find(name);
            const auto b = nodes.find(name);
            if (a != ours.end() && b != nodes.end() && equal(a->second, b->second)) continue;
            add(what + name, a == ours.end() ? nothing : show(a->second, namers_.ours),
                b == nodes.end() ? nothing : show(b->second, namers_.nodes));
        }
    }

    // What threads of the driver send comes between anything else, as chance has it: where the scenario does not say.
    bool same_but_for_threads(const std::vector<Arrival>& mine, std::vector<Arrival> theirs, bool marker) {
        std::vector<Arrival> rest;
        for (const Arrival& arrival : mine) {
            if (!arrival.by_thread) {
                rest.push_back(arrival);
                continue;
            }
            const auto found = std::ranges::find_if(theirs, [&](const Arrival& other) {
                Identities trial = identities_;
                if (!trial.same(arrival.message, other.message)) return false;
                identities_ = std::move(trial);
                return true;
            });
            if (found == theirs.end()) return false;
            theirs.erase(found);
        }
        return std::equal(rest.begin(), rest.end(), theirs.begin(), theirs.end(), [&](const auto& x, const auto& y) {
            return (!marker || x.before_return == y.before_return) && identities_.same(x.message, y.message);
        });
    }

    // The mailbox of a process that ended goes with it.
    void messages(const Compared& compared) {
        static const std::vector<Arrival> none;
        std::set<std::string> names;
        for (const auto* record : {&ours_, &nodes_})
            for (const auto& [name, list] : record->messages) names.insert(name);
        for (const std::string& name : names) {
            if (ours_.exits.contains(name) || nodes_.exits.contains(name)) continue;
            const auto a = ours_.messages.find(name);
            const auto b = nodes_.messages.find(name);
            const auto& mine = a == ours_.messages.end() ? none : a->second;
            const auto& theirs = b == nodes_.messages.end() ? none : b->second;
            const bool marker = name == compared.caller && returned_;
            const auto equal = [&](const Arrival& x, const Arrival& y) {
                return (!marker || x.before_return == y.before_return) && identities_.same(x.message, y.message);
            };
            const Identities before = identities_;
            if (std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(), equal)) continue;
            identities_ = before;
            if (!compared.said_order.contains(name) && same_but_for_threads(mine, theirs, marker)) continue;
            add("receives " + name, shown_list(mine, marker, namers_.ours), shown_list(theirs, marker, namers_.nodes));
        }
    }

    void driver_calls() {
        const auto port_known = [](const DriverCall& call) {
            return !call.arguments.empty() && call.arguments[0].is(Term::Kind::integer);
        };
        const auto equal = [&](const DriverCall& x, const DriverCall& y) {
            if (x.name != y.name || !same_driver(x.driver, y.driver)) return false;
            if (!x.version.empty() && !y.version.empty() && x.version != y.version) return false;
            if (returned_ && x.before_return != y.before_return) return false;
            if (x.arguments.size() != y.arguments.size()) return false;
            for (std::size_t i = 0; i < x.arguments.size(); ++i) {
                if (i == 0 && !(port_known(x) && port_known(y))) continue;
                if (!identities_.same(x.arguments[i], y.arguments[i])) return false;
            }
            return true;
        };
        if (std::equal(ours_.driver_calls.begin(), ours_.driver_calls.end(), nodes_.driver_calls.begin(),
                       nodes_.driver_calls.end(), equal))
            return;
        add("driver_calls", shown_list(ours_.driver_calls, returned_, namers_.ours),
            shown_list(nodes_.driver_calls, returned_, namers_.nodes));
    }

    const StepRecord& ours_;
    const StepRecord& nodes_;
    Identities& identities_;
    const Namers& namers_;
    const bool returned_; ///< on both sides: what came before that and what after is compared
    std::vector<Difference> out_;
};

} // namespace

std::vector<Difference> compare(const StepRecord& ours, const StepRecord& nodes, const Compared& compared,
                                Identities& identities, const Namers& namers) {
    return Comparison(ours, nodes, identities, namers).run(compared);
}

} // namespace ddll::verify
