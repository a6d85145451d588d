#include "scenario/located_json.h"

#include "base/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <set>

namespace ddll::scenario {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::size_t skip_digits(std::string_view text, std::size_t i) {
    while (i < text.size() && is_digit(text[i])) ++i;
    return i;
}

// By the grammar, not by a set of characters: in 01 the token ends after the 0, and so the 1 is what is reported.
std::size_t skip_number(std::string_view text, std::size_t i) {
    if (i < text.size() && text[i] == '-') ++i;
    i = i < text.size() && text[i] == '0' ? i + 1 : skip_digits(text, i);
    if (i + 1 < text.size() && text[i] == '.' && is_digit(text[i + 1])) i = skip_digits(text, i + 1);
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        std::size_t j = i + 1;
        if (j < text.size() && (text[j] == '+' || text[j] == '-')) ++j;
        if (j < text.size() && is_digit(text[j])) i = skip_digits(text, j);
    }
    return i;
}

std::size_t skip_text(std::string_view text, std::size_t i) {
    for (++i; i < text.size() && text[i] != '"'; ++i)
        if (text[i] == '\\') ++i;
    return std::min(i + 1, text.size());
}

unsigned hex4(std::string_view digits) {
    unsigned value = 0;
    for (const char c : digits.substr(0, 4))
        value = value * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    return value;
}

} // namespace

const Node* Node::find(std::string_view wanted) const {
    if (kind != Kind::object) return nullptr;
    const auto found = std::find_if(children.begin(), children.end(), [&](const Node* n) { return n->key == wanted; });
    return found == children.end() ? nullptr : *found;
}

std::string_view describe(Node::Kind kind) {
    static constexpr std::string_view kinds[] = {"null",   "a truth value", "a number", "a number",
                                                 "a text", "a list",        "an object"};
    return kinds[static_cast<std::size_t>(kind)];
}

std::size_t skip_blank(std::string_view text, std::size_t i) {
    while (i < text.size()) {
        if (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r') {
            ++i;
        } else if (text.substr(i, 2) == "//") {
            i = std::min(text.find_first_of("\r\n", i), text.size());
        } else if (text.substr(i, 2) == "/*") {
            const auto end = text.find("*/", i + 2);
            if (end == std::string_view::npos) return i;
            i = end + 2;
        } else {
            return i;
        }
    }
    return i;
}

std::size_t skip_token(std::string_view text, std::size_t i) {
    if (i >= text.size()) return text.size();
    if (text[i] == '"') return skip_text(text, i);
    if (text[i] == '-' || is_digit(text[i])) return skip_number(text, i);
    if (text[i] >= 'a' && text[i] <= 'z') {
        while (i < text.size() && text[i] >= 'a' && text[i] <= 'z') ++i;
        return i;
    }
    return i + 1;
}

/// Turns nlohmann's events into the tree. Events come in the order of the tokens, one for each token but ',' and ':',
/// so a cursor of our own that skips one token for each event is always at the right place.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
public:
    TreeBuilder(Document& document, std::vector<Error>& mistakes, std::size_t max_depth, std::size_t start)
        : document_(document), mistakes_(mistakes), max_depth_(max_depth) {
        state_.position = start;
    }

    bool null() override { return leaf(Node::Kind::null) != nullptr; }
    bool boolean(bool value) override {
        leaf(Node::Kind::boolean)->boolean = value;
        return true;
    }
    bool number_integer(number_integer_t value) override {
        leaf(Node::Kind::integer)->integer = value;
        return true;
    }
    bool number_unsigned(number_unsigned_t value) override {
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            leaf(Node::Kind::floating)->floating = static_cast<double>(value);
        else
            leaf(Node::Kind::integer)->integer = static_cast<std::int64_t>(value);
        return true;
    }
    bool number_float(number_float_t value, const string_t&) override {
        leaf(Node::Kind::floating)->floating = value;
        return true;
    }
    bool string(string_t& value) override {
        leaf(Node::Kind::text)->text = std::move(value);
        return true;
    }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override {
        keys_.emplace_back();
        return open(Node::Kind::object, SyntaxState::After::open_object);
    }
    bool start_array(std::size_t) override { return open(Node::Kind::list, SyntaxState::After::open_list); }
    bool end_object() override {
        keys_.pop_back();
        return close();
    }
    bool end_array() override { return close(); }
    bool key(string_t& value) override {
        token();
        key_begin_ = begin_;
        key_end_ = state_.position;
        key_repeated_ = !keys_.back().insert(value).second;
        key_ = std::move(value);
        state_.after = SyntaxState::After::key;
        if (key_repeated_)
            mistakes_.push_back({fmt::format("the key \"{}\" stands here a second time", key_),
                                 "remove one of the two",
                                 document_.place_at(key_begin_, Document::pointer(*state_.open.back()->find(key_))),
                                 {}});
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        mistakes_.push_back(explain_syntax(document_, state_));
        failed_ = true;
        return false;
    }

    const Node* root() const { return failed_ ? nullptr : root_; }

private:
    void token() {
        const std::string_view text = document_.text();
        std::size_t i = skip_blank(text, state_.position);
        while (i < text.size() && (text[i] == ',' || text[i] == ':')) i = skip_blank(text, i + 1);
        begin_ = i;
        state_.position = skip_token(text, i);
    }

    Node* add(Node::Kind kind) {
        token();
        Node& node = document_.nodes_.emplace_back();
        node.kind = kind;
        node.begin = begin_;
        node.end = state_.position;
        if (state_.open.empty()) {
            root_ = &node;
            return &node;
        }
        // Every open node is one of nodes_; the state only promises not to change it.
        Node* parent = const_cast<Node*>(state_.open.back());
        node.parent = parent;
        if (parent->is(Node::Kind::object)) {
            node.key = key_;
            node.key_begin = key_begin_;
            node.key_end = key_end_;
            if (key_repeated_) return &node; // stays readable for its own mistakes, but the first one counts
        } else {
            node.index = parent->children.size();
        }
        parent->children.push_back(&node);
        return &node;
    }

    Node* leaf(Node::Kind kind) {
        Node* node = add(kind);
        state_.after = SyntaxState::After::value;
        return node;
    }

    bool open(Node::Kind kind, SyntaxState::After after) {
        const Node* node = add(kind);
        if (state_.open.size() >= max_depth_) {
            mistakes_.push_back({fmt::format("lists and objects are nested more than {} deep", max_depth_),
                                 {},
                                 document_.place_of(*node),
                                 {}});
            failed_ = true;
            return false;
        }
        state_.open.push_back(node);
        state_.after = after;
        return true;
    }

    bool close() {
        token();
        const_cast<Node*>(state_.open.back())->end = state_.position;
        state_.open.pop_back();
        state_.after = SyntaxState::After::value;
        return true;
    }

    Document& document_;
    std::vector<Error>& mistakes_;
    std::size_t max_depth_;
    SyntaxState state_;
    std::size_t begin_ = 0, key_begin_ = 0, key_end_ = 0;
    std::string key_;
    bool key_repeated_ = false, failed_ = false;
    std::vector<std::set<std::string, std::less<>>> keys_; ///< of each open object
    const Node* root_ = nullptr;
};

Document::Document(std::string text, std::string file) : text_(std::move(text)), file_(std::move(file)) {
    // The mark that some editors put in front is no column of the first line.
    line_starts_.push_back(text_.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
    for (std::size_t i = 0; i < text_.size(); ++i)
        if (text_[i] == '\n') line_starts_.push_back(i + 1);
}

const Node* Document::parse(std::vector<Error>& mistakes, std::size_t max_depth) {
    std::string_view rest = text_;
    while (!rest.empty() && rest.front() != '\0' && take_utf8(rest)) {
    }
    if (!rest.empty()) {
        const auto byte = static_cast<unsigned char>(rest.front());
        mistakes.push_back({byte == 0 ? "a zero byte is no part of a text file"
                                      : fmt::format("the byte 0x{:02x} is not UTF-8 here", byte),
                            "save the file as UTF-8; a byte in a binary is written as a number: <<16#ff>>",
                            place_at(text_.size() - rest.size()),
                            {}});
        return nullptr;
    }
    TreeBuilder builder(*this, mistakes, max_depth, line_starts_.front());
    nlohmann::json::sax_parse(text_, &builder, nlohmann::json::input_format_t::json, /*strict=*/true,
                              /*ignore_comments=*/true);
    return builder.root();
}

Place Document::place_at(std::size_t offset, std::string pointer) const {
    const auto next = std::upper_bound(line_starts_.begin() + 1, line_starts_.end(), offset);
    const std::size_t start = *(next - 1);
    return {file_, static_cast<int>(next - line_starts_.begin()), static_cast<int>(std::max(offset, start) - start + 1),
            std::move(pointer)};
}

Place Document::place_of(const Node& node) const {
    return place_at(node.begin, pointer(node));
}

Place Document::place_of_key(const Node& node) const {
    return place_at(node.key_end == 0 ? node.begin : node.key_begin, pointer(node));
}

Place Document::place_in(const Node& node, std::size_t offset) const {
    std::size_t i = node.begin + 1;
    for (std::size_t decoded = 0; decoded < offset && i + 1 < node.end;) {
        if (text_[i] != '\\') {
            ++decoded, ++i;
        } else if (text_[i + 1] != 'u') {
            ++decoded, i += 2;
        } else {
            const unsigned unit = hex4(std::string_view(text_).substr(i + 2));
            const bool pair = unit >= 0xD800 && unit < 0xDC00;
            const std::size_t length = pair ? 4u : unit < 0x80 ? 1u : unit < 0x800 ? 2u : 3u;
            if (decoded + length > offset) break;
            decoded += length, i += pair ? 12 : 6;
        }
    }
    return place_at(i, pointer(node));
}

std::string Document::pointer(const Node& node) {
    std::vector<const Node*> path;
    for (const Node* n = &node; n->parent != nullptr; n = n->parent) path.push_back(n);
    std::string out;
    for (auto n = path.rbegin(); n != path.rend(); ++n) {
        out += '/';
        if ((*n)->parent->is(Node::Kind::list)) {
            out += std::to_string((*n)->index);
            continue;
        }
        for (const char c : (*n)->key) {
            if (c == '~')
                out += "~0";
            else if (c == '/')
                out += "~1";
            else
                out += c;
        }
    }
    return out;
}

} // namespace ddll::scenario
