#pragma once
/// Tables of memory that driver code has, in pages of their own: they are changed inside of malloc, free and mmap.
/// Nobody guards them; memory_watch.h does that, and says what gets into them.
#include <cstddef>
#include <cstdint>
#include <optional>

namespace ddll::host {

/// Memory that was asked for in one call and that was not given back.
struct Piece {
    std::uintptr_t address = 0;
    std::size_t size = 0;
    std::uintptr_t site = 0; ///< inside the call that asked: an offset into the library of `owner`, else an address
    std::uint32_t call = 0;  ///< so many callbacks had been entered by then
    std::uint16_t owner = 0; ///< the driver in whose library the site is, numbered by who watches; 0 for none
    bool mapping = false;    ///< from mmap; else from malloc
};

/// Zeroed memory from the system; nullptr when there is none. Shared with nobody, and yet a shared mapping: so it is
/// told from memory in which drivers keep pointers.
void* take_pages(std::size_t bytes);
void give_pages(void* pages, std::size_t bytes);

/// An array that does not grow by itself.
template <class T>
class PageArray {
public:
    constexpr PageArray() = default;
    explicit PageArray(std::size_t capacity)
        : data_(static_cast<T*>(take_pages(capacity * sizeof(T)))), capacity_(data_ != nullptr ? capacity : 0) {}
    PageArray(PageArray&& other) noexcept : data_(other.data_), capacity_(other.capacity_) {
        other.data_ = nullptr;
        other.capacity_ = 0;
    }
    PageArray& operator=(PageArray&& other) noexcept {
        T* const data = data_;
        const std::size_t capacity = capacity_;
        data_ = other.data_;
        capacity_ = other.capacity_;
        other.data_ = data;
        other.capacity_ = capacity;
        return *this;
    }
    ~PageArray() {
        if (data_ != nullptr) give_pages(data_, capacity_ * sizeof(T));
    }

    T* data() { return data_; }
    const T* data() const { return data_; }
    std::size_t capacity() const { return capacity_; }
    T& operator[](std::size_t i) { return data_[i]; }
    const T& operator[](std::size_t i) const { return data_[i]; }

private:
    T* data_ = nullptr;
    std::size_t capacity_ = 0;
};

/// Blocks by their address.
class BlockTable {
public:
    /// Dropped when there is no memory.
    void add(const Piece& piece);
    /// Takes it out; nothing when it is not there.
    std::optional<Piece> take(std::uintptr_t address);
    std::optional<Piece> find(std::uintptr_t address) const;
    std::size_t count() const { return count_; }
    template <class F>
    void each(F&& see) {
        for (std::size_t i = 0; i < slots_.capacity(); ++i)
            if (slots_[i].address != 0) see(slots_[i]);
    }

private:
    std::size_t home(std::uintptr_t address) const;
    std::optional<std::size_t> slot_of(std::uintptr_t address) const;
    void put(const Piece& piece);

    PageArray<Piece> slots_; ///< as many as a power of two, at most half of them taken; an address of 0 is a free one
    std::size_t count_ = 0;
};

/// Ranges that do not overlap, in the order of their addresses.
class RangeList {
public:
    /// What was there is gone. Dropped when there is no memory.
    void add(const Piece& piece);
    /// Takes a range out: what only begins or ends in it is shortened.
    void cut(std::uintptr_t address, std::size_t size);
    /// The one in which the address is.
    std::optional<Piece> find(std::uintptr_t address) const;
    std::size_t count() const { return count_; }
    template <class F>
    void each(F&& see) {
        for (std::size_t i = 0; i < count_; ++i) see(ranges_[i]);
    }

private:
    std::size_t first_behind(std::uintptr_t address) const; ///< the first that ends behind the address
    bool make_room(std::size_t at);

    PageArray<Piece> ranges_;
    std::size_t count_ = 0;
};

} // namespace ddll::host
