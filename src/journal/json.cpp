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

class Writer {
public:
    Writer(const Entry& entry, const Names& names, Json& out) : entry_(entry), names_(names), out_(out) {}

    template <class F, class T>
    void operator()(const F& field, const T& value) const {
        if (field.shape == Shape::address || field.shape == Shape::hidden) return;
        if constexpr (is_id<T>) {
            if (value) out_[field.name] = text_of(value, names_);
        } else if constexpr (std::is_same_v<T, std::string_view>) {
            out_[field.name] = string(field.shape, value);
        } else if constexpr (std::is_enum_v<T>) {
            enumerator(field.name, field.shape, value);
        } else if constexpr (std::is_same_v<T, bool>) {
            out_[field.name] = value;
        } else {
            number(field.name, field.shape, value);
        }
    }

private:
    std::string string(Shape shape, std::string_view value) const {
        if (shape == Shape::term) return term_text(value, entry_.cut, names_);
        if (shape == Shape::bytes) return bytes_text(value, payload_limit);
        return valid_utf8(value) ? std::string(value) : latin1_to_utf8(value);
    }

    template <class T>
    void enumerator(const char* key, Shape shape, T value) const {
        if (shape == Shape::number)
            out_[key] = static_cast<std::underlying_type_t<T>>(value);
        else if (const std::string_view spelling = words::name(value); !spelling.empty())
            out_[key] = spelling;
    }

    template <class T>
    void number(const char* key, Shape shape, T value) const {
        if (shape == Shape::hash)
            out_[key] = fmt::format("{:016x}", value);
        else
            out_[key] = value;
    }

    const Entry& entry_;
    const Names& names_;
    Json& out_;
};

} // namespace

std::string to_json(const Entry& entry, const Names& names) {
    Json out;
    out["seq"] = entry.seq;
    out["time_ns"] = entry.time.ns;
    if (entry.thread != 0) out["thread"] = entry.thread;
    out["kind"] = kind_name(entry.event);
    std::visit([&](const auto& e) { for_each_field(e, Writer(entry, names, out)); }, entry.event);
    if (entry.cut) out["cut"] = true;
    return out.dump(-1, ' ', true, Json::error_handler_t::replace);
}

} // namespace ddll::journal
