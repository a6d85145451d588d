#include "cli/select.h"

#include "calls/calls.h"
#include "image/elf_facts.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>

namespace ddll::cli {
namespace {

namespace fs = std::filesystem;

bool hidden(const fs::path& path) {
    return path.filename().string().starts_with('.');
}

std::vector<std::string> below(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code failure;
    fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, failure), end;
    while (!failure && it != end) {
        std::error_code unknown;
        if (hidden(it->path()) && it->is_directory(unknown))
            it.disable_recursion_pending();
        else if (it->path().extension() == ".json" && !hidden(it->path()) && it->is_regular_file(unknown))
            files.push_back(it->path().string());
        it.increment(failure);
    }
    std::sort(files.begin(), files.end());
    return files;
}

bool matches(const std::string& filter, const std::string& text) {
    if (filter.find_first_of("*?[") != std::string::npos) return fnmatch(filter.c_str(), text.c_str(), 0) == 0;
    return text.find(filter) != std::string::npos;
}

// Read, never run. What only the loader can find (a missing symbol) shows itself when the driver is loaded.
Result<void> examine_driver(const std::string& path) {
    auto facts = image::read_elf_facts(path, image::Reading::unhashed);
    if (!facts) return std::move(facts).error();
    return {};
}

} // namespace

std::vector<std::string> find_scenarios(const std::vector<std::string>& inputs) {
    std::vector<std::string> out;
    for (const auto& input : inputs) {
        std::error_code failure;
        if (!fs::is_directory(input, failure)) {
            out.push_back(input);
            continue;
        }
        const auto files = below(input);
        out.insert(out.end(), files.begin(), files.end());
    }
    return out;
}

bool passes(std::span<const std::string> filters, std::span<const std::string> texts) {
    if (filters.empty()) return true;
    for (const auto& filter : filters)
        for (const auto& text : texts)
            if (matches(filter, text)) return true;
    return false;
}

bool passes(std::span<const std::string> filters, const std::string& file,
            const std::optional<scenario::Scenario>& scenario) {
    std::vector<std::string> texts{file};
    if (scenario) {
        texts.push_back(scenario->title);
        texts.insert(texts.end(), scenario->tags.begin(), scenario->tags.end());
    }
    return passes(filters, texts);
}

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
