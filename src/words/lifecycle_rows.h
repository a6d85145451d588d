#pragma once
/// The rules of loading and unloading as values: why a driver's state changed, or a call was refused. The table is
/// lifecycle_rows.def; lifecycle/ decides by it.
#include "words/words.h"

namespace ddll::words {

enum class LifecycleRow : std::uint8_t {
    none, ///< nothing was decided: a library is to be opened first, a hold was counted, or the request fits nothing
#define DDLL_LIFECYCLE_ROW(number, row, driver, event, when) row = number,
#include "words/lifecycle_rows.def"
#undef DDLL_LIFECYCLE_ROW
};
template <>
inline constexpr auto spellings<LifecycleRow> = std::array{
    "",
#define DDLL_LIFECYCLE_ROW(number, row, driver, event, when) #row,
#include "words/lifecycle_rows.def"
#undef DDLL_LIFECYCLE_ROW
};

struct LifecycleRowText {
    const char* driver;
    const char* event;
    const char* when; ///< may be empty
};
/// By number.
inline constexpr LifecycleRowText lifecycle_row_texts[] = {
    {"", "", ""},
#define DDLL_LIFECYCLE_ROW(number, row, driver, event, when) {driver, event, when},
#include "words/lifecycle_rows.def"
#undef DDLL_LIFECYCLE_ROW
};
// Without gaps: a row's number is its place.
#define DDLL_LIFECYCLE_ROW(number, row, driver, event, when)                                                           \
    static_assert(std::string_view(name(LifecycleRow::row)) == #row);
#include "words/lifecycle_rows.def"
#undef DDLL_LIFECYCLE_ROW

constexpr const LifecycleRowText& text(LifecycleRow row) {
    return lifecycle_row_texts[static_cast<std::size_t>(row)];
}

} // namespace ddll::words
