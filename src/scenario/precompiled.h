#pragma once
/// See base/precompiled.h. For those who see scenarios and what running them gave.
#include "base/precompiled.h"
#include "scenario/result.h"
#include "scenario/scenario.h"
