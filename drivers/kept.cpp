// kept: what libraries that stay keep of a driver, each in its own way. Built with FACET, STREAM, TABLES, STDIO or
// RANDOM it leaves something; without any of them only what does no harm: where strtok and getopt were, an own locale,
// and what was taken back.
#include <erl_driver.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <locale>
#include <sstream>
#include <streambuf>
#include <syslog.h>
#include <unistd.h>

extern "C" void __register_frame(void*);
extern "C" void __deregister_frame(void*);

namespace {

struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
};

struct Nowhere : std::streambuf {
    int overflow(int byte) override { return byte; }
};

// One CIE, and one FDE for a made-up range of code.
alignas(8) unsigned tables[] = {20, 0, 0x527a01, 0x01107801, 0x08070c1b, 0x00000190, 20, 28, 0x1000, 0x10, 0, 0, 0};
char buffer[4096];
char state[64];
char text[] = "a b c";
char first[] = "kept", second[] = "-ab";
char* arguments[] = {first, second, nullptr};
std::locale mine(std::locale::classic(), new Comma);

int kept_init() {
#if defined(FACET)
    std::locale::global(mine);
#elif defined(STREAM)
    std::clog.rdbuf(new Nowhere);
#elif defined(TABLES)
    __register_frame(tables);
#elif defined(STDIO)
    setvbuf(stdin, buffer, _IOFBF, sizeof buffer);
#elif defined(RANDOM)
    initstate(1, state, sizeof state);
#else
    std::strtok(text, " ");
    std::strtok(nullptr, " ");
    optind = 1;
    getopt(2, arguments, "a:");
    std::ostringstream out;
    out.imbue(mine);
    out << 1.5;
    static Nowhere nowhere;
    std::streambuf* const before = std::clog.rdbuf(&nowhere);
    std::clog << out.str();
    std::clog.rdbuf(before);
    __register_frame(tables);
    __deregister_frame(tables);
    openlog(first, LOG_PID, LOG_USER);
    closelog();
    setstate(initstate(1, state, sizeof state));
#endif
    return 0;
}

ErlDrvData kept_start(ErlDrvPort port, char*) {
    return reinterpret_cast<ErlDrvData>(port);
}

ErlDrvEntry entry;

} // namespace

extern "C" DRIVER_INIT(kept) {
    static char name[] = NAME;
    entry.driver_name = name;
    entry.init = kept_init;
    entry.start = kept_start;
    entry.extended_marker = static_cast<int>(ERL_DRV_EXTENDED_MARKER);
    entry.major_version = ERL_DRV_EXTENDED_MAJOR_VERSION;
    entry.minor_version = ERL_DRV_EXTENDED_MINOR_VERSION;
    return &entry;
}
