#include "base/text.h"
#include "check/made_scenarios.h"
#include "image/elf_facts.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace ddll::check {

namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 30;

std::string bytes_of(const std::string& hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return out;
}

} // namespace

Result<Twin> make_twin(const std::string& file, const std::string& name) {
    auto folder = scenario::WorkFolder::create();
    if (!folder) return std::move(folder).error();
    auto bytes = read_file(file, most_bytes);
    if (!bytes) return std::move(bytes).error();
    if (const auto facts = image::elf_facts_of(*bytes, file, image::Reading::unhashed);
        facts && facts->build_id.size() >= 2) {
        const std::string id = bytes_of(facts->build_id);
        for (auto at = bytes->find(id); at != bytes->npos; at = bytes->find(id, at + id.size())) {
            char& last = (*bytes)[at + id.size() - 1];
            last = static_cast<char>(last ^ 1);
        }
    } else {
        *bytes += '\0'; // behind the end nobody looks
    }
    std::string path = folder->path() + "/" + name + ".so";
    std::ofstream out(path, std::ios::binary);
    out << *bytes;
    out.close();
    if (!out) return error(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
    return Twin{*std::move(folder), std::move(path)};
}

} // namespace ddll::check
