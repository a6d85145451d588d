#include "cli/init_templates.h"

#include "base/embed.h"

#include <vector>

DDLL_EMBED(init_driver, DDLL_INIT_FOLDER "/driver.c.in")
DDLL_EMBED(init_use, DDLL_INIT_FOLDER "/use.json.in")
DDLL_EMBED(init_reload, DDLL_INIT_FOLDER "/reload.json.in")
DDLL_EMBED(init_cmake, DDLL_INIT_FOLDER "/CMakeLists.txt.in")
DDLL_EMBED(init_makefile, DDLL_INIT_FOLDER "/Makefile.in")
DDLL_EMBED(init_workflow, DDLL_INIT_FOLDER "/workflow.yml.in")

namespace ddll::cli {
namespace {

std::string_view between(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

} // namespace

std::span<const Template> init_templates() {
    static const std::vector<Template> all = {
        {"c_src/@name@.c", between(ddll_init_driver_begin, ddll_init_driver_end),
         "a driver that adds numbers up, and hands its state over"},
        {"stories/use.json", between(ddll_init_use_begin, ddll_init_use_end), "what it answers, and what it refuses"},
        {"stories/reload.json", between(ddll_init_reload_begin, ddll_init_reload_end),
         "how its owner replaces it, and keeps the state"},
        {"Makefile", between(ddll_init_makefile_begin, ddll_init_makefile_end), "make, make check"},
        {"CMakeLists.txt", between(ddll_init_cmake_begin, ddll_init_cmake_end), "the same with CMake and CTest"},
        {".github/workflows/reload-check.yml", between(ddll_init_workflow_begin, ddll_init_workflow_end),
         "the same on a CI machine"},
    };
    return all;
}

} // namespace ddll::cli
