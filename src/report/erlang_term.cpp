// The report as a term that file:consult/1 reads: {ddlltool_report, 1, #{...}}.
#include "base/text.h"
#include "report/formats.h"
#include "report/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ddll::report {
namespace {

using Json = nlohmann::ordered_json;

/// A binary of UTF-8. Bytes that are none were read as such by nobody: U+FFFD stands for each.
std::string binary(std::string_view text) {
    std::string out = "<<\"";
    while (!text.empty()) {
        std::string_view rest = text;
        const auto c = take_utf8(rest);
        if (!c) {
            out += "\xEF\xBF\xBD";
            text.remove_prefix(1);
            continue;
        }
        if (*c == '"' || *c == '\\')
            out += fmt::format("\\{}", static_cast<char>(*c));
        else if (*c == '\n')
            out += "\\n";
        else if (*c < 0x20 || (*c >= 0x7F && *c < 0xA0) || *c == 0xFFFE || *c == 0xFFFF)
            out += fmt::format("\\x{{{:x}}}", static_cast<std::uint32_t>(*c));
        else
            out += text.substr(0, text.size() - rest.size());
        text = rest;
    }
    return out + "\"/utf8>>";
}

/// The words of these keys are few and fixed: atoms, to be matched on.
bool is_word(std::string_view key) {
    constexpr std::array<std::string_view, 4> words = {"verdict", "state", "severity", "kind"};
    return std::find(words.begin(), words.end(), key) != words.end();
}

bool plain_atom(std::string_view text) {
    if (text.empty() || !is_lower(text.front())) return false;
    return std::all_of(text.begin(), text.end(), ddll::is_word);
}

class TermWriter {
public:
    std::string take() { return std::move(out_); }

    /// Below `names` the keys are not ours but the run's: binaries.
    void value(const Json& json, std::string_view key, std::size_t depth) {
        if (json.is_object()) return object(json, key == "names", depth);
        if (json.is_array()) return array(json, depth);
        if (json.is_string()) {
            const auto& text = json.get_ref<const std::string&>();
            out_ += is_word(key) && plain_atom(text) ? text : binary(text);
        } else if (json.is_null()) {
            out_ += "undefined";
        } else {
            out_ += json.dump();
        }
    }

private:
    void line(std::size_t depth) { out_ += '\n' + std::string(depth * 2, ' '); }

    void object(const Json& json, bool free_keys, std::size_t depth) {
        out_ += "#{";
        bool first = true;
        for (const auto& item : json.items()) {
            if (!first) out_ += ',';
            first = false;
            line(depth + 1);
            out_ += (free_keys || !plain_atom(item.key()) ? binary(item.key()) : atom(item.key())) + " => ";
            value(item.value(), item.key(), depth + 1);
        }
        out_ += '}';
    }

    void array(const Json& json, std::size_t depth) {
        out_ += '[';
        bool first = true;
        for (const auto& item : json) {
            if (!first) out_ += ',';
            first = false;
            if (!item.is_number()) line(depth + 1);
            value(item, "", depth + 1);
        }
        out_ += ']';
    }

    static std::string atom(const std::string& word) {
        constexpr std::array<std::string_view, 29> kept_by_erlang = {
            "after", "and",   "andalso", "band",   "begin",   "bnot", "bor", "bsl",  "bsr", "bxor",
            "case",  "catch", "cond",    "div",    "else",    "end",  "fun", "if",   "let", "maybe",
            "not",   "of",    "or",      "orelse", "receive", "rem",  "try", "when", "xor"};
        const bool kept = std::find(kept_by_erlang.begin(), kept_by_erlang.end(), word) != kept_by_erlang.end();
        return kept ? '\'' + word + '\'' : word;
    }

    std::string out_;
};

} // namespace

std::string erlang_term(std::string_view tag, int version, const Json& json) {
    TermWriter writer;
    writer.value(json, "", 0);
    return fmt::format("%% coding: utf-8\n{{{}, {}, {}}}.\n", tag, version, writer.take());
}

std::string write_term(const Run& run, const Options& options) {
    Json json = run_json(run, options);
    const auto version = json.at("ddlltool").at("report").get<int>();
    json.erase("ddlltool");
    return erlang_term("ddlltool_report", version, json);
}

} // namespace ddll::report
