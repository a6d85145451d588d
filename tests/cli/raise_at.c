/* Preloaded into ddlltool by a test: sends a signal to the process at its Nth call of the functions below, counted from
 * the first code of the program on. So the moment is the same on every machine, however busy.
 *
 *   RAISE_SIGNAL  number of the signal
 *   RAISE_AT      N; 0: never
 *   RAISE_COUNT   file that the number of calls is written to at the end */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int wanted, at, counted, begun;
static pid_t whose;

__attribute__((constructor)) static void begin(void) {
    const char* text = getenv("RAISE_SIGNAL");
    wanted = text ? atoi(text) : 0;
    text = getenv("RAISE_AT");
    at = text ? atoi(text) : 0;
    whose = getpid();
    begun = 1;
}

__attribute__((destructor)) static void end(void) {
    const char* path = getenv("RAISE_COUNT");
    FILE* file = path && getpid() == whose ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%d\n", counted);
    fclose(file);
}

static void count(void) {
    if (!begun || getpid() != whose) return; /* children count for themselves */
    if (++counted == at) raise(wanted);
}

static void* next(const char* name) {
    return dlsym(RTLD_NEXT, name);
}

#define NEXT(name) ((__typeof__(&name))next(#name))

int sigaction(int number, const struct sigaction* action, struct sigaction* old) {
    count();
    return NEXT(sigaction)(number, action, old);
}

int sigprocmask(int how, const sigset_t* set, sigset_t* old) {
    count();
    return NEXT(sigprocmask)(how, set, old);
}

ssize_t read(int fd, void* to, size_t size) {
    count();
    return NEXT(read)(fd, to, size);
}

size_t fwrite(const void* from, size_t size, size_t many, FILE* file) {
    count();
    return NEXT(fwrite)(from, size, many, file);
}

FILE* fopen64(const char* path, const char* mode) {
    count();
    return NEXT(fopen64)(path, mode);
}

pid_t fork(void) {
    count();
    return NEXT(fork)();
}

int ppoll(struct pollfd* fds, nfds_t many, const struct timespec* until, const sigset_t* mask) {
    count();
    return NEXT(ppoll)(fds, many, until, mask);
}

int waitid(idtype_t type, id_t id, siginfo_t* info, int options) {
    count();
    return NEXT(waitid)(type, id, info, options);
}

char* mkdtemp(char* name) {
    count();
    return NEXT(mkdtemp)(name);
}

void* mmap(void* where, size_t size, int protection, int flags, int fd, off_t offset) {
    count();
    return NEXT(mmap)(where, size, protection, flags, fd, offset);
}
