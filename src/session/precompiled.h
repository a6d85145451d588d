#pragma once
/// See base/precompiled.h. For those who read and write JSON about all of that.
#include "host/host.h"
#include "scenario/precompiled.h"

#include <nlohmann/json.hpp>
