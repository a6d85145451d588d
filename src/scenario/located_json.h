#pragma once
/// JSON with comments as a small tree that remembers where everything stood, so that a mistake in a scenario can be
/// reported with line, column and JSON pointer. The grammar is nlohmann's (read through its SAX interface); places are
/// found here, because its events carry none.
#include "base/result.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::scenario {

/// One value. Owned by its Document; lives as long as that.
struct Node {
    enum class Kind : std::uint8_t { null, boolean, integer, floating, text, list, object };

    Kind kind = Kind::null;
    bool boolean = false;
    std::int64_t integer = 0; ///< numbers without fraction and exponent that fit; others are `floating`
    double floating = 0;
    std::string text;                  ///< unescaped, valid UTF-8
    std::vector<const Node*> children; ///< items of a list, values of an object; in file order
    const Node* parent = nullptr;
    std::string key;                        ///< within an object
    std::size_t index = 0;                  ///< within a list
    std::size_t begin = 0, end = 0;         ///< byte offsets; a text includes its quotes
    std::size_t key_begin = 0, key_end = 0; ///< of the key, with its quotes

    bool is(Kind k) const { return kind == k; }
    /// The member named so (the first one, should the file repeat it), or null.
    const Node* find(std::string_view key) const;
};

/// "a number", "a list", ...: for "expected ..., not ...".
std::string_view describe(Node::Kind kind);

/// The text of a file and the tree in it. Not movable: nodes point at each other.
class Document {
public:
    /// `file` stands in every Place. `text` is copied.
    Document(std::string text, std::string file);
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;

    /// Reads the text. Mistakes (syntax, bytes that are no UTF-8, nesting, repeated keys) are appended; null when there
    /// is no tree.
    const Node* parse(std::vector<Error>& mistakes, std::size_t max_depth = 64);

    const std::string& text() const { return text_; }
    const std::string& file() const { return file_; }

    /// Line and column of a byte offset.
    Place place_at(std::size_t offset, std::string pointer = {}) const;
    Place place_of(const Node& node) const;     ///< where the value begins
    Place place_of_key(const Node& node) const; ///< where its key begins; the value when it has none
    /// Place of a byte of an unescaped text: finds it behind the escapes. Past the end: the closing quote.
    Place place_in(const Node& text_node, std::size_t offset) const;

    static std::string pointer(const Node& node);

private:
    friend class TreeBuilder;

    std::string text_;
    std::string file_;
    std::vector<std::size_t> line_starts_;
    std::deque<Node> nodes_;
};

// --- shared by the two source files
// -------------------------------------------------------------------------------------

/// Where reading stopped: the end of the last good token and what it was.
struct SyntaxState {
    enum class After : std::uint8_t { nothing, key, value, open_object, open_list } after = After::nothing;
    std::size_t position = 0;
    std::vector<const Node*> open; ///< objects and lists not yet closed, outermost first
};

/// The offset behind white space and comments from `position` on; a comment that does not end is not skipped.
std::size_t skip_blank(std::string_view text, std::size_t position);

/// The offset behind the token that begins at `position` and is known to be well-formed.
std::size_t skip_token(std::string_view text, std::size_t position);

/// Says in words why the text does not go on as JSON after `state`.
Error explain_syntax(const Document& document, const SyntaxState& state);

} // namespace ddll::scenario
