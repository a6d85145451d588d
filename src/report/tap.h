#pragma once
/// What documents of the Test Anything Protocol, version 14, are made of. Internal to report/.
#include "report/style.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace ddll::report::tap {

/// Of a description: `#` would begin a directive.
inline std::string described(std::string_view text) {
    return escaped(printable(text), {{'#', "\\#"}, {'\\', "\\\\"}});
}

/// A double quoted scalar of YAML 1.2, which JSON's strings are.
inline std::string quoted(std::string_view text) {
    return nlohmann::json(printable(text, true)).dump(-1, ' ', true);
}

/// Rows of the block; empty values are left out.
class Yaml {
public:
    void row(std::string_view key, std::string_view text) {
        if (!text.empty()) out_ += fmt::format("  {}{}: {}\n", margin(), key, quoted(text));
    }
    void number(std::string_view key, std::int64_t value) { out_ += fmt::format("  {}{}: {}\n", margin(), key, value); }
    void list(std::string_view key) { out_ += fmt::format("  {}:\n", key); }
    /// The rows that follow, until the next one, belong to it.
    void item() {
        in_item_ = true;
        first_ = true;
    }
    void end() { in_item_ = false; }
    std::string text() const { return out_.empty() ? "" : "  ---\n" + out_ + "  ...\n"; }

private:
    std::string_view margin() {
        if (!in_item_) return "";
        const bool first = first_;
        first_ = false;
        return first ? "  - " : "    ";
    }
    std::string out_;
    bool in_item_ = false, first_ = false;
};

} // namespace ddll::report::tap
