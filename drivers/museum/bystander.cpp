// Another driver of the node, which does nothing wrong, and is hit by what an exhibit left behind.
//
//   port_control(P, 1, _)  handles a signal on the alternative stack of its thread, if that has one -> "handled"
//   port_control(P, 2, _)  asks for more memory than there is, and copes -> "refused"
//   port_control(P, 3, _)  writes a line to the system's log -> "logged"
#include "exhibit.h"
#include <new>
#include <signal.h>
#include <syslog.h>

static volatile sig_atomic_t handled;

static void handle(int number) {
    handled = 1;
}

static void let_signal_come() {
    struct sigaction action = {}, before;
    action.sa_handler = handle;
    action.sa_flags = SA_ONSTACK;
    sigset_t set, mask;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigaction(SIGUSR2, &action, &before);
    pthread_sigmask(SIG_UNBLOCK, &set, &mask);
    raise(SIGUSR2);
    pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    sigaction(SIGUSR2, &before, nullptr);
}

static ErlDrvSSizeT ask_for_too_much(char** rbuf) {
    static volatile size_t size = size_t{1} << 62;
    try {
        ::operator delete(::operator new(size));
        return say(rbuf, "given");
    } catch (const std::bad_alloc&) {
        return say(rbuf, "refused");
    }
}

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    if (command == 3) {
        syslog(LOG_DEBUG, "still here");
        return say(rbuf, "logged");
    }
    if (command != 1) return ask_for_too_much(rbuf);
    let_signal_come();
    return say(rbuf, handled ? "handled" : "lost");
}

static char name[] = "bystander";

EXHIBIT(.start = keep_port, .driver_name = name, .control = control)
