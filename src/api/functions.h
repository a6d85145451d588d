#pragma once
/// api/ is the driver API: the extern "C" functions of erl_driver.h. Each translates its arguments, calls the host and
/// translates back; what happens is decided below. Nobody includes this folder except who needs the list of names.
/// Read next: functions.def (the list), entry.h (how a call is checked and journaled), then one file for each family.
#include <cstdint>
#include <string_view>
#include <vector>

namespace ddll::api {

enum class Function : std::uint16_t {
#define DDLL_API(name, family, caller) name,
#include "api/functions.def"
#undef DDLL_API
};

enum class Caller : std::uint8_t { port, lock, any };

struct FunctionRow {
    std::string_view name;
    std::string_view family;
    Caller caller;
};

/// Rows in the order of the enumeration.
const std::vector<FunctionRow>& functions();

/// "driver_output"; "?" for a number that is no row.
std::string_view function_name(std::uint16_t number);
/// "output", the family of the same function; "?" likewise.
std::string_view function_family(std::uint16_t number);

} // namespace ddll::api
