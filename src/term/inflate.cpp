// RFC 1950 and 1951, one bit of a code at a time: terms are small, and a page of code is better than a library that
// drivers would meet in the process.
#include "term/inflate.h"

#include <array>
#include <cstdint>
#include <span>

namespace ddll::term {
namespace {

constexpr int longest_code = 15;
constexpr std::size_t literals = 288, distances = 32, end_of_block = 256;

/// A canonical Huffman code: how many codes there are of each length, and the symbols in the order of their codes.
struct Code {
    std::array<std::uint16_t, longest_code + 1> count{};
    std::array<std::uint16_t, literals> symbol{};

    explicit Code(std::span<const std::uint8_t> lengths) {
        for (const std::uint8_t length : lengths) ++count[length];
        std::array<std::uint16_t, longest_code + 2> start{};
        for (int length = 1; length <= longest_code; ++length)
            start[static_cast<std::size_t>(length) + 1] = static_cast<std::uint16_t>(
                start[static_cast<std::size_t>(length)] + count[static_cast<std::size_t>(length)]);
        for (std::size_t i = 0; i < lengths.size(); ++i)
            if (lengths[i] != 0) symbol[start[lengths[i]]++] = static_cast<std::uint16_t>(i);
    }

    /// Codes that are left over, or less than none when there are too many.
    int left() const {
        int left = 1;
        for (std::size_t length = 1; length <= longest_code; ++length) {
            left = 2 * left - count[length];
            if (left < 0) break;
        }
        return left;
    }
    bool fits(std::size_t symbols) const { return left() == 0 || (left() > 0 && symbols - count[0] == 1); }
};

struct Range {
    std::uint16_t base;
    std::uint8_t bits;
};
constexpr Range lengths_of[] = {{3, 0},   {4, 0},   {5, 0},   {6, 0},   {7, 0},  {8, 0},  {9, 0},  {10, 0},
                                {11, 1},  {13, 1},  {15, 1},  {17, 1},  {19, 2}, {23, 2}, {27, 2}, {31, 2},
                                {35, 3},  {43, 3},  {51, 3},  {59, 3},  {67, 4}, {83, 4}, {99, 4}, {115, 4},
                                {131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0}};
constexpr Range distances_of[] = {{1, 0},     {2, 0},     {3, 0},     {4, 0},      {5, 1},      {7, 1},
                                  {9, 2},     {13, 2},    {17, 3},    {25, 3},     {33, 4},     {49, 4},
                                  {65, 5},    {97, 5},    {129, 6},   {193, 6},    {257, 7},    {385, 7},
                                  {513, 8},   {769, 8},   {1025, 9},  {1537, 9},   {2049, 10},  {3073, 10},
                                  {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12}, {16385, 13}, {24577, 13}};

class Inflater {
public:
    Inflater(std::string_view in, std::size_t at_most) : in_(in), at_most_(at_most) {}

    std::optional<Inflated> run() {
        if (!header()) return std::nullopt;
        for (bool last = false; !last && !failed_;) {
            last = bits(1) != 0;
            const std::uint32_t kind = bits(2);
            if (kind == 0)
                stored();
            else if (kind == 1)
                fixed();
            else if (kind == 2)
                dynamic();
            else
                failed_ = true;
        }
        if (failed_ || in_.size() - at_ < 4 || checksum() != big_endian(4)) return std::nullopt;
        return Inflated{std::move(out_), at_};
    }

private:
    bool header() {
        if (in_.size() < 2) return false;
        const auto first = static_cast<unsigned char>(in_[0]), second = static_cast<unsigned char>(in_[1]);
        at_ = 2;
        constexpr unsigned deflate = 8, with_dictionary = 0x20;
        return (first & 15U) == deflate && first >> 4 <= 7 && (first * 256U + second) % 31 == 0 &&
               (second & with_dictionary) == 0;
    }

    std::uint32_t bits(int wanted) {
        while (held_ < wanted) {
            if (at_ == in_.size()) {
                failed_ = true;
                return 0;
            }
            hold_ |= std::uint64_t{static_cast<unsigned char>(in_[at_++])} << held_;
            held_ += 8;
        }
        const auto value = static_cast<std::uint32_t>(hold_ & ((std::uint64_t{1} << wanted) - 1));
        hold_ >>= wanted;
        held_ -= wanted;
        return value;
    }

    std::uint32_t big_endian(int count) {
        std::uint32_t n = 0;
        for (; count > 0; --count) n = n << 8 | static_cast<unsigned char>(in_[at_++]);
        return n;
    }

    std::uint32_t checksum() const {
        std::uint32_t a = 1, b = 0;
        for (const char c : out_) {
            a = (a + static_cast<unsigned char>(c)) % 65521;
            b = (b + a) % 65521;
        }
        return b << 16 | a;
    }

    void put(char c) {
        if (out_.size() == at_most_)
            failed_ = true;
        else
            out_ += c;
    }

    void stored() {
        hold_ = 0; // the rest of the byte
        held_ = 0;
        const std::uint32_t size = bits(16), inverted = bits(16);
        if (failed_ || size != (inverted ^ 0xFFFF) || in_.size() - at_ < size || at_most_ - out_.size() < size) {
            failed_ = true;
            return;
        }
        out_ += in_.substr(at_, size);
        at_ += size;
    }

    std::uint32_t symbol(const Code& code) {
        int value = 0, first = 0, index = 0;
        for (std::size_t length = 1; length <= longest_code && !failed_; ++length) {
            value |= static_cast<int>(bits(1));
            const int count = code.count[length];
            if (value - count < first) return code.symbol[static_cast<std::size_t>(index + value - first)];
            index += count;
            first = (first + count) << 1;
            value <<= 1;
        }
        failed_ = true;
        return end_of_block;
    }

    void codes(const Code& literal, const Code& distance) {
        while (!failed_) {
            const std::uint32_t what = symbol(literal);
            if (what == end_of_block) return;
            if (what < end_of_block) {
                put(static_cast<char>(what));
                continue;
            }
            if (what - 257 >= std::size(lengths_of)) {
                failed_ = true;
                return;
            }
            const Range& range = lengths_of[what - 257];
            copy(range.base + bits(range.bits), distance);
        }
    }

    void copy(std::uint32_t length, const Code& code) {
        const std::uint32_t which = symbol(code);
        if (failed_ || which >= std::size(distances_of)) {
            failed_ = true;
            return;
        }
        const std::size_t back = distances_of[which].base + bits(distances_of[which].bits);
        if (back > out_.size()) failed_ = true;
        for (; length > 0 && !failed_; --length) put(out_[out_.size() - back]);
    }

    void fixed() {
        std::array<std::uint8_t, literals> lengths{};
        for (std::size_t i = 0; i < literals; ++i) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
        constexpr std::size_t used_distances = 30;
        std::array<std::uint8_t, used_distances> five{};
        five.fill(5);
        codes(Code(lengths), Code(five));
    }

    void dynamic() {
        const std::size_t literal_count = bits(5) + 257, distance_count = bits(5) + 1, code_count = bits(4) + 4;
        constexpr std::uint8_t order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
        std::array<std::uint8_t, std::size(order)> small{};
        for (std::size_t i = 0; i < code_count; ++i) small[order[i]] = static_cast<std::uint8_t>(bits(3));
        const Code code(small);
        if (failed_ || literal_count > 286 || distance_count > 30 || code.left() != 0) {
            failed_ = true;
            return;
        }
        std::array<std::uint8_t, literals + distances> lengths{};
        if (!read_lengths(code, std::span(lengths).first(literal_count + distance_count))) {
            failed_ = true;
            return;
        }
        const std::span<const std::uint8_t> all(lengths);
        const Code literal(all.first(literal_count));
        const Code distance(all.subspan(literal_count, distance_count));
        if (lengths[end_of_block] == 0 || !literal.fits(literal_count) ||
            (distance.left() != 0 && distance_count - distance.count[0] > 1)) {
            failed_ = true;
            return;
        }
        codes(literal, distance);
    }

    bool read_lengths(const Code& code, std::span<std::uint8_t> lengths) {
        for (std::size_t i = 0; i < lengths.size() && !failed_;) {
            const std::uint32_t what = symbol(code);
            if (failed_) return false;
            if (what < 16) {
                lengths[i++] = static_cast<std::uint8_t>(what);
                continue;
            }
            if (what == 16 && i == 0) return false;
            const std::uint8_t repeated = what == 16 ? lengths[i - 1] : std::uint8_t{0};
            const std::size_t times = what == 16 ? 3 + bits(2) : what == 17 ? 3 + bits(3) : 11 + bits(7);
            if (i + times > lengths.size()) return false;
            for (std::size_t n = 0; n < times; ++n) lengths[i++] = repeated;
        }
        return !failed_;
    }

    std::string_view in_;
    std::size_t at_most_, at_ = 0;
    std::uint64_t hold_ = 0;
    int held_ = 0;
    bool failed_ = false;
    std::string out_;
};

} // namespace

std::optional<Inflated> inflate(std::string_view zlib_stream, std::size_t at_most) {
    return Inflater(zlib_stream, at_most).run();
}

} // namespace ddll::term
