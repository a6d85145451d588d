#include "term/lexer.h"

#include "base/text.h"
#include "term/number.h"
#include "term/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace ddll::term {
namespace {

constexpr std::size_t max_digits = 1'000'000;

// Longest first, so that the first that fits is the right one.
constexpr std::array<std::string_view, 35> symbols = {
    "...", "=:=", "=/=", "||", "<<", ">>", "=>", ":=", "<-", "<=", "=<", ">=", "==", "/=", "++", "--", "(", ")",
    "{",   "}",   "[",   "]",  ",",  "|",  "#",  ":",  "/",  "*",  "+",  "-",  "<",  ">",  "!",  "=",  "."};
constexpr std::array<std::string_view, 8> operator_words = {"and", "andalso", "div", "not",
                                                            "or",  "orelse",  "rem", "xor"};

std::string name_character(char32_t c) {
    std::string out;
    if (c < 32 || (c >= 127 && c < 160) || !append_utf8(out, c))
        return fmt::format("character {}", static_cast<unsigned>(c));
    return "'" + out + "'";
}

} // namespace

std::string Token::describe() const {
    switch (kind) {
    case Kind::number:
        return "a number";
    case Kind::identity:
        return "a pid, port or reference";
    case Kind::string:
        return "a string";
    case Kind::atom:
        return "the atom " + print_atom(text);
    case Kind::variable:
        return "the variable " + text;
    case Kind::symbol:
        return "'" + text + "'";
    case Kind::end:
        break;
    }
    return "the end of the text";
}

Error Lexer::fail(std::string message) const {
    return fail_at(line_, static_cast<int>(at_ - line_start_) + 1, std::move(message));
}

Error Lexer::fail_at(int line, int column, std::string message) const {
    return {std::move(message), {}, {{}, line, column, {}}, {}};
}

// 0 where the text is not UTF-8.
std::size_t Lexer::code_point_length(char32_t& out) const {
    std::string_view rest = text_.substr(at_);
    const std::size_t before = rest.size();
    const auto c = take_utf8(rest);
    if (!c) return 0;
    out = *c;
    return before - rest.size();
}

void Lexer::skip_blanks() {
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == '\n') {
            advance(1);
            ++line_;
            line_start_ = at_;
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
            advance(1);
        } else if (c == '%') {
            while (at_ < text_.size() && text_[at_] != '\n') advance(1);
        } else if (c == '\xC2' && peek(1) == '\xA0') {
            advance(2);
        } else {
            break;
        }
    }
}

Result<Token> Lexer::next() {
    skip_blanks();
    Token token;
    token.line = line_;
    token.column = static_cast<int>(at_ - line_start_) + 1;
    const auto placed = [&token](Result<Token> read) -> Result<Token> {
        if (!read) return read;
        read->line = token.line;
        read->column = token.column;
        return read;
    };
    if (at_ == text_.size()) return token;

    const char c = text_[at_];
    if (is_digit(c)) return placed(number());
    if (c == '"' || c == '\'') {
        auto characters = quoted(c);
        if (!characters) return std::move(characters).error();
        if (c == '"') {
            token.kind = Token::Kind::string;
            token.characters = std::move(*characters);
            return token;
        }
        if (characters->size() > 255) return fail_at(token.line, token.column, "an atom has at most 255 characters");
        token.kind = Token::Kind::atom;
        for (const char32_t ch : *characters) append_utf8(token.text, ch);
        return token;
    }
    if (c == '$') {
        advance(1);
        auto ch = character();
        if (!ch) return std::move(ch).error();
        token.kind = Token::Kind::number;
        token.value = Term::integer(*ch);
        return token;
    }
    if (c == '<' && local_pid(token)) return token;
    if (c == '#') {
        auto found = identity(token);
        if (!found) return std::move(found).error();
        if (*found) return token;
    }
    char32_t first = 0;
    if (code_point_length(first) == 0) return fail("the text is not valid UTF-8 here");
    if (is_lower(first) || is_upper(first) || first == '_') return placed(name(first));
    return placed(symbol());
}

Result<Token> Lexer::symbol() {
    for (const auto s : symbols) {
        if (!text_.substr(at_).starts_with(s)) continue;
        Token token;
        token.kind = Token::Kind::symbol;
        token.text = s;
        advance(s.size());
        return token;
    }
    char32_t c = 0;
    code_point_length(c);
    return fail(name_character(c) + " has no meaning here");
}

Result<Token> Lexer::name(char32_t first) {
    const std::size_t start = at_;
    std::size_t characters = 0;
    for (char32_t c = first; is_name_character(c); ++characters) {
        advance(code_point_length(c));
        if (at_ == text_.size() || code_point_length(c) == 0) c = 0;
    }
    Token token;
    token.text = text_.substr(start, at_ - start);
    token.kind = is_lower(first) ? Token::Kind::atom : Token::Kind::variable;
    const int column = static_cast<int>(start - line_start_) + 1;
    if (characters > 255)
        return fail_at(line_, column,
                       fmt::format("{} has at most 255 characters", is_lower(first) ? "an atom" : "a variable"));
    if (token.kind == Token::Kind::atom && is_reserved(token.text)) {
        if (std::ranges::find(operator_words, token.text) == operator_words.end()) {
            Error e = fail_at(line_, column, fmt::format("'{}' is a reserved word", token.text));
            e.hint = fmt::format("write the atom with quotes: '{}'", token.text);
            return e;
        }
        token.kind = Token::Kind::symbol;
    }
    return token;
}

// Digits with single underscores between them.
Result<std::string> Lexer::digits(int base) {
    std::string out;
    while (digit_value(peek()) < base || (peek() == '_' && !out.empty() && digit_value(peek(1)) < base)) {
        if (peek() != '_') out += peek();
        advance(1);
        if (out.size() > max_digits) return fail(fmt::format("a number has at most {} digits", max_digits));
    }
    return out;
}

Result<Token> Lexer::number() {
    const std::size_t start = at_;
    auto whole = digits(10);
    if (!whole) return std::move(whole).error();
    Token token;
    token.kind = Token::Kind::number;
    if (peek() == '#' && peek(1) != '{') {
        const int base = whole->size() > 2 ? 0 : std::stoi(*whole);
        if (base < 2 || base > 36) return fail("the base of a number is 2 to 36");
        advance(1);
        auto rest = digits(base);
        if (!rest) return std::move(rest).error();
        if (rest->empty()) return fail(fmt::format("expected a digit of base {}", base));
        token.value = integer_from_digits(*rest, base);
    } else if (peek() == '.' && is_digit(peek(1))) {
        return floating(start);
    } else {
        token.value = integer_from_digits(*whole, 10);
    }
    if (is_name_character(static_cast<unsigned char>(peek()) < 0x80 ? static_cast<char32_t>(peek()) : 0))
        return fail(fmt::format("'{}' does not belong to this number", peek()));
    return token;
}

Result<Token> Lexer::floating(std::size_t start) {
    advance(1);
    auto fraction = digits(10);
    if (!fraction) return std::move(fraction).error();
    if (peek() == 'e' || peek() == 'E') {
        const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
        if (!is_digit(peek(1 + sign))) return fail("expected the digits of an exponent");
        advance(1 + sign);
        auto exponent = digits(10);
        if (!exponent) return std::move(exponent).error();
    }
    std::string text(text_.substr(start, at_ - start));
    std::erase(text, '_');
    if (const auto plus = text.find('+'); plus != std::string::npos) text.erase(plus, 1);
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool tiny = failure == std::errc::result_out_of_range && std::strtod(text.c_str(), nullptr) < 1.0;
    if (tiny) value = 0.0;
    if ((failure != std::errc() && !tiny) || end != text.data() + text.size() || !std::isfinite(value))
        return fail_at(line_, static_cast<int>(start - line_start_) + 1, "this number is too large for a float");
    Token token;
    token.kind = Token::Kind::number;
    token.value = Term::floating(value);
    return token;
}

Result<std::u32string> Lexer::quoted(char quote) {
    const int line = line_, column = static_cast<int>(at_ - line_start_) + 1;
    advance(1);
    std::u32string out;
    while (at_ < text_.size()) {
        if (peek() == quote) {
            advance(1);
            return out;
        }
        auto c = character();
        if (!c) return std::move(c).error();
        out += *c;
    }
    return fail_at(line, column,
                   quote == '"' ? "this string is not closed: expected '\"'"
                                : "this atom is not closed: expected \"'\"");
}

// One character of a string, quoted atom or after `$`, escapes resolved.
Result<char32_t> Lexer::character() {
    if (at_ == text_.size()) return fail("expected a character");
    return peek() == '\\' ? escape() : code_point();
}

Result<char32_t> Lexer::code_point() {
    char32_t c = 0;
    const std::size_t length = code_point_length(c);
    if (length == 0) return fail("the text is not valid UTF-8 here");
    advance(length);
    if (c == '\n') {
        ++line_;
        line_start_ = at_;
    }
    return c;
}

Result<char32_t> Lexer::escape() {
    advance(1);
    if (at_ == text_.size()) return fail("expected a character after '\\'");
    const char c = peek();
    if (c >= '0' && c <= '7') {
        char32_t value = 0;
        for (int i = 0; i < 3 && peek() >= '0' && peek() <= '7'; ++i) {
            value = value * 8 + static_cast<char32_t>(peek() - '0');
            advance(1);
        }
        return value;
    }
    if (c == 'x') {
        advance(1);
        const bool braces = peek() == '{';
        if (braces) advance(1);
        char32_t value = 0;
        int count = 0;
        for (; digit_value(peek()) < 16 && (braces || count < 2); ++count) {
            value = value * 16 + static_cast<char32_t>(digit_value(peek()));
            if (value > 0x10FFFF) return fail("\\x{...} is above 16#10FFFF, the last character of Unicode");
            advance(1);
        }
        if (count == 0 || (!braces && count < 2)) return fail("expected a hexadecimal digit");
        if (braces && peek() != '}') return fail("expected '}' at the end of \\x{...}");
        if (braces) advance(1);
        if (value >= 0xD800 && value < 0xE000) return fail("\\x{...} names a surrogate, which is no character");
        return value;
    }
    if (c == '^') {
        advance(1);
        const char control = peek();
        if ((control < '@' || control > '_') && !is_lower(control)) return fail("expected a letter after '\\^'");
        advance(1);
        return static_cast<char32_t>(control & 31);
    }
    static constexpr std::string_view names = "bdefnrstv";
    static constexpr std::string_view values = "\b\x7F\x1B\f\n\r \t\v";
    if (const auto i = names.find(c); i != std::string_view::npos) {
        advance(1);
        return static_cast<char32_t>(values[i]);
    }
    return code_point(); // any other character stands for itself
}

} // namespace ddll::term
