#include "lifecycle/format_error.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ddll::lifecycle {

namespace {

/// The number of an error text that comes from the system is this minus the text's place in the emulator's list.
constexpr std::int64_t first_listed_number = -10;

struct Text {
    std::string_view atom;
    std::string_view text;
};

// The spelling, mistakes included, is the emulator's: people search for these strings.
constexpr std::array general_texts = {
    Text{"load_cancelled", "Loading was cancelled from other process"},
    Text{"inconsistent", "Driver name and/or driver options are inconsistent with currently loaded driver"},
    Text{"linked_in_driver", "Driver is statically linked and cannot be loaded/unloaded"},
    Text{"permanent", "DDLL driver is permanent an cannot be unloaded/loaded"},
    Text{"not_loaded", "DDLL driver is not loaded"},
    Text{"not_loaded_by_this_process", "DDLL driver was not loaded by this process"},
    Text{"not_pending", "DDLL load not pending for this driver name"},
    Text{"already_loaded", "DDLL driver is already loaded successfully"},
    Text{"pending_reload", "Driver reloading is already pending"},
    Text{"pending_process", "Driver is loaded by others when attempting option {reload, pending_driver}"},
};

// In the order of the numbers 0, -1, -2, ... of open_error.
constexpr std::array numbered_texts = {
    Text{"no_error", "No error"},
    Text{"no_driver_init", "No driver init in dynamic library"},
    Text{"driver_init_failed", "Driver init failed"},
    Text{"bad_driver_name", "Bad driver name"},
    Text{"driver_name_to_long", "Driver name to long"},
    Text{"driver_incorrect_version", "Driver compiled with incorrect version of erl_driver.h"},
    Text{"no_ddll_available", "DDLL functionality not available on this platform"},
    Text{"unspecified_error", "Unspecified dynamic library error"},
    Text{"symbol_not_found", "Symbol not found in dynamic library"},
};

template <class Texts>
std::optional<std::string_view> find_text(const Texts& texts, std::string_view atom) {
    const auto found = std::find_if(texts.begin(), texts.end(), [atom](const Text& t) { return t.atom == atom; });
    if (found == texts.end()) return std::nullopt;
    return found->text;
}

} // namespace

std::optional<std::string_view> format_error(std::string_view atom) {
    if (const auto text = find_text(general_texts, atom)) return text;
    return find_text(numbered_texts, atom);
}

std::string format_open_error(std::int64_t number, std::span<const std::string> texts) {
    if (number <= first_listed_number) {
        const auto index = static_cast<std::uint64_t>(first_listed_number - number);
        return index < texts.size() ? texts[index] : "Unknown dlload error";
    }
    if (number <= 0 && static_cast<std::size_t>(-number) < numbered_texts.size())
        return std::string(numbered_texts[static_cast<std::size_t>(-number)].text);
    return "Unspecified error";
}

} // namespace ddll::lifecycle
