#pragma once
/// The variables of a shared object as they are before any of its code runs. Addresses are the file's own.
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::image {

class InitialData {
public:
    /// Keeps the file's bytes. Errors as those of read_elf_facts.
    static Result<InitialData> read(const std::string& path);
    static Result<InitialData> of(std::string bytes, const std::string& path);

    /// Addresses of variables' bytes that hold this word, aligned to 4, at most 64.
    std::vector<std::uint64_t> find(std::uint32_t word) const;
    std::optional<std::uint32_t> word(std::uint64_t address) const;
    /// Does the word stand anywhere in code or data, however it is aligned?
    bool contains(std::uint32_t word) const;
    /// Addresses of the variables that will hold a pointer, sorted.
    std::vector<std::uint64_t> pointers() const;
    /// Will the pointer at `address` point to code, as far as the file says?
    bool points_to_code(std::uint64_t address) const;
    /// Will there be anything but a null pointer at `address`?
    bool points(std::uint64_t address) const;
    /// What the pointer at `address` points to, as text of at most 256 bytes; empty where that is not in the file.
    std::string text_behind(std::uint64_t address) const;

private:
    struct Segment {
        std::uint64_t address, offset, size; ///< inside of bytes_
        bool writable, executable;
    };
    struct Pointer {
        std::uint64_t at;
        std::optional<std::uint64_t> to; ///< nothing: a symbol, wherever it will be
    };
    std::string_view at(std::uint64_t address) const;
    const Pointer* pointer(std::uint64_t address) const;

    std::string_view bytes_of(const Segment& s) const { return std::string_view(bytes_).substr(s.offset, s.size); }

    std::string bytes_;
    std::vector<Segment> segments_;
    std::vector<Pointer> pointers_; ///< sorted by place
};

} // namespace ddll::image
