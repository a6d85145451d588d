#include "check/catalogue.h"

#include <algorithm>
#include <iterator>

namespace ddll::check {

namespace {

constexpr Rule rules[] = {
    {"atom-too-long", Severity::warning, "driver_mk_atom of more than 255 characters",
     "The rest is cut off without a word: two long names may become the same atom.",
     "Keep names short, or send long texts as binaries."},
    {"bad-library-handle", Severity::error, "driver_dl_close or driver_dl_sym of a handle that is not open",
     "A node crashes (SIGSEGV).", "Close each handle of driver_dl_open once, and forget it then."},
    {"binary-modified-after-output", Severity::error, "a driver binary was changed after it had been sent",
     "The message refers to the same memory: the receiver sees its binary change, and never knows why.",
     "Write into a binary before it is sent, and into a fresh one for the next message."},
    {"binary-out-of-bounds", Severity::error, "a part of a binary lies outside of it",
     "A node reads past the end of the binary: foreign memory reaches Erlang, or the node crashes.",
     "Check offset and length against orig_size."},
    {"binary-refcount-error", Severity::error, "the reference count of a driver binary is wrong",
     "A node does not notice at once: memory is corrupted, or never freed.",
     "One driver_free_binary for each driver_alloc_binary and each driver_binary_inc_refc, and none more."},
    {"call-from-wrong-thread", Severity::error, "an API function was called on a thread that must not call it",
     "A node does not check: the port's data races with its scheduler.",
     "Call it from a callback of the port; from threads use erl_drv_send_term and erl_drv_output_term."},
    {"call-result-misuse", Severity::error, "call returned its result in a wrong way",
     "A node reads memory that is not the result, or crashes.",
     "Return the length of what stands at *rbuf; a buffer of your own comes from driver_alloc."},
    {"callback-left-by-longjmp", Severity::error, "a callback was left by longjmp",
     "What the emulator still had to do after it is never done: locks stay taken, the port stays half closed.",
     "Return from every callback; use setjmp and longjmp only inside of one."},
    {"callback-sleeps", Severity::warning, "a callback waits or sleeps",
     "It keeps a scheduler of a node from all its other work, and whoever else wants the driver's lock waits, too.",
     "Do slow work in driver_async, and wait with driver_select or a timer."},
    {"closed-while-selected", Severity::error, "a descriptor was closed while it was selected",
     "A node is not told: it never calls the driver again for it, or calls it for another file that got the number.",
     "Deselect with ERL_DRV_USE, and close the descriptor in stop_select."},
    {"control-result-misuse", Severity::error, "control returned its result in a wrong way",
     "A node reads or frees memory that is not the result: garbage in Erlang, or a crash.",
     "Return at most rlen bytes in the given buffer; a buffer of your own comes from driver_alloc, or, with "
     "PORT_CONTROL_FLAG_BINARY, from driver_alloc_binary."},
    {"create-port-without-port-locking", Severity::error,
     "driver_create_port in a driver without ERL_DRV_FLAG_USE_PORT_LOCKING",
     "A node hangs: the new port's lock is the driver's, which the calling callback holds already.",
     "Set ERL_DRV_FLAG_USE_PORT_LOCKING in driver_flags."},
    {"data-lock-holds-driver", Severity::error, "a reference to a port data lock outlives its port",
     "The lock keeps the driver in memory: an unload or reload waits for ever, and nothing says for what.",
     "Give each reference of driver_pdl_inc_refc back with driver_pdl_dec_refc, in stop at the latest."},
    {"deadlock", Severity::error, "threads wait for each other and none can go on",
     "On a node the scheduler that runs the callback, or the thread, hangs for ever; nothing is printed.",
     "Take locks in one order everywhere, and do not wait in a callback for what only another callback can do."},
    {"demonitor-while-firing", Severity::error, "driver_demonitor_process of the monitor whose process_exit runs",
     "A node crashes (SIGSEGV): it removes that monitor itself when process_exit has returned.",
     "Take the monitor off the list of those that stop gives back, and leave it alone in process_exit."},
    {"descriptor-stays-ready", Severity::error,
     "a selected descriptor stays ready and the driver does nothing about it",
     "A node calls ready_input or ready_output again and again, as fast as it can.",
     "Read until there is nothing left, deselect ERL_DRV_READ when the other side is gone, and select ERL_DRV_WRITE "
     "only "
     "while there is something to write."},
    {"descriptor-stolen", Severity::error, "driver_select of a descriptor that another port has selected",
     "A node takes it from the other port, which is never called for it again, and logs that.",
     "Let one port own each descriptor, and deselect before another one takes it over."},
    {"double-free", Severity::error, "memory of driver_alloc was freed twice",
     "A node does not notice at once; its heap is corrupt and it crashes later, elsewhere.",
     "Set the pointer to NULL after driver_free, and free in one place."},
    {"driver-alloc-leak", Severity::warning, "memory of driver_alloc outlives the driver",
     "When the driver is unloaded nobody can free it any more: the node grows with each reload.",
     "Free what belongs to a port in stop, and what belongs to the driver in finish."},
    {"driver-binary-leak", Severity::warning, "a driver binary outlives the driver",
     "Nobody can free it any more once the driver is unloaded: the node grows with each reload.",
     "Call driver_free_binary once for each driver_alloc_binary and driver_binary_inc_refc, also on the ways out that "
     "seldom happen."},
    {"driver-heap-overrun", Severity::error, "memory was written beyond the ends of a block",
     "A node's heap is corrupt from then on; it crashes later, elsewhere.",
     "Compare what is written with the size that driver_alloc or driver_alloc_binary was given."},
    {"driver-heap-use-after-free", Severity::error, "memory was used after it had been freed",
     "A node has given the memory to somebody else by then: whoever it is finds foreign data in it.",
     "Set the pointer to NULL after driver_free, and cancel what may still use it (timers, jobs, descriptors) first."},
    {"driver-list-call-while-locked", Severity::error,
     "driver_init, init or finish calls a function that locks the list of drivers",
     "A node hangs for good: the loading or unloading that runs the callback holds that lock. It concerns "
     "add_driver_entry, remove_driver_entry and driver_dl_open, _sym, _close and _error.",
     "Call it from start, stop or another callback of a port."},
    {"dso-nodelete-flag", Severity::warning, "the library asks never to leave memory",
     "It was linked with -z nodelete: a reload from the same path goes on with the old code.",
     "Link without -z nodelete."},
    {"dso-pinned", Severity::warning, "the library stays in memory after it was unloaded",
     "Something refers to it: a reload from the same path would go on with the old code.",
     "Look for a library that it opens itself, for symbols that other libraries took from it, and for thread-local "
     "objects."},
    {"dso-pinned-thread-local-destructor", Severity::warning,
     "a thread-local object with a destructor pins the library",
     "The loader keeps the library until the thread that used the object ends, and a node's threads never end.",
     "Keep such data in the port, or in thread-specific data whose key is destroyed in finish."},
    {"dso-pinned-unique-symbol", Severity::warning, "a unique C++ symbol pins the library",
     "g++ marks data of inline functions and templates as unique in the process; the loader never removes a library "
     "that "
     "provides one.",
     "Build with -fno-gnu-unique, or link with a version script that exports only driver_init, or use clang."},
    {"entry-changed-after-init", Severity::warning, "the driver entry was changed after it had been read",
     "Nobody reads it again: callbacks and flags stay what they were before init.",
     "Fill in the entry before driver_init returns it."},
    {"entry-outlives-library", Severity::error, "an entry added with add_driver_entry outlives its library",
     "Its name still opens ports, and a node then calls code that is no longer there.",
     "Call remove_driver_entry in the last stop (in finish it hangs a node), or lock the driver with "
     "driver_lock_driver before adding entries."},
    {"entry-removed-with-ports", Severity::error, "remove_driver_entry while the driver has open ports",
     "A node frees what the ports still use: it hangs or crashes when one of them is used next.",
     "Close the ports first."},
    {"failed-library-lookup", Severity::warning, "driver_dl_sym of a name that is not there",
     "A node damages its own note of who holds the lock of the driver list.",
     "Use dlsym and dlerror, or look up only names that are surely there."},
    {"failure-in-process-exit", Severity::error, "the driver failed its port inside process_exit",
     "A node crashes (SIGSEGV) when process_exit returns: its monitor went with the port.",
     "Set a timer of 0 ms in process_exit, and fail the port in timeout."},
    {"failure-in-start", Severity::error, "the driver failed its port inside start",
     "driver_failure* and driver_exit inside start crash a node.",
     "Return ERL_DRV_ERROR_GENERAL, _ERRNO or _BADARG from start."},
    {"failure-in-stop", Severity::error, "the driver failed its port inside stop of a draining port",
     "A node runs stop again and again inside itself.", "In stop only clean up."},
    {"free-of-foreign-memory", Severity::error, "driver_free of memory that is not from driver_alloc",
     "A node crashes, at once or later.",
     "Give memory back to where it came from: malloc to free, driver_alloc to driver_free."},
    {"init-ack-ignored", Severity::warning, "an erl_drv_init_ack that nobody waits for",
     "It has no effect. After one inside start the opener waits in open_port for another.",
     "Set ERL_DRV_FLAG_USE_INIT_ACK, and acknowledge once, from a callback after start."},
    {"left-at-stop", Severity::note, "something that a port made is still there after its stop",
     "If nothing else of the driver refers to it, the node grows with each port.",
     "Free in stop what belongs to the port; what belongs to the driver as a whole is better made in init."},
    {"library-left-open", Severity::warning, "a library of driver_dl_open is still open when its driver leaves",
     "The library stays in memory for good, and each reload opens it once more; its code may still refer to the "
     "driver.",
     "Give each driver_dl_open its driver_dl_close, in the last stop at the latest: in finish it hangs a node."},
    {"lock-held-at-return", Severity::error, "a callback returned with a lock held",
     "The next callback that wants the lock waits for ever, and a scheduler of the node with it.",
     "Unlock on every way out of the callback."},
    {"lock-leak", Severity::warning, "a lock of the driver outlives it",
     "It is never destroyed: the node grows with each reload.",
     "Destroy in finish what init made, and in stop what start made."},
    {"malformed-term", Severity::warning, "a term description is malformed",
     "The function answers -1 and no message is sent, which is easily overlooked.",
     "Check the number of words, the kinds of the arguments and that just one term is left."},
    {"monitor-of-name-that-is-no-atom", Severity::error,
     "erl_ddll:monitor/2 of a name that is no atom was answered at once",
     "The message of a node points to the caller's own text, uncopied: after the next garbage collection it shows "
     "something else, or the node crashes (SIGSEGV, SIGABRT).",
     "Give erl_ddll:monitor/2 the name as an atom."},
    {"no-ready-callback", Severity::error, "a descriptor was selected, but the driver lacks the callback for it",
     "When the descriptor is ready a node logs that and deselects it.",
     "Add ready_input or ready_output, or do not select in that direction."},
    {"no-stop-select-callback", Severity::error, "driver_select with ERL_DRV_USE, but the driver has no stop_select",
     "A node logs that, and nobody closes the descriptor.", "Add stop_select, and close the descriptor there."},
    {"not-a-port-handle", Severity::error, "something that is no port was used as one",
     "A node follows the pointer: anything may happen.", "Keep the ErlDrvPort that start was given."},
    {"not-deselected-in-stop", Severity::error, "stop returned and a descriptor is still selected",
     "At the next event a node logs that the driver has gone away without deselecting; the descriptor is never closed.",
     "In stop, call driver_select(Port, Descriptor, ERL_DRV_USE, 0) for each descriptor."},
    {"opener-left-waiting", Severity::error, "a port closed before it was acknowledged",
     "The process that opened it waits in open_port for ever.",
     "Call erl_drv_init_ack, or fail the port with driver_failure*, before anybody else can close it."},
    {"port-data-lock-misuse", Severity::error, "a port data lock was used after its last reference was gone",
     "A node uses memory that was freed.",
     "Keep a reference (driver_pdl_inc_refc) for as long as a thread may use the lock."},
    {"port-lock-not-held", Severity::error, "a port was used in a callback of another port",
     "With locking by port another scheduler may be in a callback of that port at the same time: a race.",
     "Leave out ERL_DRV_FLAG_USE_PORT_LOCKING, or send with erl_drv_send_term and erl_drv_output_term, which need no "
     "lock."},
    {"pushqv-without-binary", Severity::warning, "driver_pushqv with an element that has no binary",
     "A node corrupts the port's queue: wrong bytes come out.",
     "Use driver_pushq for such bytes, or put them into a binary."},
    {"queue-never-drained", Severity::warning, "a closed port keeps bytes in its queue",
     "The port stays for ever, its driver with it, and a node that halts waits without end.",
     "Empty the queue in flush, or in what flush starts: a timer, or output that becomes possible."},
    {"queue-overdrawn", Severity::warning, "driver_deq of more than the queue holds",
     "It answers -1 and removes nothing.", "Ask driver_sizeq first."},
    {"reload-kept-old-code", Severity::error, "the reload kept the old code",
     "erl_ddll said that the driver was reloaded, but the old library never left memory and new ports run its code.",
     "Remove the pin named beside this finding. On a running node only a restart, or loading from another path, brings "
     "the "
     "new code."},
    {"select-of-bad-descriptor", Severity::error, "driver_select of something that is no open descriptor",
     "A node answers -1, or 0 and logs later that the descriptor is bad; the driver is never called for it.",
     "Check what open, socket or pipe returned before selecting it."},
    {"thread-never-joined", Severity::warning, "a thread of the driver has ended and was never joined",
     "Its stack stays allocated: the node grows with each reload.", "Call erl_drv_thread_join in stop or finish."},
    {"thread-outlives-driver", Severity::error, "a thread of the driver still runs when the driver is unloaded",
     "Its code leaves memory under it: the node crashes as soon as the thread moves.",
     "Tell the thread to end and join it in finish, or in the stop of the last port."},
    {"timer-without-timeout-callback", Severity::warning, "driver_set_timer without a timeout callback",
     "It answers 0 and nothing ever happens.", "Add the timeout callback."},
    {"tsd-key-leak", Severity::warning, "a key for thread-specific data outlives the driver",
     "A node has room for a limited number of keys: after enough reloads erl_drv_tsd_key_create fails.",
     "Call erl_drv_tsd_key_destroy in finish."},
    {"unlock-of-unheld-lock", Severity::error, "a lock was unlocked by a thread that does not hold it",
     "A node does not notice: two threads may then be inside at once.",
     "Pair each unlock with a lock in the same thread."},
    {"use-of-dead-port", Severity::warning, "a port was used after its stop had returned",
     "In the same callback the call fails; later the handle may be freed memory, and a node may crash.",
     "Forget the handle in stop, and return at once after driver_failure* and driver_exit."},
};

} // namespace

const char* name(Severity severity) {
    switch (severity) {
    case Severity::note:
        return "note";
    case Severity::warning:
        return "warning";
    case Severity::error:
        return "error";
    }
    return "note";
}

std::span<const Rule> catalogue() {
    return rules;
}

const Rule* rule(std::string_view id) {
    const auto it = std::find_if(std::begin(rules), std::end(rules), [&](const Rule& r) { return r.id == id; });
    return it == std::end(rules) ? nullptr : it;
}

} // namespace ddll::check
