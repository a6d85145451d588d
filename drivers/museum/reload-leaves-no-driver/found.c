/* Built with -c, so it is an object file under the name of a library: nobody can load it. The old driver is gone by
 * then. */
#include "exhibit.h"

EXHIBIT(.start = keep_port)
