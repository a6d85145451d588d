// The small functions of fmt that the optimiser has put inline in format.cpp, and that are therefore missing from it:
// compiled without inlining, slow, and linked only for want of others.
#define FMT_HEADER_ONLY
#include <fmt/format.h>

namespace ddll {

std::string format_rest(fmt::string_view text, fmt::format_args arguments);

std::string format_rest(fmt::string_view text, fmt::format_args arguments) {
    return fmt::vformat(text, arguments);
}

} // namespace ddll
