#include "term/number.h"

#include "base/check.h"

#include <gmp.h>

#include <cmath>

namespace ddll::term {
namespace {

class Integer {
public:
    Integer() { mpz_init(z_); }
    explicit Integer(const Term& t) {
        mpz_init(z_);
        if (t.is(Term::Kind::integer)) {
            mpz_set_si(z_, t.as_integer());
            return;
        }
        const BigInt& b = t.as_big();
        mpz_import(z_, b.magnitude.size(), -1, 1, 0, 0, b.magnitude.data());
        if (b.negative) mpz_neg(z_, z_);
    }
    Integer(const Integer&) = delete;
    Integer& operator=(const Integer&) = delete;
    ~Integer() { mpz_clear(z_); }

    mpz_ptr get() { return z_; }
    mpz_srcptr get() const { return z_; }

    Term term() const {
        if (mpz_fits_slong_p(z_)) return Term::integer(mpz_get_si(z_));
        BigInt b{mpz_sgn(z_) < 0, std::vector<std::uint8_t>((mpz_sizeinbase(z_, 2) + 7) / 8)};
        mpz_export(b.magnitude.data(), nullptr, -1, 1, 0, 0, z_);
        return Term::big(std::move(b));
    }

private:
    mpz_t z_;
};

std::size_t bit_length(const Term& t) {
    return t.is(Term::Kind::integer) ? 64 : t.as_big().magnitude.size() * 8;
}

} // namespace

Term integer_from_digits(std::string_view digits, int base, bool negative) {
    Integer z;
    DDLL_CHECK(mpz_set_str(z.get(), std::string(digits).c_str(), base) == 0);
    if (negative) mpz_neg(z.get(), z.get());
    return z.term();
}

std::string integer_to_text(const Term& integer, int base) {
    if (base == 10 && integer.is(Term::Kind::integer)) return std::to_string(integer.as_integer());
    const Integer z(integer);
    std::string out(mpz_sizeinbase(z.get(), base) + 2, '\0');
    mpz_get_str(out.data(), base, z.get());
    out.resize(out.find('\0'));
    return out;
}

std::optional<Term> arithmetic(Arithmetic what, const Term& a, const Term& b) {
    if (a.is(Term::Kind::integer) && b.is(Term::Kind::integer)) {
        const std::int64_t x = a.as_integer(), y = b.as_integer();
        std::int64_t r = 0;
        switch (what) {
        case Arithmetic::add:
            if (!__builtin_add_overflow(x, y, &r)) return Term::integer(r);
            break;
        case Arithmetic::subtract:
            if (!__builtin_sub_overflow(x, y, &r)) return Term::integer(r);
            break;
        case Arithmetic::multiply:
            if (!__builtin_mul_overflow(x, y, &r)) return Term::integer(r);
            break;
        case Arithmetic::divide:
            if (!(x == INT64_MIN && y == -1)) return Term::integer(x / y);
            break;
        case Arithmetic::remainder:
            return Term::integer(y == -1 ? 0 : x % y);
        }
    }
    if (what == Arithmetic::multiply && bit_length(a) + bit_length(b) > max_integer_bits) return std::nullopt;
    // In the order of Arithmetic.
    static constexpr void (*functions[])(mpz_ptr, mpz_srcptr, mpz_srcptr) = {mpz_add, mpz_sub, mpz_mul, mpz_tdiv_q,
                                                                             mpz_tdiv_r};
    Integer r;
    functions[static_cast<std::size_t>(what)](r.get(), Integer(a).get(), Integer(b).get());
    if (mpz_sizeinbase(r.get(), 2) > max_integer_bits) return std::nullopt;
    return r.term();
}

Term negate(const Term& integer) {
    if (integer.is(Term::Kind::integer) && integer.as_integer() != INT64_MIN)
        return Term::integer(-integer.as_integer());
    const Integer x(integer);
    Integer r;
    mpz_neg(r.get(), x.get());
    return r.term();
}

std::optional<double> integer_to_double(const Term& integer) {
    if (integer.is(Term::Kind::integer)) return static_cast<double>(integer.as_integer());
    if (integer.as_big().magnitude.size() > 128) return std::nullopt; // at least 2^1024
    const Integer x(integer);
    // mpz_get_d truncates; the nearest double is this one or its neighbour away from zero.
    const double near = mpz_get_d(x.get());
    const double far = std::nextafter(near, mpz_sgn(x.get()) < 0 ? -HUGE_VAL : HUGE_VAL);
    // At the very top the neighbour is infinite; its distance counts as if 2^1024 were representable.
    Integer low, high, to_low, to_high;
    mpz_set_d(low.get(), near);
    if (std::isinf(far)) {
        mpz_ui_pow_ui(high.get(), 2, 1024);
        if (mpz_sgn(x.get()) < 0) mpz_neg(high.get(), high.get());
    } else {
        mpz_set_d(high.get(), far);
    }
    mpz_sub(to_low.get(), x.get(), low.get());
    mpz_sub(to_high.get(), high.get(), x.get());
    const int side = mpz_cmpabs(to_low.get(), to_high.get());
    int exponent = 0;
    const bool low_is_even = std::fmod(std::ldexp(std::frexp(near, &exponent), 53), 2.0) == 0.0;
    const double nearest = side < 0 || (side == 0 && low_is_even) ? near : far;
    if (std::isinf(nearest)) return std::nullopt;
    return nearest;
}

std::weak_ordering compare_numbers(const Term& a, const Term& b) {
    const bool a_float = a.is(Term::Kind::floating), b_float = b.is(Term::Kind::floating);
    if (a_float && b_float) {
        const double x = a.as_float(), y = b.as_float();
        return x < y ? std::weak_ordering::less : x > y ? std::weak_ordering::greater : std::weak_ordering::equivalent;
    }
    if (!a_float && !b_float && a.is(Term::Kind::integer) && b.is(Term::Kind::integer))
        return a.as_integer() <=> b.as_integer();
    int sign = 0;
    if (a_float)
        sign = -mpz_cmp_d(Integer(b).get(), a.as_float());
    else if (b_float)
        sign = mpz_cmp_d(Integer(a).get(), b.as_float());
    else
        sign = mpz_cmp(Integer(a).get(), Integer(b).get());
    return sign <=> 0;
}

std::string low_bits(const Term& integer, std::size_t bits) {
    const std::size_t size = (bits + 7) / 8;
    std::string out(size, '\0');
    if (integer.is(Term::Kind::integer)) {
        auto n = integer.as_integer();
        for (std::size_t i = size; i-- > 0; n >>= 8) out[i] = static_cast<char>(n & 0xFF);
    } else {
        const BigInt& b = integer.as_big();
        unsigned carry = 1;
        for (std::size_t i = 0; i < size; ++i) {
            unsigned byte = i < b.magnitude.size() ? b.magnitude[i] : 0;
            if (b.negative) {
                byte = (byte ^ 0xFF) + carry;
                carry = byte >> 8;
            }
            out[size - 1 - i] = static_cast<char>(byte & 0xFF);
        }
    }
    if (bits % 8 != 0) out[0] = static_cast<char>(out[0] & ((1 << bits % 8) - 1));
    return out;
}

Term integer_from_bits(std::string_view bytes, std::size_t bits, bool is_signed) {
    BigInt b;
    b.magnitude.assign(bytes.rbegin(), bytes.rend());
    Term value = Term::big(std::move(b));
    const bool negative = is_signed && bits > 0 && (static_cast<unsigned char>(bytes[0]) >> ((bits - 1) % 8) & 1);
    if (!negative) return value;
    const Integer unsigned_value(value);
    Integer r;
    mpz_setbit(r.get(), bits);
    mpz_sub(r.get(), unsigned_value.get(), r.get());
    return r.term();
}

} // namespace ddll::term
