#include "journal/journal.h"

#include "base/check.h"
#include "journal/codec.h"

#include <sys/mman.h>

#include <atomic>

namespace ddll::journal {
namespace {

using codec::Head;

/// Every index_step-th entry has its place noted, so that a reader finds any entry without walking from the start.
constexpr std::uint64_t index_step = 64;
constexpr std::size_t page = 4096;
constexpr std::size_t most_pages = std::size_t{2} << 20;
constexpr std::size_t smallest = std::size_t{64} << 10;
/// The index holds places in units of `alignment` bytes in 32 bits.
constexpr std::size_t largest = (std::size_t{1} << 32) * codec::alignment;

constexpr std::size_t round_up(std::size_t n, std::size_t unit) {
    return (n + unit - 1) / unit * unit;
}

constexpr std::uint32_t place_of(std::ptrdiff_t offset) {
    return static_cast<std::uint32_t>(static_cast<std::size_t>(offset) / codec::alignment);
}

/// The first page of the shared memory. Entries follow, the index is behind them.
struct Shared {
    std::atomic<std::uint64_t> count{0}; ///< complete entries; may lag by one when the writer died
    std::atomic<std::uint64_t> lost{0};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && sizeof(Shared) <= page);

std::uint32_t load_size(const std::byte* entry) {
    auto* word = reinterpret_cast<std::uint32_t*>(const_cast<std::byte*>(entry));
    return std::atomic_ref<std::uint32_t>(*word).load(std::memory_order_acquire);
}

/// Reads the entry at `at` into `out` if it is complete, makes sense, and is number `wanted`. Gives its end, or null.
const std::byte* read_entry(const std::byte* at, const std::byte* limit, std::uint64_t wanted, Entry& out) {
    if (static_cast<std::size_t>(limit - at) < sizeof(Head)) return nullptr;
    const std::uint32_t size = load_size(at);
    if (size < codec::least_entry || size % codec::alignment != 0 || size > static_cast<std::size_t>(limit - at))
        return nullptr;
    Head head;
    std::memcpy(&head, at, sizeof head);
    if (head.seq != static_cast<std::uint32_t>(wanted)) return nullptr;
    const std::byte* const end = at + size;
    std::uint64_t time = 0;
    const std::byte* const fields = codec::get(at + sizeof head, end, time);
    if (!fields) return nullptr;
    out.seq = wanted;
    out.time.ns = codec::unfold(time);
    out.thread = head.thread;
    out.cut = head.cut != 0;
    constexpr auto kinds = std::make_index_sequence<std::variant_size_v<Event>>();
    if (!codec::decode_any(head.kind, fields, end, out.event, kinds)) return nullptr;
    return end;
}

} // namespace

struct Journal::Storage {
    std::byte* memory = nullptr;
    std::size_t mapped = 0;
    std::byte* entries = nullptr;
    std::byte* limit = nullptr; ///< end of the entries
    std::uint32_t* index = nullptr;
    std::size_t places = 0; ///< in the index

    // The writer's own: where the next entry goes.
    std::byte* next = nullptr;
    std::uint64_t seq = 0;
    std::byte* present = nullptr; ///< up to here pages were asked for, or come one by one

    // A long run gets many pages with one call: half of what it has used, so that a short one takes none too many.
    // A system that does not know the call gives them one by one.
    void get_pages() {
        const auto used = static_cast<std::size_t>(next - entries);
        const std::size_t wanted = round_up(std::min(used / 2, most_pages), page);
        const std::size_t left = static_cast<std::size_t>(limit - present);
        madvise(present, std::min(wanted, left), MADV_POPULATE_WRITE);
        present += std::min(wanted, left);
    }

    Shared& shared() const { return *reinterpret_cast<Shared*>(memory); }

    explicit Storage(std::size_t wanted) {
        std::size_t room = round_up(std::clamp(wanted, smallest, largest), page);
        for (;; room = round_up(room / 2, page)) {
            places = room / codec::least_entry / index_step + 1;
            mapped = page + room + round_up(places * sizeof(std::uint32_t), page);
            void* got =
                mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            if (got != MAP_FAILED) {
                memory = static_cast<std::byte*>(got);
                break;
            }
            DDLL_CHECK_MSG(room > smallest, "no memory for a journal");
        }
        new (memory) Shared;
        entries = next = memory + page;
        present = entries + smallest;
        limit = entries + room;
        index = reinterpret_cast<std::uint32_t*>(limit);
    }
    ~Storage() { munmap(memory, mapped); }
    Storage(const Storage&) = delete;
};

Journal::Journal(std::size_t limit) : storage_(std::make_unique<Storage>(limit)) {}
Journal::~Journal() = default;

// Other files call it for each kind. All are made by write(const Event&) below, and the attribute keeps them.
template <class E>
[[gnu::used]] std::uint64_t Journal::write(const E& event) {
    Storage& s = *storage_;
    const std::uint64_t seq = ++s.seq;
    bool cut = false;
    std::byte* const at = s.next;
    if (codec::most_size_of(event, cut) > static_cast<std::size_t>(s.limit - at)) [[unlikely]] {
        // Nothing shorter may follow: a reader must be able to trust that what is there has no gaps.
        s.next = s.limit;
        s.shared().lost.fetch_add(1, std::memory_order_relaxed);
        return seq;
    }
    constexpr auto number = static_cast<std::uint8_t>(codec::IndexOf<E, Event>::value);
    const Head head{0, static_cast<std::uint32_t>(seq), thread_, number, cut};
    std::memcpy(at, &head, sizeof head);
    const std::byte* const end = codec::encode(event, now_.ns, at + sizeof head);
    const std::size_t size = codec::aligned(static_cast<std::size_t>(end - at));
    if ((seq - 1) % index_step == 0) s.index[(seq - 1) / index_step] = place_of(at - s.entries);
    s.next = at + size;
    if (s.next > s.present) [[unlikely]]
        s.get_pages();
    std::atomic_ref<std::uint32_t>(*reinterpret_cast<std::uint32_t*>(at))
        .store(static_cast<std::uint32_t>(size), std::memory_order_release);
    s.shared().count.store(seq, std::memory_order_release);
    return seq;
}

std::uint64_t Journal::write(const Event& event) {
    return std::visit([this](const auto& e) { return write(e); }, event);
}

std::uint64_t Journal::last_written() const {
    return storage_->seq;
}

bool Journal::full() const {
    return lost() > 0;
}

std::uint64_t Journal::lost() const {
    return storage_->shared().lost.load(std::memory_order_relaxed);
}

std::uint64_t Journal::size() const {
    std::uint64_t last = storage_->shared().count.load(std::memory_order_acquire);
    if (last > 0 && !begin(last)) last = 0; // damaged: count what can be read
    for (Cursor c = begin(last + 1); c; ++c) last = c->seq;
    return last;
}

Journal::Cursor Journal::begin(std::uint64_t from) const {
    const Storage& s = *storage_;
    Cursor cursor;
    cursor.limit_ = s.limit;
    from = std::max<std::uint64_t>(from, 1);
    const std::size_t room = static_cast<std::size_t>(s.limit - s.entries);
    // The next number to be written lies behind an index place that may not have been written yet.
    for (std::uint64_t place = (from - 1) / index_step;; --place) {
        if (place < s.places) {
            const std::size_t offset = std::size_t{s.index[place]} * codec::alignment;
            if (offset < room && (offset > 0 || place == 0)) {
                cursor.position_ = s.entries + offset;
                cursor.settle(place * index_step + 1);
                if (cursor) break;
            }
        }
        if (place == 0) return cursor;
        // Beyond the end of the list there is nothing to search for.
        if (from > s.shared().count.load(std::memory_order_acquire) + 1) return cursor;
    }
    while (cursor && cursor->seq < from) ++cursor;
    return cursor;
}

std::vector<Entry> Journal::all() const {
    std::vector<Entry> out;
    for (const Entry& e : *this) out.push_back(e);
    return out;
}

void Journal::Cursor::settle(std::uint64_t wanted) {
    if (!read_entry(position_, limit_, wanted, entry_)) position_ = nullptr;
}

Journal::Cursor& Journal::Cursor::operator++() {
    position_ += load_size(position_);
    settle(entry_.seq + 1);
    return *this;
}

} // namespace ddll::journal
