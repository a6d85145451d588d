#include "base/text.h"
#include "journal/text.h"
#include "report/difference.h"
#include "report/run_log.h"
#include "report/step_text.h"
#include "report/text_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace ddll::report {
namespace {

using scenario::Death;
using scenario::RunResult;
using scenario::StackFrame;

constexpr std::size_t events_shown = 12;

/// A line of a block: "  signal    SIGSEGV".
std::string labelled(std::string_view label, std::string_view value) {
    return value.empty() ? "" : fmt::format("  {:<9} {}\n", label, value);
}

std::string step_line(const RunResult& result, std::uint32_t step) {
    if (step >= result.flat.size()) return "";
    const auto& flat = result.flat[step];
    const auto words = step_text(*flat.step);
    std::string out = step_number(flat);
    if (!words.who.empty()) out += fmt::format(": {}  {}", words.who, printable(words.what));
    return out;
}

std::string at_line(const RunResult& result, std::uint32_t step) {
    return step < result.flat.size() ? place_text(result.flat[step].step->place) : "";
}

std::string frame_text(const StackFrame& frame) {
    std::string out = frame.module.empty() ? "?" : frame.module;
    if (frame.offset) out += fmt::format("+0x{:x}", *frame.offset);
    if (!frame.function.empty()) out += " " + frame.function;
    if (!frame.source.empty()) out += fmt::format(" ({})", frame.source);
    return printable(out);
}

std::string stack_text(const std::vector<StackFrame>& frames) {
    if (frames.empty()) return "";
    std::string out = "  stack\n";
    std::size_t number = 0;
    for (const auto& frame : frames) out += fmt::format("    #{:<2} {}\n", number++, frame_text(frame));
    return out;
}

/// The last lines of what the driver printed.
std::string output_text(std::string_view output) {
    if (output.empty()) return "";
    constexpr std::size_t most = 2000;
    std::string_view tail = output.size() > most ? output.substr(output.size() - most) : output;
    if (tail.size() < output.size()) tail.remove_prefix(std::min(tail.find('\n'), tail.size() - 1) + 1);
    return "  the driver printed\n" + indented(printable(tail, true), "    ");
}

constexpr std::size_t widest = 100;

std::string_view line_of(std::string_view text, int number) {
    for (int i = 1; i < number && !text.empty(); ++i)
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    text = text.substr(0, text.find('\n'));
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

/// The source line with a caret under `column` (bytes, from 1); of a very long line the part around it.
std::string excerpt(std::string_view line, int column, const Style& style) {
    std::size_t at = std::min(static_cast<std::size_t>(std::max(column, 1) - 1), line.size());
    std::string before;
    if (line.size() > widest && at > widest / 2) {
        std::size_t from = at - widest / 2;
        while (from < at && (static_cast<unsigned char>(line[from]) & 0xC0) == 0x80) ++from;
        line.remove_prefix(from);
        at -= from;
        before = "...";
    }
    std::string after;
    if (line.size() > widest) {
        std::size_t to = widest;
        while (to > at && (static_cast<unsigned char>(line[to]) & 0xC0) == 0x80) --to;
        line = line.substr(0, to);
        after = "...";
    }
    // Tabs would move the caret.
    std::string head = printable(line.substr(0, at), true), tail = printable(line.substr(at), true);
    std::replace(head.begin(), head.end(), '\t', ' ');
    std::replace(tail.begin(), tail.end(), '\t', ' ');
    std::string out = fmt::format("    {}{}{}{}\n", before, head, tail, after);
    if (column > 0) out += std::string(4 + before.size() + columns(head), ' ') + style.bad("^") + '\n';
    return out;
}

} // namespace

std::string replay_text(const RunResult& result, const Look& look) {
    std::string command = "ddlltool run " + result.file;
    if (look.options.seed != 0) command += fmt::format(" --seed {}", look.options.seed);
    return labelled("replay", printable(command));
}

std::string events_text(const RunResult& result, std::uint64_t until, const Look& look) {
    const auto lines = last_events(result, events_shown, until);
    if (lines.empty()) return "";
    std::string out = "  last events\n";
    for (const auto& line : lines) out += "    " + look.style.dim(printable(line)) + '\n';
    return out;
}

std::string failure_text(const scenario::Failure& failure, const std::string& at, std::string_view indent,
                         const Look& look) {
    std::string out = std::string(indent) + look.style.bad("FAILED   " + printable(failure.what));
    out += at.empty() ? "\n" : fmt::format("  at {}\n", printable(at));
    const std::string inner = std::string(indent) + "  ";
    if (!failure.expected.empty() || !failure.got.empty())
        out += show_difference(printable(failure.expected, true), printable(failure.got, true), inner, look.style);
    if (!failure.help.empty()) out += wrapped(printable(failure.help, true), inner.size());
    return out;
}

std::string trouble_text(const RunResult& result, const Look& look) {
    std::string out;
    std::uint32_t last = UINT32_MAX - 1;
    for (const auto& failure : result.failures) {
        if (failure.step != last) {
            out += labelled("at", at_line(result, failure.step));
            out += labelled("step", step_line(result, failure.step));
            last = failure.step;
        }
        out += failure_text(failure, "", "  ", look);
    }
    if (!result.failures.empty()) {
        const std::uint32_t step = result.failures.front().step;
        out += events_text(result, step < result.steps.size() ? result.steps[step].last_entry : 0, look);
        out += replay_text(result, look);
    }
    return out;
}

std::string death_text(const RunResult& result, const Look& look) {
    if (!result.death) return "";
    const Death& death = *result.death;
    const std::string headline = printable(death.headline);
    std::string out = death.expected ? look.style.strong(headline + " (expected)") : look.style.bad(headline);
    out += '\n';
    std::string code = death.in.driver;
    if (!death.in.version.empty()) code += "/" + death.in.version;
    out += labelled("signal", death.signal);
    if (death.exit_status) out += labelled("exit", fmt::format("{}", *death.exit_status));
    out += labelled("exception", printable(death.exception));
    out += labelled("driver", code);
    out += labelled("callback", death.in.callback_name());
    out += labelled("port", death.in.port);
    out += labelled("step", step_line(result, death.in.step));
    out += labelled("at", at_line(result, death.in.step));
    out += stack_text(death.stack);
    out += events_text(result, 0, look);
    out += output_text(death.output.empty() ? result.output : death.output);
    if (!death.advice.empty()) out += "  what to do\n" + wrapped(printable(death.advice, true), 4);
    if (!death.expected) out += replay_text(result, look);
    return out;
}

std::string findings_text(const RunResult& result, const Look& look) {
    std::string out;
    for (const auto& finding : result.findings) {
        const std::string severity = name(finding.severity);
        std::string head = fmt::format("{}: {}", severity, name(finding.rule));
        const bool grave = counts(finding, look.options.fail_on);
        out += grave ? look.style.bad(head) : look.style.warn(head);
        if (finding.expected) out += look.style.dim(" (expected)");
        out += '\n' + wrapped_lines(printable(finding.title, true), 2);
        if (finding.step < result.flat.size()) out += labelled("step", step_line(result, finding.step));
        if (!finding.evidence.empty()) out += "  evidence\n" + wrapped_lines(printable(finding.evidence, true), 4);
        if (finding.stack.size() > 1) out += stack_text(finding.stack); // one alone is in the evidence
        out += "  what to do\n" + wrapped(printable(fix_of(finding), true), 4);
    }
    return out;
}

std::string mistakes_text(const scenario::RunResult& result, const Look& look) {
    std::string out;
    std::map<std::string, std::string> files; // text by name, empty when it cannot be read again
    for (const auto& mistake : result.mistakes) {
        Place place = mistake.place;
        if (place.file.empty()) place.file = result.file;
        out += look.style.strong(place_text(place)) + ": " + printable(mistake.message);
        if (!mistake.hint.empty()) out += fmt::format(" ({})", printable(mistake.hint));
        if (!place.pointer.empty()) out += look.style.dim(fmt::format(" [{}]", printable(place.pointer)));
        out += '\n';
        for (const auto& note : mistake.notes) out += "    " + printable(note) + '\n';
        if (place.line <= 0) continue;
        auto [file, fresh] = files.try_emplace(place.file);
        if (fresh)
            if (auto text = read_file(place.file, std::size_t{64} << 20)) file->second = *std::move(text);
        if (!file->second.empty()) out += excerpt(line_of(file->second, place.line), place.column, look.style);
    }
    return out;
}

} // namespace ddll::report
