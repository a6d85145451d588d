#include "check/atoms.h"

#include "check/gathered.h"
#include "check/verdict.h"

#include <fmt/format.h>

namespace ddll::check {

namespace {

using words::AtomTag;

/// What one run came to.
struct Seen {
    std::vector<CallAnswer> answers;
    bool usable = false; ///< it was carried out, to its end or to a death

    explicit Seen(const scenario::RunResult& run)
        : answers(answers_of(run)), usable(run.journal != nullptr && !run.skipped.left_out) {
        if (run.death && !answers.empty()) answers.back().answer = run.death->headline;
    }
    const std::string& answer(std::size_t at) const {
        static const std::string nothing = "nothing: it is not reached";
        return at < answers.size() ? answers[at].answer : nothing;
    }
};

std::optional<std::size_t> first_difference(const Seen& one, const Seen& other) {
    for (std::size_t i = 0; i < one.answers.size() && i < other.answers.size(); ++i) {
        if (one.answers[i].call != other.answers[i].call) return std::nullopt;
        if (one.answers[i].answer != other.answers[i].answer) return i;
    }
    return std::nullopt;
}

} // namespace

AtomsLook look_for_atoms(const std::function<scenario::RunResult(AtomTag atoms)>& run) {
    AtomsLook look;
    scenario::RunResult first = run(AtomTag::atom_ext);
    look.example = run(AtomTag::small_atom_utf8_ext);
    const Seen latin1(first), utf8(look.example);
    if (!latin1.usable || !utf8.usable) return look;
    const auto at = first_difference(latin1, utf8);
    if (!at) return look;
    const Seen latin1_again(run(AtomTag::atom_ext)), utf8_again(run(AtomTag::small_atom_utf8_ext));
    if (latin1_again.answer(*at) != latin1.answer(*at) || utf8_again.answer(*at) != utf8.answer(*at)) return look;
    look.found = AtomsMatter{latin1.answers[*at].call, {latin1.answer(*at), utf8.answer(*at)}};
    return look;
}

scenario::RunFinding atoms_finding(const std::string& driver, const AtomsMatter& found) {
    std::string answers;
    for (const AtomTag tag : words::all<AtomTag>)
        answers += fmt::format("{}{} with {}", answers.empty() ? "" : ", ",
                               found.answers[static_cast<std::size_t>(tag)], words::name(tag));
    return run_finding(words::Rule::atoms_parsed_by_hand, driver, fmt::format("{} -> {}", found.call, answers));
}

} // namespace ddll::check
