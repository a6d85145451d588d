#include "lifecycle/format_error.h"

namespace ddll::lifecycle {

namespace {

/// The number of an error text that comes from the system is this minus the text's place in the emulator's list.
constexpr std::int64_t first_listed_number = -10;

struct Text {
    std::string_view atom;
    std::string_view text;
};

// The spelling, mistakes included, is the emulator's: people search for these strings.
constexpr Text texts[] = {
    // In the order of the numbers 0, -1, -2, ... of open_error.
    {"no_error", "No error"},
    {"no_driver_init", "No driver init in dynamic library"},
    {"driver_init_failed", "Driver init failed"},
    {"bad_driver_name", "Bad driver name"},
    {"driver_name_to_long", "Driver name to long"},
    {"driver_incorrect_version", "Driver compiled with incorrect version of erl_driver.h"},
    {"no_ddll_available", "DDLL functionality not available on this platform"},
    {"unspecified_error", "Unspecified dynamic library error"},
    {"symbol_not_found", "Symbol not found in dynamic library"},
    // Those without a number.
    {"load_cancelled", "Loading was cancelled from other process"},
    {"inconsistent", "Driver name and/or driver options are inconsistent with currently loaded driver"},
    {"linked_in_driver", "Driver is statically linked and cannot be loaded/unloaded"},
    {"permanent", "DDLL driver is permanent an cannot be unloaded/loaded"},
    {"not_loaded", "DDLL driver is not loaded"},
    {"not_loaded_by_this_process", "DDLL driver was not loaded by this process"},
    {"not_pending", "DDLL load not pending for this driver name"},
    {"already_loaded", "DDLL driver is already loaded successfully"},
    {"pending_reload", "Driver reloading is already pending"},
    {"pending_process", "Driver is loaded by others when attempting option {reload, pending_driver}"},
};

constexpr std::size_t numbered = 9;

} // namespace

std::optional<std::string_view> format_error(std::string_view atom) {
    for (const Text& known : texts)
        if (known.atom == atom) return known.text;
    return std::nullopt;
}

std::string format_open_error(std::int64_t number, std::span<const std::string> listed) {
    if (number <= first_listed_number) {
        const auto index = static_cast<std::uint64_t>(first_listed_number - number);
        return index < listed.size() ? listed[index] : "Unknown dlload error";
    }
    if (number <= 0 && static_cast<std::size_t>(-number) < numbered)
        return std::string(texts[static_cast<std::size_t>(-number)].text);
    return "Unspecified error";
}

} // namespace ddll::lifecycle
