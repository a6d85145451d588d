#pragma once
/// Parser: the arguments of one command, known before any are given. It reads them, prints their help, and is what
/// completions and manual pages are made of (describe.h): whoever adds an option here has added it everywhere.
#include "base/result.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ddll::cli {

/// What an argument stands for: what a shell may offer for it.
enum class Takes : std::uint8_t {
    text,    ///< nobody can guess it: a number, a duration, an expression
    choice,  ///< one of Value::choices
    reports, ///< choices, each with or without =FILE, commas between them
    file,    ///< ending in Value::suffix, when that is not empty
    folder,
    files, ///< files ending in Value::suffix, and folders
    driver,
    port,
    process,
    session,
    shown_page, ///< rules, errors and words that `explain` has a page for
    command,    ///< of this program
};

struct Value {
    struct Choice {
        std::string word, doc;
    };
    Takes takes = Takes::text;
    std::string suffix;
    std::vector<Choice> choices;
};

Value choice_of(std::span<const std::string_view> words);
Value file_with(std::string suffix);

/// An argument that is told by its position.
struct Positional {
    std::string name, doc;
    bool required = false, repeats = false;
    Value value;
};

/// Help was asked for.
struct HelpText {
    std::string text;
};

class Parser : public CLI::App {
public:
    /// `name` is the whole command: "ddlltool session start". Adds --help.
    Parser(std::string summary, std::string name);

    /// Notes what the option takes, and gives it back.
    CLI::Option* takes(CLI::Option* option, Value value);
    const Value& value_of(const CLI::Option* option) const;

    /// For commands that take their positional arguments as a list of words and look at them themselves.
    void set_positionals(std::vector<Positional> all) { positionals_ = std::move(all); }
    const std::optional<std::vector<Positional>>& positionals() const { return positionals_; }

    /// Reads the arguments into what the options are bound to. Nothing: they are read. An Error's place.file holds the
    /// word that is wrong.
    Result<std::optional<HelpText>> read(const std::vector<std::string>& arguments);

    /// "run" of "ddlltool run".
    std::string command() const;

private:
    std::map<const CLI::Option*, Value> values_;
    std::optional<std::vector<Positional>> positionals_;
};

/// An option that may be given several times, with one value each.
CLI::Option* each(CLI::Option* option);

} // namespace ddll::cli
