#pragma once
/// What a scenario leaves open: where a pattern has `_`, or a variable that it never uses again, any value will do, and
/// two of them are not compared.
#include "scenario/scenario.h"
#include "scenario/step_record.h"
#include "term/expr.h"

#include <set>
#include <string>

namespace ddll::verify {

class LeftOpen {
public:
    /// Nothing: of a story that nobody wrote, `_` says no more than that a value was not needed again.
    LeftOpen() = default;
    explicit LeftOpen(const scenario::Scenario& scenario);

    /// The record with an atom in the place of each such value. Pids, ports and references stay: they are compared by
    /// where else they come, and never by number.
    scenario::StepRecord without(scenario::StepRecord record, const scenario::ScenarioStep& step) const;

private:
    bool is_open(const term::Expr& pattern) const;
    bool has_open_part(const term::Expr& pattern) const;
    term::Term without(const term::Expr& pattern, const term::Term& term) const;
    void leave_out(const scenario::CallOutcome& wanted, term::Evaluated& got) const;
    void leave_out(const scenario::Effects& effects, scenario::StepRecord& record) const;

    bool anything_ = false;
    std::set<std::string> once_; ///< variables that stand in one place only
};

} // namespace ddll::verify
