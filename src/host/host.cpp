#include "host/host.h"

#include "isolate/crash.h"

namespace ddll::host {

Host::Host(Options options, journal::Journal& journal, Chooser& chooser)
    : options_(std::move(options)), journal_(journal), chooser_(chooser),
      threads_(new Threads(journal, chooser, options_.threads)), sync_(*threads_), probe_(*this, options_.probe),
      processes_(*this), ports_(*this, options_.first_port), drivers_(*this, options_.open_error_preset), jobs_(*this),
      timers_(*this), io_(*this) {
    threads_->on_deadlock(
        {.deadlock =
             [this](const std::string& text) {
                 misuse(Rule::deadlock, no_function, {}, text);
                 journal_.write(journal::Deadlocked{text});
                 isolate::finish();
             },
         .relief = [this] { return jobs_.relieve(); },
         .cycle = [this](const std::string& text) { misuse(Rule::deadlock, no_function, {}, text); }});
    journal_.set_time(now());
    for (const std::string& name : options_.linked_in) drivers_.add_linked_in(name);
}

Host::~Host() = default;

} // namespace ddll::host
