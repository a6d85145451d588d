// The lines of `driver_calls`.
#include "base/check.h"
#include "base/text.h"
#include "scenario/reader_steps.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::scenario {
namespace {

std::string_view trim(std::string_view s) {
    while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
    while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
    return s;
}

bool is_identifier(std::string_view s) {
    return !s.empty() && std::all_of(s.begin(), s.end(), is_word);
}

struct CallsReader {
    ReadScope& context;
    Texts& texts;
    const Node& node;
    const std::vector<std::string_view>& drivers;

    std::nullopt_t mistake(std::size_t offset, std::string message, std::string hint = {}) {
        context.mistake(context.document.place_in(node, offset), std::move(message), std::move(hint));
        texts.assume_bound(node);
        return std::nullopt;
    }

    std::size_t offset_of(std::string_view part) const {
        return static_cast<std::size_t>(part.data() - node.text.data());
    }

    std::optional<DriverCallPattern> read() {
        DriverCallPattern out;
        out.written = node.text;
        const std::string_view whole = trim(node.text);
        const auto paren = whole.find('(');
        const std::string_view head = trim(whole.substr(0, paren));
        std::string_view name = head;
        if (const auto colon = head.rfind(':'); colon != head.npos) {
            name = trim(head.substr(colon + 1));
            if (!owner(head.substr(0, colon), out)) return std::nullopt;
        }
        out.name = name;
        const auto row = std::find_if(callback_rows().begin(), callback_rows().end(),
                                      [&](const CallbackRow& r) { return r.name == name; });
        const bool is_callback = row != callback_rows().end();
        if (is_callback) {
            out.callback = words::named<words::Callback>(name);
            DDLL_CHECK(out.callback.has_value());
        } else if (!words::named<words::ApiFunction>(name)) {
            std::vector<std::string_view> names;
            for (const auto& r : callback_rows()) names.push_back(r.name);
            for (const auto function : words::api_functions) names.emplace_back(words::name(function));
            return mistake(
                offset_of(name), fmt::format("{} is neither a callback nor a driver API function", quote(name)),
                did_you_mean(name, names, "write a callback, such as \"stop\", or \"start(P, \\\"counter\\\")\""));
        }
        if (paren == whole.npos) return out;
        return arguments(whole.substr(static_cast<std::size_t>(name.data() - whole.data())),
                         is_callback ? row->arguments : -1, std::move(out));
    }

    bool owner(std::string_view written, DriverCallPattern& out) {
        const bool is_driver = std::find(drivers.begin(), drivers.end(), trim(written)) != drivers.end();
        const auto slash = is_driver ? written.npos : written.rfind('/');
        const std::string_view driver = trim(written.substr(0, slash));
        if (!driver_name.spelling->matches(driver)) {
            mistake(offset_of(driver), fmt::format("{} cannot be the name of a driver", quote(driver)),
                    "write driver/version:callback(arguments)");
            return false;
        }
        out.driver = driver;
        if (slash == written.npos) return true;
        const std::string_view version = trim(written.substr(slash + 1));
        if (!version_name.spelling->matches(version)) {
            mistake(offset_of(version), fmt::format("{} cannot be a version", quote(version)),
                    "write driver/version:callback(arguments)");
            return false;
        }
        out.version = version;
        return true;
    }

    // name(A, B) is a call by its syntax, and so the expression parser does all the work.
    std::optional<DriverCallPattern> arguments(std::string_view call, int most, DriverCallPattern out) {
        if (!is_identifier(out.name)) return mistake(offset_of(call), fmt::format("{} is no callback", quote(call)));
        const std::size_t offset = offset_of(call);
        const auto expr = texts.parse(node, offset);
        if (!expr) return std::nullopt;
        if (expr->kind != term::Expr::Kind::call || !expr->module.empty() || expr->name != out.name)
            return mistake(offset, fmt::format("{} is no callback with arguments", quote(call)),
                           "write driver/version:callback(arguments)");
        if (most < 0 && !expr->children.empty())
            return mistake(offset, fmt::format("the arguments of {} cannot be looked at", out.name),
                           "only those of callbacks can: write the name alone");
        if (most >= 0 && expr->children.size() > static_cast<std::size_t>(most)) {
            return mistake(offset, fmt::format("{} has {} argument{}, not {}", out.name,
                                               most == 0 ? "no" : std::to_string(most),
                                               plural(static_cast<unsigned>(most)), expr->children.size()));
        }
        for (const auto& argument : expr->children) {
            texts.check_pattern(node, *argument, offset);
            out.arguments.push_back({term::print(*argument), argument, texts.place_of(node, *argument, offset)});
        }
        return out;
    }
};

} // namespace

std::optional<DriverCallPattern> read_driver_call(ReadScope& context, Texts& texts, const Node& node,
                                                  const std::vector<std::string_view>& drivers) {
    return CallsReader{context, texts, node, drivers}.read();
}

} // namespace ddll::scenario
