/* The same, permanent, as the fix for the other says: the threads of libgomp have their code as long as the node runs.
 *
 * compilers: gcc
 * flags: -fopenmp
 * true: permanent-by-driver-lock
 * accepts: permanent-by-driver-lock
 * node: permanent */
#define PERMANENT
#include "lib_openmp.c"
