// The witness: preloaded into the emulator by `ddlltool verify`, it writes down what the emulator does with drivers,
// and holds its clock still. No driver is changed and none notices.
//
// The emulator finds a driver's entry with dlopen, dlsym("driver_init") and a call. This library stands in front of
// dlopen, dlsym and dlclose; for driver_init it hands out a function of its own that calls the driver's and puts
// callbacks into the entry it got that write a line and then do what the original does, until the library is closed.
// What drivers register themselves (add_driver_entry) goes around that and is not seen; neither are calls from driver
// to emulator, nor async functions. Only where a scenario gives async jobs a duration is the address of driver_async in
// a driver's tables replaced, so that its jobs can be held up until the clock says that they are done.
//
// clock_gettime, when the emulator itself calls it, answers with a time that moves only when the coordinator moves it.
// getpid, when the emulator itself calls it, answers with the number of events so far: os:getpid() is how Erlang code
// asks without giving up its time slice. Drivers and everybody else get the true answers.
//
// The file named by DDLLTOOL_WITNESS is mapped: verify/witness_log.cpp reads it. Built alone, for any emulator
// of the same machine; never linked into anything.
//
// `ddlltool record` names a folder instead, with DDLLTOOL_RECORD: each emulator makes its own file there, and copies of
// the libraries that it opens. Its clock goes, its programs are watched as well, and a tracer (record/node/tracer.cpp)
// writes what processes do into the same file, so that all of it is in one order.
#include "verify/witness_format.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

#include <erl_driver.h>

namespace {

using namespace ddll::verify::witness;

// In programs that are no emulators these are missing, and nothing calls them.
#pragma weak driver_async
#pragma weak driver_set_timer
#pragma weak driver_cancel_timer
#pragma weak driver_mk_port
#pragma weak driver_connected
#pragma weak driver_output_term
#pragma weak driver_send_term
#pragma weak erl_drv_output_term
#pragma weak erl_drv_send_term

Header* header = nullptr; // null: not in an emulator, everything passes through
char* events = nullptr;
std::uintptr_t beam_begin = 0, beam_end = 0;
std::atomic_flag busy = ATOMIC_FLAG_INIT;

const char* record_folder = nullptr; // null: this is no recording
int record_file = -1;
std::size_t recorded_so_far = 0; // bytes of the file that have room on the disk

class Locked {
public:
    explicit Locked(std::atomic_flag& flag) : flag_(flag) {
        while (flag_.test_and_set(std::memory_order_acquire)) {
        }
    }
    ~Locked() { flag_.clear(std::memory_order_release); }
    Locked(const Locked&) = delete;

private:
    std::atomic_flag& flag_;
};

bool from_emulator(const void* return_address) {
    const auto at = reinterpret_cast<std::uintptr_t>(return_address);
    return header != nullptr && at >= beam_begin && at < beam_end;
}

template <class F>
F next(F, const char* name) {
    // dlsym is interposed here, so the way to the real one is its versioned name.
    using Dlsym = void* (*)(void*, const char*);
    static Dlsym real = nullptr;
    if (real == nullptr) {
        for (const char* version : {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"})
            if (real == nullptr) real = reinterpret_cast<Dlsym>(dlvsym(RTLD_NEXT, "dlsym", version));
        if (real == nullptr) _exit(127);
    }
    return reinterpret_cast<F>(real(RTLD_NEXT, name));
}

#define REAL(name) static auto real = next(&::name, #name)

// --- the log ---------------------------------------------------------------------------------------------------------

// A page without room on the disk would be a signal.
bool has_room(std::size_t end) {
    if (record_folder == nullptr) return end <= file_size;
    if (end > recorded_size) return false;
    while (recorded_so_far < end) {
        if (posix_fallocate(record_file, static_cast<off_t>(recorded_so_far), recorded_chunk) != 0) return false;
        recorded_so_far += recorded_chunk;
    }
    return true;
}

void note(Kind kind, std::uint32_t library, std::uint32_t port, std::uint64_t a, const void* data, std::size_t size) {
    const std::size_t most = record_folder == nullptr ? most_data : most_recorded;
    if (size > most) size = most;
    const std::size_t room = (sizeof(Event) + size + 7) / 8 * 8;
    const Locked locked(busy);
    if (header->full != 0 || !has_room(sizeof(Header) + header->used + room)) {
        header->full = 1;
    } else {
        Event event{};
        event.size = static_cast<std::uint32_t>(room);
        event.kind = kind;
        event.library = library;
        event.port = port;
        event.a = a;
        event.data_size = static_cast<std::uint32_t>(size);
        std::memcpy(events + header->used, &event, sizeof event);
        if (size > 0) std::memcpy(events + header->used + sizeof event, data, size);
        header->used += room;
        __atomic_add_fetch(&header->count, 1, __ATOMIC_RELEASE);
    }
}

// --- libraries -------------------------------------------------------------------------------------------------------

constexpr std::size_t most_libraries = 64, most_ports = 4096;

std::int64_t async_takes = 0; // nanoseconds of the stopped clock

struct Library {
    void* handle = nullptr; // null: the slot is free
    std::uint32_t opening = 0;
    std::uintptr_t base = 0;
    std::uint32_t number = 0; // 0: not known to be a driver
    char path[most_data] = {};
    bool was_mapped = false;
    ErlDrvEntry* (*driver_init)() = nullptr;
    ErlDrvEntry* entry = nullptr; // the driver's, dressed; null: untouched
    ErlDrvEntry original{};
};
Library libraries[most_libraries];
std::atomic_flag libraries_busy = ATOMIC_FLAG_INIT;
std::uint32_t library_count = 0, opening_count = 0;
thread_local Library* about_to_init = nullptr;

Library* free_slot() {
    for (Library& l : libraries)
        if (l.handle == nullptr) return &l;
    return nullptr;
}

// The latest opening: the loader gives one handle for several of the same file.
Library* find(void* handle) {
    Library* latest = nullptr;
    for (Library& l : libraries)
        if (l.handle == handle && (latest == nullptr || l.opening > latest->opening)) latest = &l;
    return latest;
}

std::uintptr_t base_of(void* handle) {
    link_map* map = nullptr;
    return dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 && map != nullptr ? map->l_addr : 0;
}

struct Search {
    std::uintptr_t base;
    bool found = false;
    unsigned char id[64];
    std::size_t id_size = 0;
};

// Whether an object is mapped at `base`, and its build-id.
int look(dl_phdr_info* info, std::size_t, void* data) {
    auto& search = *static_cast<Search*>(data);
    if (info->dlpi_addr != search.base) return 0;
    search.found = true;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const auto& segment = info->dlpi_phdr[i];
        if (segment.p_type != PT_NOTE) continue;
        const char* at = reinterpret_cast<const char*>(info->dlpi_addr + segment.p_vaddr);
        const char* end = at + segment.p_memsz;
        while (at + sizeof(ElfW(Nhdr)) <= end) {
            ElfW(Nhdr) note_header;
            std::memcpy(&note_header, at, sizeof note_header);
            const char* name = at + sizeof note_header;
            const char* content = name + (note_header.n_namesz + 3) / 4 * 4;
            if (note_header.n_type == NT_GNU_BUILD_ID && note_header.n_namesz == 4 &&
                std::memcmp(name, "GNU", 4) == 0 && note_header.n_descsz <= sizeof search.id) {
                std::memcpy(search.id, content, note_header.n_descsz);
                search.id_size = note_header.n_descsz;
                return 1;
            }
            at = content + (note_header.n_descsz + 3) / 4 * 4;
        }
    }
    return 1;
}

Search search_for(std::uintptr_t base) {
    Search search{};
    search.base = base;
    dl_iterate_phdr(look, &search);
    return search;
}

// Another file may have its name before anybody reads the recording.
bool copy_file(const char* from, const char* kind, std::uint32_t number) {
    const int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0) return false;
    char target[PATH_MAX];
    std::snprintf(target, sizeof target, "%s/%d.%s%u.so", record_folder, static_cast<int>(syscall(SYS_getpid)), kind,
                  number);
    const int out = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
    char bytes[65536];
    ssize_t n = 0;
    while (out >= 0 && (n = read(in, bytes, sizeof bytes)) > 0)
        if (write(out, bytes, static_cast<std::size_t>(n)) != n) break;
    close(in);
    if (out >= 0) close(out);
    return out >= 0;
}

void note_refused(const char* path) {
    static std::atomic<std::uint32_t> copies{0};
    const std::uint32_t number = ++copies;
    const bool copied = copy_file(path, "refused", number);
    note(Kind::refused, 0, no_port, copied ? number : 0, path, std::strlen(path));
}

// The emulator asks a library for its entry: it is a driver's, and not one that a driver opens for itself.
void announce(Library& library) {
    if (library.number != 0) return;
    library.number = ++library_count;
    if (record_folder != nullptr) copy_file(library.path, "library", library.number);
    const Search search = search_for(library.base);
    note(Kind::library_path, library.number, no_port, 0, library.path, std::strlen(library.path));
    note(Kind::library_id, library.number, no_port, 0, search.id, search.id_size);
    if (!library.was_mapped) note(Kind::dlopen, library.number, no_port, 0, nullptr, 0);
}

// --- ports -----------------------------------------------------------------------------------------------------------

// Ports are numbered by their start callbacks. A driver may give several ports the same data, and a port that a driver
// made itself has no start: whose callback it is cannot be told then.
struct PortEntry {
    void* data;
    ErlDrvPort handle;
    std::uint64_t term;   // as the emulator keeps it, where it is recorded
    std::uint32_t number; // 0: free
    std::uint32_t library;
};
PortEntry ports[most_ports];
std::size_t ports_used = 0; // all behind are free
std::atomic_flag ports_busy = ATOMIC_FLAG_INIT;
std::atomic<std::uint32_t> port_count{0};

// The port whose start callback this thread is in.
thread_local struct {
    ErlDrvPort handle;
    std::uint32_t number;
} starting{};

template <class Is>
std::uint32_t the_only_port(Is is) {
    const Locked locked(ports_busy);
    std::uint32_t found = 0;
    for (std::size_t i = 0; i < ports_used; ++i) {
        if (ports[i].number == 0 || !is(ports[i])) continue;
        if (found != 0) return unknown_port;
        found = ports[i].number;
    }
    return found == 0 ? unknown_port : found;
}

std::uint32_t port_of(ErlDrvData data, std::uint32_t library) {
    return the_only_port(
        [&](const PortEntry& p) { return p.data == static_cast<void*>(data) && p.library == library; });
}

std::uint32_t port_of(ErlDrvPort handle) {
    if (starting.number != 0 && starting.handle == handle) return starting.number;
    return the_only_port([&](const PortEntry& p) { return p.handle == handle; });
}

void add_port(ErlDrvData data, ErlDrvPort handle, std::uint64_t term, std::uint32_t number, std::uint32_t library) {
    const Locked locked(ports_busy);
    std::size_t i = 0;
    while (i < ports_used && ports[i].number != 0) ++i;
    if (i == most_ports) return;
    ports[i] = {static_cast<void*>(data), handle, term, number, library};
    if (i == ports_used) ++ports_used;
}

// The owner of a port that is named by its term, or 0.
std::uint64_t owner_of(ErlDrvTermData port) {
    ErlDrvPort handle = nullptr;
    {
        const Locked locked(ports_busy);
        for (std::size_t i = 0; i < ports_used; ++i)
            if (ports[i].number != 0 && ports[i].term == port) handle = ports[i].handle;
    }
    return handle == nullptr ? 0 : driver_connected(handle);
}

void remove_port(std::uint32_t number) {
    const Locked locked(ports_busy);
    for (std::size_t i = 0; i < ports_used; ++i)
        if (ports[i].number == number) ports[i].number = 0;
    while (ports_used > 0 && ports[ports_used - 1].number == 0) --ports_used;
}

// A driver's entry may be constant, and its tables are after loading.
bool make_writable(void* at, std::size_t size) {
    const auto page = static_cast<std::uintptr_t>(getpagesize());
    const auto first = reinterpret_cast<std::uintptr_t>(at) / page * page;
    const auto end = (reinterpret_cast<std::uintptr_t>(at) + size + page - 1) / page * page;
    return mprotect(reinterpret_cast<void*>(first), end - first, PROT_READ | PROT_WRITE) == 0;
}

// --- what the tracer asks
// ------------------------------------------------------------------------------------------------

// Ports of the drivers that are watched, and processes that they have sent terms to, as the emulator keeps them.
constexpr std::size_t most_remembered = std::size_t{1} << 20;
std::atomic<std::uint64_t> remembered[most_remembered];
constexpr std::size_t longest_probe = 64;

std::size_t slot_of(std::uint64_t port, std::size_t probe) {
    return ((port * 0x9E3779B97F4A7C15U >> 40) + probe) % most_remembered;
}

bool is_remembered(std::uint64_t port) {
    for (std::size_t probe = 0; probe < longest_probe; ++probe) {
        const std::uint64_t there = remembered[slot_of(port, probe)].load(std::memory_order_relaxed);
        if (there == port) return true;
        if (there == 0) return false;
    }
    return true; // too full to say: rather too much than too little
}

void remember(std::uint64_t port) {
    for (std::size_t probe = 0; probe < longest_probe; ++probe) {
        std::uint64_t free = 0;
        auto& slot = remembered[slot_of(port, probe)];
        if (slot.compare_exchange_strong(free, port) || free == port) return;
    }
}

std::uint64_t remember_port(ErlDrvPort handle) {
    if (record_folder == nullptr) return 0;
    const std::uint64_t port = driver_mk_port(handle);
    remember(port);
    return port;
}

// --- async jobs that take their time ---------------------------------------------------------------------------------

struct Job {
    void (*invoke)(void*);
    void (*free)(void*);
    void* data;
};

void invoke_slowly(void* wrapped) {
    const Job& job = *static_cast<Job*>(wrapped);
    const std::int64_t ends = __atomic_load_n(&header->clock, __ATOMIC_ACQUIRE) + async_takes;
    __atomic_store_n(&header->job_ends, ends, __ATOMIC_RELEASE);
    while (__atomic_load_n(&header->clock, __ATOMIC_ACQUIRE) < ends) usleep(200);
    job.invoke(job.data);
    __atomic_store_n(&header->job_ends, 0, __ATOMIC_RELEASE);
    __atomic_add_fetch(&header->jobs_done, 1, __ATOMIC_RELEASE);
}

void free_job(void* wrapped) {
    Job* job = static_cast<Job*>(wrapped);
    if (job->free != nullptr) job->free(job->data);
    std::free(job);
}

long slow_driver_async(ErlDrvPort port, unsigned* key, void (*invoke)(void*), void* data, void (*free)(void*)) {
    Job* job = static_cast<Job*>(std::malloc(sizeof(Job)));
    *job = {invoke, free, data};
    __atomic_add_fetch(&header->jobs_begun, 1, __ATOMIC_RELEASE);
    return driver_async(port, key, invoke_slowly, job, free_job);
}

// --- timers of a node that is recorded
// ---------------------------------------------------------------------------------

int watched_set_timer(ErlDrvPort port, unsigned long time) {
    note(Kind::set_timer, 0, port_of(port), time, nullptr, 0);
    return driver_set_timer(port, time);
}

int watched_cancel_timer(ErlDrvPort port) {
    note(Kind::cancel_timer, 0, port_of(port), 0, nullptr, 0);
    return driver_cancel_timer(port);
}

// Terms of a driver look like anybody's when they arrive: who will have one is noted when it is sent.
void note_term(std::uint64_t receiver, int sent) {
    if (sent <= 0) return;
    remember(receiver);
    note(Kind::term_sent, 0, no_port, receiver, nullptr, 0);
}

int watched_output_term(ErlDrvTermData port, ErlDrvTermData* term, int size) {
    const int sent = erl_drv_output_term(port, term, size);
    note_term(starting.number != 0 ? driver_connected(starting.handle) : owner_of(port), sent);
    return sent;
}

int watched_send_term(ErlDrvTermData port, ErlDrvTermData receiver, ErlDrvTermData* term, int size) {
    const int sent = erl_drv_send_term(port, receiver, term, size);
    note_term(receiver, sent);
    return sent;
}

int watched_old_output_term(ErlDrvPort port, ErlDrvTermData* term, int size) {
    const ErlDrvTermData owner = driver_connected(port);
    const int sent = driver_output_term(port, term, size);
    note_term(owner, sent);
    return sent;
}

int watched_old_send_term(ErlDrvPort port, ErlDrvTermData receiver, ErlDrvTermData* term, int size) {
    const int sent = driver_send_term(port, receiver, term, size);
    note_term(receiver, sent);
    return sent;
}

// What a driver is to call instead of the emulator's function; null: that one.
void* instead_of(const char* name) {
    if (async_takes > 0 && std::strcmp(name, "driver_async") == 0) return reinterpret_cast<void*>(&slow_driver_async);
    if (record_folder == nullptr) return nullptr;
    const struct {
        const char* name;
        void* ours;
    } table[] = {
        {"driver_set_timer", reinterpret_cast<void*>(&watched_set_timer)},
        {"driver_cancel_timer", reinterpret_cast<void*>(&watched_cancel_timer)},
        {"erl_drv_output_term", reinterpret_cast<void*>(&watched_output_term)},
        {"erl_drv_send_term", reinterpret_cast<void*>(&watched_send_term)},
        {"driver_output_term", reinterpret_cast<void*>(&watched_old_output_term)},
        {"driver_send_term", reinterpret_cast<void*>(&watched_old_send_term)},
    };
    for (const auto& row : table)
        if (std::strcmp(name, row.name) == 0) return row.ours;
    return nullptr;
}

// The loader has filled the library's tables: entries for such functions get ours.
void replace_calls(void* handle) {
    link_map* map = nullptr;
    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0 || map == nullptr) return;
    const ElfW(Sym)* symbols = nullptr;
    const char* names = nullptr;
    const ElfW(Rela) * tables[2] = {};
    std::size_t sizes[2] = {};
    for (const ElfW(Dyn)* d = map->l_ld; d->d_tag != DT_NULL; ++d) {
        if (d->d_tag == DT_SYMTAB) symbols = reinterpret_cast<const ElfW(Sym)*>(d->d_un.d_ptr);
        if (d->d_tag == DT_STRTAB) names = reinterpret_cast<const char*>(d->d_un.d_ptr);
        if (d->d_tag == DT_JMPREL) tables[0] = reinterpret_cast<const ElfW(Rela)*>(d->d_un.d_ptr);
        if (d->d_tag == DT_PLTRELSZ) sizes[0] = d->d_un.d_val;
        if (d->d_tag == DT_RELA) tables[1] = reinterpret_cast<const ElfW(Rela)*>(d->d_un.d_ptr);
        if (d->d_tag == DT_RELASZ) sizes[1] = d->d_un.d_val;
    }
    if (symbols == nullptr || names == nullptr) return;
    for (int t = 0; t < 2; ++t) {
        for (std::size_t i = 0; tables[t] != nullptr && i < sizes[t] / sizeof(ElfW(Rela)); ++i) {
            const auto symbol = ELF64_R_SYM(tables[t][i].r_info);
            void* ours = symbol == 0 ? nullptr : instead_of(names + symbols[symbol].st_name);
            if (ours == nullptr) continue;
            auto* slot = reinterpret_cast<void**>(map->l_addr + tables[t][i].r_offset);
            if (make_writable(slot, sizeof *slot)) *slot = ours;
        }
    }
}

// --- callbacks: one set of functions for each library slot -----------------------------------------------------------

void note_port(Kind kind, std::size_t slot, ErlDrvData data, std::uint64_t a = 0, const void* bytes = nullptr,
               std::size_t size = 0) {
    const std::uint32_t library = libraries[slot].number;
    note(kind, library, port_of(data, library), a, bytes, size);
}

std::size_t gather(ErlIOVec* vector, char* out) {
    std::size_t done = 0;
    for (int i = 0; i < vector->vsize && done < shown_bytes; ++i) {
        const std::size_t n = std::min(shown_bytes - done, static_cast<std::size_t>(vector->iov[i].iov_len));
        if (n > 0) std::memcpy(out + done, vector->iov[i].iov_base, n);
        done += n;
    }
    return done;
}

std::size_t shown(std::size_t size) {
    return size < shown_bytes ? size : shown_bytes;
}

template <std::size_t N>
struct Callbacks {
    static Library& lib() { return libraries[N]; }
    static ErlDrvEntry& real() { return libraries[N].original; }

    static int init() {
        note(Kind::init, lib().number, no_port, 0, nullptr, 0);
        return real().init();
    }
    static ErlDrvData start(ErlDrvPort port, char* command) {
        const std::uint32_t number = ++port_count, library = lib().number;
        const std::uint64_t term = remember_port(port);
        note(Kind::start, library, number, term, command, std::strlen(command));
        starting = {port, number};
        const ErlDrvData data = real().start(port, command);
        const int saved = errno; // ERL_DRV_ERROR_ERRNO speaks through it
        starting = {};
        const auto failed = reinterpret_cast<std::intptr_t>(data);
        if (failed > -1 || failed < -3) add_port(data, port, term, number, library);
        errno = saved;
        return data;
    }
    static void stop(ErlDrvData data) {
        const std::uint32_t number = port_of(data, lib().number);
        note(Kind::stop, lib().number, number, 0, nullptr, 0);
        real().stop(data);
        if (number != unknown_port) remove_port(number);
    }
    static void output(ErlDrvData data, char* bytes, ErlDrvSizeT size) {
        note_port(Kind::output, N, data, size, bytes, shown(size));
        real().output(data, bytes, size);
    }
    static void ready_input(ErlDrvData data, ErlDrvEvent event) {
        note_port(Kind::ready_input, N, data, static_cast<std::uint64_t>(reinterpret_cast<std::intptr_t>(event)));
        real().ready_input(data, event);
    }
    static void ready_output(ErlDrvData data, ErlDrvEvent event) {
        note_port(Kind::ready_output, N, data, static_cast<std::uint64_t>(reinterpret_cast<std::intptr_t>(event)));
        real().ready_output(data, event);
    }
    static void finish() {
        note(Kind::finish, lib().number, no_port, 0, nullptr, 0);
        real().finish();
    }
    static ErlDrvSSizeT control(ErlDrvData data, unsigned command, char* bytes, ErlDrvSizeT size, char** answer,
                                ErlDrvSizeT room) {
        note_port(Kind::control, N, data, command, bytes, shown(size));
        return real().control(data, command, bytes, size, answer, room);
    }
    static void timeout(ErlDrvData data) {
        note_port(Kind::timeout, N, data);
        real().timeout(data);
    }
    static void outputv(ErlDrvData data, ErlIOVec* vector) {
        char bytes[shown_bytes];
        note_port(Kind::outputv, N, data, vector->size, bytes, gather(vector, bytes));
        real().outputv(data, vector);
    }
    static void ready_async(ErlDrvData data, ErlDrvThreadData thread_data) {
        note_port(Kind::ready_async, N, data);
        if (async_takes > 0) {
            Job* job = reinterpret_cast<Job*>(thread_data);
            thread_data = reinterpret_cast<ErlDrvThreadData>(job->data);
            std::free(job);
        }
        real().ready_async(data, thread_data);
    }
    static void flush(ErlDrvData data) {
        note_port(Kind::flush, N, data);
        real().flush(data);
    }
    static ErlDrvSSizeT call(ErlDrvData data, unsigned command, char* bytes, ErlDrvSizeT size, char** answer,
                             ErlDrvSizeT room, unsigned* flags) {
        note_port(Kind::call, N, data, command, bytes, shown(size));
        return real().call(data, command, bytes, size, answer, room, flags);
    }
    static void process_exit(ErlDrvData data, ErlDrvMonitor* monitor) {
        note_port(Kind::process_exit, N, data);
        real().process_exit(data, monitor);
    }
    static void stop_select(ErlDrvEvent event, void* reserved) {
        note(Kind::stop_select, lib().number, no_port, 0, nullptr, 0);
        real().stop_select(event, reserved);
    }
    static void emergency_close(ErlDrvData data) {
        note_port(Kind::emergency_close, N, data);
        real().emergency_close(data);
    }

    static std::uint64_t dress(ErlDrvEntry& entry) {
        std::uint64_t has = 0;
#define DRESS(member)                                                                                                  \
    if (entry.member != nullptr) {                                                                                     \
        entry.member = member;                                                                                         \
        has |= std::uint64_t{1} << (static_cast<unsigned>(Kind::member) - static_cast<unsigned>(Kind::init));          \
    }
        DRESS(init)
        DRESS(start)
        DRESS(stop)
        DRESS(output)
        DRESS(ready_input)
        DRESS(ready_output)
        DRESS(finish)
        DRESS(control)
        DRESS(timeout)
        DRESS(outputv)
        DRESS(ready_async)
        DRESS(flush)
        DRESS(call)
        DRESS(process_exit)
        DRESS(stop_select)
        DRESS(emergency_close)
#undef DRESS
        return has;
    }
};

template <std::size_t... N>
constexpr auto all_dressers(std::index_sequence<N...>) {
    struct Table {
        std::uint64_t (*of[sizeof...(N)])(ErlDrvEntry&);
    };
    return Table{{&Callbacks<N>::dress...}};
}
constexpr auto dressers = all_dressers(std::make_index_sequence<most_libraries>());

ErlDrvEntry* watched_driver_init() {
    Library* library = about_to_init;
    about_to_init = nullptr;
    note(Kind::driver_init, library->number, no_port, 0, nullptr, 0);
    ErlDrvEntry* entry = library->driver_init();
    if (entry == nullptr) return nullptr;
    // What the emulator refuses may be shorter than an entry, and needs no dress. Interface 2 has the same members.
    if (static_cast<unsigned>(entry->extended_marker) != static_cast<unsigned>(ERL_DRV_EXTENDED_MARKER) ||
        entry->major_version < 2 || entry->major_version > ERL_DRV_EXTENDED_MAJOR_VERSION)
        return entry;
    if (!make_writable(entry, sizeof *entry)) return entry;
    library->original = *entry;
    library->entry = entry;
    const std::uint64_t has = dressers.of[library - libraries](*entry);
    if (record_folder != nullptr) note(Kind::callbacks, library->number, no_port, has, nullptr, 0);
    return entry;
}

void undress(Library& library) {
    if (library.entry != nullptr) *library.entry = library.original;
    library.entry = nullptr;
}

bool is_emulator() {
    char self[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0) return false;
    self[length] = '\0';
    const char* base = std::strrchr(self, '/');
    return base != nullptr && std::strncmp(base + 1, "beam", 4) == 0;
}

// A file of this emulator alone, which begins with zeroes as a new one does.
int make_record() {
    char path[PATH_MAX];
    std::snprintf(path, sizeof path, "%s/%d.log", record_folder, static_cast<int>(syscall(SYS_getpid)));
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0 && posix_fallocate(fd, 0, recorded_chunk) != 0) {
        close(fd);
        return -1;
    }
    recorded_so_far = recorded_chunk;
    return fd;
}

// The emulator is the executable, the first object of the process.
void find_emulator() {
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void*) {
            for (int i = 0; i < info->dlpi_phnum; ++i) {
                const auto& segment = info->dlpi_phdr[i];
                if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
                const auto first = info->dlpi_addr + segment.p_vaddr;
                if (beam_begin == 0 || first < beam_begin) beam_begin = first;
                if (first + segment.p_memsz > beam_end) beam_end = first + segment.p_memsz;
            }
            return 1;
        },
        nullptr);
}

__attribute__((constructor)) void begin() {
    const char* file = std::getenv("DDLLTOOL_WITNESS");
    record_folder = file != nullptr ? nullptr : std::getenv("DDLLTOOL_RECORD");
    if ((file == nullptr && record_folder == nullptr) || !is_emulator()) return;
    const int fd = file != nullptr ? open(file, O_RDWR | O_CLOEXEC) : make_record();
    if (fd < 0) return;
    // A descriptor of a number that programs do not expect to be taken.
    if (record_folder != nullptr) record_file = fcntl(fd, F_DUPFD_CLOEXEC, 100);
    void* mapped = mmap(nullptr, file != nullptr ? file_size : recorded_size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_NORESERVE, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED) return;
    find_emulator();
    header = static_cast<Header*>(mapped);
    events = static_cast<char*>(mapped) + sizeof(Header);
    if (const char* takes = std::getenv("DDLLTOOL_ASYNC_TAKES")) async_takes = std::atoll(takes);
    header->present = 1;
    if (record_folder == nullptr) unsetenv("LD_PRELOAD"); // programs that it starts are none of our business
}

} // namespace

// --- what stands in front of the C library ---------------------------------------------------------------------------

extern "C" {

void* dlopen(const char* path, int mode) {
    REAL(dlopen);
    if (path == nullptr || !from_emulator(__builtin_return_address(0))) return real(path, mode);
    static auto real_dlclose = next(&::dlclose, "dlclose");
    void* mapped = real(path, RTLD_LAZY | RTLD_NOLOAD);
    const bool was_mapped = mapped != nullptr;
    if (was_mapped)
        real_dlclose(mapped);
    else
        dlerror(); // our question is not the emulator's failure
    void* handle = real(path, mode);
    if (handle == nullptr) {
        if (record_folder != nullptr) note_refused(path);
        return nullptr;
    }
    const Locked locked(libraries_busy);
    Library* library = free_slot();
    if (library == nullptr) return handle;
    library->handle = handle;
    library->base = base_of(handle);
    library->opening = ++opening_count;
    library->number = 0;
    library->was_mapped = was_mapped;
    library->driver_init = nullptr;
    std::strncpy(library->path, path, sizeof library->path - 1);
    if (async_takes > 0 || record_folder != nullptr) replace_calls(handle);
    return handle;
}

void* dlsym(void* handle, const char* name) {
    REAL(dlsym);
    // A jump: who asks for the next one of a name is found by where it would return to.
    if (!from_emulator(__builtin_return_address(0))) return real(handle, name);
    void* symbol = real(handle, name);
    if (std::strcmp(name, "driver_init") != 0 && std::strcmp(name, "_driver_init") != 0) return symbol;
    Library* library = find(handle);
    if (library == nullptr) return symbol;
    announce(*library);
    if (symbol == nullptr) return symbol;
    library->driver_init = reinterpret_cast<ErlDrvEntry* (*)()>(symbol);
    about_to_init = library;
    return reinterpret_cast<void*>(&watched_driver_init);
}

int dlclose(void* handle) {
    REAL(dlclose);
    Library* library = from_emulator(__builtin_return_address(0)) ? find(handle) : nullptr;
    if (library != nullptr) undress(*library); // it may stay mapped, and be asked again
    const int result = real(handle);
    if (library == nullptr) return result;
    if (library->number != 0 && !search_for(library->base).found)
        note(Kind::dlclose, library->number, no_port, 0, nullptr, 0);
    library->handle = nullptr;
    return result;
}

int clock_gettime(clockid_t id, struct timespec* out) noexcept {
    REAL(clock_gettime);
    static std::int64_t frozen_at[2];
    static bool frozen = false;
    const int result = real(id, out);
    if (result != 0 || (id != CLOCK_MONOTONIC && id != CLOCK_REALTIME) || !from_emulator(__builtin_return_address(0)))
        return result;
    if (__atomic_load_n(&header->stopped, __ATOMIC_ACQUIRE) == 0) return result;
    const Locked locked(busy);
    if (!frozen) {
        timespec now{};
        for (const clockid_t which : {CLOCK_REALTIME, CLOCK_MONOTONIC}) {
            real(which, &now);
            frozen_at[which] = now.tv_sec * 1'000'000'000LL + now.tv_nsec;
        }
        frozen = true;
    }
    const std::int64_t ns = frozen_at[id] + __atomic_load_n(&header->clock, __ATOMIC_ACQUIRE);
    out->tv_sec = ns / 1'000'000'000;
    out->tv_nsec = ns % 1'000'000'000;
    return 0;
}

// For the tracer, which looks for them by name: whether there is a recording, whether a port is of a watched driver.
bool ddlltool_witness_records() {
    return header != nullptr && record_folder != nullptr;
}

bool ddlltool_witness_knows(std::uint64_t port) {
    return is_remembered(port);
}

void ddlltool_witness_note(std::uint32_t tag, std::uint64_t port, const void* data, std::size_t size) {
    note(Kind::term, tag, no_port, port, data, size);
}

pid_t getpid() noexcept {
    if (record_folder == nullptr && from_emulator(__builtin_return_address(0)))
        return static_cast<pid_t>(__atomic_load_n(&header->count, __ATOMIC_ACQUIRE));
    return static_cast<pid_t>(syscall(SYS_getpid));
}

} // extern "C"
