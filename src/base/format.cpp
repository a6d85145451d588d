// The fmt library, compiled once into ours. Its shared library is not used, because what an executable brings into the
// process as a shared library could provide symbols to a driver; its header-only form costs seconds in every file.
// Here it is header-only: formatting anything at all makes the compiler emit all that other files leave to the library,
// whatever that is in this version of fmt.
#define FMT_HEADER_ONLY
#include <fmt/format.h>

namespace ddll {

std::string format_anything(fmt::string_view text, fmt::format_args arguments);

std::string format_anything(fmt::string_view text, fmt::format_args arguments) {
    return fmt::vformat(text, arguments);
}

} // namespace ddll
