/* Needs libplain.so.1, which is another specimen. */
extern int specimen_version(void);
int specimen_chained(void) { return specimen_version() + 1; }
