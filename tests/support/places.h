#pragma once
/// Where tests find what was built, and what stands in the project. Functions, and no macros of each test, so that the
/// tests of two build folders are the same objects, which ccache makes once.
#include <string>

namespace ddll::test {

std::string source_folder();
std::string sample_drivers();  ///< the folder of the drivers that are built
std::string image_specimens(); ///< the folder of libraries for tests of image/
std::string erl_driver_header();
std::string program(); ///< ddlltool

} // namespace ddll::test
