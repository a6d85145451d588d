#include "cli/init_templates.h"

#include <embedded/cli.h>

#include <vector>

namespace ddll::cli {

std::span<const Template> init_templates() {
    static const std::vector<Template> all = {
        {"c_src/@name@.c", embedded::driver_c_in(), "a driver that adds numbers up, and hands its state over"},
        {"stories/use.json", embedded::use_json_in(), "what it answers, and what it refuses"},
        {"stories/reload.json", embedded::reload_json_in(), "how its owner replaces it, and keeps the state"},
        {"Makefile", embedded::Makefile_in(), "make, make check"},
        {"CMakeLists.txt", embedded::CMakeLists_txt_in(), "the same with CMake and CTest"},
        {".github/workflows/reload-check.yml", embedded::workflow_yml_in(), "the same on a CI machine"},
    };
    return all;
}

} // namespace ddll::cli
