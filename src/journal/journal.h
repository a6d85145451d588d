#pragma once
/// The recorder (child) and the reader (parent, or the same process) of one journal.
///
/// The bytes live in a memory file that both processes map: they survive any death of the writer. Writing an entry is a
/// few stores and a copy of its payload: no formatting, no allocation, no system call except once per megabyte.
#include "base/result.h"
#include "journal/entry.h"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace ddll::journal {

class Journal {
public:
    /// `limit` in bytes bounds the memory file; passing it ends recording with `full()`.
    explicit Journal(std::size_t limit = std::size_t{256} << 20);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    // --- writing: one thread at a time -----------------------------------------------------------------------------

    void set_time(VirtualTime now) { now_ = now; }

    /// Payload strings are given as views so that nothing is copied twice. Long payloads are cut at 64 KiB.
    /// Returns the entry's sequence number.
    template <class E>
    std::uint64_t write(const E& event);

    /// The same for an event whose kind is known only at run time (tests, tools).
    std::uint64_t write(const Event& event);

    bool full() const;

    // --- reading: while nobody writes, or after the writer has died -------------------------------------------------

    /// Number of complete entries.
    std::uint64_t size() const;

    /// Walks entries from `from` (a sequence number, 1 is the first). An entry cut short by death is not seen.
    class Cursor;
    Cursor begin(std::uint64_t from = 1) const;
    std::vector<Entry> all() const;

private:
    struct Storage;
    std::unique_ptr<Storage> storage_;
    VirtualTime now_;
};

} // namespace ddll::journal
