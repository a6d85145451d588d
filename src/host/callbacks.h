#pragma once
/// The only way into a driver. Each function journals that the callback was entered and left, keeps the stack of
/// frames, and settles the port afterwards; none of them decides anything.
///
/// Driver code is called through a frame at which the unwinder stops: an exception that a driver lets escape finds no
/// handler and ends the process at the place where it was thrown, with its stack intact, as on a real node.
#include "host/drivers/driver.h"
#include "host/host.h"
#include "host/ports/port.h"
#include "host/probe/memory_watch.h"

#include <cstdint>
#include <string_view>

namespace ddll::host::callbacks {

// Of the driver as a whole. `image` is journaled as the code that runs.
ErlDrvEntry* driver_init(Host& host, Driver& driver, void* address);
int init(Host& host, Driver& driver);
void finish(Host& host, Driver& driver);

/// What start returned, and errno as it was right after.
struct Started {
    ErlDrvData data;
    int error;
};
Started start(Host& host, Port& port, ProcessId caller);

void stop(Host& host, Port& port);
void flush(Host& host, Port& port);
void timeout(Host& host, Port& port);
void output(Host& host, Port& port, ProcessId caller, char* bytes, std::size_t size);
void outputv(Host& host, Port& port, ProcessId caller, ErlIOVec& vector, std::string_view first_bytes);
/// The driver gets `data` itself and may write into it, as in call.
std::int64_t control(Host& host, Port& port, ProcessId caller, unsigned command, std::string& data, char** result,
                     std::size_t result_size);
std::int64_t call(Host& host, Port& port, ProcessId caller, unsigned command, std::string& data, char** result,
                  std::size_t result_size, unsigned* flags);
void ready_input(Host& host, Port& port, int descriptor);
void ready_output(Host& host, Port& port, int descriptor);
void ready_async(Host& host, Port& port, void* data);
/// The caller settles the port, once the monitor is removed.
void process_exit(Host& host, Port& port, ErlDrvMonitor& monitor);
void emergency_close(Host& host, Port& port);

/// The driver may close the descriptor. No port: there may be none left.
void stop_select(Host& host, Driver& driver, int descriptor);

// Of a job, in the name of a driver.
void async_invoke(Host& host, Driver& driver, PortId port, void (*invoke)(void*), void* data);
/// On a thread that a driver made; what it returned is for the thread that joins it.
void* thread(Host& host, DriverId driver, ImageId image, void* (*function)(void*), void* argument);
void async_free(Host& host, Driver& driver, PortId port, void (*free)(void*), void* data);

/// A frame for code of the library that runs while it is mapped or unmapped (constructors, destructors).
class LoaderFrame {
public:
    LoaderFrame(Host& host, journal::Callback which, DriverId driver, ImageId image, std::string_view path);
    ~LoaderFrame();
    LoaderFrame(const LoaderFrame&) = delete;

private:
    Host& host_;
    journal::Callback which_;
    OnDriverStack stack_;
};

} // namespace ddll::host::callbacks
