#include "api/functions.h"

namespace ddll::api {

const std::vector<FunctionRow>& functions() {
    static const std::vector<FunctionRow> rows = {
#define DDLL_API(name, family, caller) {#name, #family, Caller::caller},
#include "api/functions.def"
#undef DDLL_API
    };
    return rows;
}

std::string_view function_name(std::uint16_t number) {
    return number < functions().size() ? functions()[number].name : "?";
}

std::string_view function_family(std::uint16_t number) {
    return number < functions().size() ? functions()[number].family : "?";
}

} // namespace ddll::api
