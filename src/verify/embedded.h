#pragma once
/// What the real emulator needs from us, carried inside the executable.
#include <string_view>

namespace ddll::verify {

std::string_view player_source();   ///< node/ddlltool_player.erl
std::string_view scenario_source(); ///< node/ddlltool_story.erl, for suites
std::string_view match_source();    ///< node/ddlltool_match.erl, for suites
std::string_view witness_library(); ///< node/witness.cpp, built

} // namespace ddll::verify
