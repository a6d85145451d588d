#include "check/atoms.h"
#include "check/verdict.h"
#include "term/external.h"

#include <doctest/doctest.h>

#include <memory>

using namespace ddll;
using check::AtomsLook;
using words::AtomTag;

namespace {

/// A run of one call with this answer; an exception where `raised`.
scenario::RunResult run_of(const term::Term& answer, bool raised = false) {
    scenario::RunResult out;
    auto journal = std::make_shared<journal::Journal>();
    journal->write(journal::Called{ProcessId{80}, "erlang:port_call(P, 1, x)", words::LoadCall::none});
    journal->write(journal::Returned{ProcessId{80}, raised ? journal::Outcome::raised_error : journal::Outcome::value,
                                     false, term::encode(answer)});
    out.journal = std::move(journal);
    out.verdict = scenario::Verdict::passed;
    return out;
}

} // namespace

TEST_CASE("a call that is answered in another way with the other encoding") {
    int runs = 0;
    const AtomsLook look = check::look_for_atoms([&](AtomTag atoms) {
        ++runs;
        return atoms == AtomTag::atom_ext ? run_of(term::Term::integer(1)) : run_of(term::Term::atom("badarg"), true);
    });
    REQUIRE(look.found);
    CHECK(look.found->call == "erlang:port_call(P, 1, x)");
    CHECK(look.found->answers[0] == "1");
    CHECK(look.found->answers[1] == "exception badarg");
    CHECK(runs == 4);
    const scenario::RunFinding finding = check::atoms_finding("counter", *look.found);
    CHECK(finding.rule == words::Rule::atoms_parsed_by_hand);
    CHECK(finding.severity == words::Severity::warning);
}

TEST_CASE("the same answer is no finding, and takes two runs") {
    int runs = 0;
    const AtomsLook look = check::look_for_atoms([&](AtomTag) {
        ++runs;
        return run_of(term::Term::integer(1));
    });
    CHECK_FALSE(look.found);
    CHECK(runs == 2);
}

TEST_CASE("what is answered by chance is no finding") {
    int runs = 0;
    const AtomsLook look = check::look_for_atoms([&](AtomTag) { return run_of(term::Term::integer(++runs)); });
    CHECK_FALSE(look.found);
}

TEST_CASE("a run that was left out shows nothing") {
    const AtomsLook look = check::look_for_atoms([&](AtomTag atoms) {
        scenario::RunResult out = run_of(term::Term::integer(atoms == AtomTag::atom_ext ? 1 : 2));
        out.skipped.left_out = true;
        return out;
    });
    CHECK_FALSE(look.found);
}

TEST_CASE("a death under one encoding is an answer") {
    const AtomsLook look = check::look_for_atoms([&](AtomTag atoms) {
        scenario::RunResult out = run_of(term::Term::integer(1));
        if (atoms == AtomTag::small_atom_utf8_ext) {
            out.death.emplace();
            out.death->headline = "SIGSEGV in callback call";
        }
        return out;
    });
    REQUIRE(look.found);
    CHECK(look.found->answers[1] == "SIGSEGV in callback call");
}
