#include "verify/random_parts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ddll::verify {

Dice::Dice(std::uint64_t seed, std::uint64_t number)
    : state_(seed * 0x9E3779B97F4A7C15ULL ^ number * 0xD1B54A32D192ED03ULL) {
    next();
}

std::uint64_t Dice::next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
    return z ^ z >> 31;
}

std::string json_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string applied(std::string_view function, std::initializer_list<std::string> arguments) {
    return fmt::format("{}({})", function, fmt::join(arguments, ", "));
}

std::string RandomStory::fresh(std::vector<std::string>& names, char letter) {
    names.push_back(fmt::format("{}{}", letter, names.size() + 1));
    return names.back();
}

std::string RandomStory::fresh_port(bool own) {
    ports.push_back({fmt::format("P{}", ports.size() + 1), own, self()});
    return ports.back().name;
}

void RandomStory::install(std::string_view driver, std::string_view version, std::string_view into) {
    other(fmt::format(R"({{ "install": "{}", "version": "{}", "into": "{}" }})", driver, version, into));
}

void RandomStory::other(std::string json) {
    RandomStep step;
    step.other = std::move(json);
    scenario.steps.push_back(std::move(step));
}

void RandomStory::batch(std::string_view by, std::vector<RandomCall> calls) {
    RandomStep step;
    step.by = by;
    step.calls = std::move(calls);
    scenario.steps.push_back(std::move(step));
}

void RandomStory::advance(std::size_t milliseconds) {
    other(fmt::format(R"({{ "advance": "{}ms" }})", milliseconds));
}

std::string RandomStep::text() const {
    if (calls.empty()) return other;
    const auto outcome = [](const RandomCall& call) {
        return call.raises.empty() ? json_text(call.pattern.empty() ? "_" : call.pattern)
                                   : fmt::format(R"({{"raises": {}}})", json_text(call.raises));
    };
    std::string out = fmt::format(R"({{ "by": "{}", )", by);
    if (calls.size() == 1) {
        const RandomCall& call = calls.front();
        out += R"("call": )" + json_text(call.text);
        if (blocks)
            out += R"(, "blocks": true)";
        else if (!call.raises.empty())
            out += R"(, "raises": )" + json_text(call.raises);
        else if (!call.pattern.empty() && !ends_caller)
            out += R"(, "returns": )" + json_text(call.pattern);
    } else {
        std::string texts, patterns;
        for (const RandomCall& call : calls) {
            if (!texts.empty()) texts += ", ", patterns += ", ";
            texts += json_text(call.text);
            patterns += outcome(call);
        }
        out += fmt::format(R"("calls": [{}], "returns": [{}])", texts, patterns);
    }
    if (ends_caller) out += fmt::format(R"(, "exits": {{ "{}": "_" }})", by);
    return out + " }";
}

} // namespace ddll::verify
