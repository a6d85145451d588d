#include "check/suppressions.h"

#include "base/text.h"
#include "words/findings.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ddll::check {

using Json = nlohmann::json;

namespace {

constexpr std::size_t largest = std::size_t{1} << 20;

bool is_date(const std::string& text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    for (const std::size_t i : {0, 1, 2, 3, 5, 6, 8, 9})
        if (text[i] < '0' || text[i] > '9') return false;
    const int month = std::stoi(text.substr(5, 2)), day = std::stoi(text.substr(8, 2));
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

Error mistake(const std::string& path, const std::string& pointer, std::string what, std::string hint = {}) {
    return {std::move(what), std::move(hint), {path, 0, 0, pointer}, {}};
}

} // namespace

SuppressionFile read_suppressions(const std::string& path) {
    SuppressionFile out;
    const auto text = read_file(path, largest);
    if (!text) {
        out.mistakes.push_back(text.error());
        return out;
    }
    const Json json = Json::parse(*text, nullptr, false, true);
    if (!json.is_array()) {
        out.mistakes.push_back(mistake(path, "", "must be a JSON list of suppressions",
                                       R"([{"rule": "fd-leak", "reason": "why", "expires": "2026-12-31"}])"));
        return out;
    }
    for (std::size_t i = 0; i < json.size(); ++i) {
        const std::string at = fmt::format("/{}", i);
        const Json& item = json[i];
        if (!item.is_object()) {
            out.mistakes.push_back(mistake(path, at, "must be an object"));
            continue;
        }
        Suppression s;
        s.place.file = path;
        s.place.pointer = at;
        bool good = true;
        const auto take = [&](const char* key, std::string& into, bool needed) {
            if (!item.contains(key)) {
                if (needed) out.mistakes.push_back(mistake(path, at, fmt::format("needs \"{}\"", key)));
                good = good && !needed;
            } else if (!item.at(key).is_string() || item.at(key).get<std::string>().empty()) {
                out.mistakes.push_back(mistake(path, at + "/" + key, "must be a text that is not empty"));
                good = false;
            } else {
                into = item.at(key);
            }
        };
        std::string rule;
        take("rule", rule, true);
        take("reason", s.reason, true);
        take("expires", s.expires, true);
        take("subject", s.subject, false);
        if (!s.expires.empty() && !is_date(s.expires)) {
            out.mistakes.push_back(
                mistake(path, at + "/expires", fmt::format("{} is no day", s.expires), "2026-12-31"));
            good = false;
        }
        if (const auto known = words::named<words::Rule>(rule)) {
            s.rule = *known;
        } else if (!rule.empty()) {
            const auto meant = nearest(rule, words::rule_ids);
            out.mistakes.push_back(
                mistake(path, at + "/rule", fmt::format("there is no rule {}", rule),
                        meant ? fmt::format("did you mean {}?", *meant) : "ddlltool explain lists them"));
            good = false;
        }
        for (const auto& [key, value] : item.items()) {
            static_cast<void>(value);
            static constexpr std::string_view keys[] = {"rule", "subject", "reason", "expires"};
            if (std::find(std::begin(keys), std::end(keys), key) != std::end(keys)) continue;
            const auto meant = nearest(key, keys);
            out.mistakes.push_back(mistake(path, at + "/" + key, "unknown key",
                                           meant ? fmt::format("did you mean \"{}\"?", *meant) : one_of(keys)));
            good = false;
        }
        if (good) out.suppressions.push_back(std::move(s));
    }
    return out;
}

} // namespace ddll::check
