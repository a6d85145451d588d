#include "cli/complete.h"

#include "cli/commands.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

namespace ddll::cli {
namespace {

using Words = std::span<const std::string>;

/// The words before the cursor, taken apart as the parser would.
struct Given {
    std::set<std::string> options;            ///< first names of those that were given
    std::vector<std::string> positionals;     ///< in their order
    const DescribedOption* waiting = nullptr; ///< the last word was it, its value is being typed
    std::string session;
    bool only_positionals = false; ///< after --
};

const DescribedOption* option_named(const Description& command, const std::string& name) {
    for (const DescribedOption& option : command.options)
        if (std::find(option.names.begin(), option.names.end(), name) != option.names.end()) return &option;
    return nullptr;
}

Given read_given(const Description& command, Words before) {
    Given out;
    for (const std::string& word : before) {
        if (out.waiting != nullptr) {
            if (out.waiting->value.takes == Takes::session) out.session = word;
            out.waiting = nullptr;
        } else if (!out.only_positionals && word == "--") {
            out.only_positionals = true;
        } else if (!out.only_positionals && word.size() > 1 && word[0] == '-') {
            const bool brief = word[1] != '-';
            const auto equals = word.find('=');
            const auto* option = option_named(command, brief ? word.substr(0, 2) : word.substr(0, equals));
            if (option == nullptr) continue;
            out.options.insert(option->names.front());
            const bool has_value = brief ? word.size() > 2 : equals != std::string::npos;
            if (!option->flag() && !has_value) out.waiting = option;
            if (option->value.takes == Takes::session && equals != std::string::npos)
                out.session = word.substr(equals + 1);
        } else {
            out.positionals.push_back(word);
        }
    }
    return out;
}

class Completer {
public:
    Completer(std::string current, const LiveNames& live) : current_(std::move(current)), live_(live) {}

    Completion run(Words before) {
        if (before.empty()) {
            add_commands(commands());
            if (current_.starts_with('-'))
                for (const char* flag : {"--help", "--version"}) add({flag, ""}, "");
            return std::move(out_);
        }
        const Command* command = named(commands(), before.front());
        if (command == nullptr) return std::move(out_);
        before = before.subspan(1);
        if (!command->verbs.empty()) {
            if (before.empty()) {
                add_commands(command->verbs);
                if (current_.starts_with('-')) add({"--help", ""}, "");
                return std::move(out_);
            }
            command = named(command->verbs, before.front());
            if (command == nullptr) return std::move(out_);
            before = before.subspan(1);
        }
        arguments(command->parser()->describe(), before);
        return std::move(out_);
    }

private:
    static const Command* named(std::span<const Command> all, const std::string& name) {
        const auto found = std::find_if(all.begin(), all.end(), [&](const Command& c) { return c.name == name; });
        return found == all.end() ? nullptr : &*found;
    }

    void arguments(const Description& command, Words before) {
        given_ = read_given(command, before);
        if (given_.waiting != nullptr) return add_value(given_.waiting->value, "");
        const bool option = current_.starts_with('-') && !given_.only_positionals;
        const auto equals = current_.find('=');
        if (option && equals != std::string::npos && current_.starts_with("--")) {
            const auto* known = option_named(command, current_.substr(0, equals));
            if (known != nullptr && !known->flag()) add_value(known->value, current_.substr(0, equals + 1));
            return;
        }
        if (option) return add_options(command);
        const auto& all = command.positionals;
        const std::size_t at = given_.positionals.size();
        if (at < all.size())
            add_value(all[at].value, "");
        else if (!all.empty() && all.back().repeats)
            add_value(all.back().value, "");
        else if (current_.empty())
            add_options(command);
    }

    void add_options(const Description& command) {
        for (const DescribedOption& option : command.options) {
            if (!option.repeats && given_.options.contains(option.names.front())) continue;
            for (const std::string& name : option.names)
                if (name.starts_with("--") || option.names.size() == 1) add({name, option.doc}, "");
        }
    }

    void add_commands(std::span<const Command> all) {
        for (const Command& command : all) add({std::string(command.name), std::string(command.doc)}, "");
    }

    /// `before`: what of the typed word comes before the value.
    void add_value(const Value& value, std::string before) {
        switch (value.takes) {
        case Takes::text:
            return;
        case Takes::choice:
            return add_all(value.choices, before);
        case Takes::reports:
            return add_reports(value, std::move(before));
        case Takes::file:
        case Takes::files:
        case Takes::folder:
            out_.files = value.takes == Takes::folder ? Completion::Files::folders : Completion::Files::files;
            out_.suffix = value.suffix;
            out_.prefix = std::move(before);
            return;
        case Takes::driver:
            if (!given_.positionals.empty()) add_drivers_in(given_.positionals.front(), before);
            return add_all(live_(value.takes, given_.session), before);
        case Takes::port:
        case Takes::process:
        case Takes::session:
            return add_all(live_(value.takes, given_.session), before);
        case Takes::shown_page:
            return add_all(explained_words(), before);
        case Takes::command:
            if (given_.positionals.empty()) return add_commands(commands());
            if (const Command* group = named(commands(), given_.positionals.front());
                group != nullptr && given_.positionals.size() == 1)
                add_commands(group->verbs);
            return;
        }
    }

    /// "text,json=FILE": after a comma comes another one.
    void add_reports(const Value& value, std::string before) {
        const auto comma = current_.rfind(',');
        if (comma != std::string::npos && comma >= before.size()) before = current_.substr(0, comma + 1);
        const auto equals = current_.find('=', before.size());
        if (equals == std::string::npos) return add_all(value.choices, before);
        out_.files = Completion::Files::files;
        out_.prefix = current_.substr(0, equals + 1);
    }

    /// Drivers are loaded from a folder by name.
    void add_drivers_in(const std::string& folder, const std::string& before) {
        std::error_code failure;
        std::filesystem::directory_iterator it(folder, failure), end;
        std::vector<Value::Choice> found;
        for (; !failure && it != end; it.increment(failure))
            if (it->path().extension() == ".so") found.push_back({it->path().stem().string(), it->path().string()});
        std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.word < b.word; });
        add_all(found, before);
    }

    void add_all(const std::vector<Value::Choice>& choices, const std::string& before) {
        for (const Value::Choice& choice : choices) add(choice, before);
    }

    void add(Value::Choice choice, const std::string& before) {
        choice.word = before + choice.word;
        if (!choice.word.starts_with(current_)) return;
        const auto same = [&](const Value::Choice& known) { return known.word == choice.word; };
        if (std::none_of(out_.words.begin(), out_.words.end(), same)) out_.words.push_back(std::move(choice));
    }

    std::string current_;
    const LiveNames& live_;
    Given given_;
    Completion out_;
};

} // namespace

Completion complete(std::span<const std::string> typed, const LiveNames& live) {
    if (typed.empty()) return {};
    return Completer(typed.back(), live).run(typed.first(typed.size() - 1));
}

} // namespace ddll::cli
