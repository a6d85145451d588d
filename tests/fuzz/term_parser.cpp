// Any bytes: as a term in text, as an expression, as a term in external format.
#include "base/check.h"
#include "term/expr.h"
#include "term/external.h"
#include "term/text.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace ddll::term;

namespace {

void as_term(std::string_view text) {
    const auto term = parse(text);
    if (!term) {
        DDLL_CHECK(!term.error().message.empty() && term.error().place.line > 0 && term.error().place.column > 0);
        return;
    }
    const std::string printed = print(*term);
    const auto again = parse(printed);
    DDLL_CHECK_MSG(again && *again == *term, printed);
    DDLL_CHECK_MSG(print(*again) == printed, printed);
    const auto decoded = decode(encode(*term));
    // Numbers that were written down may be larger than those the emulator gives out.
    if (decoded) DDLL_CHECK_MSG(encode(decoded->term) == encode(*term), printed);
}

void as_expression(std::string_view text) {
    const auto expr = parse_expr(text);
    if (!expr) return;
    const std::string printed = print(**expr);
    const auto again = parse_expr(printed);
    DDLL_CHECK_MSG(again && print(**again) == printed, printed);

    const CallFunction echo = [](const std::string&, const std::string& name, const std::vector<Term>& args) {
        if (name == "blocked") return Evaluated::blocked();
        return args.empty() ? Evaluated::raise(Term::atom("undef")) : Evaluated::of(args[0]);
    };
    Bindings bindings{{"X", Term::integer(1)}, {"L", Term::bytes_list("abc")}, {"B", Term::binary("abc")}};
    const auto value = evaluate(**expr, bindings, echo);
    if (value.kind == Evaluated::Kind::value) match(**expr, value.value, bindings, echo);
}

void as_external(std::string_view bytes) {
    const auto decoded = decode(bytes);
    if (!decoded) return;
    DDLL_CHECK(decoded->used <= bytes.size());
    const std::string canonical = encode(decoded->term);
    const auto again = decode(canonical);
    DDLL_CHECK(again && again->term == decoded->term && again->used == canonical.size());
    DDLL_CHECK((again->term <=> decoded->term) == 0);
    const auto text = parse(print(decoded->term));
    // Text nests less deep than the external format may.
    if (text) DDLL_CHECK(*text == decoded->term);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    as_term(bytes);
    as_expression(bytes);
    as_external(bytes);
    return 0;
}
