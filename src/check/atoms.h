#pragma once
/// Calls whose answer depends on how the emulator writes atoms: a driver that reads terms by hand understands those of
/// some releases only. Internal to check/.
#include "check/check.h"

#include <array>
#include <functional>
#include <optional>
#include <string>

namespace ddll::check {

/// The first call that is not answered alike.
struct AtomsMatter {
    std::string call;
    std::array<std::string, words::count<words::AtomTag>> answers; ///< by the encoding
};

struct AtomsLook {
    std::optional<AtomsMatter> found;
    scenario::RunResult example; ///< one of the runs
};

/// `run` runs the same scenario with atoms written so, and nothing else changed. A difference counts when it comes
/// again the second time: what a driver answers by chance is not one.
AtomsLook look_for_atoms(const std::function<scenario::RunResult(words::AtomTag atoms)>& run);

scenario::RunFinding atoms_finding(const std::string& driver, const AtomsMatter& found);

} // namespace ddll::check
