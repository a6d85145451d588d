#include "term/external.h"

#include "base/check.h"
#include "base/text.h"
#include "term/external_identity.h"
#include "term/inflate.h"
#include "term/prover.h"

#include <ei.h>

#include <algorithm>
#include <array>
#include <climits>
#include <span>

namespace ddll::term {
namespace {

using Kind = Term::Kind;

// A tuple, list or map whose parts are being read.
struct OpenTerm {
    Kind kind;
    std::size_t left;
    std::vector<Term> parts;
};

std::optional<Term> close(OpenTerm&& open) {
    if (open.kind == Kind::tuple) return Term::tuple(std::move(open.parts));
    if (open.kind == Kind::list) {
        Term tail = std::move(open.parts.back());
        open.parts.pop_back();
        return Term::list(std::move(open.parts), std::move(tail));
    }
    std::vector<std::pair<Term, Term>> pairs;
    for (std::size_t i = 0; i < open.parts.size(); i += 2)
        pairs.emplace_back(std::move(open.parts[i]), std::move(open.parts[i + 1]));
    const std::size_t count = pairs.size();
    Term map = Term::map(std::move(pairs));
    if (map.pairs().size() != count) return std::nullopt; // a key twice
    return map;
}

// What ei reads has been proved before; its return values can only be a bug of ours.
class Decoder {
public:
    explicit Decoder(std::string_view bytes) : bytes_(bytes) {}

    std::optional<Term> term() {
        std::vector<OpenTerm> open;
        std::optional<Term> done = begin(open);
        while (true) {
            if (!open.empty() && open.back().left == 0) {
                done = open.back().kind == Kind::fun ? local_fun(open.back().parts) : close(std::move(open.back()));
                open.pop_back();
                if (!done) return std::nullopt;
            }
            if (open.empty()) return done;
            if (done) {
                open.back().parts.push_back(std::move(*done));
                done.reset();
                if (open.back().left == 0) continue;
            }
            --open.back().left;
            done = begin(open);
            if (failed_) return std::nullopt;
            if (!done) continue;
            open.back().parts.push_back(std::move(*done));
            done.reset();
        }
    }

    bool failed() const { return failed_; }

private:
    // The term at the front, or nothing when it has parts: then they are on `open`.
    std::optional<Term> begin(std::vector<OpenTerm>& open) {
        int n = 0;
        const int tag = static_cast<unsigned char>(bytes_[static_cast<std::size_t>(at_)]);
        switch (tag) {
        case ERL_SMALL_INTEGER_EXT:
        case ERL_INTEGER_EXT: {
            long value = 0;
            DDLL_CHECK(ei_decode_long(bytes_.data(), &at_, &value) == 0);
            return Term::integer(value);
        }
        case ERL_SMALL_BIG_EXT:
            return big(1);
        case ERL_LARGE_BIG_EXT:
            return big(4);
        case NEW_FLOAT_EXT: {
            double value = 0;
            DDLL_CHECK(ei_decode_double(bytes_.data(), &at_, &value) == 0);
            return Term::floating(value);
        }
        case ERL_FLOAT_EXT: {
            const auto value = old_float(bytes_.substr(static_cast<std::size_t>(at_) + 1, 31));
            at_ += 32;
            return Term::floating(*value);
        }
        case ERL_ATOM_EXT:
        case ERL_SMALL_ATOM_EXT:
        case ERL_ATOM_UTF8_EXT:
        case ERL_SMALL_ATOM_UTF8_EXT: {
            std::string converted;
            return Term::atom(atom(converted));
        }
        case ERL_NIL_EXT:
            ++at_;
            return Term();
        case ERL_STRING_EXT: {
            const std::size_t length = read_number(bytes_, static_cast<std::size_t>(at_) + 1, 2);
            const auto content = bytes_.substr(static_cast<std::size_t>(at_) + 3, length);
            at_ += static_cast<int>(3 + length);
            return Term::bytes_list(content);
        }
        case ERL_BINARY_EXT:
        case ERL_BIT_BINARY_EXT:
            return bits(tag);
        case ERL_SMALL_TUPLE_EXT:
        case ERL_LARGE_TUPLE_EXT:
            DDLL_CHECK(ei_decode_tuple_header(bytes_.data(), &at_, &n) == 0);
            return enter(open, Kind::tuple, static_cast<std::size_t>(n));
        case ERL_EXPORT_EXT:
            return exported_fun();
        case ERL_NEW_FUN_EXT: {
            constexpr std::size_t numbers = 1 + 16 + 4 + 4;
            fun_heads_.emplace_back(bytes_.substr(static_cast<std::size_t>(at_) + 5, numbers));
            at_ += static_cast<int>(5 + numbers - 4);
            return enter(open, Kind::fun, 4 + number(4));
        }
        case ERL_MAP_EXT:
            DDLL_CHECK(ei_decode_map_header(bytes_.data(), &at_, &n) == 0);
            return enter(open, Kind::map, 2 * static_cast<std::size_t>(n));
        case ERL_LIST_EXT:
            DDLL_CHECK(ei_decode_list_header(bytes_.data(), &at_, &n) == 0);
            if (!open.empty() && open.back().kind == Kind::list && open.back().left == 0) {
                open.back().left = static_cast<std::size_t>(n) + 1;
                return std::nullopt;
            }
            return enter(open, Kind::list, static_cast<std::size_t>(n) + 1);
        default: {
            auto found = identity(tag);
            failed_ = !found;
            return found;
        }
        }
    }

    static std::optional<Term> enter(std::vector<OpenTerm>& open, Kind kind, std::size_t parts) {
        if (parts == 0) return close({kind, 0, {}});
        open.push_back({kind, parts, {}});
        open.back().parts.reserve(parts);
        return std::nullopt;
    }

    std::uint64_t number(std::size_t size) {
        const auto n = read_number(bytes_, static_cast<std::size_t>(at_), size);
        at_ += static_cast<int>(size);
        return n;
    }

    Term big(std::size_t length_bytes) {
        ++at_;
        const std::size_t size = number(length_bytes);
        BigInt b;
        b.negative = number(1) != 0;
        const auto magnitude = bytes_.substr(static_cast<std::size_t>(at_), size);
        b.magnitude.assign(magnitude.begin(), magnitude.end());
        at_ += static_cast<int>(size);
        return Term::big(std::move(b));
    }

    // Not through ei, whose C strings lose what follows a zero. `converted` keeps what is not in the bytes as it is.
    std::string_view atom(std::string& converted) {
        const std::uint64_t tag = number(1);
        const bool small = tag == ERL_SMALL_ATOM_EXT || tag == ERL_SMALL_ATOM_UTF8_EXT;
        const bool utf8 = tag == ERL_ATOM_UTF8_EXT || tag == ERL_SMALL_ATOM_UTF8_EXT;
        const std::size_t length = number(small ? 1 : 2);
        const auto text = bytes_.substr(static_cast<std::size_t>(at_), length);
        at_ += static_cast<int>(length);
        const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
        return utf8 || ascii ? text : converted = latin1_to_utf8(text);
    }

    Term bits(int tag) {
        const char* data = nullptr;
        unsigned int offset = 0;
        std::size_t count = 0;
        if (tag == ERL_BIT_BINARY_EXT && read_number(bytes_, static_cast<std::size_t>(at_) + 1, 4) == 0) {
            at_ += 6;
            return Term::binary({});
        }
        DDLL_CHECK(ei_decode_bitstring(bytes_.data(), &at_, &data, &offset, &count) == 0 && offset == 0);
        return Term::binary({data, (count + 7) / 8}, count % 8 == 0 ? 8 : static_cast<std::uint8_t>(count % 8));
    }

    // In the form in which the emulator would send it on.
    Term exported_fun() {
        ++at_;
        std::string form(1, static_cast<char>(ERL_EXPORT_EXT)), converted;
        for (int i = 0; i < 2; ++i) form += encode(Term::atom(atom(converted))).substr(1);
        form += bytes_.substr(static_cast<std::size_t>(at_), 2);
        at_ += 2;
        return Term::fun(form);
    }

    std::optional<Term> local_fun(const std::vector<Term>& parts) {
        const std::string head = std::move(fun_heads_.back());
        fun_heads_.pop_back();
        if (!parts[0].is(Kind::atom) || !parts[1].is_integer() || !parts[2].is_integer() || !parts[3].is(Kind::pid))
            return std::nullopt;
        std::string body = head;
        for (const Term& part : parts) body += encode(part).substr(1);
        std::string form(1, static_cast<char>(ERL_NEW_FUN_EXT));
        append(form, body.size() + 4, 4); // the size counts itself
        return Term::fun(form + body);
    }

    // Not through ei either: it masks what it takes for unused bits.
    std::optional<Term> identity(int tag) {
        ++at_;
        const bool is_new =
            tag != ERL_PID_EXT && tag != ERL_PORT_EXT && tag != ERL_REFERENCE_EXT && tag != ERL_NEW_REFERENCE_EXT;
        std::size_t words = 1;
        if (tag == ERL_NEW_REFERENCE_EXT || tag == ERL_NEWER_REFERENCE_EXT) words = number(2);
        std::string converted;
        const std::string_view node = atom(converted);
        const auto creation = [&] { return number(is_new ? 4 : 1); };
        switch (tag) {
        case ERL_PID_EXT:
        case ERL_NEW_PID_EXT: {
            const std::uint64_t id = number(4), serial = number(4);
            return pid(node, id, serial, creation());
        }
        case ERL_PORT_EXT:
        case ERL_NEW_PORT_EXT:
        case ERL_V4_PORT_EXT: {
            const std::uint64_t id = number(tag == ERL_V4_PORT_EXT ? 8 : 4);
            return port(node, id, creation());
        }
        default:
            break;
        }
        std::array<std::uint32_t, 5> word{};
        std::uint64_t created = 0;
        if (tag == ERL_REFERENCE_EXT) {
            word[0] = static_cast<std::uint32_t>(number(4));
            created = creation();
        } else {
            created = creation();
            for (std::size_t i = 0; i < words; ++i) word[i] = static_cast<std::uint32_t>(number(4));
        }
        return reference(node, {word.data(), words}, created);
    }

    static bool local(std::string_view node, std::uint64_t creation) {
        return node == "nonode@nohost" && creation == 0;
    }

    static void append(std::string& out, std::uint64_t n, int bytes) {
        for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>(n >> shift & 0xFF);
    }

    static std::string node_form(std::string_view node) { return encode(Term::atom(node)).substr(1); }

    // `numbers`, each with its size in bytes, follow the node.
    static Term foreign(Kind kind, int tag, std::string_view node,
                        std::initializer_list<std::pair<std::uint64_t, int>> numbers) {
        std::string form(1, static_cast<char>(tag));
        form += node_form(node);
        for (const auto& [number, size] : numbers) append(form, number, size);
        return Term::foreign(kind, form);
    }

    // Numbers of this node that the emulator could not have given out are malformed; another node's are its own
    // business and are kept as the form in which the emulator would send them on.
    static std::optional<Term> pid(std::string_view node, std::uint64_t id, std::uint64_t serial,
                                   std::uint64_t creation) {
        if (local(node, creation)) {
            if (id > pid_mask || serial >> 13 != 0) return std::nullopt;
            return Term::pid(*pid_number(id, serial));
        }
        return foreign(Kind::pid, ERL_NEW_PID_EXT, node, {{id, 4}, {serial, 4}, {creation, 4}});
    }

    static std::optional<Term> port(std::string_view node, std::uint64_t id, std::uint64_t creation) {
        const bool small = id >> 28 == 0;
        if (local(node, creation)) {
            if (!small) return std::nullopt;
            return Term::port(id);
        }
        return foreign(Kind::port, small ? ERL_NEW_PORT_EXT : ERL_V4_PORT_EXT, node,
                       {{id, small ? 4 : 8}, {creation, 4}});
    }

    static std::optional<Term> reference(std::string_view node, std::span<const std::uint32_t> words,
                                         std::uint64_t creation) {
        std::string form(1, static_cast<char>(ERL_NEWER_REFERENCE_EXT));
        std::array<std::uint32_t, 3> three{};
        if (local(node, creation)) {
            if (words.empty() || words.size() > 3 || words[0] > reference_mask) return std::nullopt;
            std::copy(words.begin(), words.end(), three.begin());
            if (const auto number = reference_number(three[0], three[1], three[2])) return Term::reference(*number);
            // One the emulator could have, but we never give out.
            words = three;
        }
        append(form, words.size(), 2);
        form += node_form(node);
        append(form, creation, 4);
        for (const std::uint32_t word : words) append(form, word, 4);
        return Term::foreign(Kind::reference, form);
    }

    std::string_view bytes_;
    int at_ = 0;
    bool failed_ = false;
    std::vector<std::string> fun_heads_; ///< of those that are open: what stands before their parts
};

} // namespace

namespace {

constexpr int compressed_tag = 'P';

// It has as many bytes as the size in front of it says, and is not compressed again (measured).
std::optional<Decoded> decode_compressed(std::string_view bytes) {
    constexpr std::size_t head = 1 + 1 + 4;
    if (bytes.size() < head) return std::nullopt;
    const std::size_t size = read_number(bytes, 2, 4);
    const auto inflated = inflate(bytes.substr(head), size);
    if (!inflated || inflated->bytes.size() != size) return std::nullopt;
    auto decoded = decode(static_cast<char>(version_byte) + inflated->bytes, Compressed::refused);
    if (decoded) decoded->used = head + inflated->used;
    return decoded;
}

} // namespace

std::optional<Decoded> decode(std::string_view bytes, Compressed compressed) {
    if (bytes.empty() || static_cast<unsigned char>(bytes[0]) != version_byte) return std::nullopt;
    if (bytes.size() > 1 && bytes[1] == compressed_tag && compressed == Compressed::accepted)
        return decode_compressed(bytes);
    // ei counts in int.
    const auto proved = prove_external(bytes.substr(1, INT_MAX - 1));
    if (!proved) return std::nullopt;
    Decoder decoder(bytes.substr(1, *proved));
    auto term = decoder.term();
    if (!term || decoder.failed()) return std::nullopt;
    return Decoded{std::move(*term), *proved + 1};
}

std::optional<Term> foreign_identity(std::string_view bytes, Term::Kind kind) {
    const auto proved = prove_external(bytes);
    if (!proved || *proved != bytes.size()) return std::nullopt;
    auto term = Decoder(bytes).term();
    if (!term || !term->is(kind) || term->identity().foreign.empty()) return std::nullopt;
    return term;
}

} // namespace ddll::term
