// Stands in the place of base/prose.cpp in ddlltool-garbled: no word and no number can be read in what ddlltool
// composes for people. Once garbled, a text stays the same when it is garbled again.
#include "base/prose.h"

namespace ddll {

void touch_prose(char* text, std::size_t size) {
    for (char* c = text; c != text + size; ++c) {
        if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z'))
            *c = 'x';
        else if (*c >= '0' && *c <= '9')
            *c = '0';
    }
}

} // namespace ddll
