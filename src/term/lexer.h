#pragma once
/// Erlang's tokens.
#include "base/result.h"
#include "term/term.h"

#include <string>
#include <string_view>

namespace ddll::term {

/// 0..35, or 99 for what is no digit of any base.
inline int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'z') return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    return 99;
}

struct Token {
    enum class Kind {
        number,   ///< integer, float or character: value
        identity, ///< pid, port or reference: value
        string,   ///< characters
        atom,     ///< text
        variable, ///< text
        symbol,   ///< punctuation, and the words that are operators: text
        end,
    };
    Kind kind = Kind::end;
    Term value;
    std::string text;
    std::u32string characters;
    int line = 1;
    int column = 1;

    bool is(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
    /// As an error message names it: "'}'", "the atom foo", "the end of the text".
    std::string describe() const;
};

/// Cuts `text` into tokens. After an error or the end, further calls give the same again.
class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}
    Result<Token> next();

private:
    Error fail(std::string message) const;
    Error fail_at(int line, int column, std::string message) const;
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    std::size_t code_point_length(char32_t& out) const;
    void skip_blanks();
    Result<Token> number();
    Result<Token> floating(std::size_t start);
    Result<std::string> digits(int base);
    Result<std::u32string> quoted(char quote);
    Result<char32_t> character();
    Result<char32_t> escape();
    Result<char32_t> code_point();
    Result<Token> name(char32_t first);
    Result<Token> symbol();
    bool local_pid(Token& out);
    Result<bool> identity(Token& out);
    void advance(std::size_t bytes) { at_ += bytes; }

    std::string_view text_;
    std::size_t at_ = 0;
    int line_ = 1;
    std::size_t line_start_ = 0;
};

} // namespace ddll::term
