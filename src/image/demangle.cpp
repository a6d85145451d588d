#include "image/demangle.h"

#include <cxxabi.h>

#include <cstdlib>

namespace ddll::image {

std::string demangled(const std::string& symbol) {
    // Without the prefix, short C names would be read as type codes: "a" as signed char.
    if (!symbol.starts_with("_Z")) return symbol;
    int status = 0;
    char* readable = abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status);
    std::string out = status == 0 && readable != nullptr ? readable : symbol;
    std::free(readable);
    return out;
}

} // namespace ddll::image
