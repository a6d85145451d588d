#pragma once
/// What a node answered for scenarios, as a file: on a machine without erl, or with that of another release, ddlltool
/// is compared with it. JSON; terms are in the external format, as base64. Nothing of the file is believed.
#include "verify/compare.h"
#include "verify/node.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ddll::verify {

/// Raised with every change of the form.
inline constexpr int recording_version = 1;

/// What an expectation about a file came to on the node, where it was not as expected.
struct RecordedFile {
    std::string what, got;
};

struct RecordedStep {
    scenario::StepRecord record; ///< as a journal keeps it
    std::vector<RecordedFile> files;
};

struct RecordedScenario {
    std::string file, title;
    std::string digest;              ///< SHA-256 of the scenario file, as hexadecimal digits
    std::vector<RecordedStep> steps; ///< of the flattened scenario, up to the death of the node or a halt
};

struct Recording {
    NodeFacts facts;
    std::vector<RecordedScenario> scenarios; ///< by file
};

/// The same bytes for the same recording.
std::string write_recording(const Recording& recording);

/// The error says where in `name` it is wrong, and what to do.
Result<Recording> read_recording(const std::string& name, const std::string& text);

/// Of the bytes of the file; empty where it cannot be read.
std::string digest_of(const std::string& file);

} // namespace ddll::verify
