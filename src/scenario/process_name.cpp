#include "scenario/process_name.h"

#include <algorithm>

namespace ddll::scenario {

namespace {

bool is_small(char c) {
    return c >= 'a' && c <= 'z';
}

} // namespace

bool is_process_name(std::string_view name) {
    const auto good = [](char c) {
        return is_small(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !name.empty() && is_small(name[0]) && std::all_of(name.begin(), name.end(), good);
}

std::string process_variable(std::string_view name) {
    std::string out(name);
    if (!out.empty() && is_small(out[0])) out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

} // namespace ddll::scenario
