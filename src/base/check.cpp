#include "base/check.h"

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

namespace ddll {
namespace {
void (*bug_handler)(std::string_view) = nullptr;
}

void on_bug(void (*handler)(std::string_view)) {
    bug_handler = handler;
}

void report_bug(const char* file, int line, std::string_view condition, std::string_view detail) {
    const char* slash = std::strrchr(file, '/');
    std::string text =
        std::string(slash ? slash + 1 : file) + ":" + std::to_string(line) + ": " + std::string(condition);
    if (!detail.empty()) text += " (" + std::string(detail) + ")";
    std::fprintf(stderr, "ddlltool: this is a bug in ddlltool, not in your driver: %s\n", text.c_str());
    if (bug_handler) bug_handler(text);
    _exit(bug_exit_code);
}

} // namespace ddll
