/* Nobody will find an entry here. */
int something_else(void) { return 1; }
