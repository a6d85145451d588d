/// Why a text is no JSON, in words. Runs only once reading has failed: goes on by hand from the last good token.
#include "base/text.h"
#include "scenario/located_json.h"

#include <fmt/format.h>

#include <array>

namespace ddll::scenario {
namespace {

using After = SyntaxState::After;

bool is_hex(char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f');
}

bool in_name(char c) {
    return is_word(c) || c == '$';
}

class Explainer {
public:
    Explainer(const Document& document, const SyntaxState& state)
        : document_(document), text_(document.text()), state_(state) {}

    Error explain() {
        std::size_t i = skip_blank(text_, state_.position);
        switch (state_.after) {
        case After::nothing:
            return value_at(i, "an object");
        case After::open_object:
            return key_at(i, "a key or '}'");
        case After::open_list:
            return value_at(i, "a value or ']'");
        case After::key:
            return at(i) == ':' ? value_at(skip_blank(text_, i + 1), "a value")
                                : unexpected(i, "':' between key and value");
        case After::value:
            break;
        }
        if (state_.open.empty()) return unexpected(i, "nothing more", "a file holds one object");
        const bool object = state_.open.back()->is(Node::Kind::object);
        if (at(i) != ',') {
            std::string hint;
            const bool touches_text = i == state_.position && i > 0 && text_[i - 1] == '"';
            if (touches_text && in_name(at(i)))
                hint = "a double quote within a text is written \\\"";
            else if (i < text_.size() && at(i) != (object ? ']' : '}') && at(i) != ':' && at(i) != '=')
                hint = "is a comma missing in front of it?";
            return unexpected(i, object ? "',' or '}'" : "',' or ']'", hint);
        }
        const std::size_t comma = i;
        i = skip_blank(text_, i + 1);
        if (at(i) == (object ? '}' : ']')) {
            return make(comma, object ? "a comma with no key behind it" : "a comma with no value behind it",
                        fmt::format("remove it: there is none in front of '{}'", object ? '}' : ']'));
        }
        return object ? key_at(i, "a key") : value_at(i, "a value");
    }

private:
    char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }

    Error make(std::size_t offset, std::string message, std::string hint = {}) const {
        const std::string pointer = state_.open.empty() ? "" : Document::pointer(*state_.open.back());
        return {std::move(message), std::move(hint), document_.place_at(offset, pointer), {}};
    }

    Error unexpected(std::size_t i, std::string_view wanted, std::string hint = {}) const {
        if (i >= text_.size()) {
            if (state_.open.empty()) return make(i, fmt::format("expected {}, but the file ends", wanted));
            const Node& open = *state_.open.back();
            return make(i, fmt::format("expected {}, but the file ends", wanted),
                        fmt::format("the {} that begins in line {} is not closed",
                                    open.is(Node::Kind::object) ? "object" : "list", document_.place_of(open).line));
        }
        if (at(i) == '/') {
            if (at(i + 1) == '*') return make(i, "this comment does not end", "close it with */");
            return make(i, fmt::format("expected {}, not '/'", wanted), "comments are written // and /* */");
        }
        std::string got;
        if (in_name(at(i)) || at(i) == '-') {
            std::size_t end = i + 1;
            while (in_name(at(end))) ++end;
            got = std::string(text_.substr(i, std::min<std::size_t>(end - i, 40)));
        } else if (at(i) == '"') {
            got = "a text";
        } else {
            std::string_view rest = text_.substr(i);
            const std::size_t before = rest.size();
            const auto c = take_utf8(rest);
            got = c && *c < 0x20 ? std::string("a control character")
                                 : fmt::format("'{}'", text_.substr(i, before - rest.size()));
        }
        return make(i, fmt::format("expected {}, not {}", wanted, got), std::move(hint));
    }

    Error key_at(std::size_t i, std::string_view wanted) const {
        if (at(i) == '"') return text_at(i);
        return unexpected(i, wanted,
                          in_name(at(i)) || at(i) == '\'' ? "keys are written in double quotes" : std::string());
    }

    Error value_at(std::size_t i, std::string_view wanted) const {
        const char c = at(i);
        if (c == '"') return text_at(i);
        if (c == '-' || c == '+' || c == '.' || is_digit(c)) return number_at(i);
        if (c == '\'') return unexpected(i, wanted, "texts are written in double quotes");
        if (in_name(c)) {
            std::size_t end = i;
            while (in_name(at(end))) ++end;
            static constexpr std::array<std::string_view, 3> words = {"true", "false", "null"};
            const auto meant = nearest(text_.substr(i, end - i), words);
            return unexpected(i, wanted,
                              meant ? fmt::format("did you mean {}?", *meant) : "texts are written in double quotes");
        }
        return unexpected(i, wanted);
    }

    Error number_at(std::size_t i) const {
        std::size_t end = i;
        while (in_name(at(end)) || at(end) == '.' || at(end) == '+' || at(end) == '-') ++end;
        const std::string number(text_.substr(i, std::min<std::size_t>(end - i, 40)));
        if ((at(i) == '-' || is_hex(at(i))) && skip_token(text_, i) == end && end > i + (at(i) == '-' ? 1u : 0u))
            return make(i, fmt::format("the number {} is too large", number));
        return make(i, fmt::format("{} is not a number", number), "numbers are written 12, -3 or 0.5");
    }

    Error text_at(std::size_t begin) const {
        for (std::size_t i = begin + 1; i < text_.size() && at(i) != '"'; ++i) {
            const auto c = static_cast<unsigned char>(at(i));
            if (c == '\n' || c == '\r')
                return make(begin, "this text does not end on its line",
                            "close it with \"; a line break is written \\n");
            if (c < 0x20)
                return make(i, fmt::format("the control character 0x{:02x} in a text", c),
                            "write it as an escape: \\t, \\u0001");
            if (c != '\\') continue;
            const std::size_t escape = i++;
            if (at(i) == 'u') {
                std::size_t digits = 0;
                while (digits < 4 && is_hex(at(i + 1 + digits))) ++digits;
                if (digits < 4) return make(escape, "\\u needs four hexadecimal digits");
                const char high = static_cast<char>(at(i + 2) | 0x20);
                if ((at(i + 1) | 0x20) == 'd' && high >= '8') {
                    const bool pair = high <= 'b' && at(i + 5) == '\\' && at(i + 6) == 'u' &&
                                      (at(i + 7) | 0x20) == 'd' && (at(i + 8) | 0x20) >= 'c' && is_hex(at(i + 8)) &&
                                      is_hex(at(i + 9)) && is_hex(at(i + 10));
                    if (!pair)
                        return make(escape, fmt::format("{} is half a character", text_.substr(escape, 6)),
                                    "write the character itself, or both halves");
                    i += 6;
                }
                i += 4;
            } else if (std::string_view("\"\\/bfnrt").find(at(i)) == std::string_view::npos || i >= text_.size()) {
                return i >= text_.size() ? make(begin, "this text does not end", "close it with \"")
                                         : make(escape, "this backslash begins no escape of JSON",
                                                "a backslash itself is written \\\\");
            }
        }
        return make(begin, "this text does not end", "close it with \"");
    }

    const Document& document_;
    std::string_view text_;
    const SyntaxState& state_;
};

} // namespace

Error explain_syntax(const Document& document, const SyntaxState& state) {
    return Explainer(document, state).explain();
}

} // namespace ddll::scenario
