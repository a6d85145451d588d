#pragma once
/// Threads that drivers make with erl_drv_thread_create.
#include <cstddef>
#include <string>

namespace ddll::host {

class Host;
struct Driver;
struct Thread;

/// erl_drv_thread_create: 0 or an errno value. The thread starts when it is its turn.
int create_thread(Host& host, std::string name, void* (*function)(void*), void* argument, std::size_t stack_size,
                  Thread*& thread);
/// erl_drv_thread_exit, on a thread made by create_thread.
[[noreturn]] void exit_thread(Host& host, void* result);
/// The driver's code is about to leave memory: what still runs of it, or was not joined, is reported and left behind.
void leave_threads_behind(Host& host, const Driver& driver);

} // namespace ddll::host
