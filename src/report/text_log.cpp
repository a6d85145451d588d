#include "base/text.h"
#include "report/run_log.h"
#include "report/step_text.h"
#include "report/text_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace ddll::report {
namespace {

using scenario::StepResult;

class LogWriter {
public:
    LogWriter(const scenario::RunResult& result, const Look& look)
        : result_(result), look_(look), everything_(look.options.detail == Detail::verbose), log_(run_log(result)) {
        std::size_t number = 1;
        for (const auto& flat : result_.flat) {
            number = std::max(number, step_number(first_round(flat)).size());
            who_ = std::max(who_, step_text(*flat.step).who.size());
        }
        number_ = number + 2;
        margin_.assign(number_ + 2 + who_ + 2, ' ');
    }

    std::string write() {
        std::string out;
        const std::size_t reached = end_of_reached();
        for (std::uint32_t i = 0; i < reached; ++i) {
            if (!worth_showing(i)) {
                ++alike_;
                continue;
            }
            out += rounds_alike();
            out += step(i);
        }
        out += rounds_alike();
        for (const auto& line : log_.afterwards)
            if (everything_ || line.bad) out += text(line);
        if (reached < result_.flat.size()) out += left_out(reached);
        return out;
    }

private:
    /// Number of steps up to the last one that was begun.
    std::size_t end_of_reached() const {
        std::size_t n = 0;
        for (std::size_t i = 0; i < result_.steps.size() && i < result_.flat.size(); ++i)
            if (result_.steps[i].state != StepResult::State::not_reached) n = i + 1;
        return n;
    }

    /// Of a repeat the first round shows what happens; later ones only where they went wrong.
    bool worth_showing(std::uint32_t i) const {
        if (everything_ || result_.steps[i].state != StepResult::State::done) return true;
        const auto& rounds = result_.flat[i].rounds;
        return std::all_of(rounds.begin(), rounds.end(), [](std::uint32_t round) { return round == 1; });
    }

    std::string rounds_alike() {
        if (alike_ == 0) return "";
        const std::string text = fmt::format("({} of later rounds held)", counted(alike_, "more step"));
        alike_ = 0;
        return margin_ + look_.style.dim(text) + '\n';
    }

    static scenario::FlatStep first_round(const scenario::FlatStep& flat) {
        scenario::FlatStep plain = flat;
        plain.rounds.clear();
        return plain;
    }

    std::string step(std::uint32_t i) {
        const auto& flat = result_.flat[i];
        const auto words = step_text(*flat.step);
        std::string out;
        if (!flat.step->note.empty()) out += '\n' + wrapped(printable(flat.step->note, true), number_ + 2);
        if (!words.who.empty()) {
            const bool later =
                std::any_of(flat.rounds.begin(), flat.rounds.end(), [](std::uint32_t r) { return r > 1; });
            const std::string number = fmt::format("{:>{}}", step_number(first_round(flat)), number_);
            const bool wrong = result_.steps[i].state != StepResult::State::done;
            out += wrong ? look_.style.bad(number) : look_.style.dim(number);
            out += fmt::format("  {:<{}}  ", words.who, who_) + look_.style.strong(printable(words.what));
            if (later || (everything_ && !flat.rounds.empty()))
                out += step_number(flat).substr(step_number(first_round(flat)).size());
            const bool looks = std::holds_alternative<scenario::ExpectStep>(flat.step->what) ||
                               std::holds_alternative<scenario::FileStep>(flat.step->what);
            if (looks && !wrong) out += "  " + look_.style.good("holds");
            out += '\n';
        }
        if (i < log_.steps.size()) out += lines_text(log_.steps[i]);
        for (const auto& failure : result_.failures)
            if (failure.step == i) out += failure_text(failure, place_text(flat.step->place), margin_, look_);
        if (result_.steps[i].state == StepResult::State::died)
            out += margin_ + look_.style.bad("the story ended here") + '\n';
        return out;
    }

    // A step that floods must not bury the rest: its middle is left out, and counted.
    std::string lines_text(const StepLog& step) const {
        std::vector<const Line*> shown;
        for (const auto& line : step.lines)
            if (everything_ || !line.minor) shown.push_back(&line);
        const bool flood = step.left_out > 0 || (!everything_ && shown.size() > most_lines);
        const std::size_t first = everything_ ? kept_first : most_lines - last_lines;
        const std::size_t last = std::min(shown.size(), everything_ ? kept_last : last_lines);
        std::string out;
        for (std::size_t i = 0; i < shown.size(); ++i) {
            if (flood && i >= first && i + last < shown.size()) continue;
            if (flood && i + last == shown.size()) out += margin_ + look_.style.dim(more_lines(step, i, first)) + '\n';
            out += text(*shown[i]);
        }
        return out;
    }

    static std::string more_lines(const StepLog& step, std::size_t reached, std::size_t first) {
        const std::uint64_t between = reached > first ? reached - first : 0;
        if (step.left_out == 0) return fmt::format("... {} more lines (--verbose shows them)", between);
        return fmt::format("... and so on, more than {} lines", between + step.left_out);
    }

    std::string text(const Line& line) const {
        const std::string shown = fmt::format("{:<{}} {}", head(line), label_width, printable(body(line)));
        const bool proved = line.kind == LineKind::proof && !line.bad;
        return margin_ + (line.bad ? look_.style.bad(shown) : proved ? look_.style.good(shown) : shown) + '\n';
    }

    std::string left_out(std::size_t reached) const {
        const std::size_t rest = result_.flat.size() - reached;
        return '\n' + fmt::format("{:>{}}", "", number_ + 2) +
               look_.style.dim(fmt::format("{} more step{} not reached", rest, rest == 1 ? " was" : "s were")) + '\n';
    }

    static constexpr std::size_t label_width = 8;
    static constexpr std::size_t most_lines = 60, last_lines = 15;

    const scenario::RunResult& result_;
    const Look& look_;
    bool everything_;
    RunLog log_;
    std::size_t number_ = 0, who_ = 0;
    std::string margin_;
    std::size_t alike_ = 0;
};

} // namespace

std::string log_text(const scenario::RunResult& result, const Look& look) {
    return LogWriter(result, look).write();
}

} // namespace ddll::report
