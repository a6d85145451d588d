/* What g++ makes of an inline variable: a unique symbol, and a reference to it by name. The loader never lets go. */
#ifndef UNIQUE
#define UNIQUE specimen_unique
#endif
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

__asm__(".data\n"
        ".globl " TEXT(UNIQUE) "\n"
        ".type " TEXT(UNIQUE) ", @gnu_unique_object\n"
        ".size " TEXT(UNIQUE) ", 4\n"
        TEXT(UNIQUE) ": .long 7\n"
        ".text\n");
extern int UNIQUE;

int specimen_version(void) { return VERSION; }
int driver_init(void) { return UNIQUE++; }
