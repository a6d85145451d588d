#pragma once
/// The files that `ddlltool init` writes, carried inside the executable. They lie in init/.
#include <span>
#include <string_view>

namespace ddll::cli {

struct Template {
    std::string_view path; ///< below the project's folder; @name@ stands for the driver's name, here and in the text
    std::string_view text;
    std::string_view doc; ///< one line
};

std::span<const Template> init_templates();

} // namespace ddll::cli
