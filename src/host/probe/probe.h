#pragma once
/// What a library leaves in the process when it is closed, for runs that look for it (Options::probe); in the others
/// every look is nothing. traces.h knows what there is to see, interposed.h hears of it when it happens.
#include "host/probe/emulator_process.h"
#include "host/probe/interposed.h"
#include "host/probe/traces.h"

#include <cstdint>

namespace ddll::host {

class Host;
struct Driver;

class Probe {
public:
    Probe(Host& host, bool wanted) : host_(host), wanted_(wanted), process_(host, wanted) {}

    bool wanted() const { return wanted_; }
    Interposed& interposed() { return interposed_; }
    /// Looked after in every run.
    EmulatorProcess& process() { return process_; }

    /// Before the driver's library is opened.
    void before_open(Driver& driver);
    /// Its entry is known, and the library is there.
    void see_entry(const Driver& driver);
    /// What can only be seen as long as the library is there.
    struct Closing {
        CodeRange code;
        Variables variables;
    };
    Closing before_close(const Driver& driver);
    /// `gone`: the library left memory.
    void after_close(Driver& driver, const Closing& closing, bool gone);

private:
    std::int64_t heap_outside_driver_api(); ///< bytes
    void report_threads(const Driver& driver, const CodeRange& old);

    Host& host_;
    const bool wanted_;
    Interposed interposed_;
    EmulatorProcess process_;
};

} // namespace ddll::host
