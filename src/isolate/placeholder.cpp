#include "isolate/isolate.h"
