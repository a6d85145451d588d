#pragma once
/// The test cases of a story, each as a story of its own.
#include "record/story.h"

#include <vector>

namespace ddll::record {

/// One for each test case: what was done outside of test cases until then, and the case. The story itself where it has
/// no test cases.
std::vector<Story> by_test_case(const Story& story);

} // namespace ddll::record
