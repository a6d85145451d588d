// Tables that are made when they are first needed: call_once, and statics of functions.
#include "ordinary.h"

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace {
std::once_flag made;
std::array<std::uint32_t, 256> table;

void make_table() {
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ 0xEDB88320u : value >> 1;
        table[i] = value;
    }
}
const std::vector<std::string>& names() {
    static const std::vector<std::string> list{"a name that is longer than the buffer of a string", "two", "three"};
    return list;
}
} // namespace

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data;
    std::call_once(made, make_table);
    std::uint32_t sum = ~0u;
    for (ErlDrvSizeT i = 0; i < len; ++i) sum = table[(sum ^ static_cast<unsigned char>(buf[i])) & 255] ^ sum >> 8;
    const std::string text = names()[command % names().size()] + std::to_string(~sum);
    return say(rbuf, rlen, text.c_str());
}

DRIVER(.start = keep_port, .control = control)
