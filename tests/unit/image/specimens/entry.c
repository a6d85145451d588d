/* A driver entry as authors fill it in, without the header: only the places of its fields matter here.
   SHORT: as before R15B, without the marker. LATE: driver_init fills that in. */
static int start(void) { return 1; }
int specimen_control(void) { return 2; }
struct entry {
    int (*slots[6])(void);
    const char* name;
    int (*more[9])(void);
    unsigned mark, major, minor, flags;
    void* rest[4];
};
static struct entry specimen = {.slots = {[1] = start},
                                .name = "specimen",
                                .more = {[2] = specimen_control},
#if !defined(SHORT) && !defined(LATE)
                                .mark = 0xfeeeeeed,
                                .major = 3,
                                .minor = 2,
                                .flags = 9
#endif
};
struct entry* driver_init(void) {
#ifdef LATE
    specimen.mark = 0xfeeeeeed;
    specimen.major = 3;
    specimen.minor = 3;
#endif
    return &specimen;
}
