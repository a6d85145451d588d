#include "verify/embedded.h"

#include "base/embed.h"

DDLL_EMBED(player, DDLL_PLAYER_FILE)
DDLL_EMBED(story, DDLL_STORY_FILE)
DDLL_EMBED(match, DDLL_MATCH_FILE)
DDLL_EMBED(witness, DDLL_WITNESS_FILE)

namespace ddll::verify {

std::string_view player_source() {
    return {ddll_player_begin, static_cast<std::size_t>(ddll_player_end - ddll_player_begin)};
}

std::string_view scenario_source() {
    return {ddll_story_begin, static_cast<std::size_t>(ddll_story_end - ddll_story_begin)};
}

std::string_view match_source() {
    return {ddll_match_begin, static_cast<std::size_t>(ddll_match_end - ddll_match_begin)};
}

std::string_view witness_library() {
    return {ddll_witness_begin, static_cast<std::size_t>(ddll_witness_end - ddll_witness_begin)};
}

} // namespace ddll::verify
