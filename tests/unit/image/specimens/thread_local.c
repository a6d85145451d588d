/* Thread-local storage by the initial-exec model. */
static __thread int counter __attribute__((tls_model("initial-exec")));
int driver_init(void) { return ++counter; }
