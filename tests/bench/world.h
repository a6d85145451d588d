#pragma once
/// What every benchmark starts from: a host with a journal, one driver loaded by a process that stays alive.
#include "calls/calls.h"
#include "host/host.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ddll::bench {

/// A folder of this run with counter.so, echo.so and api_calls.so in it, as drivers are named when they are loaded.
const std::filesystem::path& driver_folder();

class World {
public:
    /// Loads `driver` from driver_folder(); `kill_ports` as in the options of try_load/3.
    explicit World(const std::string& driver, bool kill_ports = false);
    /// Ends the owner, and with it ports and driver: a library that stays mapped would spoil the next measurement.
    ~World();
    World(const World&) = delete;

    term::Term open();
    std::vector<term::Term> open(std::size_t ports);
    void close(const term::Term& port);
    host::Host& host() { return host_; }
    journal::Journal& journal() { return journal_; }
    ProcessId owner() const { return owner_; }
    const term::Term& folder() const { return folder_; }
    const term::Term& name() const { return name_; }

private:
    // Room for the longest benchmark: the numbers of iterations are chosen to stay below it.
    journal::Journal journal_{std::size_t{1} << 30};
    host::FirstInFirstOut chooser_;
    host::Host host_{{}, journal_, chooser_};
    host::CurrentHost current_{host_};
    ProcessId owner_;
    term::Term folder_, name_, port_name_, settings_;
};

/// A benchmark that cannot do what it says must not print a number: ends the program with `what`.
void require(bool held, const char* what);

} // namespace ddll::bench
