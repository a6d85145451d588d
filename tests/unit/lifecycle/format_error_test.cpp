#include "lifecycle/format_error.h"
#include "lifecycle/rules.h"

#include <doctest/doctest.h>
#include <limits>
#include <utility>
#include <vector>

namespace ddll::lifecycle {

TEST_CASE("format_error has a text for every atom that a call may return") {
    const std::vector<std::pair<const char*, const char*>> expected = {
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
        {"no_error", "No error"},
        {"no_driver_init", "No driver init in dynamic library"},
        {"driver_init_failed", "Driver init failed"},
        {"bad_driver_name", "Bad driver name"},
        {"driver_name_to_long", "Driver name to long"},
        {"driver_incorrect_version", "Driver compiled with incorrect version of erl_driver.h"},
        {"no_ddll_available", "DDLL functionality not available on this platform"},
        {"unspecified_error", "Unspecified dynamic library error"},
        {"symbol_not_found", "Symbol not found in dynamic library"},
    };
    for (const auto& [atom, text] : expected) CHECK(format_error(atom) == std::optional<std::string_view>(text));
    for (const char* unknown : {"pending_driver", "foo", "unload_cancelled", "loaded", "open_error", ""})
        CHECK(format_error(unknown) == std::nullopt);
    for (int i = 0; i <= static_cast<int>(Refusal::pending_reload); ++i)
        CHECK(format_error(name(static_cast<Refusal>(i))));
    for (const auto kind : {LoadError::Kind::no_driver_init, LoadError::Kind::driver_init_failed,
                            LoadError::Kind::bad_driver_name, LoadError::Kind::driver_incorrect_version})
        CHECK(format_error(name(kind)));
}

TEST_CASE("format_open_error") {
    const std::vector<std::string> texts = {"no such file", "file too short"};
    const std::vector<std::pair<std::int64_t, const char*>> expected = {
        {0, "No error"},
        {-1, "No driver init in dynamic library"},
        {-2, "Driver init failed"},
        {-3, "Bad driver name"},
        {-4, "Driver name to long"},
        {-5, "Driver compiled with incorrect version of erl_driver.h"},
        {-6, "DDLL functionality not available on this platform"},
        {-7, "Unspecified dynamic library error"},
        {-8, "Symbol not found in dynamic library"},
        {-9, "Unspecified error"},
        {1, "Unspecified error"},
        {5, "Unspecified error"},
        {std::numeric_limits<std::int64_t>::max(), "Unspecified error"},
        {-10, "no such file"},
        {-11, "file too short"},
        {-12, "Unknown dlload error"},
        {std::numeric_limits<std::int64_t>::min(), "Unknown dlload error"},
    };
    for (const auto& [number, text] : expected) CHECK(format_open_error(number, texts) == text);
    CHECK(format_open_error(-10, {}) == "Unknown dlload error");
}

TEST_CASE("every enumerator is spelled as its atom") {
    CHECK(name(LoadError::Kind::open_error) == std::string_view("open_error"));
    CHECK(name(Status::ok) == std::string_view("ok"));
    CHECK(name(Status::permanent) == std::string_view("permanent"));
    CHECK(name(Status::forced_reload) == std::string_view("forced_reload"));
    CHECK(name(OkStatus::pending_process) == std::string_view("pending_process"));
    CHECK(name(effect::What::load_failure) == std::string_view("load_failure"));
    CHECK(name(effect::What::permanent) == std::string_view("permanent"));
}

} // namespace ddll::lifecycle
