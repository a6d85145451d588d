#include "host/probe/call_sites.h"

#include "base/sanitized.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace ddll::host {

#if defined(__x86_64__)

namespace {

/// Part of a library that is mapped.
class Code {
public:
    Code(std::uintptr_t begin, std::uintptr_t end, const CodeRange& library)
        : begin_(begin), end_(end), library_(library) {}

    DDLL_READS_FOREIGN_MEMORY std::uint8_t byte(std::uintptr_t at) const {
        return *reinterpret_cast<const volatile std::uint8_t*>(at);
    }
    DDLL_READS_FOREIGN_MEMORY std::int32_t number(std::uintptr_t at) const {
        std::uint32_t out = 0;
        for (unsigned i = 0; i < sizeof out; ++i) out |= std::uint32_t{byte(at + i)} << (8 * i);
        return static_cast<std::int32_t>(out);
    }
    std::uintptr_t begin() const { return begin_; }
    std::uintptr_t end() const { return end_; }
    /// Where the slot leads to that an instruction names relative to its end.
    DDLL_READS_FOREIGN_MEMORY std::uintptr_t through_slot(std::uintptr_t number_at) const {
        const std::uintptr_t slot = number_at + 4 + static_cast<std::uintptr_t>(std::intptr_t{number(number_at)});
        return slot % sizeof slot == 0 && library_.has(slot) ? *reinterpret_cast<const volatile std::uintptr_t*>(slot)
                                                             : 0;
    }
    /// Where the little piece of code goes that the linker makes for a function of another library; 0 for other code.
    std::uintptr_t through_stub(std::uintptr_t at) const {
        if (at < begin_ || at + 16 > end_) return 0;
        if (number(at) == static_cast<std::int32_t>(0xfa1e0ff3)) at += 4; // endbr64
        if (byte(at) == 0xf2) ++at;                                       // bnd
        return byte(at) == 0xff && byte(at + 1) == 0x25 ? through_slot(at + 2) : 0;
    }

private:
    std::uintptr_t begin_, end_;
    const CodeRange& library_;
};

/// Does the instruction at `at` call the function, or jump there for good?
bool calls(const Code& code, std::uintptr_t at, std::uintptr_t function, const std::vector<Code>& all) {
    const std::uint8_t first = code.byte(at);
    if (first == 0xff) {
        const std::uint8_t second = code.byte(at + 1);
        return (second == 0x15 || second == 0x25) && code.through_slot(at + 2) == function;
    }
    if (first != 0xe8 && first != 0xe9) return false;
    const std::uintptr_t to = at + 5 + static_cast<std::uintptr_t>(std::intptr_t{code.number(at + 1)});
    return std::any_of(all.begin(), all.end(), [&](const Code& part) { return part.through_stub(to) == function; });
}

/// mov esi, n: the nearest one in front of the call.
std::optional<std::int32_t> second_argument(const Code& code, std::uintptr_t call) {
    constexpr std::uintptr_t farthest = 24;
    for (std::uintptr_t at = call - 2; at > code.begin() && at + farthest >= call; --at) {
        const std::uint8_t first = code.byte(at), second = code.byte(at + 1);
        if (first == 0xbe) return code.number(at + 1);
        if (first == 0x31 && second == 0xf6) return 0; // xor esi, esi
        // mov esi, r; mov esi, [..]; movzx esi, ..
        if ((first == 0x89 && (second & 0xc7) == 0xc6) || (first == 0x8b && (second & 0x38) == 0x30) ||
            (first == 0x0f && (second & 0xf6) == 0xb6 && (code.byte(at + 2) & 0x38) == 0x30))
            return std::nullopt;
    }
    return std::nullopt;
}

/// A stub itself is no call, but looks like one that is a function's last act: it stands where nothing has an argument
/// in its hands, and begins where the linker puts one.
bool is_stub(const Code& code, std::uintptr_t at) {
    constexpr std::uintptr_t stub_alignment = 8, of_endbr64 = 4;
    if (code.byte(at) != 0xff || code.byte(at + 1) != 0x25 || second_argument(code, at)) return false;
    return at % stub_alignment == 0 || (at - of_endbr64) % stub_alignment == 0 ||
           (code.byte(at - 1) == 0xf2 && (at - 1 - of_endbr64) % stub_alignment == 0);
}

} // namespace

bool may_pass_zero(const CodeRange& range, std::uintptr_t function) {
    std::vector<Code> all;
    for (const auto& [begin, end] : code_inside(range)) all.emplace_back(begin, end, range);
    bool any = false;
    for (const Code& code : all)
        for (std::uintptr_t at = code.begin() + 8; at + 16 < code.end(); ++at) {
            if (!calls(code, at, function, all) || is_stub(code, at)) continue;
            any = true;
            if (second_argument(code, at).value_or(0) == 0) return true;
        }
    return !any;
}

#else

bool may_pass_zero(const CodeRange&, std::uintptr_t) {
    return true;
}

#endif

} // namespace ddll::host
