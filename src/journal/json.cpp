#include "journal/json.h"

#include "base/text.h"
#include "journal/kinds.h"
#include "words/findings.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ddll::journal {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
inline constexpr bool is_id = false;
template <class Tag>
inline constexpr bool is_id<Id<Tag>> = true;

std::string text_value(Shape shape, std::string_view value, const Entry& entry, const Names& names) {
    if (shape == Shape::term) return term_text(value, entry.cut, names);
    if (shape == Shape::bytes) return bytes_text(value, payload_limit);
    return valid_utf8(value) ? std::string(value) : latin1_to_utf8(value);
}

} // namespace

std::string to_json(const Entry& entry, const Names& names) {
    Json out;
    out["seq"] = entry.seq;
    out["time_ns"] = entry.time.ns;
    if (entry.thread != 0) out["thread"] = entry.thread;
    out["kind"] = kind_name(entry.event);
    const auto add = [&]<class F, class T>(const F& field, const T& value) {
        if (field.shape == Shape::address || field.shape == Shape::hidden) return;
        if constexpr (is_id<T>) {
            if (value) out[field.name] = text_of(value, names);
        } else if constexpr (std::is_same_v<T, std::string_view>) {
            out[field.name] = text_value(field.shape, value, entry, names);
        } else if constexpr (std::is_enum_v<T>) {
            if (field.shape == Shape::number)
                out[field.name] = static_cast<std::underlying_type_t<T>>(value);
            else if (const std::string_view spelling = words::name(value); !spelling.empty())
                out[field.name] = spelling;
        } else if (field.shape == Shape::hash) {
            out[field.name] = fmt::format("{:016x}", value);
        } else {
            out[field.name] = value;
        }
    };
    std::visit([&](const auto& e) { for_each_field(e, add); }, entry.event);
    if (entry.cut) out["cut"] = true;
    return out.dump(-1, ' ', true, Json::error_handler_t::replace);
}

} // namespace ddll::journal
