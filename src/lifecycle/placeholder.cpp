#include "lifecycle/rules.h"
