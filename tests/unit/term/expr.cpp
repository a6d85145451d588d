#include "helpers.h"

using namespace ddll::term;

namespace {

// Answers a few functions and remembers the order of the calls.
struct Calls {
    std::vector<std::string> made;
    CallFunction function = [this](const std::string& module, const std::string& name, const std::vector<Term>& args) {
        std::string text = (module.empty() ? "" : module + ":") + name + "(";
        for (std::size_t i = 0; i < args.size(); ++i) text += (i > 0 ? "," : "") + print(args[i]);
        made.push_back(text + ")");
        if (name == "fail") return Evaluated::raise(args.at(0), "throw");
        if (name == "wait") return Evaluated::blocked();
        if (name == "bin") return Evaluated::of(Term::binary("xyz"));
        if (name == "!") return Evaluated::of(args.at(1));
        return Evaluated::of(args.empty() ? Term() : args[0]);
    };
};

std::string value_of(std::string_view text, const Bindings& bindings = {}) {
    Calls calls;
    const auto result = evaluate(*read_expr(text), bindings, calls.function);
    if (result.kind == Evaluated::Kind::blocked) return "blocked";
    if (result.kind == Evaluated::Kind::raised) return result.exception_class + ":" + print(result.value);
    return print(result.value);
}

} // namespace

TEST_CASE("values of expressions") {
    const Bindings b{
        {"X", Term::integer(3)}, {"L", read("[1, 2, 3]")}, {"B", read("<<1, 2>>")}, {"P", read("#Port<0.5>")}};
    struct {
        std::string_view text, value;
    } const all[] = {
        {"{X, [X | L], #{X => L}}", "{3,[3,1,2,3],#{3 => [1,2,3]}}"},
        {"[X | x]", "[3|x]"},
        {"[0, X | [4 | L]]", "[0,3,4,1,2,3]"},
        {"#{a => 1, a => X}", "#{a => 3}"},
        {"1 + 2 * X", "7"},
        {"(1 + 2) * X", "9"},
        {"10 - 2 - 3", "5"},
        {"-X", "-3"},
        {"- -X", "3"},
        {"2 - -X", "5"},
        {"7 div 2", "3"},
        {"-7 div 2", "-3"},
        {"-7 rem 2", "-1"},
        {"7 / 2", "3.5"},
        {"1 + 1.5", "2.5"},
        {"9223372036854775807 + 1", "9223372036854775808"},
        {"9223372036854775808 - 1", "9223372036854775807"},
        {"4294967296 * 4294967296", "18446744073709551616"},
        {"-9223372036854775808 div -1", "9223372036854775808"},
        {"-9223372036854775808 rem -1", "0"},
        {"- (-9223372036854775808 + 0)", "9223372036854775808"},
        {"100000000000000000000 div 3", "33333333333333333333"},
        {"1 + a", "error:badarith"},
        {"1 div 0", "error:badarith"},
        {"1 rem 0", "error:badarith"},
        {"1 / 0", "error:badarith"},
        {"1.0 div 2", "error:badarith"},
        {"1.0e308 * 10", "error:badarith"},
        {"-a", "error:badarith"},
        {"\"ab\" ++ \"cd\"", "\"abcd\""},
        {"[1] ++ [2] ++ [3]", "[1,2,3]"},
        {"[1] ++ 2", "[1|2]"},
        {"[] ++ 2", "2"},
        {"a ++ []", "error:badarg"},
        {"[1 | 2] ++ []", "error:badarg"},
        {"[1, 2, 1, 3, 1] -- [1, 3, 1]", "[2,1]"},
        {"[1, 2, 3] -- [1] -- [1]", "[1,2,3]"},
        {"[1] -- a", "error:badarg"},
        {"[1] -- [1.0]", "[1]"},
        {"1 == 1.0", "true"},
        {"1 =:= 1.0", "false"},
        {"1 =/= 1.0", "true"},
        {"1 /= 1.0", "false"},
        {"a < \"\"", "true"},
        {"1 =< 1.0", "true"},
        {"2 >= 3", "false"},
        {"2 > 1", "true"},
        {"{} < #{}", "true"},
        {"not true", "false"},
        {"not 1", "error:badarg"},
        {"true and false", "false"},
        {"true xor false or false", "true"},
        {"1 and true", "error:badarg"},
        {"false andalso fail(x)", "false"},
        {"true andalso X > 2", "true"},
        {"true orelse fail(x)", "true"},
        {"true andalso 7", "7"},
        {"1 andalso true", "error:{badarg,1}"},
        {"X == 3 andalso X + 1 == 4", "true"},
        {"[Y || Y <- L]", "[1,2,3]"},
        {"[Y * 2 || Y <- L, Y > 1]", "[4,6]"},
        {"[{Y, Z} || Y <- L, Z <- [Y, a], Z =/= 2]", "[{1,1},{1,a},{2,a},{3,3},{3,a}]"},
        {"[N || {N, _} <- [{a, 1}, b, {c, 2}, {d}]]", "[a,c]"},
        {"[X || X <- [7, 8]]", "[7,8]"},
        {"[Y || Y <- [a, 1, b, 2], Y + 0 > 0]", "[1,2]"},
        {"[Y || Y <- L, identity(7)]", "error:{bad_filter,7}"},
        {"[Y || Y <- 5]", "error:{bad_generator,5}"},
        {"[Y || Y <- [1 | 2]]", "error:{bad_generator,2}"},
        {"[Y || Y <- [1, 2], fail(Y)]", "throw:1"},
        {"<<X, \"ab\", B/binary, 1:4, X:4>>", "<<3,97,98,1,2,19>>"},
        {"<<(bin())/binary, 0:3>>", "<<120,121,122,0:3>>"},
        {"<<B:1/binary>>", "<<1>>"},
        {"<<B>>", "error:badarg"},
        {"<<X/binary>>", "error:badarg"},
        {"<<L>>", "error:badarg"},
        {"<<B:3/binary>>", "error:badarg"},
        {"<<X/float>>", "<<64,8,0,0,0,0,0,0>>"},
        {"<<X/utf8, \"é\"/utf8>>", "<<3,195,169>>"},
        {"Y", "error:{unbound_var,'Y'}"},
        {"{ok, fail(oops), wait()}", "throw:oops"},
        {"{ok, wait(), fail(oops)}", "blocked"},
        {"wait()", "blocked"},
        {"P ! {self, X}", "{self,3}"},
    };
    for (const auto& row : all) {
        const auto& text = row.text;
        const auto& value = row.value;
        INFO(text);
        CHECK(value_of(text, b) == value);
    }
}

TEST_CASE("evaluation goes from left to right and calls what is written") {
    Calls calls;
    const auto expr =
        read_expr("{erl_ddll:load(\"d\", counter), [f(1), m:g(f(2), 3)], #{f(4) => f(5)}, f(6) ! f(7) ! f(8)}");
    evaluate(*expr, {}, calls.function);
    CHECK(calls.made == std::vector<std::string>{"erl_ddll:load(\"d\",counter)", "f(1)", "f(2)", "m:g(2,3)", "f(4)",
                                                 "f(5)", "f(6)", "f(7)", "f(8)", "erlang:!(7,8)", "erlang:!(6,8)"});
}

TEST_CASE("an expression is printed so that it reads back") {
    struct {
        std::string_view text, printed;
    } const all[] = {
        {"{ok,pending_driver,Ref}", "{ok, pending_driver, Ref}"},
        {"erl_ddll:try_load( Dir,counter,[{reload,pending}] )", "erl_ddll:try_load(Dir, counter, [{reload, pending}])"},
        {"'Mod':'odd name'(X)", "'Mod':'odd name'(X)"},
        {"(1+X)*2-(3-(X-1))", "(1 + X) * 2 - (3 - (X - 1))"},
        {"1+X+2", "1 + X + 2"},
        {"1+(X+2)", "1 + (X + 2)"},
        {"X++Y++Z", "X ++ Y ++ Z"},
        {"(X++Y)++Z", "(X ++ Y) ++ Z"},
        {"P!(X==1)", "P ! X == 1"},
        {"(P!X)!Y", "(P ! X) ! Y"},
        {"-(X+1)", "-(X + 1)"},
        {"-(-X)", "- -X"},
        {"not not +X", "not not +X"},
        {"<<(<<X>>)/binary>>", "<<<<X>>/binary>>"},
        {"-X*2", "-X * 2"},
        {"not (X andalso Y)", "not (X andalso Y)"},
        {"(not X) andalso Y", "not X andalso Y"},
        {"(X<Y)==Z", "(X < Y) == Z"},
        {"[X||{X,_}<-L,X>1]", "[X || {X, _} <- L, X > 1]"},
        {"[a,X|T]", "[a, X | T]"},
        {"[a,X,...]", "[a, X, ...]"},
        {"{...}", "{...}"},
        {"#{a=>X,...}", "#{a => X, ...}"},
        {"#{a:=X}", "#{a => X}"},
        {"<<1,X:16/little,\"ab\",(f())/binary,Y/utf8,Z:4/signed>>",
         "<<1, X:16/little, \"ab\", (f())/binary, Y/utf8, Z:4/signed>>"},
        {"<<X, \"\\x{65e5}\"/utf8, (<<1>>)/binary, (-X)>>", "<<X, \"\\x{65E5}\"/utf8, <<1>>/binary, (-X)>>"},
        {"<<X/float,Y:3/bitstring>>", "<<X/float, Y:3/bitstring>>"},
        {"f()", "f()"},
        {"[1,\"ab\",<<1,2>>,X]", "[1, \"ab\", <<1, 2>>, X]"},
        {"[a|b]", "[a | b]"},
    };
    for (const auto& row : all) {
        const auto& text = row.text;
        const auto& printed = row.printed;
        INFO(text);
        CHECK(print(*read_expr(text)) == printed);
        CHECK(print(*read_expr(printed)) == printed);
    }
}

TEST_CASE("expressions that are wrong") {
    struct {
        std::string_view text, message;
        int column;
    } const all[] = {
        {"", "expected an expression, found the end of the text", 1},
        {"f(", "expected an expression, found the end of the text", 3},
        {"f(a b)", "expected ',' or ')', found the atom b", 5},
        {"m:f", "expected '(' and the arguments, found the end of the text", 4},
        {"m:F()", "expected the name of a function, found the variable F", 3},
        {"F(1)", "expected the name of a function, found the variable F", 1},
        {"M:f(1)", "expected the name of a function, found the variable M", 1},
        {"X = 1", "expected an operator or the end of the text, found '='", 3},
        {"ok.", "expected an operator or the end of the text, found '.'", 3},
        {"1 < 2 < 3", "comparisons cannot be chained: use parentheses", 7},
        {"1 +", "expected an expression, found the end of the text", 4},
        {"(1", "expected an operator or ')', found the end of the text", 3},
        {"[X || ]", "expected an expression, found ']'", 7},
        {"[..., a]", "expected ']' after '...', found ','", 5},
        {"f(...)", "'...' cannot stand for arguments of a call", 1},
        {"[1, 2 || X <- L]", "expected ',', '|' or ']', found '||'", 7},
        {"<<f(1)>>", "expected a number, string, variable or an expression in parentheses, found the atom f", 3},
        {"<<X:Y>>", "expected a size, a number, found the variable Y", 5},
        {"<<X:8/utf8>>", "utf8 takes no size", 4},
        {"<<([1])>>", "expected a number, string or binary, found a list", 3},
        {"<<(<<1>>), X>>", "expected '/binary' after a binary", 4},
        {"case X of a -> b end", "'case' is a reserved word", 1},
    };
    for (const auto& row : all) {
        const auto& text = row.text;
        const auto& message = row.message;
        const auto& column = row.column;
        INFO(text);
        const auto result = parse_expr(text);
        REQUIRE_FALSE(bool(result));
        CHECK(result.error().message == message);
        CHECK(result.error().place.line == 1);
        CHECK(result.error().place.column == column);
    }
}

TEST_CASE("long chains and deep nests of operators are refused, not followed") {
    for (const std::string_view piece : {"X + ", "X ++ ", "- ", "not ", "f(", "[", "{", "X ! ", "[X || "}) {
        INFO(piece);
        std::string text;
        for (int i = 0; i < 100'000; ++i) text += piece;
        const auto result = parse_expr(text + "X");
        REQUIRE_FALSE(bool(result));
        CHECK(result.error().message == "nested more than 200 deep");
    }
    std::string filters = "[X || X <- L";
    for (int i = 0; i < 100'000; ++i) filters += ", true";
    const auto result = parse_expr(filters + "]");
    REQUIRE_FALSE(bool(result));
    CHECK(result.error().message == "a comprehension has at most 100 parts");

    std::string sum = "1";
    for (int i = 0; i < 180; ++i) sum += " + X";
    CHECK(value_of(sum, {{"X", Term::integer(1)}}) == "181");
}

TEST_CASE("results that are too large are a system limit") {
    Bindings b{{"X", read("16#1" + std::string(400'000, '0'))}};
    CHECK(value_of("X * X", b) != "error:system_limit");
    CHECK(value_of("X * X * X", b) == "error:system_limit");
}

TEST_CASE("free variables, in order, without what comprehensions bind and without wildcards") {
    const auto names = [](std::string_view text) { return free_variables(*read_expr(text)); };
    using Names = std::vector<std::string>;
    CHECK(names("{B, A, f(B, [C | D]), _, _X}") == Names{"B", "A", "C", "D"});
    CHECK(names("[{X, Y} || X <- L, {Z, _} <- f(X), Z > Q]") == Names{"L", "Q", "Y"});
    CHECK(names("{[X || X <- L], X}") == Names{"L", "X"});
    CHECK(names("<<A, B/binary>>") == Names{"A", "B"});
    CHECK(names("#{K => V}") == Names{"K", "V"});
    CHECK(names("{ok, 1}") == Names{});
    CHECK(has_wildcards(*read_expr("{a, [_ | b]}")));
    CHECK(has_wildcards(*read_expr("[a, ...]")));
    CHECK_FALSE(has_wildcards(*read_expr("[X || {X, _} <- L]")));
    CHECK_FALSE(has_wildcards(*read_expr("{A, f(B)}")));
}
