/* roman: writes numbers as the Romans did.
 *
 *   port_control(P, 1, "1994")  -> "MCMXCIV"
 *   badarg for what is no number from 1 to 3999 */
#include <erl_driver.h>
#include <string.h>

typedef struct {
    int value;
    const char* letters;
} Numeral;

static const Numeral numerals[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
                                   {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};

static ErlDrvData roman_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port; /* nothing to remember */
}

static int number_of(const char* text, size_t length) {
    int number = 0;
    if (length == 0 || length > 4) return 0;
    for (size_t i = 0; i < length; ++i) {
        if (text[i] < '0' || text[i] > '9') return 0;
        number = 10 * number + (text[i] - '0');
    }
    return number <= 3999 ? number : 0;
}

static ErlDrvSSizeT roman_control(ErlDrvData data, unsigned int command, char* text, ErlDrvSizeT length, char** answer,
                                  ErlDrvSizeT room) {
    char letters[16] = ""; /* MMMDCCCLXXXVIII is the longest */
    int number = number_of(text, length);
    (void)data;
    if (command != 1 || number == 0) return -1;
    for (const Numeral* numeral = numerals; number > 0; ++numeral)
        for (; number >= numeral->value; number -= numeral->value) strcat(letters, numeral->letters);
    size_t size = strlen(letters);
    if (size > room) return -1;
    memcpy(*answer, letters, size);
    return (ErlDrvSSizeT)size;
}

static ErlDrvEntry entry = {
    .start = roman_start,
    .driver_name = "roman",
    .control = roman_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(roman) {
    return &entry;
}
