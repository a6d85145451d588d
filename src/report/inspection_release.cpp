// A release of Erlang/OTP as inspect shows it.
#include "report/inspection.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ddll::report {

namespace {

std::string shown(const char* text) {
    return text;
}
std::string shown(unsigned number) {
    return fmt::format("{}", number);
}
template <class E>
requires std::is_enum_v<E> std::string shown(E value) {
    return words::name(value);
}

/// Without the marks around code.
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c != '`') out += c;
    return out;
}

} // namespace

std::string fact_text(words::ReleaseFact wanted, words::Release release) {
    std::string out;
    words::each_fact(words::facts_of(release), [&](words::ReleaseFact fact, const auto& value) {
        if (fact == wanted) out = shown(value);
    });
    return out;
}

InspectionSection release_section(words::Release release) {
    InspectionSection out{fmt::format("OTP {}", words::name(release)), {}};
    for (const words::ReleaseFact fact : words::all<words::ReleaseFact>)
        out.row(words::name(words::how_known(fact, release)),
                fmt::format("{}: {}", plain(words::text(fact).what), fact_text(fact, release)));
    return out;
}

nlohmann::ordered_json release_json(words::Release release) {
    nlohmann::ordered_json out = {{"otp", words::number_of(release)}, {"facts", nlohmann::ordered_json::array()}};
    for (const words::ReleaseFact fact : words::all<words::ReleaseFact>)
        out["facts"].push_back({{"fact", words::name(fact)},
                                {"value", fact_text(fact, release)},
                                {"known", words::name(words::how_known(fact, release))}});
    return out;
}

} // namespace ddll::report
