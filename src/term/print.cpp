#include "term/external.h"
#include "term/external_identity.h"
#include "term/number.h"
#include "term/stack.h"
#include "term/text.h"
#include "term/writer.h"

#include "base/check.h"
#include "base/text.h"

#include <ei.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace ddll::term {
namespace {

using Kind = Term::Kind;

constexpr std::array<std::string_view, 27> reserved_words = {
    "after", "and",  "andalso", "band",   "begin",   "bnot", "bor", "bsl",  "bsr",
    "bxor",  "case", "catch",   "cond",   "div",     "end",  "fun", "if",   "let",
    "not",   "of",   "or",      "orelse", "receive", "rem",  "try", "when", "xor"};

bool is_printable_latin1(std::int64_t c) {
    return (c >= 32 && c < 127) || (c >= 160 && c < 256) || (c >= 8 && c <= 13) || c == 27;
}

bool is_printable_string(const Term& list) {
    return list.tail().is(Kind::nil) && std::ranges::all_of(list.items(), [](const Term& t) {
               return t.is(Kind::integer) && is_printable_latin1(t.as_integer());
           });
}

// Erlang writes whichever of 1000.0 and 1.0e3 is shorter, the plain form when both are equally long, and always
// an exponent where neighbouring doubles are more than one apart.
void write_float(std::string& out, double value) {
    if (std::signbit(value)) out += '-';
    const double magnitude = std::fabs(value);
    std::array<char, 32> buffer;
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), magnitude, std::chars_format::scientific).ptr;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    const std::size_t e = text.find('e');
    std::string digits(1, text[0]);
    if (e > 1) digits += text.substr(2, e - 2);
    int exponent = 0;
    const char* exponent_text = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
    std::from_chars(exponent_text, text.data() + text.size(), exponent);

    const int count = static_cast<int>(digits.size());
    const std::string fraction = count > 1 ? digits.substr(1) : "0";
    const std::string with_exponent = fmt::format("{}.{}e{}", digits[0], fraction, exponent);
    std::string plain;
    if (exponent < -9 || exponent > 21) {
        out += with_exponent;
        return;
    }
    if (exponent < 0)
        plain = "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    else if (exponent + 1 >= count)
        plain = digits + std::string(static_cast<std::size_t>(exponent + 1 - count), '0') + ".0";
    else
        plain = digits.substr(0, static_cast<std::size_t>(exponent) + 1) + "." +
                digits.substr(static_cast<std::size_t>(exponent) + 1);
    out += magnitude < 9007199254740992.0 && plain.size() <= with_exponent.size() ? plain : with_exponent;
}

void write_bits(std::string& out, const Bits& bits, Spacing spacing) {
    const auto bytes = bits.bytes();
    out += "<<";
    if (bits.bits == 8 && !bytes.empty() &&
        std::ranges::all_of(bytes, [](char c) { return is_printable_latin1(static_cast<unsigned char>(c)); })) {
        out += '"';
        for (const char c : bytes) write_escaped(out, static_cast<unsigned char>(c), '"');
        out += '"';
    } else {
        for (std::size_t i = 0; i < bits.size; ++i) {
            if (i > 0) out += spacing == Spacing::tight ? "," : ", ";
            const bool partial = i + 1 == bits.size && bits.bits < 8;
            if (partial)
                fmt::format_to(std::back_inserter(out), "{}:{}", bits.data[i] >> (8 - bits.bits), bits.bits);
            else
                fmt::format_to(std::back_inserter(out), "{}", bits.data[i]);
        }
    }
    out += ">>";
}

// `fun lists:map/2`, and a local one as the emulator shows it: its module, and the numbers it was compiled with.
std::string print_fun(std::string_view external) {
    const bool exported = external.front() == ERL_EXPORT_EXT;
    // Tag, size, arity, uniq, index, number of free variables.
    std::string rest(external.substr(exported ? 1 : 1 + 4 + 1 + 16 + 4 + 4));
    std::string parts[3];
    for (std::string& part : parts) {
        const auto decoded = decode(static_cast<char>(version_byte) + rest);
        if (!decoded) return "#Fun<>";
        part = print(decoded->term);
        rest.erase(0, decoded->used - 1);
    }
    return exported ? fmt::format("fun {}:{}/{}", parts[0], parts[1], parts[2])
                    : fmt::format("#Fun<{}.{}.{}>", parts[0], parts[1], parts[2]);
}

void write_leaf(std::string& out, const Term& t, const Namer& namer, Spacing spacing) {
    switch (t.kind()) {
    case Kind::integer:
        fmt::format_to(std::back_inserter(out), "{}", t.as_integer());
        break;
    case Kind::big:
        out += integer_to_text(t);
        break;
    case Kind::floating:
        write_float(out, t.as_float());
        break;
    case Kind::atom:
        out += print_atom(t.as_atom());
        break;
    case Kind::reference:
    case Kind::port:
    case Kind::pid: {
        const auto name = namer ? namer(t) : std::nullopt;
        out += name ? *name : print_identity(t);
        break;
    }
    case Kind::fun:
        out += print_fun(t.as_fun());
        break;
    case Kind::nil:
        out += "[]";
        break;
    case Kind::bits:
        write_bits(out, t.as_bits(), spacing);
        break;
    case Kind::tuple:
    case Kind::map:
    case Kind::list:
        DDLL_CHECK_MSG(false, "not a leaf");
    }
}

} // namespace

void write_term(std::string& out, const Term& term, const Namer& namer, Spacing spacing) {
    SmallStack<Open> open;
    const auto begin = [&](const Term& t) {
        if (t.is(Kind::list) && is_printable_string(t)) {
            write_string(out, t.items());
        } else if (t.is(Kind::tuple) || t.is(Kind::map) || t.is(Kind::list)) {
            out += t.is(Kind::tuple) ? "{" : t.is(Kind::map) ? "#{" : "[";
            open.push({&t, 0});
        } else {
            write_leaf(out, t, namer, spacing);
        }
    };
    begin(term);
    while (!open.empty()) {
        const Term& t = *open.top().term;
        const std::size_t i = open.top().next++;
        if (i + (t.is(Kind::list) && t.tail().is(Kind::nil) ? 1 : 0) == parts(t)) {
            out += t.is(Kind::list) ? ']' : '}';
            open.pop();
            continue;
        }
        if (t.is(Kind::map) && i % 2 == 1)
            out += " => ";
        else if (t.is(Kind::list) && i == t.items().size())
            out += spacing == Spacing::tight ? "|" : " | ";
        else if (i > 0)
            out += spacing == Spacing::tight ? "," : ", ";
        begin(part(t, i));
    }
}

std::string print(const Term& term, const Namer& namer) {
    std::string out;
    write_term(out, term, namer, Spacing::tight);
    return out;
}

bool is_lower(char32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0xFF && c != 0xF7);
}

bool is_upper(char32_t c) {
    return (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7);
}

bool is_name_character(char32_t c) {
    return is_lower(c) || is_upper(c) || (c >= '0' && c <= '9') || c == '_' || c == '@';
}

bool is_reserved(std::string_view word) {
    return std::ranges::binary_search(reserved_words, word);
}

void write_escaped(std::string& out, char32_t c, char quote) {
    static constexpr std::u32string_view named = U"\b\t\n\v\f\r\x1B\x7F\\";
    static constexpr std::string_view names = "btnvfred\\";
    if (const auto at = named.find(c); at != named.npos) {
        (out += '\\') += names[at];
        return;
    }
    if (c == static_cast<unsigned char>(quote))
        (out += '\\') += quote;
    else if (c < 32 || (c > 127 && c < 160))
        fmt::format_to(std::back_inserter(out), "\\{:03o}", static_cast<unsigned>(c));
    else if (c > 255)
        fmt::format_to(std::back_inserter(out), "\\x{{{:X}}}", static_cast<unsigned>(c));
    else
        append_utf8(out, c);
}

void write_string(std::string& out, const std::vector<Term>& code_points) {
    out += '"';
    for (const Term& c : code_points) write_escaped(out, static_cast<char32_t>(c.as_integer()), '"');
    out += '"';
}

std::string print_atom(std::string_view utf8) {
    std::u32string text;
    for (std::string_view rest = utf8; !rest.empty();) {
        const auto c = take_utf8(rest);
        DDLL_CHECK_MSG(c.has_value(), "atom text is UTF-8");
        text += *c;
    }
    if (!text.empty() && is_lower(text[0]) && std::ranges::all_of(text, is_name_character) && !is_reserved(utf8))
        return std::string(utf8);
    std::string out = "'";
    for (const char32_t c : text) write_escaped(out, c, '\'');
    return out += '\'';
}

std::string print_identity(const Term& t) {
    const Identity id = t.identity();
    if (!id.foreign.empty()) {
        std::string hex;
        for (const char c : id.foreign)
            fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<unsigned char>(c));
        return fmt::format("#{}<foreign:{}>", t.is(Kind::pid) ? "Pid" : t.is(Kind::port) ? "Port" : "Ref", hex);
    }
    if (t.is(Kind::port)) return fmt::format("#Port<0.{}>", id.number);
    if (t.is(Kind::pid)) return fmt::format("<0.{}.{}>", id.number & pid_mask, id.number >> pid_bits);
    const auto words = reference_words(id.number);
    return fmt::format("#Ref<0.{}.{}.{}>", words[2], words[1], words[0]);
}

} // namespace ddll::term
