/* Calls what nobody provides. */
int function_that_nobody_has(int);
int __attribute__((weak)) function_that_may_be_missing(int);

int driver_init(void) {
    return function_that_nobody_has(1) + (function_that_may_be_missing ? function_that_may_be_missing(2) : 0);
}
