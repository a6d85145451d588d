#pragma once
/// Expressions and patterns: the part of Erlang's syntax that scenarios are written in.
///
///   terms with variables      {ok, pending_driver, Ref}
///   calls                     erl_ddll:try_load(Dir, counter, [{reload, pending}])   open_port({spawn_driver, echo},
///   []) operators                 ++ -- + - * / div rem =:= =/= == /= < > =< >= and or xor andalso orelse !    - + not
///   comprehensions            [X || {X, _} <- erl_ddll:info()]    with filters, several generators
///   binaries                  <<1, "abc", (list_to_binary(P))/binary, 0:3>>
///
/// A pattern is an expression read as one: an unbound variable binds, a bound one must match, `_` (and _Name) matches
/// anything, and `...` as the last element of a list, tuple or map says that it may go on. Calls and operators inside a
/// pattern are allowed as long as their variables are bound: they are evaluated first (`Dir ++ "/x.so"`). An unbound
/// variable right of `++` binds what follows a known beginning (`"/tmp/" ++ Rest`).
#include "base/result.h"
#include "term/term.h"
#include "term/text.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ddll::term {

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

struct Expr {
    enum class Kind {
        literal,       ///< value
        variable,      ///< name ("_" for the anonymous one)
        tuple,         ///< children
        list,          ///< children are the items; `tail` or proper
        map,           ///< children in pairs: key, value, key, value
        binary,        ///< children are the segments: literal bytes or any expression; see `segments`
        call,          ///< module ("" when not written), name, children are the arguments
        op,            ///< name is the operator, one or two children
        comprehension, ///< children[0] is the template; `qualifiers`
    };
    /// One segment of <<...>>: value:size/type. The size counts bits, of a binary bytes; -1 when not written.
    /// A literal list as the value is a string: each of its characters is a segment of this type.
    struct Segment {
        enum class Type { integer, binary, bitstring, utf8, floating } type = Type::integer;
        std::int64_t size = -1;
        bool little = false;
        bool is_signed = false;
    };
    /// `Pattern <- Source` or, when pattern is null, a filter.
    struct Qualifier {
        ExprPtr pattern;
        ExprPtr source;
    };

    Kind kind = Kind::literal;
    Term value;
    std::string module;
    std::string name;
    std::vector<ExprPtr> children;
    ExprPtr tail;
    std::vector<Segment> segments;
    std::vector<Qualifier> qualifiers;
    bool open = false; ///< ended with `...`
    int line = 1;      ///< in the text parsed, from 1
    int column = 1;    ///< in bytes, from 1
};

/// Expressions, terms in text and their combinations nest at most this deep: far more than anybody writes, and little
/// enough for the stack of any thread in any build.
inline constexpr int max_nesting = 200;

/// Reads exactly one expression. The error's place is in `text`; its message names what was expected.
Result<ExprPtr> parse_expr(std::string_view text);

/// The expression's source form again, normalised (one space after commas, as print writes terms).
std::string print(const Expr& expr, const Namer& namer = {});

using Bindings = std::map<std::string, Term, std::less<>>;

/// What evaluating gave: a value, or an exception, or "the caller is blocked" (neither).
struct Evaluated {
    enum class Kind { value, raised, blocked } kind = Kind::value;
    Term value; ///< value, or the reason when raised
    std::string exception_class;

    static Evaluated of(Term t) { return {Kind::value, std::move(t), {}}; }
    static Evaluated raise(Term reason, std::string exception_class = "error") {
        return {Kind::raised, std::move(reason), std::move(exception_class)};
    }
    static Evaluated raise(std::string_view reason) { return raise(Term::atom(reason)); }
    static Evaluated blocked() { return {Kind::blocked, {}, {}}; }
};

/// Calls Module:Name(Args); module is "" where none was written. Supplied by calls/.
using CallFunction =
    std::function<Evaluated(const std::string& module, const std::string& name, const std::vector<Term>& args)>;

/// Evaluates left to right, calling `call` for every function and for the operator `!` (as erlang:'!'/2).
/// An unbound variable raises {unbound_var, Name} - callers check beforehand with free_variables and report a place.
/// Only the outermost call may block; a blocked inner call ends the evaluation as blocked.
Evaluated evaluate(const Expr& expr, const Bindings& bindings, const CallFunction& call);

/// Variables read but not bound inside (comprehension generators bind theirs), in order of first appearance.
/// Wildcards are not variables in this sense.
std::vector<std::string> free_variables(const Expr& expr);

/// `_`, and names that begin with it.
bool is_wildcard(const Expr& expr);

/// Whether it can only be a pattern, because it has a wildcard or `...` outside the patterns of comprehensions.
bool has_wildcards(const Expr& expr);

/// Matches `term` against the pattern. On success new variables are added to `bindings`; on failure it is unchanged.
/// `call` may be null when the pattern has no calls.
bool match(const Expr& pattern, const Term& term, Bindings& bindings, const CallFunction& call = {});

} // namespace ddll::term
