#include "host/step.h"

namespace ddll::host {

std::size_t Shuffled::choose(std::span<const Step> ready) {
    if (ready.size() == 1) return 0;
    // splitmix64: small, and the same on every machine, which the standard library's distributions are not.
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    return static_cast<std::size_t>(z % ready.size());
}

} // namespace ddll::host
