/* Each kind of reference to a symbol of its own that another library could take over. */
int specimen_called(void) { return 1; }
int specimen_pointed_at(void) { return 2; }
int specimen_variable = 3;
int (*specimen_table[])(void) = {specimen_pointed_at};
__thread int specimen_thread_local = 4;
__attribute__((visibility("protected"))) int specimen_protected(void) { return 5; }
int specimen_use(void) { return specimen_called() + specimen_variable + specimen_thread_local + specimen_protected(); }
