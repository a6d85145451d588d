#pragma once
/// See base/precompiled.h. For those who see the simulated emulator.
#include "base/precompiled.h"
#include "host/host.h"
