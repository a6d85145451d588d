#include "scenario/result_builder.h"
#include "base/text.h"

#include "base/prose.h"
#include "findings/fixes.h"
#include "findings/runtime/find.h"
#include "host/host.h"
#include "journal/visitor.h"
#include "scenario/code_places.h"
#include "scenario/crash_report.h"
#include "term/external.h"
#include "term/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace ddll::scenario {

const char* name(Verdict v) {
    static constexpr const char* names[] = {"passed", "failed", "crashed", "hung", "unusable", "bug", "skipped"};
    return names[static_cast<std::size_t>(v)];
}

namespace {

using StepState = StepResult::State;

// One walk over the journal: steps, failures, names.
class Reading : private journal::Visitor<Reading> {
public:
    explicit Reading(RunResult& result) : result_(result) {}

    void run() {
        for (const journal::Entry& entry : *result_.journal) {
            last_ = entry.seq;
            read(entry);
        }
        if (open_) result_.steps[*open_].last_entry = last_;
    }

    bool ended = false;
    std::optional<std::uint32_t> open_; ///< the step that was begun and not ended
    std::optional<words::ImpasseKind> impasse;
    std::optional<std::string> deadlocked;
    std::string open_failure; ///< text of dlopen in the current step

private:
    friend journal::Visitor<Reading>;
    using Ignores =
        journal::Kinds<journal::Called, journal::Returned, journal::Delivered, journal::ProcessStarted,
                       journal::ProcessEnded, journal::PortOpened, journal::PortClosing, journal::PortClosed,
                       journal::Entered, journal::Left, journal::ApiCalled, journal::DriverChanged,
                       journal::ImageOpened, journal::ImageClosed, journal::Reloaded, journal::FileInstalled,
                       journal::ClockAdvanced, journal::PeerActed, journal::PeerReceived, journal::Misused,
                       journal::ClearedAway, journal::LeftBehind, journal::EntrySeen, journal::TookLong,
                       journal::Logged, journal::ThreadWaits, journal::ThreadRuns, journal::ThreadEnded>;

    StepResult* at(std::uint32_t index) { return index < result_.steps.size() ? &result_.steps[index] : nullptr; }

    void on(const journal::StepBegun& e) {
        open_failure.clear();
        open_ = e.index;
        if (StepResult* step = at(e.index)) step->first_entry = step->last_entry = entry().seq;
    }
    void on(const journal::StepEnded& e) {
        open_.reset();
        if (StepResult* step = at(e.index)) {
            step->state = StepState::done;
            step->last_entry = entry().seq;
        }
    }
    void on(const journal::Mismatched& e) {
        if (StepResult* step = at(e.index)) step->state = StepState::failed;
        result_.failures.push_back(
            {e.index, std::string(e.what), std::string(e.expected), std::string(e.got), "", e.of_return});
    }
    void on(const journal::StepFailed& e) {
        if (StepResult* step = at(e.index)) step->state = StepState::failed;
        impasse = e.kind;
        result_.failures.push_back({e.index, "step", "(the step can be done)", std::string(e.text), ""});
    }
    void on(const journal::Deadlocked& e) {
        deadlocked = e.text;
        impasse = words::ImpasseKind::deadlock;
    }
    void on(const journal::ImageFailed& e) {
        if (e.kind == words::LoadErrorKind::open_error) open_failure = e.text;
    }
    void on(const journal::Bound& e) {
        const auto value = term::decode(e.term);
        if (!value) return;
        using Kind = term::Term::Kind;
        const Kind kind = value->term.kind();
        if (kind != Kind::pid && kind != Kind::port && kind != Kind::reference) return;
        // A later name of the same thing (in another round) wins; an equal thing named twice keeps its first name.
        result_.names.try_emplace(term::print(value->term), std::string(e.name));
    }
    void on(const journal::NumberChosen& e) {
        result_.chosen.try_emplace(fmt::to_string(e.number), std::string(e.name));
    }
    void on(const journal::Awaited&) { result_.reproducible = false; }
    void on(const journal::ThreadLeftAlone&) { result_.reproducible = false; }
    void on(const journal::ThreadStarted& e) {
        if (e.kind == words::ThreadKind::foreign || result_.scenario->emulator.free_threads)
            result_.reproducible = false;
    }
    void on(const journal::Ended&) { ended = true; }

    RunResult& result_;
    std::uint64_t last_ = 0;
};

void add_finding(RunResult& result, findings::Finding found, std::vector<StackFrame> stack) {
    RunFinding finding{found.rule,
                       found.severity,
                       std::move(found.title),
                       std::move(found.subject),
                       prose(std::move(found.evidence)),
                       std::move(stack)};
    finding.fix = prose(std::move(found.fix));
    for (std::size_t i = 0; i < result.steps.size() && found.entry != 0; ++i)
        if (result.steps[i].first_entry != 0 && result.steps[i].first_entry <= found.entry &&
            found.entry <= result.steps[i].last_entry)
            finding.step = static_cast<std::uint32_t>(i);
    const auto& expected = result.scenario->expected_findings;
    finding.expected = std::find(expected.begin(), expected.end(), finding.rule) != expected.end();
    result.findings.push_back(std::move(finding));
}

// Was the node at its end, and which threads ran there?
void add_halt(findings::CrashNote& note, const RunResult& result, const Running& running) {
    CodePlaces places(*result.journal, *running.versions);
    for (const journal::Entry& entry : *result.journal) {
        if (const auto* entered = std::get_if<journal::Entered>(&entry.event))
            note.at_halt |= entered->callback == journal::Callback::exit_handlers;
        const auto* left = std::get_if<journal::LeftBehind>(&entry.event);
        std::uintptr_t function = 0;
        if (left == nullptr || left->kind != words::Residue::thread_at_halt || left->stack.size() != sizeof function)
            continue;
        std::memcpy(&function, left->stack.data(), sizeof function);
        const auto frame = places.frame(function, entry.seq);
        note.threads_at_halt.push_back(
            fmt::format("{}{}", left->text, frame ? " that runs " + place_text(*frame) : std::string()));
    }
}

// What its death says of the driver, beside the words about the death itself.
void add_findings_of_death(RunResult& result, const Running& running, const isolate::Ending& ending) {
    const Death& death = *result.death;
    const isolate::CrashReport& crash = ending.crash;
    const auto* signalled = std::get_if<isolate::Signalled>(&ending.how);
    findings::CrashNote note{.callback = death.in.callback,
                             .driver = death.in.driver,
                             .signal = signalled != nullptr ? signalled->signal : 0,
                             .fatal = crash.fatal_kind,
                             .exception = !death.exception.empty(),
                             .exited = death.exit_status.has_value(),
                             .timed_out = death.timed_out,
                             .stack_exhausted = crash.stack_exhausted,
                             .headline = death.headline};
    for (const journal::Entry& entry : *result.journal)
        if (const auto* opened = std::get_if<journal::ImageOpened>(&entry.event)) {
            const auto inside = [&](std::uintptr_t a) {
                return opened->base <= a && a < opened->end && crash.module_of(a) == nullptr;
            };
            note.in_unloaded_code |= (crash.has_fault_address && inside(crash.fault_address)) ||
                                     (!crash.stack.empty() && inside(crash.stack.front()));
        }
    add_halt(note, result, running);
    if (auto found = findings::find_in_crash(note)) {
        found->fix = findings::fix_of_exception(death.exception);
        add_finding(result, *std::move(found), death.stack);
    }
}

void add_findings(RunResult& result, const Running& running, const RunOptions& options,
                  const std::vector<std::uint64_t>& asleep_at) {
    std::map<DriverId, std::string> drivers;
    std::map<ImageId, const Versions::Known*> images;
    std::map<ImageId, DriverId> driver_of;
    for (const journal::Entry& entry : *result.journal) {
        if (const auto* changed = std::get_if<journal::DriverChanged>(&entry.event))
            drivers[changed->driver] = changed->name;
        if (const auto* opened = std::get_if<journal::ImageOpened>(&entry.event)) {
            images[opened->image] = running.versions->of(*opened);
            driver_of[opened->image] = opened->driver;
            if (images[opened->image] != nullptr) result.versions[opened->image.value] = images[opened->image]->version;
        }
    }
    findings::RunNames names;
    names.driver = [&](DriverId id) { return drivers[id]; };
    names.port = [&](PortId id) { return port_name(result, id); };
    names.image = [&](ImageId id) {
        const Versions::Known* known = images[id];
        const std::string driver = drivers[driver_of[id]];
        return findings::ImageNote{known == nullptr ? driver : driver + "/" + known->version,
                                   known == nullptr ? nullptr : known->facts.get()};
    };
    CodePlaces places(*result.journal, *running.versions);
    names.place = [&](std::uintptr_t address, std::uint64_t entry) {
        const auto frame = places.frame(address, entry);
        return frame ? place_text(*frame) : "";
    };
    for (const journal::Entry& entry : *result.journal) {
        const auto* cleared = std::get_if<journal::ClearedAway>(&entry.event);
        std::uintptr_t address = 0;
        if (cleared == nullptr || cleared->stack.size() != sizeof address) continue;
        std::memcpy(&address, cleared->stack.data(), sizeof address);
        if (std::string place = names.place(address, entry.seq); !place.empty())
            result.places.emplace(entry.seq, std::move(place));
    }
    std::vector<findings::Finding> all = findings::find_in_run(*result.journal, names, asleep_at);
    if (options.probe)
        for (findings::Finding& found : findings::find_closely(*result.journal, names)) all.push_back(std::move(found));
    for (findings::Finding& found : all) {
        std::vector<StackFrame> stack;
        for (const std::uintptr_t address : found.stack)
            if (auto frame = places.frame(address, found.entry)) stack.push_back(*std::move(frame));
        add_finding(result, std::move(found), std::move(stack));
    }
    for (const words::Rule rule : result.scenario->expected_findings)
        if (std::none_of(result.findings.begin(), result.findings.end(),
                         [&](const RunFinding& f) { return f.rule == rule; }))
            result.failures.push_back({UINT32_MAX, "expected_findings", std::string(name(rule)), "(not found)", ""});
}

void conclude_death(RunResult& result, const Reading& reading) {
    Death& death = *result.death;
    if (reading.open_) {
        StepResult& step = result.steps[*reading.open_];
        if (step.state == StepState::not_reached) step.state = StepState::died;
    }
    const auto& expected = result.scenario->expected_crash;
    if (expected) {
        const auto wrong = unexpected_part(*expected, death);
        const bool last_step = death.in.step + 1 == result.flat.size();
        if (!wrong && last_step) {
            death.expected = true;
            result.verdict = Verdict::passed;
            return;
        }
        result.failures.push_back(
            {death.in.step, "expected_crash", wrong ? wrong->first : "the death comes in the last step",
             wrong ? wrong->second : fmt::format("it came in step {}", result.flat[death.in.step].number), ""});
    }
    result.verdict = death.timed_out ? Verdict::hung : Verdict::crashed;
}

// The run ended in the middle of a step, and not by a death of the child.
void conclude_deadlock(RunResult& result, const Reading& reading) {
    const std::uint32_t index = reading.open_.value_or(UINT32_MAX);
    if (index < result.steps.size()) result.steps[index].state = StepState::failed;
    const auto& expected = result.scenario->expected_crash;
    if (expected && expected->deadlock && index + 1 == result.flat.size()) {
        if (index < result.steps.size()) result.steps[index].state = StepState::done;
        result.verdict = Verdict::passed;
        return;
    }
    result.failures.push_back({index, "step", "(the step comes to its end)", "deadlock: " + *reading.deadlocked,
                               expected && expected->deadlock ? "it was expected in the last step" : ""});
    result.verdict = Verdict::hung;
}

void conclude_failures(RunResult& result, const Reading& reading) {
    if (reading.impasse == words::ImpasseKind::deadlock || reading.impasse == words::ImpasseKind::no_rest ||
        reading.impasse == words::ImpasseKind::journal_full) {
        result.verdict = Verdict::hung;
        return;
    }
    result.verdict = Verdict::failed;
    if (reading.open_failure.empty()) return;
    for (Failure& failure : result.failures) {
        if (!failure.of_return) continue;
        // The scenario is not at fault: the library it needs cannot be opened.
        result.verdict = Verdict::unusable;
        failure.help = fmt::format("the loader says: {}", reading.open_failure);
    }
}

} // namespace

std::string with_names(std::string text, const std::map<std::string, std::string>& chosen) {
    for (const auto& [digits, name] : chosen) {
        for (auto at = text.find(digits); at != text.npos; at = text.find(digits, at)) {
            const auto end = at + digits.size();
            const bool alone = (at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]));
            if (alone) text.replace(at, digits.size(), name);
            at += alone ? name.size() : digits.size();
        }
    }
    return text;
}

RunResult build_result(Running running, const isolate::Ending& ending, const RunOptions& options) {
    RunResult result;
    result.scenario = running.scenario;
    result.file = running.scenario->file;
    result.title = running.scenario->title;
    result.release = running.scenario->release(wanted_release(options));
    result.flat = running.steps;
    result.steps.resize(result.flat.size());
    result.journal = running.journal;
    result.output = ending.output;

    Reading reading(result);
    reading.run();
    result.impasse = reading.impasse;
    std::vector<std::uint64_t> asleep_at = ending.asleep_at;
    // Where it hung is said by the verdict.
    if (std::holds_alternative<isolate::TimedOut>(ending.how)) std::erase(asleep_at, result.journal->size());
    add_findings(result, running, options, asleep_at);
    if (!result.chosen.empty()) {
        for (Failure& failure : result.failures) {
            failure.expected = with_names(std::move(failure.expected), result.chosen);
            failure.got = with_names(std::move(failure.got), result.chosen);
        }
        for (RunFinding& finding : result.findings)
            finding.evidence = with_names(std::move(finding.evidence), result.chosen);
        result.output = with_names(std::move(result.output), result.chosen);
    }

    if (const auto* bug = std::get_if<isolate::Bug>(&ending.how)) {
        result.verdict = Verdict::bug;
        result.failures.push_back({reading.open_.value_or(UINT32_MAX), "ddlltool", "(no bug in ddlltool)", bug->text,
                                   "please report this with the scenario file"});
    } else if (std::holds_alternative<isolate::Cancelled>(ending.how)) {
        result.verdict = Verdict::skipped;
        result.skipped.why = "interrupted";
    } else if (!std::holds_alternative<isolate::Finished>(ending.how)) {
        result.death = examine(ending, result, *running.versions, reading.open_.value_or(UINT32_MAX));
        if (options.probe) add_findings_of_death(result, running, ending);
        conclude_death(result, reading);
    } else if (reading.deadlocked) {
        conclude_deadlock(result, reading);
    } else if (!result.failures.empty()) {
        conclude_failures(result, reading);
    } else if (!reading.ended && !running.goes_on) {
        result.verdict = Verdict::bug;
        result.failures.push_back({UINT32_MAX, "ddlltool", "(the story is played to its end)",
                                   result.journal->full() ? "the journal is full" : "the child ended without a word",
                                   ""});
    } else {
        result.verdict = Verdict::passed;
        if (result.scenario->expected_crash) {
            result.verdict = Verdict::failed;
            result.failures.push_back(
                {UINT32_MAX, "expected_crash", "the driver dies", "the story came to its end", ""});
        }
    }
    for (Failure& failure : result.failures)
        for (std::string* text : {&failure.what, &failure.expected, &failure.got, &failure.help})
            *text = prose(std::move(*text));
    return result;
}

} // namespace ddll::scenario
