#pragma once
/// Who is asked to end, by SIGHUP, SIGINT or SIGTERM, ends in order: work stops, and reports are still written.
#include <signal.h>

namespace ddll::isolate {

/// While one lives, these signals end nothing: they are remembered, until the outermost one is gone. Pools end their
/// children then, also those that begin later, and whoever works without a pool asks `requested()`. A SIGHUP that was
/// ignored (nohup) still is.
class Interruption {
public:
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;

    static bool requested();

private:
    static constexpr int used[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction before_[3]{};
};

} // namespace ddll::isolate
