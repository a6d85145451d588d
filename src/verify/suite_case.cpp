#include "verify/suite_case.h"

#include "term/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ddll::verify {

using scenario::ScenarioStep;

namespace {

std::string variable(std::string_view name) {
    return fmt::format("'{}'", name);
}

std::string list_of(const std::vector<std::string>& items) {
    return fmt::format("[{}]", fmt::join(items, ", "));
}

std::string outcome_of(const scenario::CallOutcome& outcome) {
    if (const auto* value = std::get_if<scenario::Text>(&outcome))
        return fmt::format("{{returns, {}}}", erlang_string(value->source));
    if (const auto* raised = std::get_if<scenario::Raises>(&outcome))
        return fmt::format("{{raises, {}, {}}}", raised->exception_class,
                           erlang_string(term::print(*raised->reason.expr)));
    return "any";
}

std::string received(const scenario::Receives& wanted) {
    std::vector<std::string> messages;
    for (const scenario::ReceivePattern& pattern : wanted.messages)
        messages.push_back(pattern.is_return ? "'|'" : erlang_string(pattern.pattern.source));
    return fmt::format("{{{}, {}}}", erlang_atom(wanted.process), list_of(messages));
}

std::vector<std::string> effects_of(const scenario::Effects& effects) {
    std::vector<std::string> out;
    const auto add = [&](std::string_view key, const auto& all, const auto& one) {
        std::vector<std::string> parts;
        for (const auto& wanted : all) parts.push_back(one(wanted));
        if (!parts.empty()) out.push_back(fmt::format("{{{}, {}}}", key, list_of(parts)));
    };
    add("unblocks", effects.unblocks, [](const scenario::Unblocks& wanted) {
        return fmt::format("{{{}, {}}}", erlang_atom(wanted.process), outcome_of(wanted.outcome));
    });
    add("receives", effects.receives, received);
    add("exits", effects.exits, [](const scenario::NamedPattern& wanted) {
        return fmt::format("{{{}, {}}}", erlang_atom(wanted.process), erlang_string(wanted.pattern.source));
    });
    return out;
}

/// One walk over the steps, numbered as the scenario numbers them.
class Writer {
public:
    Writer(const scenario::Scenario& scenario, Libraries& libraries, std::string& out)
        : scenario_(scenario), libraries_(libraries), out_(out) {}

    void steps(const std::vector<ScenarioStep>& steps, std::size_t indent) {
        std::vector<std::string> shown;
        for (const ScenarioStep& step : steps) {
            ++number_;
            std::string text;
            if (!step.note.empty()) text += note(step.note, indent);
            const std::string term = std::visit([&](const auto& what) { return this->term(what, indent); }, step.what);
            if (!term.empty()) text += fmt::format("{:{}}{}", "", indent, term);
            shown.push_back(std::move(text));
        }
        // A comma follows each term but the last; a remark by itself is a comment.
        std::size_t last = shown.size();
        for (std::size_t i = 0; i < shown.size(); ++i)
            if (shown[i].ends_with('}')) last = i;
        for (std::size_t i = 0; i < shown.size(); ++i)
            out_ += shown[i] + (shown[i].ends_with('}') ? (i < last ? ",\n" : "\n") : "");
    }

private:
    static std::string note(const std::string& text, std::size_t indent) {
        std::string out = fmt::format("{:{}}%% ", "", indent);
        for (const char c : text) out += c == '\n' || c == '\r' ? ' ' : c;
        return out + "\n";
    }

    std::string term(const scenario::CallStep& step, std::size_t) {
        std::vector<std::string> expected, calls, outcomes;
        for (const scenario::Text& call : step.calls) calls.push_back(erlang_string(call.source));
        for (const scenario::CallOutcome& outcome : step.outcomes) outcomes.push_back(outcome_of(outcome));
        if (step.is_batch)
            expected.push_back(fmt::format("{{outcomes, {}}}", list_of(outcomes)));
        else if (outcomes.front() != "any")
            expected.push_back(outcomes.front());
        if (step.blocks) expected.emplace_back("blocks");
        const auto effects = effects_of(step.effects);
        expected.insert(expected.end(), effects.begin(), effects.end());
        return fmt::format("{{{}, {}, {}, {}, {}}}", number_, step.is_batch ? "calls" : "call", erlang_atom(step.by),
                           step.is_batch ? list_of(calls) : calls.front(), list_of(expected));
    }
    std::string term(const scenario::InstallStep& step, std::size_t) const {
        const scenario::DriverFile* file = scenario_.file_of(step);
        return fmt::format("{{{}, install, {}, {}, {}}}", number_,
                           erlang_string(scenario_.folder_of(step) + "/" + step.as + ".so"), words::name(step.how),
                           erlang_string(file != nullptr ? libraries_.place(step.driver, *file) : ""));
    }
    std::string term(const scenario::ExpectStep& step, std::size_t) const {
        std::vector<std::string> facts;
        if (step.status) facts.push_back(fmt::format("{{status, {}}}", *step.status));
        if (step.port_count) facts.push_back(fmt::format("{{port_count, {}}}", *step.port_count));
        if (step.users) {
            std::vector<std::string> users;
            for (const auto& [name, count] : *step.users)
                for (const scenario::ProcessDecl& process : scenario_.processes)
                    if (process.name == name)
                        users.push_back(fmt::format("{{{}, {}}}", variable(process.variable), count));
            facts.push_back(fmt::format("{{users, {}}}", list_of(users)));
        }
        // A node shows nothing else of a driver.
        if (facts.empty()) return fmt::format("%% {}: expect, which only ddlltool can see\n", number_);
        return fmt::format("{{{}, driver, {}, {}}}", number_, erlang_string(step.driver), list_of(facts));
    }
    std::string term(const scenario::FileStep& step, std::size_t) const {
        std::vector<std::string> facts;
        if (step.exists) facts.push_back(fmt::format("{{exists, {}}}", *step.exists));
        if (step.size) facts.push_back(fmt::format("{{size, {}}}", *step.size));
        if (step.bytes) facts.push_back(fmt::format("{{bytes, {}}}", erlang_string(step.bytes->source)));
        for (const std::string& part : step.contains)
            facts.push_back(fmt::format("{{contains, <<{}/utf8>>}}", erlang_string(part)));
        if (step.sha256) facts.push_back(fmt::format("{{sha256, {}}}", erlang_string(*step.sha256)));
        return fmt::format("{{{}, file, {}, {}}}", number_, erlang_string(step.file), list_of(facts));
    }
    std::string term(const scenario::RepeatStep& step, std::size_t indent) {
        std::string inner;
        Writer writer(scenario_, libraries_, inner);
        writer.number_ = number_;
        writer.steps(step.steps, indent + 4);
        number_ = writer.number_;
        return fmt::format("{{repeat, {}, [\n{}{:{}}]}}", step.times, inner, "", indent);
    }
    std::string term(const scenario::NoteStep&, std::size_t) const { return {}; }
    // Scenarios with these are not written: see why_not_on_a_node.
    std::string term(const scenario::AdvanceStep&, std::size_t) const { return {}; }
    std::string term(const scenario::PeerStep&, std::size_t) const { return {}; }

    const scenario::Scenario& scenario_;
    Libraries& libraries_;
    std::string& out_;
    std::uint32_t number_ = 0;
};

} // namespace

std::string erlang_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += std::string("\\") + c;
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            out += fmt::format("\\x{{{:x}}}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return out + '"';
}

std::string erlang_atom(std::string_view name) {
    return term::print(term::Term::atom(std::string(name)));
}

std::string Libraries::place(const std::string& driver, const scenario::DriverFile& file) {
    std::string folder = driver;
    std::replace(folder.begin(), folder.end(), '/', '_');
    std::string place = fmt::format("{}/{}.so", folder, file.version);
    for (int n = 2; sources_.emplace(place, file.file).first->second != file.file; ++n)
        place = fmt::format("{}/{}-{}.so", folder, file.version, n);
    return place;
}

std::int64_t scenario_seconds(const scenario::Scenario& scenario) {
    constexpr std::int64_t default_limit_ms = 10'000, slower = 5;
    return (scenario.time_limit ? scenario.time_limit->count() : default_limit_ms) * slower / 1000 + 1;
}

std::string scenario_terms(const scenario::Scenario& scenario, Libraries& libraries, std::size_t indent) {
    std::vector<std::string> drivers, paths, processes, environment;
    for (const auto& [name, value] : scenario.environment)
        environment.push_back(fmt::format("{{{}, {}}}", erlang_string(name), erlang_string(value)));
    for (const scenario::DriverDecl& driver : scenario.drivers) drivers.push_back(erlang_string(driver.name));
    for (const scenario::PathDecl& path : scenario.paths)
        paths.push_back(fmt::format("{{{}, {}}}", variable(path.variable), erlang_string(path.folder)));
    for (const scenario::ProcessDecl& process : scenario.processes)
        processes.push_back(
            fmt::format("{{{}, {}, {}}}", erlang_atom(process.name), variable(process.variable), process.trap_exit));
    const std::string margin(indent, ' ');
    std::string out = "[";
    const auto row = [&](std::string_view key, const std::string& value) {
        out += fmt::format("{}{{{}, {}}},\n", out.size() == 1 ? "" : margin + " ", key, value);
    };
    row("title", erlang_string(scenario.title));
    row("file", erlang_string(scenario.file));
    row("seconds", std::to_string(scenario_seconds(scenario)));
    row("async_threads", std::to_string(scenario.async_threads));
    row("environment", list_of(environment));
    row("drivers", list_of(drivers));
    row("paths", list_of(paths));
    row("processes", list_of(processes));
    row("strict", scenario.strict ? "true" : "false");
    out += margin + " {steps, [\n";
    Writer(scenario, libraries, out).steps(scenario.steps, indent + 5);
    return out + margin + " ]}]";
}

} // namespace ddll::verify
