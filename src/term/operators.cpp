#include "term/operators.h"

#include "base/check.h"
#include "term/number.h"

#include <algorithm>
#include <cmath>

namespace ddll::term {
namespace {

using Kind = Term::Kind;

bool is_number(const Term& t) {
    return t.is_integer() || t.is(Kind::floating);
}

std::optional<double> to_double(const Term& t) {
    if (t.is(Kind::floating)) return t.as_float();
    return integer_to_double(t);
}

Evaluated float_arithmetic(char op, const Term& left, const Term& right) {
    const auto x = to_double(left), y = to_double(right);
    if (!x || !y) return Evaluated::raise("badarith");
    if (op == '/' && *y == 0) return Evaluated::raise("badarith");
    const double r = op == '+' ? *x + *y : op == '-' ? *x - *y : op == '*' ? *x * *y : *x / *y;
    return std::isfinite(r) ? Evaluated::of(Term::floating(r)) : Evaluated::raise("badarith");
}

Evaluated calculate(std::string_view op, const Term& left, const Term& right) {
    if (!is_number(left) || !is_number(right)) return Evaluated::raise("badarith");
    const bool integers = left.is_integer() && right.is_integer();
    const bool whole = op == "div" || op == "rem";
    if (op == "/" || (!integers && !whole)) return float_arithmetic(op[0], left, right);
    if (!integers) return Evaluated::raise("badarith");
    if (whole && right == Term::integer(0)) return Evaluated::raise("badarith");
    const auto what = op == "+"     ? Arithmetic::add
                      : op == "-"   ? Arithmetic::subtract
                      : op == "*"   ? Arithmetic::multiply
                      : op == "div" ? Arithmetic::divide
                                    : Arithmetic::remainder;
    auto result = arithmetic(what, left, right);
    return result ? Evaluated::of(*std::move(result)) : Evaluated::raise("system_limit");
}

Evaluated append(const Term& left, const Term& right) {
    if (!left.is_proper_list()) return Evaluated::raise("badarg");
    return Evaluated::of(Term::list(left.items(), right));
}

// Each element on the right removes the first equal one on the left.
Evaluated subtract_list(const Term& left, const Term& right) {
    if (!left.is_proper_list() || !right.is_proper_list()) return Evaluated::raise("badarg");
    std::vector<Term> remove = right.items();
    std::sort(remove.begin(), remove.end());
    std::vector<char> used(remove.size(), 0);
    std::vector<Term> kept;
    for (const Term& t : left.items()) {
        // Equal ones are used from the left, so the first unused one is found by stepping over the used.
        auto [first, last] = std::equal_range(remove.begin(), remove.end(), t);
        const auto from = used.begin() + (first - remove.begin()), to = used.begin() + (last - remove.begin());
        const auto free = std::lower_bound(from, to, 1, [](char u, char) { return u == 1; });
        if (free == to)
            kept.push_back(t);
        else
            *free = 1;
    }
    return Evaluated::of(Term::list(std::move(kept)));
}

Evaluated logic(std::string_view op, const Term& left, const Term& right) {
    const Term yes = Term::boolean(true), no = Term::boolean(false);
    const bool booleans = (left == yes || left == no) && (right == yes || right == no);
    if (!booleans) return Evaluated::raise("badarg");
    const bool a = left == yes, b = right == yes;
    return Evaluated::of(Term::boolean(op == "and" ? a && b : op == "or" ? a || b : a != b));
}

std::optional<bool> comparison(std::string_view op, const Term& a, const Term& b) {
    if (op == "=:=") return a == b;
    if (op == "=/=") return !(a == b);
    const auto order = [&] { return compare(a, b, Order::numeric); };
    if (op == "==") return order() == 0;
    if (op == "/=") return order() != 0;
    if (op == "<") return order() < 0;
    if (op == ">") return order() > 0;
    if (op == "=<") return order() <= 0;
    if (op == ">=") return order() >= 0;
    return std::nullopt;
}

} // namespace

Evaluated apply_prefix(std::string_view op, const Term& operand) {
    if (op == "not") {
        if (operand == Term::boolean(true) || operand == Term::boolean(false))
            return Evaluated::of(Term::boolean(operand == Term::boolean(false)));
        return Evaluated::raise("badarg");
    }
    if (!is_number(operand)) return Evaluated::raise("badarith");
    if (op == "+") return Evaluated::of(operand);
    return Evaluated::of(operand.is_integer() ? negate(operand) : Term::floating(-operand.as_float()));
}

Evaluated apply_binary(std::string_view op, const Term& left, const Term& right) {
    if (const auto truth = comparison(op, left, right)) return Evaluated::of(Term::boolean(*truth));
    if (op == "++") return append(left, right);
    if (op == "--") return subtract_list(left, right);
    if (op == "and" || op == "or" || op == "xor") return logic(op, left, right);
    DDLL_CHECK_MSG(op == "+" || op == "-" || op == "*" || op == "/" || op == "div" || op == "rem", op);
    return calculate(op, left, right);
}

} // namespace ddll::term
