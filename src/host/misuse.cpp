#include "host/misuse.h"

#include "host/host.h"
#include "isolate/callers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <map>
#include <string>

#include <fmt/format.h>

namespace ddll::host {

namespace {
constexpr std::size_t shown_callers = 8;
}

void Host::misuse(Misuse rule, words::ApiFunction function, PortId port, std::string_view detail) {
    // The unwinder stops at the frame that called the driver, so this is the driver's part of the stack.
    std::array<std::uintptr_t, shown_callers> callers;
    const std::size_t count = isolate::callers_outside(callers);
    journal_.write(journal::Misused{
        rule, function, port, detail, {reinterpret_cast<const char*>(callers.data()), count * sizeof callers[0]}});
}

void Host::report_damage(words::ApiFunction function) {
    for (const Damage& damage : memory_.take_damage()) {
        const char* what = damage.is_binary ? "a binary" : "a block";
        if (damage.where == Damage::Where::freed)
            misuse(Rule::driver_heap_use_after_free, function, {},
                   fmt::format("{} of {} bytes was written at offset {} after it was freed", what, damage.size,
                               damage.distance));
        else
            misuse(Rule::driver_heap_overrun, function, {},
                   fmt::format("{} of {} bytes was written up to {} byte{} {} it", what, damage.size, damage.distance,
                               damage.distance == 1 ? "" : "s",
                               damage.where == Damage::Where::before ? "in front of" : "behind"));
    }
}

const char* errno_name(int error) {
    if (error <= 0) return "unknown";
    // glibc knows the symbolic names; the emulator's are the same in lower case, but it has another of two names for 95
    // and none for some (measured for 1 to 140). One text per number, made once.
    static constexpr int nameless[] = {ERESTART,   ESTRPIPE,        EISNAM,      ENOMEDIUM,   EMEDIUMTYPE,
                                       ECANCELED,  ENOKEY,          EKEYEXPIRED, EKEYREVOKED, EKEYREJECTED,
                                       EOWNERDEAD, ENOTRECOVERABLE, ERFKILL,     EHWPOISON};
    static const auto& names = *new std::map<int, std::string>([] {
        std::map<int, std::string> all;
        for (int number = 1; number < 134; ++number) {
            const char* name = strerrorname_np(number);
            if (name == nullptr || std::ranges::find(nameless, number) != std::end(nameless)) continue;
            std::string lower(number == EOPNOTSUPP ? "ENOTSUP" : name);
            std::transform(lower.begin(), lower.end(), lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            all.emplace(number, std::move(lower));
        }
        return all;
    }());
    const auto it = names.find(error);
    return it == names.end() ? "unknown" : it->second.c_str();
}

} // namespace ddll::host
