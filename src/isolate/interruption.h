#pragma once
/// A program that is asked to end by a signal ends in order: work stops, and reports are still written.
#include <signal.h>

#include <iterator>

namespace ddll::isolate {

/// The signals that others send to end a program, or that come of a limit of theirs. SIGPIPE is not one of them: it
/// says that nobody reads any more.
inline constexpr int ending_signals[] = {SIGINT,  SIGTERM,   SIGHUP,  SIGQUIT, SIGUSR1, SIGUSR2,
                                         SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGPOLL, SIGPWR};

/// Of one that was ignored when the program began: whether it goes on being ignored, as nohup and the shell's `&` ask.
constexpr bool stays_ignored(int signal) {
    return signal != SIGINT && signal != SIGTERM;
}

/// While one lives, the ending signals end nothing: they are remembered, until the outermost one is gone. Pools end
/// their children then, also those that begin later, and whoever works without a pool asks `requested()`.
///
/// Between the start of the program and the first of these a signal would end it with no report. So they are held back
/// from the first code of the program until the command that is to be run has said, by having an Interruption or none,
/// what they are to do; and again when all is written, so that none turns the result into another.
class Interruption {
public:
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;

    static bool requested();

    /// What comes from now on waits.
    static void hold_back();
    /// What was held back comes now, and whatever comes later: also what was blocked before the program began, where an
    /// Interruption lives. Does nothing where nothing is held back.
    static void let_through();

private:
    struct sigaction before_[std::size(ending_signals)]{};
};

} // namespace ddll::isolate
