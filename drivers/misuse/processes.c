/* processes: descriptors and child processes. */
#include "frame.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t start_sleep(void) {
    pid_t child = fork();
    if (child == 0) {
        setsid();
        execlp("sleep", "sleep", "5", (char*)NULL);
        _exit(1);
    }
    return child;
}

static ErlDrvSSizeT processes_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                      ErlDrvSizeT rlen) {
    int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    pid_t child;
    (void)data;
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    switch (command) {
    case 1: /* all descriptors, those of the emulator among them */
        for (int other = 3; other < 1024; other++) close(other);
        return 0;
    case 2: /* the same in a child that becomes another program */
        if ((child = fork()) == 0) {
            for (int other = 3; other < 1024; other++) close(other);
            execlp("true", "true", (char*)NULL);
            _exit(1);
        }
        waitpid(child, NULL, 0);
        break;
    case 3: /* twice */
        close(descriptor);
        break;
    case 4:
        break;
    case 5: /* whichever child ends */
        wait(NULL);
        break;
    case 6:
        if ((child = start_sleep()) > 0) kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        break;
    case 7: /* nobody looks at what it returned */
        fork();
        break;
    case 8:
        if (fork() == 0) _exit(0);
        break;
    case 9: /* and forgets it */
        start_sleep();
        break;
    case 10:
        kill(start_sleep(), SIGKILL);
        break;
    default:
        close(descriptor);
        return -1;
    }
    close(descriptor);
    return 0;
}

MISUSE_ENTRY("processes", processes_control, .start = keep_port)
