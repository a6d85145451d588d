#include "cli/read_options.h"

#include "calls/calls.h"
#include "image/elf_facts.h"

namespace ddll::cli {
namespace {

// Read, never run. What only the loader can tell (a missing symbol) shows itself when the driver is loaded.
Result<void> examine_driver(const std::string& path) {
    auto facts = image::read_elf_facts(path);
    if (!facts) return std::move(facts).error();
    return {};
}

} // namespace

scenario::ReadOptions read_options(std::vector<std::string> driver_path) {
    scenario::ReadOptions options;
    options.driver_path = std::move(driver_path);
    static const std::vector<calls::CallDoc> calls = calls::known_calls();
    for (const auto& call : calls)
        options.known_calls.push_back({call.module, call.name, static_cast<int>(call.arity)});
    options.examine_driver = examine_driver;
    return options;
}

} // namespace ddll::cli
