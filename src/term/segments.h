#pragma once
/// <<...>>: putting bits together and taking them apart.
#include "term/expr.h"

#include <span>
#include <string>
#include <string_view>

namespace ddll::term {

/// More is a system_limit.
inline constexpr std::size_t max_bits = std::size_t{1} << 28;

/// Collects bits, first bit highest.
class BitWriter {
public:
    /// The lowest `bits` bits of `bytes`, which are (bits + 7) / 8 of them, most significant first.
    void append(std::string_view bytes, std::size_t bits);
    /// A bitstring's own bits.
    void append(const Bits& bits);
    std::size_t size() const { return size_; }
    Term take() const;

private:
    std::string bytes_;
    std::size_t size_ = 0;
};

/// Reads bits in order.
class BitReader {
public:
    /// `bits` is a binary or bitstring.
    explicit BitReader(const Term& bits) : whole_(bits), bits_(whole_.as_bits()) {
        left_ = bits_.size == 0 ? 0 : bits_.size * 8 - (8U - bits_.bits);
    }
    std::size_t left() const { return left_; }
    /// Right-aligned, as BitWriter::append takes them. `count` is at most left().
    std::string take(std::size_t count);
    /// As a bitstring; shares the memory where it begins at a byte.
    Term take_bits(std::size_t count);

private:
    Term whole_;
    const Bits& bits_; // of whole_
    std::size_t at_ = 0;
    std::size_t left_;
};

/// The bitstring, or the reason why Erlang raises an error: badarg or system_limit.
Evaluated build_bits(std::span<const Expr::Segment> segments, std::span<const Term> values);

/// Takes the front of `reader` as the segment says: nothing when it does not fit. `last`: an unsized binary takes the
/// rest.
std::optional<Term> take_segment(BitReader& reader, const Expr::Segment& segment, bool last);

} // namespace ddll::term
