#include "support/places.h"

namespace ddll::test {

std::string source_folder() {
    return DDLL_SOURCE_FOLDER;
}

std::string sample_drivers() {
    return DDLL_BUILD_FOLDER "/drivers";
}

std::string image_specimens() {
    return DDLL_BUILD_FOLDER "/specimens/image";
}

std::string erl_driver_header() {
    return DDLL_ERL_DRIVER_H;
}

std::string program() {
    return DDLL_BUILD_FOLDER "/ddlltool";
}

} // namespace ddll::test
