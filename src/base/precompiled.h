#pragma once
/// What most files include of other libraries, compiled once (ddll_precompile in CMakeLists.txt); host/,
/// scenario/ and session/ add what those above them include. No other file includes these, and each still includes
/// what it uses: the preset asan builds without them. Each line more makes one slower to load for those who do not
/// need it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>
