#pragma once
/// The grammar, for terms alone and for expressions.
#include "term/expr.h"
#include "term/lexer.h"

#include <string_view>
#include <vector>

// Every function of the grammar hands failures up unchanged.
#define DDLL_TRY(call)                                                                                                 \
    if (auto tried = (call); !tried) return std::move(tried).error()

namespace ddll::term {

class Parser {
public:
    enum class Accept { terms, expressions };

    Parser(std::string_view text, Accept accept) : lexer_(text), accept_(accept) {}

    Result<Term> whole_term();
    Result<ExprPtr> whole_expr();

private:
    /// What has been read: constant parts become terms at once, so that a long term costs no expressions.
    struct Node {
        Term value;
        ExprPtr expr; ///< null when it is constant: then `value`
        int line = 0;
        int column = 0;
        int height = 1;

        bool constant() const { return expr == nullptr; }
    };
    using Nodes = std::vector<Node>;

    Result<Node> whole();
    Result<Node> expression(int least_binding);
    Result<Node> operand();
    Result<Node> prefixed(const std::string& op, int line, int column);
    Result<Node> primary();
    Result<Node> constant_of(Term value);
    Result<Node> string_literal();
    Result<Node> variable();
    Result<Node> name();
    Result<Node> call(std::string module, std::string function, int line, int column);
    Result<Node> parentheses();
    Result<Node> tuple();
    Result<Node> list();
    Result<Node> comprehension(Node result, int line, int column);
    Result<Node> map();
    Result<Node> binary();
    Result<Node> segment_value();
    Result<Expr::Segment> segment_shape(const Node& value);
    Result<void> segment_type(Expr::Segment& segment);
    /// Items up to `closer`, which is taken; `open` tells whether they ended with `...`.
    Result<Nodes> items(std::string_view closer, bool& open);
    Result<bool> ellipsis(std::string_view closer);

    Result<Node> node(Expr expr, int children_height, int line, int column);
    Result<Node> constant(Term value, int children_height, int line, int column);
    static Expr composite(Expr::Kind kind, Nodes&& children, bool open);
    static ExprPtr as_expr(Node&& n);
    static bool all_constant(const Nodes& nodes);
    static std::vector<Term> values(Nodes&& nodes);
    static int tallest(const Nodes& nodes);

    Result<void> advance();
    Result<void> take(std::string_view symbol, std::string_view expected);
    Error expected(std::string_view what) const;
    Error fail(int line, int column, std::string message) const;
    Error too_deep(int line, int column) const;

    Lexer lexer_;
    Accept accept_;
    Token token_;
    int depth_ = 0;
};

/// How strongly a binary operator binds (1 is least) and to which side; 0 for anything that is none.
struct Binding {
    int strength = 0;
    enum class Side { left, right, none } side = Side::left;
};
Binding binary_binding(std::string_view op);
inline constexpr int prefix_strength = 8;

} // namespace ddll::term
