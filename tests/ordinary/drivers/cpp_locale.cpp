// A facet of its own, for its own streams only: the process's locale stays as it is.
#include "ordinary.h"

#include <locale>
#include <sstream>

namespace {
struct Swiss : std::numpunct<char> {
    char do_thousands_sep() const override { return '\''; }
    std::string do_grouping() const override { return "\3"; }
};
const std::locale swiss(std::locale::classic(), new Swiss);
} // namespace

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)buf;
    std::ostringstream out;
    out.imbue(swiss);
    out << 1234567 + command << ' ' << len * 1000.5;
    const bool letter = std::isalpha('x', swiss);
    return say(rbuf, rlen, letter ? out.str().c_str() : "?");
}

DRIVER(.start = keep_port, .control = control)
