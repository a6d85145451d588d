/* answer: no driver, only a library that one may open (see dl). */
int answer(void);

int answer(void) {
    return 42;
}
