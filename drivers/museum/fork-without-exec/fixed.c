/* Forks, and the child runs another program. */
#include "exhibit.h"
#include <sys/wait.h>
#include <unistd.h>

static int init(void) {
    pid_t child = fork();
    if (child == 0) {
        execlp("true", "true", (char*)NULL);
        _exit(1);
    }
    if (child < 0) return -1;
    waitpid(child, NULL, 0);
    return 0;
}

EXHIBIT(.init = init, .start = keep_port, .control = which)
