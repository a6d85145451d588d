#include "check/suppressions.h"

#include "base/text.h"
#include "words/findings.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ddll::check {

namespace {

constexpr std::size_t largest = std::size_t{1} << 20;

bool is_date(const std::string& text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    for (const std::size_t i : {0, 1, 2, 3, 5, 6, 8, 9})
        if (text[i] < '0' || text[i] > '9') return false;
    const int month = std::stoi(text.substr(5, 2)), day = std::stoi(text.substr(8, 2));
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

} // namespace

SuppressionFile read_suppressions(const std::string& path) {
    SuppressionFile out;
    const auto text = read_file(path, largest);
    if (!text) {
        out.mistakes.push_back(text.error());
        return out;
    }
    const auto mistake = [&](const std::string& pointer, std::string what, std::string hint = {}) {
        out.mistakes.push_back({std::move(what), std::move(hint), {path, 0, 0, pointer}, {}});
    };
    const auto json = nlohmann::json::parse(*text, nullptr, false, true);
    if (!json.is_array()) {
        mistake("", "must be a JSON list of suppressions",
                R"([{"rule": "fd-leak", "reason": "why", "expires": "2026-12-31"}])");
        return out;
    }
    for (std::size_t i = 0; i < json.size(); ++i) {
        const std::string at = fmt::format("/{}", i);
        const nlohmann::json& item = json[i];
        if (!item.is_object()) {
            mistake(at, "must be an object");
            continue;
        }
        Suppression s;
        s.place.file = path;
        s.place.pointer = at;
        const std::size_t before = out.mistakes.size();
        const auto take = [&](const char* key, std::string& into, bool needed) {
            if (!item.contains(key)) {
                if (needed) mistake(at, fmt::format("needs \"{}\"", key));
            } else if (!item.at(key).is_string() || item.at(key).get<std::string>().empty()) {
                mistake(at + "/" + key, "must be a text that is not empty");
            } else {
                into = item.at(key);
            }
        };
        std::string rule;
        take("rule", rule, true);
        take("reason", s.reason, true);
        take("expires", s.expires, true);
        take("subject", s.subject, false);
        if (!s.expires.empty() && !is_date(s.expires))
            mistake(at + "/expires", fmt::format("{} is no day", s.expires), "2026-12-31");
        if (const auto known = words::named<words::Rule>(rule)) {
            s.rule = *known;
        } else if (!rule.empty()) {
            const auto meant = nearest(rule, words::rule_ids);
            mistake(at + "/rule", fmt::format("there is no rule {}", rule),
                    meant ? fmt::format("did you mean {}?", *meant) : "ddlltool explain lists them");
        }
        for (const auto& [key, value] : item.items()) {
            static_cast<void>(value);
            static constexpr std::string_view keys[] = {"rule", "subject", "reason", "expires"};
            if (std::find(std::begin(keys), std::end(keys), key) != std::end(keys)) continue;
            const auto meant = nearest(key, keys);
            mistake(at + "/" + key, "unknown key", meant ? fmt::format("did you mean \"{}\"?", *meant) : one_of(keys));
        }
        if (out.mistakes.size() == before) out.suppressions.push_back(std::move(s));
    }
    return out;
}

} // namespace ddll::check
