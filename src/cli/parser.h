#pragma once
/// Parser: a command, and its arguments, known before any are given. It reads them, prints their help, runs the
/// command, and is what completions (complete.h) and manual pages (man_page.h) are made of: whoever adds an option here
/// has added it everywhere.
#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
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

enum class ExitCode : int; // exit_code.h

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
    std::string suffix = {};
    std::vector<Choice> choices = {};
};

Value choice_of(std::span<const std::string_view> words);
Value file_with(std::string suffix);

/// An argument that is known by its position.
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
    Option* takes(Value value);
    Option* type_name(std::string name); ///< what --help calls its value
    Option* takes(std::string type_name, Value value);
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

/// What has been declared of an option.
struct DescribedOption {
    std::vector<std::string> names; ///< "-j", "--jobs"
    std::string value_name;         ///< "N"; empty for flags
    std::string range;              ///< "1 to 10", where the parser checks one
    std::string doc;
    Value value;
    bool repeats = false;

    bool flag() const { return value_name.empty(); }
};

/// What a command takes, as data: for completions and manual pages.
struct Description {
    std::string name;    ///< "ddlltool session start"
    std::string summary; ///< sentences
    std::vector<DescribedOption> options;
    std::vector<Positional> positionals;
    std::string notes;      ///< what else the foot of --help says
    std::string examples;   ///< whole lines
    std::string exit_codes; ///< "0 done, 1 ..."
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
    /// At least a millisecond.
    Option* add_option(const std::string& name, std::optional<std::chrono::milliseconds>& into, const std::string& doc);
    /// One of `words`, whose number is that of the enumerator.
    template <class E>
    Option* add_choice(const std::string& name, E& into, std::span<const std::string_view> words,
                       const std::string& doc) {
        return add_choice(name, words[static_cast<std::size_t>(into)], words, doc,
                          [&into](std::size_t chosen) { into = static_cast<E>(chosen); });
    }

    /// What `read` does when the arguments are read, in the order of these calls, until one is an error.
    void add_check(std::function<Result<void>()> check);

    /// What --help ends with.
    void footer(std::string text);
    /// What --help begins with, instead of what follows from the arguments.
    void usage(std::string line);

    /// For commands that take their positional arguments as a list of words and look at them themselves.
    void set_positionals(std::vector<Positional> all);

    /// Reads the arguments into what the options are bound to. Nothing: they are read. An Error's place.file holds the
    /// word that is wrong.
    virtual Result<std::optional<HelpText>> read(const std::vector<std::string>& arguments);
    /// Runs the command with what `read` has read.
    virtual ExitCode run();

    std::string summary() const;
    std::string footer() const;
    Description describe() const;

private:
    struct State;
    Option* added(CLI::Option* inner);
    Option* add_choice(const std::string& name, std::string_view word, std::span<const std::string_view> words,
                       const std::string& doc, std::function<void(std::size_t)> take);
    std::vector<Positional> positionals() const;

    std::unique_ptr<State> state_;
};

} // namespace ddll::cli
