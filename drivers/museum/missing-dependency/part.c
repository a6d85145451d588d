/* The library that the exhibit needs. */
const char* part_version(void);

const char* part_version(void) {
    return WHICH;
}
