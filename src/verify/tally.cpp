#include "verify/tally.h"

#include "term/text.h"

#include <fmt/format.h>

namespace ddll::verify {

using term::Evaluated;
using term::Expr;
using term::Term;

namespace {

/// What kind of answer it is: atoms and tuples as they are, everything else by its type.
std::string shape(const Term& term) {
    if (term.is(Term::Kind::atom)) return term::print(term);
    if (term.is(Term::Kind::tuple)) {
        std::string out = "{";
        for (const Term& element : term.elements()) out += (out.size() == 1 ? "" : ", ") + shape(element);
        return out + "}";
    }
    // In the order of Term::Kind.
    static constexpr const char* types[] = {"Integer", "Integer", "Float", "",     "Ref",  "Fun",   "Port",
                                            "Pid",     "",        "Map",   "List", "List", "Binary"};
    return types[static_cast<std::size_t>(term.kind())];
}

std::string function_of(const Expr& expr) {
    if (expr.kind != Expr::Kind::call) return {};
    return fmt::format("{}{}{}/{}", expr.module, expr.module.empty() ? "" : ":", expr.name, expr.children.size());
}

std::string answer(const Evaluated& result) {
    if (result.kind == Evaluated::Kind::blocked) return "(blocks)";
    return result.kind == Evaluated::Kind::value ? shape(result.value)
                                                 : result.exception_class + ":" + shape(result.value);
}

/// {'UP' | 'DOWN', Ref, driver, Name, What}: the name is the scenario's affair.
std::string message(const Term& term) {
    if (!term.is_tuple(5) || !term.elements()[2].is_atom("driver")) return shape(term);
    return fmt::format("{{{}, Ref, driver, Name, {}}}", shape(term.elements()[0]), shape(term.elements()[4]));
}

} // namespace

void count(const scenario::ScenarioStep& step, const scenario::StepRecord& record, Tally& tally) {
    if (const auto* call = std::get_if<scenario::CallStep>(&step.what))
        for (std::size_t i = 0; i < record.returns.size() && i < call->calls.size(); ++i)
            if (const std::string function = function_of(*call->calls[i].expr); !function.empty())
                ++tally[fmt::format("reply {} {}", function, answer(record.returns[i]))];
    for (const auto& [name, result] : record.late) ++tally["late reply " + answer(result)];
    for (const auto& [name, arrivals] : record.messages)
        for (const scenario::Arrival& arrival : arrivals) ++tally["message " + message(arrival.message)];
    for (const auto& [name, reason] : record.exits) ++tally["exit " + shape(reason)];
    for (const scenario::DriverCall& driver_call : record.driver_calls) ++tally["callback " + driver_call.name];
}

} // namespace ddll::verify
