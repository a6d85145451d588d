#pragma once
/// Selected descriptors (driver_select) and what becomes of them. Which descriptor is selected for which port, and what
/// is ready, is kept by the Poller; here is what follows from it: callbacks, log lines, findings. A descriptor that
/// stays ready must not keep the others from their turn: each is offered once in a round, and between two rounds comes
/// what else is waiting.
#include "host/io/poller.h"
#include "host/made.h"
#include "host/step.h"

#include <chrono>
#include <optional>
#include <span>
#include <vector>

namespace ddll::host {

class Host;
struct Port;

class Io {
public:
    explicit Io(Host& host) : host_(host) {}

    /// driver_select: 0, or -1 for a descriptor that cannot be.
    int select(Port& port, int descriptor, int mode, bool on, const Made& made);
    /// Has the port a descriptor selected?
    bool has(const Port& port) const;
    /// Reports what a port leaves selected when its driver is done with it.
    void report_selected(const Port& port);
    Poller& poller() { return poller_; }
    const Poller& poller() const { return poller_; }

    // --- the world outside, in real time ---------------------------------------------------------------------------

    /// Waits in real time until a selected descriptor is ready, one of `also` can be read or poller().wake() is called;
    /// false when `longest` went by. What happens after it depends on the outside world: another run may differ.
    bool wait_outside(std::chrono::milliseconds longest, std::span<const int> also = {});
    /// Can anything still happen without the scenario's doing? Without it there is nothing to wait for.
    bool outside_may_act() const;

    // --- for the steps of the host ---------------------------------------------------------------------------------

    bool idle() const { return poller_.empty(); }
    /// A round is over: what else waits is offered first.
    bool others_first() const { return others_first_; }
    void offer(std::vector<Step>& ready);
    /// Calls the driver for a descriptor that is ready.
    void call_ready(int descriptor, Direction direction);
    void after_step(const Step& step);
    /// Descriptors that stay ready have another chance with every step of a scenario, but not each time it waits.
    void begin_run();

private:
    void report_closed(int descriptor, const Selected& selected);
    void steal(Port& port, int descriptor, int mode, bool on);
    void select_on(Port& port, int descriptor, int mode, const Made& made);
    void select_off(Port& port, int descriptor, int mode, bool stops);
    void deselect(int descriptor, int mode);
    void descriptor_is_closed(int descriptor);
    void watch_progress(int descriptor, Direction direction, std::optional<int> before);

    Host& host_;
    Poller poller_;
    std::vector<Poller::Event> ready_;
    bool waited_ = false;       ///< in real time, since begin_run()
    bool others_first_ = false; ///< a round of ready descriptors is over: what else waits has its turn
};

} // namespace ddll::host
