// Pids, ports and references as they are printed.
#include "term/external_identity.h"
#include "term/lexer.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace ddll::term {
namespace {

bool take_prefix(std::string_view& rest, std::string_view prefix) {
    if (!rest.starts_with(prefix)) return false;
    rest.remove_prefix(prefix.size());
    return true;
}

bool take_number(std::string_view& rest, std::uint64_t& out) {
    const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), out);
    if (failure != std::errc()) return false;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return true;
}

} // namespace

bool Lexer::local_pid(Token& out) {
    std::string_view rest = text_.substr(at_);
    std::uint64_t number = 0, serial = 0;
    const bool shape = take_prefix(rest, "<0.") && take_number(rest, number) && take_prefix(rest, ".") &&
                       take_number(rest, serial) && take_prefix(rest, ">");
    if (!shape) return false;
    const auto all = pid_number(number, serial);
    if (!all) return false;
    out.kind = Token::Kind::identity;
    out.value = Term::pid(*all);
    at_ = text_.size() - rest.size();
    return true;
}

Result<bool> Lexer::identity(Token& out) {
    std::string_view rest = text_.substr(at_);
    Term::Kind kind = Term::Kind::nil;
    std::string_view shape;
    if (take_prefix(rest, "#Port<")) {
        kind = Term::Kind::port;
        shape = "#Port<0.N>";
    } else if (take_prefix(rest, "#Ref<")) {
        kind = Term::Kind::reference;
        shape = "#Ref<0.A.B.C>";
    } else if (take_prefix(rest, "#Pid<")) {
        kind = Term::Kind::pid;
        shape = "<0.N.0>";
    } else if (rest.starts_with("#Fun<")) {
        return fail("functions cannot be written as terms");
    } else {
        return false;
    }

    std::optional<Term> found;
    std::uint64_t a = 0, b = 0, c = 0;
    if (take_prefix(rest, "foreign:")) {
        std::string bytes;
        while (rest.size() >= 2 && digit_value(rest[0]) < 16 && digit_value(rest[1]) < 16) {
            bytes += static_cast<char>(digit_value(rest[0]) * 16 + digit_value(rest[1]));
            rest.remove_prefix(2);
        }
        found = foreign_identity(bytes, kind);
    } else if (kind == Term::Kind::port) {
        if (take_prefix(rest, "0.") && take_number(rest, a)) found = Term::port(a);
    } else if (kind == Term::Kind::reference) {
        if (take_prefix(rest, "0.") && take_number(rest, a) && take_prefix(rest, ".") && take_number(rest, b) &&
            take_prefix(rest, ".") && take_number(rest, c))
            if (const auto number = reference_number(c, b, a)) found = Term::reference(*number);
    }
    if (!found || !take_prefix(rest, ">")) return fail(fmt::format("expected {}, as it is printed", shape));
    out.kind = Token::Kind::identity;
    out.value = std::move(*found);
    at_ = text_.size() - rest.size();
    return true;
}

} // namespace ddll::term
