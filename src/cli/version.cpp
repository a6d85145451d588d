#include "cli/commands.h"

#include <erl_driver.h>
#include <fmt/format.h>

namespace ddll::cli {

std::string version_text() {
#ifdef __clang__
    const std::string compiler = fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
    const std::string compiler = fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
    return fmt::format("ddlltool {}\n"
                       "driver interface {}.{} (erl_driver.h of Erlang/OTP {})\n"
                       "built by {}\n",
                       DDLLTOOL_VERSION, ERL_DRV_EXTENDED_MAJOR_VERSION, ERL_DRV_EXTENDED_MINOR_VERSION, DDLLTOOL_OTP,
                       compiler);
}

} // namespace ddll::cli
