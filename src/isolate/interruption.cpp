#include "isolate/interruption.h"

#include <iterator>

namespace ddll::isolate {
namespace {

volatile sig_atomic_t requested_by = 0;
int living = 0; ///< the parent is single-threaded

} // namespace

Interruption::Interruption() {
    struct sigaction action {};
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART; // files are read and written to their end
    action.sa_handler = [](int signal) { requested_by = signal; };
    if (living++ == 0) requested_by = 0;
    for (std::size_t i = 0; i < std::size(used); ++i) {
        sigaction(used[i], nullptr, &before_[i]);
        if (used[i] != SIGHUP || before_[i].sa_handler != SIG_IGN) sigaction(used[i], &action, nullptr);
    }
}

Interruption::~Interruption() {
    --living;
    for (std::size_t i = 0; i < std::size(used); ++i) sigaction(used[i], &before_[i], nullptr);
}

bool Interruption::requested() {
    return requested_by != 0;
}

} // namespace ddll::isolate
