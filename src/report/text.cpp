#include "report/formats.h"
#include "report/step_text.h"
#include "report/text_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::report {
namespace {

using scenario::RunResult;
using scenario::Verdict;

constexpr std::size_t verdict_width = 8;

const char* word(Verdict verdict) {
    constexpr const char* words[] = {"ok", "FAILED", "CRASHED", "HUNG", "UNUSABLE", "BUG", "skipped"};
    return words[static_cast<std::size_t>(verdict)];
}

class TextWriter {
public:
    TextWriter(const Run& run, const Options& options)
        : run_(run), options_(options), look_{options, Style{options.color}} {
        for (const auto& result : run_.results) file_width_ = std::max(file_width_, result.file.size());
    }

    std::string write() {
        std::string out;
        const bool logs = options_.detail == Detail::log || options_.detail == Detail::verbose ||
                          (options_.detail == Detail::automatic && run_.results.size() == 1);
        if (logs) {
            for (const auto& result : run_.results) out += log(result) + '\n';
        } else {
            if (options_.detail != Detail::quiet)
                for (const auto& result : run_.results) out += line(result);
            for (const auto& result : run_.results)
                if (has_details(result)) out += (out.empty() ? "" : "\n") + details(result);
            if (!out.empty()) out += '\n';
        }
        const Counts n = count(run_, options_.fail_on);
        const bool good = n.failed + n.crashed + n.hung + n.unusable + n.bugs == 0 && n.passed > 0 && !run_.interrupted;
        const std::string summary = summary_line(run_, options_.fail_on);
        return out + (good ? look_.style.good(summary) : look_.style.bad(summary)) + '\n';
    }

private:
    Verdict verdict(const RunResult& result) const { return verdict_of(result, options_.fail_on); }

    bool has_details(const RunResult& result) const {
        if (verdict(result) == Verdict::skipped) return false;
        return verdict(result) != Verdict::passed ||
               (options_.detail != Detail::quiet && std::any_of(result.findings.begin(), result.findings.end(),
                                                                [](const auto& finding) { return !finding.expected; }));
    }

    std::string line(const RunResult& result) const {
        std::string out = fmt::format("{}  {:<{}}  {}", verdict_word(verdict(result), look_.style),
                                      printable(result.file), file_width_, printable(result.title));
        if (!result.reproducible) out += " (not reproducible)";
        if (!result.skipped.why.empty()) out += fmt::format(" ({})", printable(result.skipped.why));
        out.erase(out.find_last_not_of(' ') + 1);
        return out + '\n';
    }

    std::string heading(const RunResult& result) const {
        std::string out;
        if (!result.title.empty()) out += look_.style.strong(printable(result.title)) + '\n';
        return out + look_.style.dim(printable(result.file)) + '\n';
    }

    /// Why the result is not simply "passed"; the parts that a log shows in its steps are left to it.
    std::string troubles(const RunResult& result, bool in_scenario) const {
        std::string out;
        const auto add = [&](const std::string& part) {
            if (part.empty()) return;
            if (in_scenario || !out.empty()) out += '\n';
            out += part;
        };
        add(mistakes_text(result, look_));
        if (!in_scenario) {
            add(trouble_text(result, look_));
        } else if (!result.failures.empty()) {
            std::string whole;
            for (const auto& failure : result.failures)
                if (failure.step >= result.flat.size()) whole += failure_text(failure, "", "", look_);
            add(whole);
            add(replay_text(result, look_));
        }
        add(death_text(result, look_));
        add(findings_text(result, look_));
        if (!result.reproducible)
            add("note: real time or threads on their own had a part in this run; another run may differ\n");
        if (result.journal && result.journal->lost() > 0)
            add(fmt::format("note: the journal was full; {} later events are not in this report\n",
                            result.journal->lost()));
        if (!result.skipped.why.empty()) add("skipped: " + printable(result.skipped.why) + '\n');
        return out;
    }

    std::string details(const RunResult& result) const {
        return fmt::format("--- {} ", verdict_word(verdict(result), look_.style)) + heading(result) +
               troubles(result, false);
    }

    std::string log(const RunResult& result) const {
        std::string out = heading(result);
        if (result.scenario) {
            std::string prose;
            for (const auto& text : paragraphs(*result.scenario))
                prose += (prose.empty() ? "" : "\n") + wrapped(printable(text, true), 0);
            if (!prose.empty()) out += '\n' + prose;
            out += '\n' + log_text(result, look_);
        }
        out += troubles(result, true);
        if (verdict(result) == Verdict::bug && !result.death)
            out += "\nThis is a bug in ddlltool, not in the driver.\n";
        return out;
    }

    const Run& run_;
    const Options& options_;
    Look look_;
    std::size_t file_width_ = 0;
};

} // namespace

std::string verdict_word(Verdict verdict, const Style& style) {
    const std::string padded = fmt::format("{:<{}}", word(verdict), verdict_width);
    return verdict == Verdict::passed    ? style.good(padded)
           : verdict == Verdict::skipped ? style.warn(padded)
                                         : style.bad(padded);
}

std::string write_text(const Run& run, const Options& options) {
    return TextWriter(run, options).write();
}

} // namespace ddll::report
