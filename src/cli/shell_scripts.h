#pragma once
/// What a shell has to be told so that it asks `ddlltool completions words` at every Tab: the program knows what it
/// takes, the shell knows files and how to show a choice. The scripts are the files of cli/data.
#include <string_view>

namespace ddll::cli {

std::string_view bash_script();
std::string_view zsh_script();
std::string_view fish_script();

} // namespace ddll::cli
