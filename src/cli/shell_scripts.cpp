#include "cli/shell_scripts.h"

#include "base/embed.h"

DDLL_EMBED(bash_script, DDLL_CLI_DATA "/completion.bash")
DDLL_EMBED(zsh_script, DDLL_CLI_DATA "/completion.zsh")
DDLL_EMBED(fish_script, DDLL_CLI_DATA "/completion.fish")

namespace ddll::cli {

std::string_view bash_script() {
    return {ddll_bash_script_begin, ddll_bash_script_end};
}

std::string_view zsh_script() {
    return {ddll_zsh_script_begin, ddll_zsh_script_end};
}

std::string_view fish_script() {
    return {ddll_fish_script_begin, ddll_fish_script_end};
}

} // namespace ddll::cli
