/* Exports its one function under a version of its own. */
int specimen_versioned(void) { return 1; }
