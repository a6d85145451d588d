#include "base/sha256.h"

#include <sha2.h>

#include <array>
#include <cstdint>

namespace ddll {

std::string sha256(std::string_view bytes) {
    std::array<char, SHA256_DIGEST_STRING_LENGTH> out{};
    SHA256Data(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), out.data());
    return out.data();
}

} // namespace ddll
