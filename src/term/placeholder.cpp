#include "term/term.h"
