// Numbers parsed and printed with string streams and manipulators.
#include "ordinary.h"

#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data;
    std::istringstream in(std::string(buf, len));
    std::ostringstream out;
    long sum = 0, one = 0;
    while (in >> one) sum += one;
    out << std::setw(12) << std::setfill('.') << std::hex << sum << '/' << std::boolalpha << in.eof() << '/'
        << std::setprecision(3) << 1.0 * command / 7;
    if (command == 4711) std::clog << "asked for " << sum << std::endl;
    return say(rbuf, rlen, out.str().c_str());
}

DRIVER(.start = keep_port, .control = control)
