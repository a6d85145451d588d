#include "isolate/interruption.h"

namespace ddll::isolate {
namespace {

volatile sig_atomic_t requested_by = 0;
int living = 0; ///< the parent is single-threaded
bool held = false;
sigset_t mask_at_start; ///< while held

sigset_t ending_set() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : ending_signals) sigaddset(&set, signal);
    return set;
}

} // namespace

Interruption::Interruption() {
    struct sigaction action {};
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART; // files are read and written to their end
    action.sa_handler = [](int signal) { requested_by = signal; };
    if (living++ == 0) requested_by = 0;
    for (std::size_t i = 0; i < std::size(ending_signals); ++i) {
        const int signal = ending_signals[i];
        sigaction(signal, nullptr, &before_[i]);
        if (!stays_ignored(signal) || before_[i].sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
    }
}

Interruption::~Interruption() {
    --living;
    for (std::size_t i = 0; i < std::size(ending_signals); ++i) sigaction(ending_signals[i], &before_[i], nullptr);
}

void Interruption::hold_back() {
    const sigset_t set = ending_set();
    sigset_t before;
    sigprocmask(SIG_BLOCK, &set, &before);
    if (!held) mask_at_start = before;
    held = true;
}

void Interruption::let_through() {
    if (!held) return;
    held = false;
    sigprocmask(SIG_SETMASK, &mask_at_start, nullptr);
    const sigset_t set = ending_set();
    if (living > 0) sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

bool Interruption::requested() {
    return requested_by != 0;
}

} // namespace ddll::isolate
