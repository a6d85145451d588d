// Looks into folders, with error codes and with exceptions.
#include "ordinary.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace fs = std::filesystem;

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command;
    std::error_code error;
    std::size_t files = 0;
    for (fs::directory_iterator it("/etc", error), end; !error && it != end; it.increment(error))
        files += it->is_regular_file(error);
    std::string first;
    std::ifstream("/etc/passwd") >> first;
    try {
        fs::file_size(std::string("/no/such/") + std::string(buf, len));
    } catch (const fs::filesystem_error& missing) {
        first += missing.path1().filename().string();
    }
    return say(rbuf, rlen, (files > 0 ? first + " and more" : first).c_str());
}

DRIVER(.start = keep_port, .control = control)
