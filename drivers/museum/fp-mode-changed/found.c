/* Linked with -ffast-math, which brings a constructor that turns denormal numbers off, for whoever loads it. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .control = which)
