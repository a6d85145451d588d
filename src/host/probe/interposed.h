#pragma once
/// What libraries asked of the system behind the driver API's back: threads, thread-specific keys, exit handlers.
/// Filled by the functions of api/interposed.cpp in runs that look for what is left behind (Options::probe).
#include "base/mutex.h"
#include "host/probe/traces.h"

#include <map>
#include <set>
#include <vector>

namespace ddll::host {

/// Any thread.
class Interposed {
public:
    void thread_began(int system_id, std::uintptr_t function);
    void thread_ended(int system_id);
    void key_created(unsigned key, std::uintptr_t destructor);
    void key_deleted(unsigned key);
    void exit_handler_added(std::uintptr_t function);

    /// The function that a thread runs, 0 when it was not seen to begin.
    std::uintptr_t function_of(int system_id) const;
    /// Destructor of a key that was deleted: the C library forgets the key, not the pointer.
    bool was_destructor(std::uintptr_t function) const;
    /// Keys and exit handlers that lead into the range; they are reported once.
    std::vector<Found> take_leading_into(const CodeRange& old);

private:
    mutable ddll::Mutex lock_;
    std::map<int, std::uintptr_t> threads_ DDLL_GUARDED_BY(lock_);
    std::map<unsigned, std::uintptr_t> keys_ DDLL_GUARDED_BY(lock_);
    std::set<std::uintptr_t> destructors_ DDLL_GUARDED_BY(lock_); ///< ever given
    std::vector<std::uintptr_t> exit_handlers_ DDLL_GUARDED_BY(lock_);
};

} // namespace ddll::host
