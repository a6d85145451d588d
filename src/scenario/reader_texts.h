#pragma once
/// Expressions and patterns inside a scenario: parsed, placed, and checked for what can be known before the scenario
/// runs: variables that nothing has bound, functions that do not exist.
#include "scenario/reader_context.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace ddll::scenario {

/// The variables that have a value at the current point of the scenario.
class Scope {
public:
    /// A variable that exists from the start; `what` says what it is: "the process alice".
    void declare(const std::string& variable, std::string what) {
        declared_.emplace(variable, std::move(what));
        bound_.insert(variable);
    }
    /// What a declared variable is, or null for any other.
    const std::string* declared(std::string_view variable) const;

    bool bound(std::string_view variable) const { return bound_.find(variable) != bound_.end(); }
    void bind(const std::string& variable) {
        if (bound_.insert(variable).second) order_.push_back(variable);
    }

    /// What a round of a repeat bound is forgotten after it.
    std::size_t mark() const { return order_.size(); }
    void forget_since(std::size_t mark);
    bool forgotten(std::string_view variable) const { return forgotten_.find(variable) != forgotten_.end(); }

    std::vector<std::string_view> names() const { return {bound_.begin(), bound_.end()}; }

private:
    std::map<std::string, std::string, std::less<>> declared_;
    std::set<std::string, std::less<>> bound_, forgotten_;
    std::vector<std::string> order_;
};

class Texts {
public:
    explicit Texts(ReadScope& context) : context_(context) {}

    Scope scope;

    /// Something to evaluate now: every variable must have a value.
    Text expression(const Node& node);

    /// Something to match: binds what is new. `offset` skips the front of the text.
    Text pattern(const Node& node, std::size_t offset = 0);

    /// Parses the text from `offset` on; null after reporting why not.
    term::ExprPtr parse(const Node& node, std::size_t offset = 0);
    void check_expression(const Node& node, const term::Expr& expr, std::size_t offset = 0);
    void check_pattern(const Node& node, const term::Expr& expr, std::size_t offset = 0);
    Place place_of(const Node& node, const term::Expr& expr, std::size_t offset) const;

    /// Takes every variable-like word in the texts under a value for bound: after a mistake nobody knows, and one
    /// mistake should not be followed by a row of others that it caused.
    void assume_bound(const Node& node);

    /// Whether an atom or the first word of a string in any expression so far is this: a driver may be known to
    /// the scenario that way alone.
    bool mentioned(std::string_view word) const { return mentioned_.find(word) != mentioned_.end(); }

private:
    struct Walk;

    ReadScope& context_;
    std::set<std::string, std::less<>> mentioned_;
};

} // namespace ddll::scenario
