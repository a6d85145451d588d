#pragma once
/// What a library can change in its process, looked at before it is opened and after it is closed. For runs that ask
/// for it (Options::probe): a look costs about a millisecond.
#include "base/id.h"
#include "host/probe/held.h"
#include "words/emulator.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ddll::host {

using words::Residue;

/// An address range that a library had.
struct CodeRange {
    std::uintptr_t base = 0, end = 0;
    std::set<std::uintptr_t> handles = {}; ///< see handles_inside; only where pointers into it are looked for
    std::vector<std::pair<std::uintptr_t, std::uintptr_t>> code = {}; ///< parts that can be executed; likewise
    bool has(std::uintptr_t address) const { return base <= address && address < end; }
    bool has_code(std::uintptr_t address) const {
        return std::any_of(code.begin(), code.end(),
                           [&](const auto& part) { return part.first <= address && address < part.second; });
    }
};

/// The file name of the library that the address lies in; empty where no library is. Takes the loader's lock.
std::string library_of(std::uintptr_t address);

class Interposed;

struct Found {
    Residue kind;
    std::string text;
    std::uintptr_t address = 0; ///< of code that it leads to, or 0
    std::int64_t bytes = 0;     ///< of memory
    std::string path = {};      ///< of a library
    std::uint64_t calls = 0;    ///< in which memory was asked for
    bool lost = false;          ///< of memory: nothing refers to it
};

/// The writable data of all libraries, as it was.
class LibraryData {
public:
    static LibraryData now();
    bool has(std::uintptr_t address, std::uintptr_t word) const; ///< had this word there

private:
    std::map<std::uintptr_t, std::vector<std::uintptr_t>> parts_; ///< by where they begin
};

struct Traces {
    std::map<int, std::string> descriptors; ///< number to what it is: "a pipe", "/tmp/x"
    std::set<int> threads;                  ///< kernel numbers
    std::array<std::uintptr_t, 65> handlers{};
    std::uintptr_t signal_stack = 0;
    std::set<std::string> timers;
    std::map<std::string, std::string> state; ///< "working directory" to its value, ...
    std::uint32_t float_mode = 0;
    std::set<std::string> objects; ///< mapped libraries, by path
    bool executable_stack = false;
    LibraryData data;             ///< only of what was before a load
    HeldBySite held;              ///< memory that the driver has from malloc and mmap
    std::uint32_t first_call = 0; ///< the number of the first callback from here on
};
Traces look_for_traces();

/// Names of the environment's variables whose texts lie in the library, while it is there, and where they lie.
using Variables = std::vector<std::pair<std::string, std::uintptr_t>>;
Variables variables_inside(const CodeRange& range);
/// Those of them that the environment still has.
std::vector<Found> variables_left(const Variables& inside);

/// Words of a library's data that hold their own address, while it is there: such a word is the handle of itself that
/// it gives to __cxa_atexit. The C library keeps it, and the object to destroy, after it has called the destructor.
std::set<std::uintptr_t> handles_inside(const CodeRange& range);
/// Its parts that can be executed, while it is there.
std::vector<std::pair<std::uintptr_t, std::uintptr_t>> code_inside(const CodeRange& range);

/// What is there now and was not before. `old` is where the library was; `ours` are threads of the host itself. Waits
/// for threads that are about to end.
std::vector<Found> compare(const Traces& before, const CodeRange& old, bool gone, const std::set<int>& ours,
                           const Interposed& interposed);

/// Threads that run a function of a library which is no longer there: they have no time to lose.
std::vector<Found> threads_inside(const Traces& before, const CodeRange& old, const std::set<int>& ours,
                                  const Interposed& interposed);

/// Words in the writable data of libraries that stay which point into `old`, and did not stand there `before` it came:
/// another library may have lain there then.
std::vector<Found> pointers_into(const CodeRange& old, const Interposed& interposed, const LibraryData& before);

/// Nothing is to be mapped there again: a thread that still runs or calls that code crashes at once, in every run.
void guard(const CodeRange& old);

} // namespace ddll::host
