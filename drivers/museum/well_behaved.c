/* A driver without a sin, in two versions: what the stories about mistakes of those who load drivers are played with.
 *
 *   port_control(P, 1, _)  which version answers: "old" or "new" */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .control = which)
