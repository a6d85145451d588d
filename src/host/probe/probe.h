#pragma once
/// What a library leaves in the process when it is closed, for runs that look for it (Options::probe); in the others
/// every look is nothing. traces.h knows what there is to see, interposed.h hears of it when it happens.
#include "host/probe/emulator_process.h"
#include "host/probe/interposed.h"
#include "host/probe/traces.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ddll::host {

class Host;
struct Driver;

class Probe {
public:
    Probe(Host& host, bool wanted);
    ~Probe();
    Probe(const Probe&) = delete;

    bool wanted() const { return wanted_; }
    Interposed& interposed() { return interposed_; }
    /// Looked after in every run.
    EmulatorProcess& process() { return process_; }

    /// Before the driver's library is opened. `file` must stay until it is.
    void before_open(Driver& driver, const std::string& file);
    /// It is open, and its constructors have run.
    void opened(const Driver& driver);
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
    /// A driver that is still loaded when the run ends.
    void at_end(const Driver& driver);

private:
    void report_threads(const Driver& driver, const CodeRange& old);
    std::uint16_t owner(const Driver& driver);
    void report(const Driver& driver, const Found& found);

    Host& host_;
    const bool wanted_;
    std::vector<std::string> owners_; ///< names of drivers, by the number that memory_watch has for them, from 1
    Interposed interposed_;
    EmulatorProcess process_;
};

} // namespace ddll::host
