#include "host/ports/term_spec.h"

#include "host/host.h"
#include "host/ports/output.h"
#include "term/external.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ddll::host {

using term::Term;

namespace {

class Reader {
public:
    Reader(Host& host, const ErlDrvTermData* words, std::size_t length) : host_(host), words_(words), left_(length) {}

    std::optional<Term> run() {
        while (left_ > 0)
            if (!item(next())) return std::nullopt;
        if (stack_.size() != 1) return std::nullopt;
        return stack_.back();
    }

private:
    ErlDrvTermData next() {
        --left_;
        return *words_++;
    }
    template <class T>
    T* pointer() {
        return reinterpret_cast<T*>(next());
    }
    bool push(Term term) {
        stack_.push_back(std::move(term));
        return true;
    }
    std::vector<Term> pop(std::size_t n) {
        std::vector<Term> items(stack_.end() - static_cast<std::ptrdiff_t>(n), stack_.end());
        stack_.resize(stack_.size() - n);
        return items;
    }

    static std::size_t words_after(ErlDrvTermData tag) {
        if (tag == ERL_DRV_NIL) return 0;
        if (tag == ERL_DRV_BINARY) return 3;
        if (tag == ERL_DRV_STRING || tag == ERL_DRV_STRING_CONS || tag == ERL_DRV_EXT2TERM || tag == ERL_DRV_BUF2BINARY)
            return 2;
        return 1;
    }

    bool item(ErlDrvTermData tag);
    bool identity(ErlDrvTermData tag, ErlDrvTermData word);
    bool binary();
    bool bytes(ErlDrvTermData tag);
    bool compound(ErlDrvTermData tag, ErlDrvTermData count);

    Host& host_;
    const ErlDrvTermData* words_;
    std::size_t left_;
    std::vector<Term> stack_;
};

bool Reader::item(ErlDrvTermData tag) {
    if (tag < ERL_DRV_NIL || tag > ERL_DRV_MAP || left_ < words_after(tag)) return false;
    switch (tag) {
    case ERL_DRV_NIL:
        return push(Term::nil());
    case ERL_DRV_ATOM:
    case ERL_DRV_PORT:
    case ERL_DRV_PID:
        return identity(tag, next());
    case ERL_DRV_INT:
        return push(Term::integer(static_cast<ErlDrvSInt>(next())));
    case ERL_DRV_UINT:
        return push(Term::unsigned_integer(next()));
    case ERL_DRV_BINARY:
        return binary();
    case ERL_DRV_STRING:
    case ERL_DRV_STRING_CONS:
    case ERL_DRV_BUF2BINARY:
    case ERL_DRV_EXT2TERM:
        return bytes(tag);
    case ERL_DRV_TUPLE:
    case ERL_DRV_LIST:
    case ERL_DRV_MAP:
        return compound(tag, next());
    default:
        break;
    }
    // FLOAT, INT64, UINT64: a pointer to the value
    const void* value = pointer<const void>();
    if (value == nullptr) return false;
    const auto read = [value]<class T>(T number) {
        std::memcpy(&number, value, sizeof number);
        return number;
    };
    if (tag == ERL_DRV_INT64) return push(Term::integer(read(std::int64_t{})));
    if (tag == ERL_DRV_UINT64) return push(Term::unsigned_integer(read(std::uint64_t{})));
    const double number = read(double{});
    return std::isfinite(number) && push(Term::floating(number));
}

bool Reader::identity(ErlDrvTermData tag, ErlDrvTermData word) {
    if (tag == ERL_DRV_ATOM) {
        const auto atom = host_.atoms().atom(word);
        return atom && push(*atom);
    }
    if (tag == ERL_DRV_PID) {
        const auto pid = pid_of(word);
        return pid && push(Term::pid(pid->value));
    }
    const auto port = port_of(word);
    return port && push(Term::port(port->value));
}

bool Reader::binary() {
    auto* source = pointer<ErlDrvBinary>();
    const std::size_t size = next(), offset = next();
    if (source == nullptr || host_.memory().state_of(source) != PointerState::live) return false;
    const auto whole = static_cast<std::size_t>(source->orig_size);
    if (offset > whole || size > whole - offset) return false;
    return push(binary_term(host_, source, offset, size));
}

// Larger ones are made of several nodes, for which the emulator asks its scheduler: a thread has none (measured: 128
// keys arrive, 129 crash).
constexpr std::size_t largest_safe_map = 128;

bool has_large_map(const Term& term) {
    const auto any = [](const auto& all) { return std::any_of(all.begin(), all.end(), has_large_map); };
    switch (term.kind()) {
    case Term::Kind::map:
        return term.pairs().size() > largest_safe_map ||
               std::any_of(term.pairs().begin(), term.pairs().end(),
                           [](const auto& pair) { return has_large_map(pair.first) || has_large_map(pair.second); });
    case Term::Kind::tuple:
    case Term::Kind::list:
        return any(term.items());
    default:
        return false;
    }
}

bool Reader::bytes(ErlDrvTermData tag) {
    const char* data = pointer<const char>();
    const ErlDrvTermData length = next();
    const bool negative = static_cast<int>(length) < 0; // the emulator looks at it as an int
    if (tag == ERL_DRV_BUF2BINARY)
        return (data != nullptr || length == 0) && push(Term::binary({data, data != nullptr ? length : 0}));
    if (data == nullptr || negative) return false;
    if (tag == ERL_DRV_STRING) return push(Term::bytes_list({data, length}));
    if (tag == ERL_DRV_EXT2TERM) {
        const auto decoded = length > 0 ? term::decode({data, length}) : std::nullopt;
        const bool faulty = host_.release().large_map_fault != words::LargeMapFault::none;
        if (faulty && decoded && !host_.threads().on_emulator_thread() && has_large_map(decoded->term))
            host_.misuse(Rule::known_emulator_fault, no_function, {},
                         fmt::format("ERL_DRV_EXT2TERM with a map of more than {} keys, sent by a thread: OTP 25.1 to "
                                     "27.2 crash",
                                     largest_safe_map));
        return decoded && push(decoded->term);
    }
    if (stack_.empty()) return false;
    Term tail = std::move(stack_.back());
    stack_.pop_back();
    const Term front = Term::bytes_list({data, length});
    return push(length == 0 ? tail : Term::list(front.items(), std::move(tail)));
}

bool Reader::compound(ErlDrvTermData tag, ErlDrvTermData count) {
    if (tag == ERL_DRV_MAP) {
        if (count > stack_.size() / 2) return false;
        std::vector<Term> items = pop(2 * count);
        std::vector<std::pair<Term, Term>> pairs;
        for (std::size_t i = 0; i < items.size(); i += 2) pairs.emplace_back(items[i], items[i + 1]);
        Term map = Term::map(std::move(pairs));
        return map.pairs().size() == count && push(std::move(map));
    }
    if (count > stack_.size()) return false;
    if (tag == ERL_DRV_TUPLE) return push(Term::tuple(pop(count)));
    if (count == 0 || static_cast<ErlDrvSInt>(count) < 0) return false;
    std::vector<Term> items = pop(count); // the last of them is the tail
    Term tail = std::move(items.back());
    items.pop_back();
    return push(Term::list(std::move(items), std::move(tail)));
}

} // namespace

std::optional<Term> read_term_spec(Host& host, const ErlDrvTermData* words, int length) {
    if (words == nullptr || length <= 0) return std::nullopt;
    return Reader(host, words, static_cast<std::size_t>(length)).run();
}

} // namespace ddll::host
