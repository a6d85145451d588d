#pragma once
/// What most files include of other libraries, compiled once (ddll_folder in CMakeLists.txt). Nobody includes this, and a
/// file still includes what it uses: the presets debug and asan build without it. Each line more makes it slower to load
/// for those who do not need it: nlohmann/json.hpp cost more than it saved.
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
