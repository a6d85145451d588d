/// The commands that are one step of a session each: every one is an Erlang call, or something done to the world.
#include "cli/session_steps.h"
#include "cli/choices.h"
#include "cli/session_options.h"
#include "cli/session_step_table.h"
#include "cli/usage.h"

#include <fmt/format.h>

namespace ddll::cli {

namespace {

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

struct StepParser final : Parser {
    explicit StepParser(const StepRow& step) : Parser(std::string(step.doc), fmt::format("ddlltool {}", step.name)) {
        // The positionals as the table has them.
        usage(fmt::format("usage: ddlltool {} {} [OPTIONS]", step.name, step.usage()));
        if (step.most() > 0) add_option("WORDS", values.words, "")->any_number();
        set_positionals(step.positionals());
        step.options(*this, values);
        add_session_options(*this, texts, true);
        footer(fmt::format("examples:\n{}\nexit codes: 0 done, 1 the answer is an error or there is a new finding, "
                           "2 wrong usage, 4 the driver\ncrashed, 5 it hung.",
                           step.examples));
    }

    StepArguments values;
    SessionTexts texts;
};

} // namespace

std::unique_ptr<Parser> session_step_parser(std::string_view name) {
    return std::make_unique<StepParser>(session_step_row(name));
}

ExitCode session_step(std::string_view name, const std::vector<std::string>& arguments) {
    const StepRow& step = session_step_row(name);
    StepParser app(step);
    StepArguments& values = app.values;
    // CLI11 would take [a, b] apart; an Erlang list is one word.
    std::vector<std::string> marked = arguments;
    for (std::string& word : marked)
        if (word.starts_with('[')) word.insert(0, 1, list_mark);
    if (const auto code = parse_arguments(app, marked)) return *code;
    for (std::string& word : values.words) unmark(word);
    for (std::string* word : {&values.settings, &values.let, &values.to, &values.await}) unmark(*word);
    if (values.words.size() < step.least() || values.words.size() > step.most())
        return wrong_usage(name, fmt::format("takes {}", step.usage()), fmt::format("ddlltool {} --help", name));
    const auto options = read_session_options(app.texts);
    if (!options) return wrong_usage(options.error().place.file, options.error().message, options.error().hint);
    auto request = step.request(values);
    if (!request) return wrong_usage(name, request.error().message, request.error().hint);
    if (request->by.empty()) request->by = options->as;
    request->limit = options->limit;
    const Reply reply = ask(*options, *request, true);
    if (!reply.answer) return no_answer(reply, *options);
    const ExitCode code = show_answer(*reply.answer, *options);
    if (code != ExitCode::ok) suggest_files(step, values);
    return code;
}

std::vector<std::pair<std::string_view, std::string_view>> session_steps() {
    std::vector<std::pair<std::string_view, std::string_view>> out;
    for (const StepRow& step : session_step_rows()) out.emplace_back(step.name, step.doc);
    return out;
}

} // namespace ddll::cli
