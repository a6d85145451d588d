#include "cli/parser.h"

#include "base/text.h"
#include "cli/choices.h"

#include <fmt/format.h>

namespace ddll::cli {

Value choice_of(std::span<const std::string_view> words) {
    Value value;
    value.takes = Takes::choice;
    for (const std::string_view word : words) value.choices.push_back({std::string(word), ""});
    return value;
}

Value file_with(std::string suffix) {
    Value value;
    value.takes = Takes::file;
    value.suffix = std::move(suffix);
    return value;
}

Parser::Parser(std::string summary, std::string name) : CLI::App(std::move(summary), std::move(name)) {
    set_help_flag("-h,--help", "print this");
}

CLI::Option* Parser::takes(CLI::Option* option, Value value) {
    values_[option] = std::move(value);
    return option;
}

const Value& Parser::value_of(const CLI::Option* option) const {
    static const Value nothing;
    const auto found = values_.find(option);
    return found == values_.end() ? nothing : found->second;
}

std::string Parser::command() const {
    const std::string name = get_name();
    return name.substr(name.find(' ') + 1);
}

Result<std::optional<HelpText>> Parser::read(const std::vector<std::string>& arguments) {
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        parse(reversed);
    } catch (const CLI::CallForHelp&) {
        return std::optional<HelpText>(HelpText{help()});
    } catch (const CLI::ExtrasError&) {
        const std::string word = remaining().empty() ? "" : remaining().front();
        std::vector<std::string> flags;
        for (const CLI::Option* option : get_options()) {
            for (const auto& flag : option->get_lnames()) flags.push_back("--" + flag);
            for (const auto& flag : option->get_snames()) flags.push_back("-" + flag);
        }
        const bool option = word.starts_with('-');
        const std::vector<std::string_view> views(flags.begin(), flags.end());
        const auto meant = option ? nearest(word.substr(0, word.find('=')), views) : std::nullopt;
        return about(word, option ? "no such option" : "not expected here",
                     meant ? fmt::format("did you mean {}?", *meant) : get_name() + " --help tells more");
    } catch (const CLI::ArgumentMismatch& e) {
        const std::string text = e.what();
        const auto colon = text.find(": ");
        if (colon == std::string::npos || !text.ends_with(" missing"))
            return about(command(), text, get_name() + " --help tells more");
        return about(text.substr(0, colon), "needs a value", get_name() + " --help tells more");
    } catch (const CLI::ParseError& e) {
        return about(command(), e.what(), get_name() + " --help tells more");
    }
    return std::optional<HelpText>();
}

CLI::Option* each(CLI::Option* option) {
    return option->allow_extra_args(false)->type_size(1);
}

} // namespace ddll::cli
