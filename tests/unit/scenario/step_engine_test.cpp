/// The step engine against a target that only takes notes: what it asks for and in which order, and what it makes of
/// what it is told.
#include "scenario/step_engine.h"

#include <doctest/doctest.h>

using namespace ddll;
using namespace ddll::scenario;
using term::Evaluated;
using term::Term;

namespace {

Text text(const std::string& source) {
    auto expr = term::parse_expr(source);
    REQUIRE(bool(expr));
    return {source, *expr, {}};
}

/// Answers calls from a list; an answer that is missing is told by observe() only.
class Fake final : public Target {
public:
    std::vector<std::string> notes;
    std::map<std::string, Evaluated> answers; ///< by the call's text
    StepRecord seen;                          ///< given at the next observe()
    std::optional<Evaluated> late;            ///< of the caller
    std::set<std::string> waiting;

    std::vector<Term> start(std::span<const ProcessDecl> processes) override {
        std::vector<Term> pids;
        for (std::size_t i = 0; i < processes.size(); ++i) pids.push_back(Term::pid(80 + i));
        return pids;
    }
    Result<void> install(const InstallStep&, const std::string& source, const std::string& target) override {
        notes.push_back("install " + source + " " + target);
        return {};
    }
    void begin_turn(const std::string& by, std::size_t calls) override {
        notes.push_back(by + " " + std::to_string(calls));
    }
    std::optional<Evaluated> call(const Text& call, const CallOutcome&, const term::Bindings&) override {
        notes.push_back(call.source);
        const auto it = answers.find(call.source);
        return it == answers.end() ? std::nullopt : std::optional(it->second);
    }
    void end_turn() override { notes.emplace_back("end_turn"); }
    bool waits(const std::string& process) const override { return waiting.contains(process); }
    std::optional<Evaluated> take_late_return(const std::string& process) override {
        return process == "a" ? std::exchange(late, std::nullopt) : std::nullopt;
    }
    Evaluated ask(const std::string&, const std::string&, const std::vector<Term>&) override {
        return Evaluated::raise(Term::atom("undef"));
    }
    void settle() override { notes.emplace_back("settle"); }
    void advance(Duration) override { notes.emplace_back("advance"); }
    void observe(StepRecord& record) override {
        if (!seen.returns.empty()) record.returns = seen.returns;
        record.exits.insert(seen.exits.begin(), seen.exits.end());
    }
    void note(const journal::Event& event) override {
        if (const auto* wrong = std::get_if<journal::Mismatched>(&event))
            notes.push_back(std::string(wrong->what) + ": " + std::string(wrong->got));
        if (const auto* bound = std::get_if<journal::Bound>(&event))
            notes.push_back("bound " + std::string(bound->name));
    }
    void end_step() override { seen = {}; }

    std::vector<std::string> taken() { return std::exchange(notes, {}); }
};

using Notes = std::vector<std::string>;

struct Bench {
    Scenario scenario;
    Fake target;
    std::vector<ScenarioStep> steps;

    Bench() { scenario.processes = {{"a", "A", false}, {"b", "B", false}}; }

    static ScenarioStep call(const std::vector<std::string>& calls, std::vector<CallOutcome> outcomes = {}) {
        CallStep step;
        step.by = "a";
        for (const std::string& source : calls) step.calls.push_back(text(source));
        outcomes.resize(calls.size());
        step.outcomes = std::move(outcomes);
        step.is_batch = calls.size() > 1;
        return {std::move(step), {}, {}};
    }
};

} // namespace

TEST_CASE("a call and what follows it are separate; a variable that was bound is told at the end of the step") {
    Bench bench;
    StepEngine engine(bench.scenario, bench.target);
    REQUIRE(engine.declare());
    CHECK(bench.target.taken() == Notes{"bound A", "bound B"});
    bench.target.answers["f()"] = Evaluated::of(Term::integer(1));
    const auto step = Bench::call({"f()"}, {text("X")});
    CHECK(engine.run_step(0, {&step, {}, {}, 1}));
    CHECK(bench.target.taken() == Notes{"a 1", "f()", "end_turn", "settle", "bound X"});
    CHECK(engine.bindings().at("X") == Term::integer(1));
}

TEST_CASE("what fails ends the turn and the run, unless the engine is lenient") {
    Bench bench;
    bench.target.answers = {{"f()", Evaluated::of(Term::integer(1))}, {"g()", Evaluated::of(Term::integer(2))}};
    const auto step = Bench::call({"f()", "g()"}, {text("7"), text("Y")});
    SUBCASE("strict") {
        StepEngine engine(bench.scenario, bench.target);
        engine.declare();
        bench.target.taken();
        CHECK_FALSE(engine.run_step(0, {&step, {}, {}, 1}));
        CHECK(bench.target.taken() == Notes{"a 2", "f()", "returns, call 1: 1", "end_turn", "settle"});
    }
    SUBCASE("lenient") {
        StepEngine engine(bench.scenario, bench.target, {.lenient = true, .on_term = {}});
        engine.declare();
        bench.target.taken();
        CHECK(engine.run_step(0, {&step, {}, {}, 1}));
        CHECK(bench.target.taken() == Notes{"a 2", "f()", "g()", "end_turn", "settle", "bound Y"});
        CHECK(engine.mismatches().size() == 1);
    }
}

TEST_CASE("what a target tells later binds as what it gives at once") {
    Bench bench;
    StepEngine engine(bench.scenario, bench.target);
    engine.declare();
    bench.target.taken();
    const auto step = Bench::call({"f()", "g()"}, {text("X"), text("Y")});
    bench.target.seen.returns = {Evaluated::of(Term::integer(1)), Evaluated::of(Term::integer(2))};
    CHECK(engine.run_step(0, {&step, {}, {}, 1}));
    CHECK(bench.target.taken() == Notes{"a 2", "f()", "g()", "end_turn", "settle", "bound X", "bound Y"});
}

TEST_CASE("a call that blocks gives the others their turn, and goes on when it has returned") {
    Bench bench;
    StepEngine engine(bench.scenario, bench.target);
    engine.declare();
    bench.target.taken();
    bench.target.answers = {{"f()", Evaluated::blocked()}, {"g()", Evaluated::of(Term::integer(2))}};
    const auto step = Bench::call({"f()", "g()"}, {text("X"), text("Y")});
    SUBCASE("it returns") {
        bench.target.late = Evaluated::of(Term::integer(1));
        CHECK(engine.run_step(0, {&step, {}, {}, 1}));
        CHECK(bench.target.taken() ==
              Notes{"a 2", "f()", "settle", "a 1", "g()", "end_turn", "settle", "bound X", "bound Y"});
    }
    SUBCASE("it does not") {
        CHECK_FALSE(engine.run_step(0, {&step, {}, {}, 1}));
        CHECK(bench.target.taken() ==
              Notes{"a 2", "f()", "settle", "returns: (the call blocks)", "end_turn", "settle"});
    }
}

TEST_CASE("a process that has ended or waits may not act") {
    Bench bench;
    StepEngine engine(bench.scenario, bench.target);
    engine.declare();
    bench.target.answers["f()"] = Evaluated::of(Term::integer(1));
    bench.target.seen.exits.emplace("a", Term::atom("boom"));
    const auto step = Bench::call({"f()"});
    CHECK(engine.run_step(0, {&step, {}, {}, 1}));
    bench.target.taken();
    SUBCASE("ended") {
        CHECK_FALSE(engine.run_step(1, {&step, {}, {}, 2}));
        CHECK(bench.target.taken() == Notes{"by a: a has ended: boom"});
    }
    SUBCASE("waits") {
        auto other = Bench::call({"f()"});
        std::get<CallStep>(other.what).by = "b";
        bench.target.waiting.insert("b");
        CHECK_FALSE(engine.run_step(1, {&other, {}, {}, 2}));
        CHECK(bench.target.taken() == Notes{"by b: b still waits in an earlier call"});
    }
}

TEST_CASE("variables that a round of a repeat has bound are forgotten after it") {
    Bench bench;
    StepEngine engine(bench.scenario, bench.target);
    engine.declare();
    bench.target.answers = {{"f()", Evaluated::of(Term::integer(1))}, {"g()", Evaluated::of(Term::integer(2))}};
    const auto inside = Bench::call({"f()"}, {text("X")}), after = Bench::call({"g()"}, {text("X")});
    const ScenarioStep repeat{RepeatStep{}, {}, {}};
    CHECK(engine.run_step(0, {&inside, {&repeat}, {1}, 2}));
    CHECK(engine.bindings().contains("X"));
    bench.target.taken();
    CHECK(engine.run_step(1, {&inside, {&repeat}, {2}, 2}));
    CHECK(bench.target.taken() == Notes{"a 1", "f()", "end_turn", "settle", "bound X"});
    CHECK(engine.run_step(2, {&after, {}, {}, 3}));
    CHECK(engine.bindings().at("X") == Term::integer(2));
}

TEST_CASE("files are installed where the scenario's folder lies") {
    Bench bench;
    bench.scenario.paths = {{"Dir", "/nowhere"}};
    bench.scenario.drivers = {{"echo", {{"v1", "/lib/echo_v1.so", "echo_v1.so", false, {}}}}};
    StepEngine engine(bench.scenario, bench.target);
    engine.declare();
    bench.target.taken();
    const ScenarioStep step{InstallStep{"echo", "v1", "Dir", "echo", InstallHow::rename}, {}, {}};
    CHECK(engine.run_step(0, {&step, {}, {}, 1}));
    CHECK(bench.target.taken() == Notes{"install /lib/echo_v1.so /nowhere/echo.so", "settle"});
}
