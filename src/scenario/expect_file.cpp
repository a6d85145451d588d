// Compares a file with what the scenario says of it.
#include "scenario/expectations.h"

#include "base/sha256.h"
#include "base/text.h"

#include <fmt/format.h>

#include <filesystem>

namespace ddll::scenario {

using term::Term;

namespace {

constexpr std::size_t largest_file = std::size_t{256} << 20;

// Of a long file the beginning says enough.
std::string shown(const std::string& bytes, const ExpectScope& scope) {
    constexpr std::size_t most = 200;
    std::string out = scope.show(Term::binary(std::string_view(bytes).substr(0, most)));
    if (bytes.size() > most) out += fmt::format(" and {} more bytes", bytes.size() - most);
    return out;
}

} // namespace

std::vector<Mismatch> check_file(const FileStep& step, const std::string& place, const ExpectScope& scope) {
    std::vector<Mismatch> out;
    std::error_code unreadable;
    const bool there = std::filesystem::exists(place, unreadable);
    if (step.exists == false) {
        if (there) out.push_back({"expect exists", "(there is no such file)", "(there is)"});
        return out;
    }
    if (!there) {
        out.push_back({"expect exists", "(the file is there)", "(there is no such file)"});
        return out;
    }
    if (!step.size && !step.bytes && !step.sha256 && step.contains.empty()) return out;
    const auto bytes = read_file(place, largest_file);
    if (!bytes) {
        out.push_back({"expect file", "(the file can be read)", bytes.error().message});
        return out;
    }
    if (step.size && *step.size != bytes->size())
        out.push_back({"expect size", fmt::to_string(*step.size), fmt::to_string(bytes->size())});
    if (step.bytes && !term::match(*step.bytes->expr, Term::binary(*bytes), scope.bindings, scope.call))
        out.push_back({"expect bytes", term::print(*step.bytes->expr), shown(*bytes, scope)});
    for (const std::string& part : step.contains)
        if (bytes->find(part) == bytes->npos) out.push_back({"expect contains", part, shown(*bytes, scope)});
    if (step.sha256)
        if (const std::string got = sha256(*bytes); got != *step.sha256)
            out.push_back({"expect sha256", *step.sha256, got});
    return out;
}

} // namespace ddll::scenario
