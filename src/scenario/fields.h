#pragma once
/// The format of scenario files as tables: which keys each kind of object has, what may stand behind them, what
/// excludes what. The reader's checks, its suggestions and the JSON Schema all come from here; a new key is a new row.
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace ddll::scenario {

struct Shape;

/// How texts of one sort are spelled.
struct Spelling {
    std::string_view regex;            ///< ECMA 262, for the schema
    bool (*matches)(std::string_view); ///< the same by hand: std::regex recurses once per character
    std::string_view words;            ///< "begins with a-z, then letters, digits and _"
};

/// What may stand behind a key.
struct Type {
    enum class Form : std::uint8_t { text, whole, flag, list, map, object, steps };

    Form form = Form::text;
    std::string_view what;                     ///< "a duration": completes "must be ..."
    const Spelling* spelling = nullptr;        ///< of a text
    std::span<const std::string_view> words{}; ///< when not empty: the only texts allowed
    const Type* key = nullptr;                 ///< of a map: what its keys are
    const Type* element = nullptr;             ///< of a list or map
    std::int64_t least = 0;                    ///< of a whole number; number of elements of a list or map
    std::int64_t most = std::numeric_limits<std::int64_t>::max(); ///< of a whole number
    bool only_true = false;                                       ///< of a flag
    const Shape* shape = nullptr;                                 ///< of an object
    const Type* other = nullptr;                                  ///< may stand in its place
};

struct Field {
    std::string_view key;
    const Type* type;
    bool required;
    std::string_view doc; ///< one line
};

/// Keys of which at most one may be given, and exactly one if `required`.
struct Choice {
    std::span<const std::string_view> keys;
    bool required;
    std::string_view why;
};

/// One kind of object.
struct Shape {
    std::string_view name; ///< "a call": completes "... needs"
    std::string_view doc;
    std::span<const Field> fields;
    std::span<const Choice> choices{};
    std::size_t least_keys = 0; ///< so many keys at least, required ones included
    /// Shapes that share their keys are told apart by one value: `tag_key` is (or, with tag_is false, is not)
    /// `tag_value`.
    std::string_view tag_key{};
    std::string_view tag_value{};
    bool tag_is = true;

    const Field* find(std::string_view key) const;
};

/// The whole file.
extern const Shape scenario_shape;

extern const Shape call_step, batch_step, install_step, removal_step, advance_step, expect_step, expect_file_step,
    peer_step, repeat_step, note_step;

/// Every shape a step may have, in the order in which they are documented.
std::span<const Shape* const> step_shapes();

/// Types that the reader checks outside of any field.
extern const Type process_name, driver_name, version_name;

/// A callback as `driver_calls` writes it, and how many arguments it shows.
struct CallbackRow {
    std::string_view name;
    int arguments;
};
std::span<const CallbackRow> callback_rows();

} // namespace ddll::scenario
