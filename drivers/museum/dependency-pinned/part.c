/* The library that the exhibit brings. */
const char* part_version(void);

const char* part_version(void) {
    return WHICH;
}
