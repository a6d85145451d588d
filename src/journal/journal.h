#pragma once
/// The recorder (child) and the reader (parent, or the same process) of one journal.
///
/// The bytes live in memory that parent and child share: they survive any death of the writer. The whole range is
/// reserved at once and gets pages as it is written, so that writing needs no system call, and no descriptor that a
/// driver could close or reuse. Writing an entry is a few stores and a copy of its payload: no allocation and no
/// text.
#include "base/result.h"
#include "journal/entry.h"

#include <cstddef>
#include <iterator>
#include <memory>
#include <vector>

namespace ddll::journal {

class Journal {
public:
    /// Create it before the child is forked. `limit` in bytes bounds what is recorded; passing it ends recording with
    /// `full()`. Where the system refuses to reserve that much, less is reserved.
    explicit Journal(std::size_t limit = std::size_t{256} << 20);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    // --- writing: one thread at a time, and after a fork one of the two processes ------------------------------------

    void set_time(VirtualTime now) { now_ = now; }
    /// The thread number that following entries carry.
    void set_thread(std::uint16_t thread) { thread_ = thread; }

    /// Payload strings are given as views so that nothing is copied twice. Payloads over payload_limit are cut
    /// (Entry::cut). Returns the entry's sequence number. Past the limit nothing is recorded, but numbers go on. Exists
    /// for the kinds of Event.
    template <class E>
    std::uint64_t write(const E& event);

    /// The same for an event whose kind is known only at run time (tests, tools).
    std::uint64_t write(const Event& event);

    /// The number of the last entry, also one that was not recorded for the limit. The writer's own, and free to ask.
    std::uint64_t last_written() const;

    /// The limit was passed: entries are missing at the end.
    bool full() const;
    /// How many entries are missing because of that.
    std::uint64_t lost() const;

    // --- reading: while nobody writes, or after the writer has died -------------------------------------------------

    /// Number of complete entries. Reads up to a hundred of them: the writer asks for last_written().
    std::uint64_t size() const;

    /// Walks entries from `from` (a sequence number, 1 is the first). An entry cut short by death is not seen, and
    /// neither is anything from the first entry on whose bytes make no sense: a driver can scribble over memory.
    ///
    ///     for (const Entry& e : journal) ...          for (auto c = journal.begin(first); c; ++c) use(*c);
    ///
    /// Finding `from` costs about a hundred entries at most. A cursor that met the end stays there.
    class Cursor;
    Cursor begin(std::uint64_t from = 1) const;
    std::default_sentinel_t end() const { return {}; }
    std::vector<Entry> all() const;

private:
    struct Storage;
    std::unique_ptr<Storage> storage_;
    VirtualTime now_;
    std::uint16_t thread_ = 0;
};

class Journal::Cursor {
public:
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;

    explicit operator bool() const { return position_ != nullptr; }
    const Entry& operator*() const { return entry_; }
    const Entry* operator->() const { return &entry_; }
    Cursor& operator++();
    friend bool operator==(const Cursor& c, std::default_sentinel_t) { return !c; }

private:
    friend class Journal;
    Cursor() = default;
    void settle(std::uint64_t wanted);

    const std::byte* position_ = nullptr; ///< of entry_; null at the end
    const std::byte* limit_ = nullptr;
    Entry entry_;
};

} // namespace ddll::journal
