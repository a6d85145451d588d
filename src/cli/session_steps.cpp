/// The commands that are one step of a session each: every one is an Erlang call, or something done to the world.
#include "cli/commands.h"
#include "cli/session_options.h"
#include "cli/session_step_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ddll::cli {

namespace {

using enum StepWord::Need;

/// A command takes so many words, where it takes any number.
constexpr std::size_t most_words = 64;

constexpr char list_mark = '\x01';

void unmark(std::string& word) {
    if (word.starts_with(list_mark)) word.erase(0, 1);
}

/// A file or folder that the step needs and that is not there: what may have been meant instead.
void suggest_files(const StepRow& step, const StepArguments& values) {
    if (step.files == nullptr) return;
    for (const std::string& file : step.files(values)) {
        const std::string meant = meant_file(file);
        if (!meant.empty()) return complain(step.name, fmt::format("there is no {}", file), meant);
    }
}

Value value_of(const StepWord& one) {
    static constexpr std::string_view items[] = {"processes", "driver_options", "port_count",     "linked_in_driver",
                                                 "permanent", "awaiting_load",  "awaiting_unload"};
    if (one.takes == Takes::choice) return choice_of(items);
    return {one.takes, one.takes == Takes::file ? ".so" : ""};
}

std::size_t least(const StepRow& row) {
    const auto all = row.taken();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const StepWord& one) { return one.need == required; }));
}

std::size_t most_words_of(const StepRow& row) {
    const auto all = row.taken();
    return !all.empty() && all.back().need == repeated ? most_words : all.size();
}

/// "PORT NUMBER [DATA]", "NAME [WORD...]", "[NAME [ITEM]]"
std::string usage_of(const StepRow& row) {
    std::string out;
    std::size_t open = 0; // an optional word may be followed by others only when it is given itself
    for (const StepWord& one : row.taken()) {
        if (one.need == required) out += std::string(std::exchange(open, 0), ']');
        if (!out.empty()) out += ' ';
        if (one.need != required) {
            out += '[';
            ++open;
        }
        out += one.name;
        if (one.need == repeated) out += "...";
    }
    return out + std::string(open, ']');
}

std::vector<Positional> positionals_of(const StepRow& row) {
    std::vector<Positional> out;
    for (const StepWord& one : row.taken())
        out.push_back({std::string(one.name), "", one.need == required, one.need == repeated, value_of(one)});
    return out;
}

struct StepParser final : Parser {
    explicit StepParser(const StepRow& row)
        : Parser(std::string(row.doc), fmt::format("ddlltool {}", row.name)), step(row) {
        // The positionals as the table has them.
        usage(fmt::format("usage: ddlltool {} {} [OPTIONS]", step.name, usage_of(step)));
        if (most_words_of(step) > 0) add_option("WORDS", values.words, "")->any_number();
        set_positionals(positionals_of(step));
        step.options(*this, values);
        add_session_options(*this, options, true);
        footer(fmt::format("examples:\n{}\nexit codes: 0 done, 1 the answer is an error or there is a new finding, "
                           "2 wrong usage, 4 the driver\ncrashed, 5 it hung.",
                           step.examples));
    }

    Result<std::optional<HelpText>> read(const std::vector<std::string>& arguments) override {
        // CLI11 would take [a, b] apart; an Erlang list is one word.
        std::vector<std::string> marked = arguments;
        for (std::string& word : marked)
            if (word.starts_with('[')) word.insert(0, 1, list_mark);
        auto help = Parser::read(marked);
        for (std::string& word : values.words) unmark(word);
        for (std::string* word : {&values.settings, &values.let, &values.to, &values.await}) unmark(*word);
        return help;
    }

    ExitCode run() override {
        if (values.words.size() < least(step) || values.words.size() > most_words_of(step))
            return wrong_usage(step.name, fmt::format("takes {}", usage_of(step)),
                               fmt::format("ddlltool {} --help", step.name));
        auto request = step.request(values);
        if (!request) return wrong_usage(step.name, request.error().message, request.error().hint);
        if (request->by.empty()) request->by = options.as;
        request->limit = options.limit;
        const Reply reply = ask(options, *request, true);
        if (!reply.answer) return no_answer(reply, options);
        const ExitCode code = show_answer(*reply.answer, options);
        if (code != ExitCode::ok) suggest_files(step, values);
        return code;
    }

    const StepRow& step;
    StepArguments values;
    SessionOptions options;
};

} // namespace

std::vector<Command> session_steps(std::string_view group) {
    std::vector<Command> out;
    for (const StepRow& step : session_step_rows())
        out.push_back({step.name, step.doc, group, [&step] { return std::make_unique<StepParser>(step); }});
    return out;
}

} // namespace ddll::cli
