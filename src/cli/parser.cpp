#include "cli/parser.h"

#include "base/text.h"
#include "cli/choices.h"
#include "cli/exit_code.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <deque>

namespace ddll::cli {
namespace {

/// Instead of what CLI11 makes of the arguments.
class GivenUsage final : public CLI::Formatter {
public:
    explicit GivenUsage(std::string text) : text_(std::move(text)) {}
    std::string make_usage(const CLI::App*, std::string) const override { return text_ + "\n"; }
    std::string make_positionals(const CLI::App*) const override { return ""; }

private:
    std::string text_;
};

DescribedOption described(const CLI::Option& option, const Value& value) {
    DescribedOption out;
    for (const auto& name : option.get_snames()) out.names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) out.names.push_back("--" + name);
    out.doc = option.get_description();
    out.value = value;
    if (option.get_items_expected_max() == 0) return out;
    out.repeats = option.get_expected_max() > 1;
    // "N:UINT in [1 - 1024]" when a range is checked.
    out.value_name = option.get_type_name();
    const auto range = out.value_name.find(" in [");
    if (range == std::string::npos) return out;
    out.range = out.value_name.substr(range + 5);
    out.range.resize(out.range.find(']'));
    out.range.replace(out.range.find(" - "), 3, " to ");
    out.value_name.resize(out.value_name.rfind(':', range));
    return out;
}

/// The foot of --help has paragraphs; two of them begin with a word that says what they are.
void read_footer(const std::string& footer, Description& out) {
    for (std::size_t at = 0; at < footer.size();) {
        const auto end = std::min(footer.find("\n\n", at), footer.size());
        std::string paragraph = footer.substr(at, end - at);
        while (paragraph.ends_with('\n')) paragraph.pop_back();
        at = end + 2;
        constexpr std::string_view examples = "examples:\n", codes = "exit codes: ";
        if (paragraph.starts_with(examples))
            out.examples = paragraph.substr(examples.size());
        else if (paragraph.starts_with(codes))
            out.exit_codes = paragraph.substr(codes.size());
        else
            out.notes += (out.notes.empty() ? "" : "\n\n") + paragraph;
    }
}

} // namespace

Value choice_of(std::span<const std::string_view> words) {
    Value value{Takes::choice};
    for (const std::string_view word : words) value.choices.push_back({std::string(word), ""});
    return value;
}

Value file_with(std::string suffix) {
    return {Takes::file, std::move(suffix)};
}

Option* Option::takes(Value value) {
    value_ = std::move(value);
    return this;
}

Option* Option::type_name(std::string name) {
    inner_->type_name(std::move(name));
    return this;
}

Option* Option::takes(std::string name, Value value) {
    return type_name(std::move(name))->takes(std::move(value));
}

Option* Option::required() {
    inner_->required();
    return this;
}

Option* Option::range(unsigned least, unsigned most) {
    inner_->check(CLI::Range(least, most));
    return this;
}

Option* Option::range(std::uint64_t least, std::uint64_t most) {
    inner_->check(CLI::Range(least, most));
    return this;
}

Option* Option::each() {
    inner_->allow_extra_args(false)->type_size(1);
    return this;
}

Option* Option::any_number() {
    inner_->expected(0, -1);
    return this;
}

struct Parser::State {
    State(std::string summary, std::string name) : app(std::move(summary), std::move(name)) {}

    CLI::App app;
    std::deque<Option> options; // pointers to them are out
    std::vector<std::function<Result<void>()>> checks;
    std::optional<std::vector<Positional>> positionals;
};

Parser::Parser(std::string summary, std::string name)
    : state_(std::make_unique<State>(std::move(summary), std::move(name))) {
    added(state_->app.set_help_flag("-h,--help", "print this"));
}

Parser::~Parser() = default;

Option* Parser::added(CLI::Option* inner) {
    state_->options.push_back(Option(inner));
    return &state_->options.back();
}

Option* Parser::add_option(const std::string& names, std::string& into, const std::string& doc) {
    return added(state_->app.add_option(names, into, doc));
}

Option* Parser::add_option(const std::string& names, std::vector<std::string>& into, const std::string& doc) {
    return added(state_->app.add_option(names, into, doc));
}

Option* Parser::add_option(const std::string& names, unsigned& into, const std::string& doc) {
    return added(state_->app.add_option(names, into, doc));
}

Option* Parser::add_option(const std::string& names, std::uint64_t& into, const std::string& doc) {
    return added(state_->app.add_option(names, into, doc));
}

Option* Parser::add_flag(const std::string& names, bool& into, const std::string& doc) {
    return added(state_->app.add_flag(names, into, doc));
}

Option* Parser::add_option(const std::string& name, std::optional<std::chrono::milliseconds>& into,
                           const std::string& doc) {
    const auto text = std::make_shared<std::string>();
    add_check([=, &into]() -> Result<void> {
        if (text->empty()) return {};
        const auto limit = milliseconds_of(name, *text);
        if (!limit) return limit.error();
        into = *limit;
        return {};
    });
    return add_option(name, *text, doc)->type_name("DURATION");
}

Option* Parser::add_choice(const std::string& name, std::string_view word, std::span<const std::string_view> words,
                           const std::string& doc, std::function<void(std::size_t)> take) {
    const auto text = std::make_shared<std::string>(word);
    add_check([=]() -> Result<void> {
        const auto chosen = choice(name, *text, words);
        if (!chosen) return chosen.error();
        take(*chosen);
        return {};
    });
    return add_option(name, *text, doc)->takes(choice_of(words));
}

void Parser::add_check(std::function<Result<void>()> check) {
    state_->checks.push_back(std::move(check));
}

void Parser::footer(std::string text) {
    state_->app.footer(std::move(text));
}

void Parser::usage(std::string line) {
    state_->app.formatter(std::make_shared<GivenUsage>(std::move(line)));
}

void Parser::set_positionals(std::vector<Positional> all) {
    state_->positionals = std::move(all);
}

ExitCode Parser::run() {
    return ExitCode::ok;
}

std::string Parser::summary() const {
    return state_->app.get_description();
}

std::string Parser::footer() const {
    return state_->app.get_footer();
}

Description Parser::describe() const {
    Description out;
    out.name = state_->app.get_name();
    out.summary = summary();
    for (const Option& option : state_->options)
        if (!option.inner_->get_positional()) out.options.push_back(described(*option.inner_, option.value_));
    out.positionals = positionals();
    read_footer(footer(), out);
    return out;
}

std::vector<Positional> Parser::positionals() const {
    if (state_->positionals) return *state_->positionals;
    std::vector<Positional> out;
    for (const Option& option : state_->options) {
        const CLI::Option& inner = *option.inner_;
        if (inner.get_positional())
            out.push_back({inner.get_name(true, false), inner.get_description(), inner.get_required(),
                           inner.get_expected_max() > 1, option.value_});
    }
    return out;
}

Result<std::optional<HelpText>> Parser::read(const std::vector<std::string>& arguments) {
    CLI::App& app = state_->app;
    const std::string command = app.get_name().substr(app.get_name().find(' ') + 1); // "run" of "ddlltool run"
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        app.parse(reversed);
    } catch (const CLI::CallForHelp&) {
        return std::optional<HelpText>(HelpText{app.help()});
    } catch (const CLI::ExtrasError&) {
        const std::string word = app.remaining().empty() ? "" : app.remaining().front();
        std::vector<std::string> flags;
        for (const CLI::Option* option : app.get_options()) {
            for (const auto& flag : option->get_lnames()) flags.push_back("--" + flag);
            for (const auto& flag : option->get_snames()) flags.push_back("-" + flag);
        }
        const bool option = word.starts_with('-');
        const std::vector<std::string_view> views(flags.begin(), flags.end());
        const auto meant = option ? nearest(word.substr(0, word.find('=')), views) : std::nullopt;
        return about(word, option ? "no such option" : "not expected here",
                     meant ? fmt::format("did you mean {}?", *meant) : app.get_name() + " --help tells more");
    } catch (const CLI::ArgumentMismatch& e) {
        const std::string text = e.what();
        const auto colon = text.find(": ");
        if (colon == std::string::npos || !text.ends_with(" missing"))
            return about(command, text, app.get_name() + " --help tells more");
        return about(text.substr(0, colon), "needs a value", app.get_name() + " --help tells more");
    } catch (const CLI::ParseError& e) {
        return about(command, e.what(), app.get_name() + " --help tells more");
    }
    for (const auto& check : state_->checks)
        if (auto good = check(); !good) return std::move(good).error();
    return std::optional<HelpText>();
}

} // namespace ddll::cli
