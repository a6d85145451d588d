#pragma once
/// Runs that were done, once more with something changed: other data, other memory, atoms written in another way.
/// Internal to check/.
#include "check/atoms.h"
#include "check/inquiry.h"
#include "check/player.h"
#include "check/unwritten.h"
#include "scenario/scenario.h"

#include <string>

namespace ddll::check {

class Again {
public:
    Again(Inquiry& inquiry, Player& player) : in_(inquiry), player_(player) {}

    /// The same run with data of the other shapes: what all of them provoke does not depend on the data.
    bool any_data_provokes(const CheckFinding& finding);
    /// The usual use, or a workload: bytes that were never written, answers that depend on how atoms are written.
    void look_closer(const MadeScenario& use);
    void look_closer(const scenario::Scenario& workload, const std::string& title);

private:
    bool any_data_shows_unwritten();
    scenario::RunResult play(const MadeScenario& one, Variation other);
    void take(UnwrittenLook look, const std::string& title, bool invents);
    void take(AtomsLook look, const std::string& title, bool invents);

    Inquiry& in_;
    Player& player_;
};

} // namespace ddll::check
