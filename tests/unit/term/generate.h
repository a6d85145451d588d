#pragma once
/// rapidcheck generators of terms of every kind.
#include "term/text.h"

#include <rapidcheck.h>

#include <bit>
#include <cmath>
#include <ostream>

namespace ddll::term {

// rapidcheck shows values through this.
inline void showValue(const Term& t, std::ostream& out) {
    out << print(t);
}

inline rc::Gen<Term> gen_integer() {
    return rc::gen::oneOf(
        rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t n) { return Term::integer(n); }),
        rc::gen::map(rc::gen::arbitrary<std::uint8_t>(), [](std::uint8_t n) { return Term::integer(n); }),
        // Around the borders of the external forms and of 64 bits.
        rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 64), rc::gen::inRange(-2, 3)),
                     [](const std::pair<int, int>& p) {
                         const auto power = static_cast<std::int64_t>(std::uint64_t{1} << p.first);
                         return Term::integer(static_cast<std::int64_t>(static_cast<std::uint64_t>(power) +
                                                                        static_cast<std::uint64_t>(p.second)));
                     }),
        rc::gen::map(rc::gen::pair(rc::gen::arbitrary<bool>(),
                                   rc::gen::resize(32, rc::gen::arbitrary<std::vector<std::uint8_t>>())),
                     [](std::pair<bool, std::vector<std::uint8_t>> p) {
                         return Term::big({p.first, std::move(p.second)});
                     }));
}

inline rc::Gen<Term> gen_float() {
    return rc::gen::oneOf(
        rc::gen::map(rc::gen::arbitrary<std::uint64_t>(),
                     [](std::uint64_t image) {
                         const auto d = std::bit_cast<double>(image);
                         return Term::floating(std::isfinite(d) ? d : 0.5);
                     }),
        rc::gen::map(rc::gen::inRange(-100'000, 100'000), [](int n) { return Term::floating(n / 16.0); }));
}

inline rc::Gen<std::string> gen_utf8() {
    const auto character =
        rc::gen::oneOf(rc::gen::inRange<int>(0, 128), rc::gen::inRange<int>(97, 123), rc::gen::inRange<int>(128, 0x800),
                       rc::gen::inRange<int>(0x800, 0xD800), rc::gen::inRange<int>(0x10000, 0x110000));
    return rc::gen::map(
        rc::gen::resize(12, rc::gen::container<std::vector<int>>(character)), [](const std::vector<int>& points) {
            std::string out;
            for (const int c : points) {
                if (c < 0x80)
                    out += static_cast<char>(c);
                else if (c < 0x800)
                    (out += static_cast<char>(0xC0 | c >> 6)) += static_cast<char>(0x80 | (c & 63));
                else if (c < 0x10000)
                    ((out += static_cast<char>(0xE0 | c >> 12)) += static_cast<char>(0x80 | (c >> 6 & 63))) +=
                        static_cast<char>(0x80 | (c & 63));
                else
                    (((out += static_cast<char>(0xF0 | c >> 18)) += static_cast<char>(0x80 | (c >> 12 & 63))) +=
                     static_cast<char>(0x80 | (c >> 6 & 63))) += static_cast<char>(0x80 | (c & 63));
            }
            return out;
        });
}

inline rc::Gen<Term> gen_bits() {
    return rc::gen::map(rc::gen::pair(rc::gen::arbitrary<std::string>(), rc::gen::inRange(1, 9)),
                        [](const std::pair<std::string, int>& p) {
                            return Term::binary(p.first, p.first.empty() ? 8 : static_cast<std::uint8_t>(p.second));
                        });
}

inline rc::Gen<Term> gen_identity() {
    const auto number = rc::gen::inRange<std::uint64_t>(0, 1U << 28);
    return rc::gen::oneOf(
        rc::gen::map(number, [](std::uint64_t n) { return Term::pid(n); }),
        rc::gen::map(number, [](std::uint64_t n) { return Term::port(n); }),
        rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), [](std::uint64_t n) { return Term::reference(n); }));
}

inline rc::Gen<Term> gen_term(int depth) {
    const auto leaf = rc::gen::oneOf(
        gen_integer(), gen_float(), rc::gen::map(gen_utf8(), [](const std::string& s) { return Term::atom(s); }),
        gen_bits(), gen_identity(), rc::gen::just(Term()),
        rc::gen::map(gen_utf8(), [](const std::string& s) { return Term::string(s); }),
        rc::gen::map(rc::gen::arbitrary<std::string>(), [](const std::string& s) { return Term::bytes_list(s); }));
    if (depth == 0) return leaf;
    const auto inner = rc::gen::lazy([depth] { return gen_term(depth - 1); });
    const auto some = rc::gen::resize(5, rc::gen::container<std::vector<Term>>(inner));
    return rc::gen::weightedOneOf<Term>(
        {{3, leaf},
         {2, rc::gen::map(some, [](std::vector<Term> v) { return Term::tuple(std::move(v)); })},
         {2, rc::gen::map(some, [](std::vector<Term> v) { return Term::list(std::move(v)); })},
         {1, rc::gen::map(rc::gen::pair(some, inner),
                          [](std::pair<std::vector<Term>, Term> p) {
                              return Term::list(std::move(p.first), std::move(p.second));
                          })},
         {2, rc::gen::map(rc::gen::resize(
                              5, rc::gen::container<std::vector<std::pair<Term, Term>>>(rc::gen::pair(inner, inner))),
                          [](std::vector<std::pair<Term, Term>> v) { return Term::map(std::move(v)); })}});
}

} // namespace ddll::term

namespace rc {
template <>
struct Arbitrary<ddll::term::Term> {
    static Gen<ddll::term::Term> arbitrary() { return ddll::term::gen_term(3); }
};
} // namespace rc
