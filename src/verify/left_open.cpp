#include "verify/left_open.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace ddll::verify {

using scenario::CallOutcome;
using scenario::Effects;
using scenario::ScenarioStep;
using scenario::StepRecord;
using scenario::Text;
using term::Evaluated;
using term::Expr;
using term::Term;

namespace {

const Term& anything() {
    static const Term term = Term::atom("_");
    return term;
}

/// Counts in how many places each variable stands.
class Places {
public:
    void add(const std::vector<ScenarioStep>& steps) {
        for (const ScenarioStep& step : steps) std::visit([this](const auto& what) { add(what); }, step.what);
    }
    std::set<std::string> once() const {
        std::set<std::string> out;
        for (const auto& [name, times] : places_)
            if (times == 1) out.insert(name);
        return out;
    }

private:
    void add(const Expr& e) {
        if (e.kind == Expr::Kind::variable) ++places_[e.name];
        for (const auto& child : e.children) add(*child);
        if (e.tail) add(*e.tail);
        for (const auto& qualifier : e.qualifiers) {
            if (qualifier.pattern) add(*qualifier.pattern);
            add(*qualifier.source);
        }
    }
    void add(const Text& text) {
        if (text.expr) add(*text.expr);
    }
    void add(const CallOutcome& outcome) {
        if (const auto* text = std::get_if<Text>(&outcome)) add(*text);
        if (const auto* raises = std::get_if<scenario::Raises>(&outcome)) add(raises->reason);
    }
    void add(const Effects& effects) {
        for (const auto& receives : effects.receives)
            for (const auto& message : receives.messages) add(message.pattern);
        for (const auto& exit : effects.exits) add(exit.pattern);
        for (const auto& unblocks : effects.unblocks) add(unblocks.outcome);
        if (effects.driver_calls)
            for (const auto& call : effects.driver_calls->calls)
                for (const Text& argument : call.arguments) add(argument);
    }
    void add(const scenario::CallStep& step) {
        for (const Text& call : step.calls) add(call);
        for (const CallOutcome& outcome : step.outcomes) add(outcome);
        add(step.effects);
    }
    void add(const scenario::InstallStep& step) { add(step.effects); }
    void add(const scenario::AdvanceStep& step) { add(step.effects); }
    void add(const scenario::ExpectStep& step) {
        if (step.held_by)
            for (const Text& held : *step.held_by) add(held);
    }
    void add(const scenario::PeerStep& step) {
        add(step.what);
        add(step.effects);
    }
    void add(const scenario::FileStep& step) {
        if (step.bytes) add(*step.bytes);
    }
    void add(const scenario::NoteStep&) {}
    void add(const scenario::RepeatStep& step) { add(step.steps); }

    std::map<std::string, int> places_;
};

/// The patterns of a list without the marker of the return.
template <class Patterns>
std::vector<const typename Patterns::value_type*> unmarked(const Patterns& patterns) {
    std::vector<const typename Patterns::value_type*> out;
    for (const auto& pattern : patterns)
        if (!pattern.is_return) out.push_back(&pattern);
    return out;
}

} // namespace

LeftOpen::LeftOpen(const scenario::Scenario& scenario) : anything_(true) {
    Places places;
    places.add(scenario.steps);
    once_ = places.once();
    for (const auto& path : scenario.paths) once_.erase(path.variable);
    for (const auto& process : scenario.processes) once_.erase(process.variable);
}

bool LeftOpen::is_open(const Expr& pattern) const {
    return pattern.kind == Expr::Kind::variable && (term::is_wildcard(pattern) || once_.contains(pattern.name));
}

bool LeftOpen::has_open_part(const Expr& pattern) const {
    const auto in = [this](const auto& child) { return has_open_part(*child); };
    return is_open(pattern) || pattern.open || std::ranges::any_of(pattern.children, in) ||
           (pattern.tail && has_open_part(*pattern.tail));
}

// Where the term has another form than the pattern all of it is compared.
Term LeftOpen::without(const Expr& pattern, const Term& term) const {
    const bool is_identity = term.is(Term::Kind::pid) || term.is(Term::Kind::port) || term.is(Term::Kind::reference);
    if (is_open(pattern)) return is_identity ? term : anything();
    if (!has_open_part(pattern)) return term;
    std::vector<Term> parts;
    const auto first_of = [&](std::span<const Term> terms) {
        for (std::size_t i = 0; i < pattern.children.size(); ++i)
            parts.push_back(without(*pattern.children[i], terms[i]));
    };
    const std::size_t wanted = pattern.children.size();
    if (pattern.kind == Expr::Kind::tuple && term.is(Term::Kind::tuple)) {
        if (pattern.open ? term.elements().size() < wanted : term.elements().size() != wanted) return term;
        first_of(term.elements());
        return Term::tuple(std::move(parts));
    }
    if (pattern.kind == Expr::Kind::list && term.is_list()) {
        const auto& items = term.items();
        if (items.size() < wanted) return term;
        first_of(items);
        Term rest = Term::list({items.begin() + static_cast<std::ptrdiff_t>(wanted), items.end()}, term.tail());
        if (pattern.open) return Term::list(std::move(parts));
        return Term::list(std::move(parts), pattern.tail ? without(*pattern.tail, rest) : std::move(rest));
    }
    // Which part of a binary, a map or a sum is meant cannot be said without matching it.
    return anything();
}

void LeftOpen::leave_out(const CallOutcome& wanted, Evaluated& got) const {
    const auto* value = std::get_if<Text>(&wanted);
    const auto* raises = std::get_if<scenario::Raises>(&wanted);
    if (value != nullptr && value->expr && got.kind == Evaluated::Kind::value)
        got.value = without(*value->expr, got.value);
    if (raises != nullptr && raises->reason.expr && got.kind == Evaluated::Kind::raised)
        got.value = without(*raises->reason.expr, got.value);
}

void LeftOpen::leave_out(const Effects& effects, StepRecord& record) const {
    for (const auto& wanted : effects.receives) {
        const auto patterns = unmarked(wanted.messages);
        const auto got = record.messages.find(wanted.process);
        if (got == record.messages.end() || got->second.size() != patterns.size()) continue;
        for (std::size_t i = 0; i < patterns.size(); ++i)
            got->second[i].message = without(*patterns[i]->pattern.expr, got->second[i].message);
    }
    for (const auto& wanted : effects.exits)
        if (const auto got = record.exits.find(wanted.process); got != record.exits.end())
            got->second = without(*wanted.pattern.expr, got->second);
    for (const auto& wanted : effects.unblocks)
        if (const auto got = record.late.find(wanted.process); got != record.late.end())
            leave_out(wanted.outcome, got->second);
    if (!effects.driver_calls) return;
    // Ports are numbered here, so their argument says nothing.
    const auto patterns = unmarked(effects.driver_calls->calls);
    std::vector<scenario::DriverCall*> calls;
    for (auto& call : record.driver_calls)
        if (call.kind == scenario::DriverCall::Kind::callback) calls.push_back(&call);
    if (calls.size() != patterns.size()) return;
    for (std::size_t i = 0; i < calls.size(); ++i)
        for (std::size_t n = 1; n < std::min(patterns[i]->arguments.size(), calls[i]->arguments.size()); ++n)
            calls[i]->arguments[n] = without(*patterns[i]->arguments[n].expr, calls[i]->arguments[n]);
}

StepRecord LeftOpen::without(StepRecord record, const ScenarioStep& step) const {
    if (!anything_) return record;
    if (const auto* call = std::get_if<scenario::CallStep>(&step.what)) {
        for (std::size_t i = 0; i < std::min(record.returns.size(), call->outcomes.size()); ++i)
            leave_out(call->outcomes[i], record.returns[i]);
        leave_out(call->effects, record);
    }
    if (const auto* advance = std::get_if<scenario::AdvanceStep>(&step.what)) leave_out(advance->effects, record);
    if (const auto* install = std::get_if<scenario::InstallStep>(&step.what)) leave_out(install->effects, record);
    return record;
}

} // namespace ddll::verify
