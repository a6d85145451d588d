#pragma once
/// What a driver may do wrong with the API. The numbers are journaled; findings/catalogue has a row for each.
#include "words/driver_api.h"

#include <cstdint>
#include <string_view>

namespace ddll::host {

inline constexpr auto no_function = words::ApiFunction::none;

// X(enumerator, stable id)
#define DDLL_MISUSES(X)                                                                                                \
    X(dead_port, "late-callback-into-closed-port")                                                                     \
    X(foreign_port, "not-a-port-handle")                                                                               \
    X(wrong_thread, "call-from-wrong-thread")                                                                          \
    X(failure_in_start, "failure-in-start")                                                                            \
    X(failure_in_stop, "failure-in-stop")                                                                              \
    X(foreign_free, "wrong-heap-free")                                                                                 \
    X(double_free, "double-free")                                                                                      \
    X(binary_refcount, "binary-refcount-error")                                                                        \
    X(binary_bounds, "binary-out-of-bounds")                                                                           \
    X(control_result, "control-result-misuse")                                                                         \
    X(call_result, "call-result-misuse")                                                                               \
    X(malformed_term, "malformed-term")                                                                                \
    X(timer_without_timeout, "timer-without-timeout-callback")                                                         \
    X(pushqv_without_binary, "pushqv-without-binary")                                                                  \
    X(queue_overdrawn, "queue-overdrawn")                                                                              \
    X(unlock_unheld, "unlock-of-unheld-lock")                                                                          \
    X(lock_held_at_return, "lock-held-at-return")                                                                      \
    X(deadlock, "deadlock")                                                                                            \
    X(thread_outlives_driver, "thread-outlives-driver")                                                                \
    X(thread_never_joined, "thread-never-joined")                                                                      \
    X(port_data_lock_misuse, "port-data-lock-misuse")                                                                  \
    X(driver_heap_leak, "driver-alloc-leak")                                                                           \
    X(driver_binary_leak, "binary-refcount-error")                                                                     \
    X(lock_leak, "locks-and-tsd-leak")                                                                                 \
    X(data_lock_holds_driver, "pdl-reference-leak")                                                                    \
    X(tsd_key_leak, "locks-and-tsd-leak")                                                                              \
    X(left_at_stop, "left-at-stop")                                                                                    \
    X(bad_descriptor, "select-of-bad-descriptor")                                                                      \
    X(closed_while_selected, "fd-closed-while-selected")                                                               \
    X(not_deselected, "fd-left-selected")                                                                              \
    X(stolen_descriptor, "descriptor-stolen")                                                                          \
    X(stays_ready, "descriptor-stays-ready")                                                                           \
    X(no_ready_callback, "no-ready-callback")                                                                          \
    X(no_stop_select, "stop-select-missing")                                                                           \
    X(demonitor_while_firing, "demonitor-while-firing")                                                                \
    X(failure_in_process_exit, "failure-in-process-exit")                                                              \
    X(init_ack_ignored, "init-ack-ignored")                                                                            \
    X(opener_left_waiting, "init-ack-missing")                                                                         \
    X(bad_library_handle, "bad-library-handle")                                                                        \
    X(failed_library_lookup, "failed-library-lookup")                                                                  \
    X(create_port_lock, "create-port-without-port-locking")                                                            \
    X(entry_removed_with_ports, "entry-removed-with-ports")                                                            \
    X(entry_outlives_library, "entry-outlives-library")                                                                \
    X(queue_never_drained, "queue-never-drained")                                                                      \
    X(heap_overrun, "driver-heap-overrun")                                                                             \
    X(heap_use_after_free, "driver-heap-use-after-free")                                                               \
    X(binary_modified, "binary-modified-after-output")                                                                 \
    X(port_not_locked, "port-lock-not-held")                                                                           \
    X(atom_too_long, "atom-too-long")                                                                                  \
    X(entry_changed, "entry-changed-after-init")                                                                       \
    X(monitor_name, "monitor-of-name-that-is-no-atom")                                                                 \
    X(library_left_open, "library-left-open")                                                                          \
    X(left_by_jump, "callback-left-by-longjmp")                                                                        \
    X(driver_list_locked, "finish-deadlock")

enum class Misuse : std::uint16_t {
#define DDLL_ENUMERATOR(name, id) name,
    DDLL_MISUSES(DDLL_ENUMERATOR)
#undef DDLL_ENUMERATOR
};

/// The stable id of the rule, as findings show it.
std::string_view rule_id(Misuse misuse);

/// Lower-case symbolic name of an errno value as erl_errno_id gives it; "unknown" for 0 and what is not known.
const char* errno_name(int error);

} // namespace ddll::host
