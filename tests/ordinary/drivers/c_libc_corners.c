/* Functions of the C library that keep something for later, or open libraries of their own: users, time zones, regular
 * expressions, backtraces, names that match a pattern, temporary files, a sorted search tree. */
#include "ordinary.h"

#include <execinfo.h>
#include <glob.h>
#include <pwd.h>
#include <regex.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int by_text(const void* a, const void* b) {
    return strcmp(a, b);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    char text[200] = "";
    const time_t now = 1000000000;
    struct tm parts;
    struct passwd* user = getpwuid(getuid());
    void *frames[16], *tree = NULL;
    regex_t pattern;
    glob_t names;
    FILE* file = tmpfile();
    (void)data, (void)buf;
    localtime_r(&now, &parts);
    strftime(text, sizeof text, "%c ", &parts);
    strncat(text, user ? user->pw_name : "?", 50);
    if (regcomp(&pattern, "^[a-z]+$", REG_EXTENDED) == 0) {
        strcat(text, regexec(&pattern, "word", 0, NULL, 0) == 0 ? " word" : " ?");
        regfree(&pattern);
    }
    if (glob("/etc/host*", 0, NULL, &names) == 0) globfree(&names);
    tsearch("b", &tree, by_text);
    tsearch("a", &tree, by_text);
    tdelete("b", &tree, by_text);
    tdelete("a", &tree, by_text);
    snprintf(text + strlen(text), 40, " %d %s", backtrace(frames, 16) > 0, strerror((int)(command % 100 + len)));
    if (file) {
        fputs(text, file);
        fclose(file);
    }
    return say(rbuf, rlen, text);
}

DRIVER(.start = keep_port, .control = control)
