#pragma once
/// Parser: the arguments of one command, known before any are given. It reads them, prints their help, and is what
/// completions and manual pages are made of (describe.h): whoever adds an option here has added it everywhere.
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace CLI { // parser.cpp alone includes CLI11, which is slow to compile
class Option;
}

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

/// One option or positional argument while it is being declared. Belongs to its Parser. All of them give the option
/// back.
class Option {
public:
    Option* type_name(std::string name); ///< what --help calls its value
    Option* required();
    /// Only numbers from `least` to `most` are taken.
    Option* range(unsigned least, unsigned most);
    Option* range(std::uint64_t least, std::uint64_t most);
    /// May be given several times, with one value each.
    Option* each();
    /// Any number of values, and none too.
    Option* any_number();

private:
    friend class Parser;
    explicit Option(CLI::Option* inner) : inner_(inner) {}

    CLI::Option* inner_;
    Value value_;
};

/// What has been declared of an option, for describe.h.
struct DescribedOption {
    std::vector<std::string> names; ///< "-j", "--jobs"
    std::string value_name;         ///< "N"; empty for flags
    std::string range;              ///< "1 to 10", where the parser checks one
    std::string doc;
    Value value;
    bool repeats = false;

    bool flag() const { return value_name.empty(); }
};

class Parser {
public:
    /// `name` is the whole command: "ddlltool session start". Adds --help.
    Parser(std::string summary, std::string name);
    virtual ~Parser();
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    /// Whatever an option is bound to is written by `read` and must live until then. What it holds now is its default.
    Option* add_option(const std::string& names, std::string& into, const std::string& doc);
    Option* add_option(const std::string& names, std::vector<std::string>& into, const std::string& doc);
    Option* add_option(const std::string& names, unsigned& into, const std::string& doc);
    Option* add_option(const std::string& names, std::uint64_t& into, const std::string& doc);
    Option* add_flag(const std::string& names, bool& into, const std::string& doc);

    /// Notes what the option takes, and gives it back.
    static Option* takes(Option* option, Value value);

    /// What --help ends with.
    void footer(std::string text);
    /// What --help begins with, instead of what follows from the arguments.
    void usage(std::string line);

    /// For commands that take their positional arguments as a list of words and look at them themselves.
    void set_positionals(std::vector<Positional> all);

    /// Reads the arguments into what the options are bound to. Nothing: they are read. An Error's place.file holds the
    /// word that is wrong.
    Result<std::optional<HelpText>> read(const std::vector<std::string>& arguments);

    std::string name() const;
    std::string command() const; ///< "run" of "ddlltool run"
    std::string summary() const;
    std::string footer() const;
    std::vector<DescribedOption> options() const;
    std::vector<Positional> positionals() const;

private:
    struct State;
    Option* added(CLI::Option* inner);

    std::unique_ptr<State> state_;
};

/// An option that may be given several times, with one value each.
inline Option* each(Option* option) {
    return option->each();
}

} // namespace ddll::cli
