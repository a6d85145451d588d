// Statistics in containers of the whole driver, freed by their destructors when it is unloaded.
#include "ordinary.h"

#include <map>
#include <string>
#include <unordered_map>

namespace {
std::unordered_map<std::string, long> words;
std::map<unsigned, std::string> last;
} // namespace

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data;
    const std::string word(buf, len);
    if (words.size() < 1000) ++words[word];
    last[command % 16] = word;
    const std::string text = std::to_string(words.size()) + "/" + std::to_string(last.size());
    return say(rbuf, rlen, text.c_str());
}

DRIVER(.start = keep_port, .control = control)
