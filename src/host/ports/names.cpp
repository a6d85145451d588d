#include "host/ports/names.h"

#include "base/text.h"

#include <algorithm>

namespace ddll::host {

using term::Term;

bool append_characters(const Term& list, std::string& out) {
    if (!list.is_proper_list()) return false;
    for (const Term& item : list.items()) {
        if (item.is(Term::Kind::integer)) {
            if (item.as_integer() < 1 || item.as_integer() > 0x10FFFF) return false;
            if (!append_utf8(out, static_cast<char32_t>(item.as_integer()))) return false;
        } else if (!append_characters(item, out)) {
            return false;
        }
    }
    return true;
}

namespace {

bool is_variable(const Term& term) {
    if (!term.is_tuple(2)) return false;
    std::string name, value;
    return append_characters(term.elements()[0], name) && name.find('=') == std::string::npos &&
           (term.elements()[1].is_atom("false") || append_characters(term.elements()[1], value));
}

} // namespace

bool append_file_name(const Term& term, std::string& out) {
    if (term.is(Term::Kind::atom)) {
        out += term.as_atom();
        return term.as_atom().find('\0') == std::string::npos;
    }
    if (!term.is(Term::Kind::bits)) return append_characters(term, out);
    const std::string_view bytes = term.as_bits().bytes();
    out += bytes.substr(0, bytes.find('\0'));
    return true;
}

bool is_environment(const Term& term) {
    return term.is_proper_list() && std::all_of(term.items().begin(), term.items().end(), is_variable);
}

} // namespace ddll::host
