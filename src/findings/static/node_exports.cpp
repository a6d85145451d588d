#include "findings/static/node_exports.h"

#include <embedded/findings.h>
#include <fmt/format.h>

#include <algorithm>

namespace ddll::findings {

NodeExports::NodeExports() : NodeExports(embedded::node_exports_otp25_txt()) {}

NodeExports::NodeExports(std::string_view list) {
    std::vector<std::string_view>* names = nullptr;
    while (!list.empty()) {
        const auto end = std::min(list.find('\n'), list.size());
        const std::string_view line = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        if (line.starts_with("otp ")) {
            otp_ = line.substr(4);
        } else if (line.starts_with("erts ")) {
            erts_ = line.substr(5);
        } else if (line == "[emulator]") {
            names = &emulator_;
        } else if (line.starts_with('[') && line.ends_with(']')) {
            libraries_.push_back({line.substr(1, line.size() - 2), false, {}});
            names = &libraries_.back().exports;
        } else if (names && !line.empty()) {
            names->push_back(line);
        }
    }
    std::sort(emulator_.begin(), emulator_.end());
    for (auto& library : libraries_) {
        library.listed = !library.exports.empty();
        std::sort(library.exports.begin(), library.exports.end());
    }
}

std::string NodeExports::release() const {
    return fmt::format("Erlang/OTP {} (erts {})", otp_, erts_);
}

bool NodeExports::emulator(std::string_view symbol) const {
    return std::binary_search(emulator_.begin(), emulator_.end(), symbol);
}

const NodeLibrary* NodeExports::listed(std::string_view symbol) const {
    for (const auto& library : libraries_)
        if (std::binary_search(library.exports.begin(), library.exports.end(), symbol)) return &library;
    return nullptr;
}

} // namespace ddll::findings
