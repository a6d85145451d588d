// Regular expressions, one of them a static of a function, that find words in what is sent.
#include "ordinary.h"

#include <regex>
#include <string>

static ErlDrvPort port_of(ErlDrvData data) {
    return reinterpret_cast<ErlDrvPort>(data);
}

static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    static const std::regex word("([A-Za-z]+)=([0-9]{1,9})");
    const std::string text(buf, len);
    std::string out;
    for (std::sregex_iterator it(text.begin(), text.end(), word), end; it != end; ++it) out += (*it)[1].str() + ";";
    driver_output(port_of(data), out.data(), out.size());
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command;
    const std::string text(buf, len);
    return say(rbuf, rlen, std::regex_replace(text, std::regex("\\s+"), " ").c_str());
}

DRIVER(.start = keep_port, .output = output, .control = control)
