// The tracer of `ddlltool record`: native code behind ddlltool_tracer.erl, called by the emulator in the process that
// is traced, at that moment. What concerns drivers is written where the witness (verify/node/witness.cpp) writes, in
// one order with callbacks, into memory that outlives the emulator. Nothing is sent and nothing waits in a mailbox.
//
// All links, exits and sends of a node come by here, so whatever does not concern a driver is put aside first. A port
// concerns us when the witness has seen its start callback, a process when it has done something with a driver.
//
// Built alone, for any emulator from OTP 24 on; never linked into anything.
#include "verify/witness_format.h"

#include <dlfcn.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <erl_nif.h>

namespace {

using ddll::verify::witness::TermTag;

// --- the witness -----------------------------------------------------------------------------------------------------

bool (*witness_records)();
bool (*witness_knows)(std::uint64_t);
void (*witness_note)(std::uint32_t, std::uint64_t, const void*, std::size_t);

template <class F>
bool find(F& function, const char* name) {
    function = reinterpret_cast<F>(dlsym(RTLD_DEFAULT, name));
    return function != nullptr;
}

bool find_witness() {
    return find(witness_records, "ddlltool_witness_records") && find(witness_knows, "ddlltool_witness_knows") &&
           find(witness_note, "ddlltool_witness_note") && witness_records();
}

// --- atoms -----------------------------------------------------------------------------------------------------------

#define DDLL_ATOMS(row)                                                                                                \
    row(trace) row(discard) row(trace_status) row(call) row(return_from) row(exception_from) row(send) row(exit)       \
        row(extra) row(match_spec_result) row(none) row(true_) row(false_) row(ok) row(erl_ddll) row(open_port)        \
            row(spawn) row(spawn_driver) row(process_flag) row(monitor) row(register_) row(receive_)

struct Atoms {
#define DDLL_ROW(name) ERL_NIF_TERM name;
    DDLL_ATOMS(DDLL_ROW)
#undef DDLL_ROW
} atoms;

void make_atoms(ErlNifEnv* env) {
#define DDLL_ROW(name) atoms.name = enif_make_atom(env, #name);
    DDLL_ATOMS(DDLL_ROW)
#undef DDLL_ROW
    atoms.true_ = enif_make_atom(env, "true");
    atoms.false_ = enif_make_atom(env, "false");
    atoms.register_ = enif_make_atom(env, "register");
    atoms.receive_ = enif_make_atom(env, "receive");
}

// --- sets of processes, which the emulator keeps in one word each ----------------------------------------------------

// Without locks. A set that is full forgets newcomers.
template <std::size_t Size>
class Words {
public:
    bool has(std::uint64_t word) const {
        for (std::size_t probe = 0; probe < longest; ++probe) {
            const std::uint64_t there = at(word, probe).load(std::memory_order_relaxed);
            if (there == word) return true;
            if (there == 0) return false;
        }
        return false;
    }
    void add(std::uint64_t word) {
        for (std::size_t probe = 0; probe < longest; ++probe) {
            std::uint64_t there = at(word, probe).load(std::memory_order_relaxed);
            if (there == word) return;
            if (there == 0 && (at(word, probe).compare_exchange_strong(there, word) || there == word)) return;
        }
    }

private:
    static constexpr std::size_t longest = 64;
    std::atomic<std::uint64_t>& at(std::uint64_t word, std::size_t probe) {
        return slots_[((word * 0x9E3779B97F4A7C15U >> 40) + probe) % Size];
    }
    const std::atomic<std::uint64_t>& at(std::uint64_t word, std::size_t probe) const {
        return const_cast<Words*>(this)->at(word, probe);
    }
    std::atomic<std::uint64_t> slots_[Size]{};
};
Words<std::size_t{1} << 18> concerned;

// Calls that were written and have not returned yet, one entry for each.
class Pending {
public:
    void begin(std::uint64_t process) {
        for (std::size_t probe = 0; probe < row; ++probe) {
            std::uint64_t free = 0;
            if (at(process, probe).compare_exchange_strong(free, process)) return;
        }
    }
    bool end(std::uint64_t process) {
        for (std::size_t probe = 0; probe < row; ++probe) {
            std::uint64_t there = process;
            if (at(process, probe).compare_exchange_strong(there, 0)) return true;
        }
        return false;
    }

private:
    // Each process has its row, so that looking for nothing is short.
    static constexpr std::size_t rows = 1024, row = 16;
    std::atomic<std::uint64_t>& at(std::uint64_t process, std::size_t probe) {
        return slots_[(process * 0x9E3779B97F4A7C15U >> 40) % rows * row + probe];
    }
    std::atomic<std::uint64_t> slots_[rows * row]{};
};
Pending pending;

// --- what is written -------------------------------------------------------------------------------------------------

void write(ErlNifEnv* env, TermTag tag, std::uint64_t port, ERL_NIF_TERM process, ERL_NIF_TERM what,
           ERL_NIF_TERM more) {
    ErlNifBinary bytes;
    if (enif_term_to_binary(env, enif_make_tuple3(env, process, what, more), &bytes) == 0) return;
    witness_note(static_cast<std::uint32_t>(tag), port, bytes.data, bytes.size);
    enif_release_binary(&bytes);
}

ERL_NIF_TERM option(ErlNifEnv* env, ERL_NIF_TERM options, ERL_NIF_TERM key) {
    ERL_NIF_TERM value;
    return enif_get_map_value(env, options, key, &value) != 0 ? value : atoms.none;
}

// A port of a watched driver, itself or by its name: as the emulator keeps it, or 0.
std::uint64_t watched_port(ErlNifEnv* env, ERL_NIF_TERM term) {
    ErlNifPort port;
    if (enif_is_port(env, term) != 0) return witness_knows(term) ? term : 0;
    if (enif_is_atom(env, term) == 0 || enif_whereis_port(env, term, &port) == 0) return 0;
    return witness_knows(port.port_id) ? port.port_id : 0;
}

// open_port({spawn | spawn_driver, _}, _): which of them are drivers' is seen later.
bool may_open_driver(ErlNifEnv* env, ERL_NIF_TERM name) {
    const ERL_NIF_TERM* parts;
    int arity = 0;
    if (enif_get_tuple(env, name, &arity, &parts) == 0 || arity != 2) return false;
    return parts[0] == atoms.spawn_driver || parts[0] == atoms.spawn;
}

bool is_for_us(ErlNifEnv* env, const ERL_NIF_TERM* mfa) {
    ERL_NIF_TERM first, second, rest;
    if (mfa[0] == atoms.erl_ddll) return true;
    if (enif_get_list_cell(env, mfa[2], &first, &rest) == 0) return true; // halt()
    if (mfa[1] == atoms.open_port) return may_open_driver(env, first);
    if (watched_port(env, first) != 0) return true;
    // register(Name, Port), monitor(port, Port), port_control(NoPortAtAll, ...)
    if (enif_get_list_cell(env, rest, &second, &rest) != 0 && watched_port(env, second) != 0) return true;
    return enif_is_port(env, first) == 0 && mfa[1] != atoms.register_ && mfa[1] != atoms.monitor;
}

void on_call(ErlNifEnv* env, ERL_NIF_TERM process, ERL_NIF_TERM call) {
    const ERL_NIF_TERM* mfa;
    int arity = 0;
    if (enif_get_tuple(env, call, &arity, &mfa) == 0 || arity != 3 || !is_for_us(env, mfa)) return;
    if (mfa[1] != atoms.process_flag) concerned.add(process); // which many do that have no driver
    pending.begin(process);
    write(env, TermTag::call, 0, process, call, atoms.none);
}

void on_return(ErlNifEnv* env, TermTag tag, ERL_NIF_TERM process, ERL_NIF_TERM call, ERL_NIF_TERM value) {
    if (!pending.end(process)) return;
    write(env, tag, enif_is_port(env, value) != 0 ? value : 0, process, call, value);
}

void on_send(ErlNifEnv* env, ERL_NIF_TERM process, ERL_NIF_TERM message, ERL_NIF_TERM to) {
    const std::uint64_t port = watched_port(env, to);
    if (port == 0) return;
    concerned.add(process);
    write(env, TermTag::sent, port, process, message, to);
}

// The match specification has put the sender where it is a port. Terms of drivers have none, as those of timers.
void on_receive(ErlNifEnv* env, ERL_NIF_TERM process, ERL_NIF_TERM message, ERL_NIF_TERM sender) {
    if (enif_is_port(env, sender) != 0) {
        if (!witness_knows(sender)) return;
        concerned.add(process);
        write(env, TermTag::received, sender, process, message, atoms.none);
    } else if (concerned.has(process) || witness_knows(process)) {
        concerned.add(process);
        write(env, TermTag::delivered, process, process, message, atoms.none);
    }
}

// --- what the emulator calls -----------------------------------------------------------------------------------------

ERL_NIF_TERM enabled(ErlNifEnv*, int, const ERL_NIF_TERM arguments[]) {
    const ERL_NIF_TERM tag = arguments[0];
    const bool wanted = tag == atoms.call || tag == atoms.return_from || tag == atoms.send || tag == atoms.receive_ ||
                        tag == atoms.exception_from || tag == atoms.trace_status || tag == atoms.register_ ||
                        (tag == atoms.exit && concerned.has(arguments[2]));
    return wanted ? atoms.trace : atoms.discard;
}

ERL_NIF_TERM trace(ErlNifEnv* env, int, const ERL_NIF_TERM arguments[]) {
    const ERL_NIF_TERM tag = arguments[0], process = arguments[2], what = arguments[3], options = arguments[4];
    if (tag == atoms.call)
        on_call(env, process, what);
    else if (tag == atoms.return_from)
        on_return(env, TermTag::returned, process, what, option(env, options, atoms.extra));
    else if (tag == atoms.exception_from)
        on_return(env, TermTag::raised, process, what, option(env, options, atoms.extra));
    else if (tag == atoms.send)
        on_send(env, process, what, option(env, options, atoms.extra));
    else if (tag == atoms.receive_)
        on_receive(env, process, what, option(env, options, atoms.match_spec_result));
    else if (tag == atoms.exit)
        write(env, TermTag::ended, 0, process, what, atoms.none);
    else if (tag == atoms.register_ && enif_is_port(env, process) == 0)
        write(env, TermTag::named, 0, process, what, atoms.none);
    return atoms.ok;
}

ERL_NIF_TERM attached(ErlNifEnv*, int, const ERL_NIF_TERM*) {
    return witness_note != nullptr ? atoms.true_ : atoms.false_;
}

// What the recorder has to say of the node.
ERL_NIF_TERM note(ErlNifEnv* env, int, const ERL_NIF_TERM arguments[]) {
    ERL_NIF_TERM self = atoms.none;
    ErlNifPid pid;
    if (enif_self(env, &pid) != nullptr) self = pid.pid;
    write(env, TermTag::node, 0, self, arguments[0], atoms.none);
    return atoms.ok;
}

int load(ErlNifEnv* env, void**, ERL_NIF_TERM) {
    make_atoms(env);
    if (!find_witness()) witness_note = nullptr;
    return 0;
}

ErlNifFunc functions[] = {
    {"enabled", 3, enabled, 0}, {"trace", 5, trace, 0}, {"attached", 0, attached, 0}, {"note", 1, note, 0}};

// By hand, so that emulators are not refused that are older than the header: nothing newer is used.
ErlNifEntry entry = {2,
                     15,
                     "ddlltool_tracer",
                     4,
                     functions,
                     load,
                     nullptr,
                     nullptr,
                     nullptr,
                     ERL_NIF_VM_VARIANT,
                     1,
                     sizeof(ErlNifResourceTypeInit),
                     "erts-10.4"};

} // namespace

extern "C" __attribute__((visibility("default"))) ErlNifEntry* nif_init() {
    return &entry;
}
