#pragma once
/// The functions of erl_driver.h as values: what journal, findings and scenarios name them by. The list is
/// driver_api.def; api/ implements it.
#include "words/words.h"

#include <span>

namespace ddll::words {

enum class ApiFunction : std::uint8_t {
#define DDLL_API(name, family, caller) name,
#include "words/driver_api.def"
#undef DDLL_API
    none, ///< no function of the driver API: a callback, or the emulator itself
};
template <>
inline constexpr auto spellings<ApiFunction> = std::array{
#define DDLL_API(name, family, caller) #name,
#include "words/driver_api.def"
#undef DDLL_API
    "",
};

/// All but `none`.
inline constexpr std::span<const ApiFunction> api_functions{all<ApiFunction>.data(), count<ApiFunction> - 1};

/// Who may call a function: see driver_api.def.
enum class ApiCaller : std::uint8_t { port, lock, any };

struct ApiRow {
    const char* family; ///< "output", "queue", ...: the file of api/ that has the function
    ApiCaller caller;
};
/// By number.
inline constexpr ApiRow api_rows[] = {
#define DDLL_API(name, family, caller) {#family, ApiCaller::caller},
#include "words/driver_api.def"
#undef DDLL_API
    {"", ApiCaller::any},
};

constexpr const ApiRow& row(ApiFunction function) {
    return api_rows[static_cast<std::size_t>(function)];
}

} // namespace ddll::words
