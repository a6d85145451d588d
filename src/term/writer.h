#pragma once
/// Pieces of the text form that terms and expressions share.
#include "term/text.h"

#include <string>
#include <string_view>

namespace ddll::term {

enum class Spacing { tight, after_commas };

/// Appends `term`; see print in text.h.
void write_term(std::string& out, const Term& term, const Namer& namer, Spacing spacing);

/// Appends the inside of a quoted atom or string, escaping what Erlang escapes.
void write_escaped(std::string& out, char32_t c, char quote);

/// Lists as string literals even where print would choose the bracket form; the items must be code points.
void write_string(std::string& out, const std::vector<Term>& code_points);

/// Atom characters that need no quotes are letters and digits of Latin-1, `_` and `@`.
bool is_lower(char32_t c);
bool is_upper(char32_t c);
bool is_name_character(char32_t c);

/// Words that cannot be atoms without quotes.
bool is_reserved(std::string_view word);

/// <0.N.S>, #Port<0.N>, #Ref<0.A.B.C>, or #Pid<foreign:HEX> and the like.
std::string print_identity(const Term& identity);

} // namespace ddll::term
