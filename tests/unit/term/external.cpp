#include "helpers.h"
#include "recorded.h"

#include <zlib.h>

using namespace ddll::term;

TEST_CASE("encode gives the bytes of term_to_binary") {
    for (const auto& row : recorded_terms) {
        const std::string text = row.text;
        const std::string external = row.external;
        INFO(text);
        CHECK(to_hex(encode(read(text))) == external);
    }
}

TEST_CASE("decode takes and refuses what binary_to_term takes and refuses") {
    for (const auto& row : recorded_decodes) {
        const std::string bytes = row.bytes;
        const std::string again = row.again;
        INFO(bytes);
        const auto decoded = decode(from_hex(bytes));
        CHECK((decoded ? to_hex(encode(decoded->term)) : "") == again);
    }
}

TEST_CASE("every truncation of every recorded term is refused") {
    for (const auto& recorded : recorded_terms) {
        const std::string bytes = from_hex(recorded.external);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            INFO(std::string(recorded.text) << " cut to " << size);
            // A copy of exactly that size, so that a sanitizer sees any read beyond it.
            const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
            CHECK_FALSE(decode({cut.data(), cut.size()}).has_value());
        }
    }
}

TEST_CASE("what follows a term is ignored and counted") {
    const auto decoded = decode(encode(read("{a, \"bc\"}")) + "more");
    REQUIRE(decoded.has_value());
    CHECK(decoded->used == encode(read("{a, \"bc\"}")).size());
}

namespace {

/// As term_to_binary(T, [compressed]) has it, but for the size that it says to have.
std::string compressed(const std::string& external, std::size_t says) {
    std::string packed(compressBound(external.size()), '\0');
    uLongf size = packed.size();
    REQUIRE(compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                     reinterpret_cast<const Bytef*>(external.data()) + 1, external.size() - 1) == Z_OK);
    packed.resize(size);
    std::string out = "\x83P";
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(says >> shift);
    return out + packed;
}

} // namespace

TEST_CASE("a compressed term is taken, one that is cut, damaged or has another size than it says is not") {
    const Term term = Term::binary(std::string(200'000, 'z'));
    const std::string plain = encode(term), whole = compressed(plain, plain.size() - 1);
    const auto decoded = decode(whole + "more");
    REQUIRE(decoded.has_value());
    CHECK(decoded->term == term);
    CHECK(decoded->used == whole.size());
    CHECK_FALSE(decode(compressed(plain, plain.size() + 99)).has_value());
    CHECK_FALSE(decode(compressed(plain, plain.size() - 2)).has_value());
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(decode(whole.substr(0, size)).has_value());
    std::string damaged = whole;
    damaged.back() = static_cast<char>(damaged.back() ^ 1);
    CHECK_FALSE(decode(damaged).has_value());
    CHECK_FALSE(decode(compressed(whole, whole.size() - 1)).has_value()); // once is enough
}

TEST_CASE("identities of this node come back as numbers, those of others keep their bytes") {
    for (const auto text : {"<0.80.0>", "#Port<0.5>", "#Ref<0.0.0.7>"}) {
        const Term t = read(text);
        const auto decoded = decode(encode(t));
        REQUIRE(decoded.has_value());
        CHECK(decoded->term == t);
        CHECK(decoded->term.identity().foreign.empty());
    }
    const std::string foreign = from_hex("835864000361406200000050000000000000000"
                                         "5");
    const auto decoded = decode(foreign);
    REQUIRE(decoded.has_value());
    CHECK(decoded->term.as_pid() == 0);
    CHECK(decoded->term != Term::pid(std::uint64_t{0}));
    CHECK(encode(decoded->term) == foreign);
    CHECK(print(decoded->term) == "#Pid<foreign:" + to_hex(foreign).substr(2) + ">");
    CHECK(read(print(decoded->term)) == decoded->term);
    // The same pid in another spelling of its node's name is the same pid.
    const auto spelled = decode(from_hex("8358770361406200000050000000000000000"
                                         "5"));
    REQUIRE(spelled.has_value());
    CHECK(spelled->term == decoded->term);
}

TEST_CASE("nesting is bounded, but not by the length of a list sent cell by cell") {
    const auto nested = [](int depth, std::string_view opener) {
        std::string bytes = "\x83";
        for (int i = 0; i < depth; ++i) bytes += opener;
        return bytes + "j" + (opener.size() > 2 ? std::string(static_cast<std::size_t>(depth), 'j') : "");
    };
    CHECK(decode(nested(100'000, "h\x01")).has_value());
    CHECK_FALSE(decode(nested(100'001, "h\x01")).has_value());
    CHECK_FALSE(decode(nested(5'000'000, "h\x01")).has_value());
    const std::string_view list_opener("l\0\0\0\1", 5);
    CHECK(decode(nested(99'999, list_opener)).has_value());
    CHECK_FALSE(decode(nested(1'000'000, list_opener)).has_value());

    std::string cells = "\x83";
    for (int i = 0; i < 1'000'000; ++i) cells += std::string_view("l\0\0\0\1a\7", 7);
    const auto decoded = decode(cells + "j");
    REQUIRE(decoded.has_value());
    CHECK(decoded->term.items().size() == 1'000'000);
    CHECK(decoded->term.is_proper_list());
}

TEST_CASE("maps decode in any order of their keys") {
    const auto decoded = decode(from_hex("837400000002610261016101610"
                                         "2"));
    REQUIRE(decoded.has_value());
    CHECK(decoded->term == read("#{1 => 2, 2 => 1}"));
}

TEST_CASE("lists of 65536 bytes and more are no strings") {
    const Term string = Term::bytes_list(std::string(65535, 'x')), list = Term::bytes_list(std::string(65536, 'x'));
    CHECK(encode(string)[1] == 'k');
    CHECK(encode(list)[1] == 'l');
    CHECK(decode(encode(string))->term == string);
    CHECK(decode(encode(list))->term == list);
}

TEST_CASE("encode_to appends") {
    std::string out = "x";
    encode_to(Term::atom("a"), out);
    CHECK(out == "x" + encode(Term::atom("a")));
}

TEST_CASE("atoms in the encoding of newer releases") {
    using ddll::words::AtomTag;
    const auto encoded = [](const char* text) {
        const auto term = ddll::term::parse(text);
        REQUIRE(term);
        return ddll::term::encode(*term, AtomTag::small_atom_utf8_ext);
    };
    CHECK(encoded("{a, [1]}") == std::string("\x83h\x02w\x01"
                                             "ak\0\x01\x01",
                                             10));
    CHECK(encoded("'\xc3\xa9'") == "\x83w\x02\xc3\xa9"); // ATOM_EXT has it in Latin-1
    const std::string longest(255, 'x'), wide = [] {
        std::string out;
        for (int i = 0; i < 200; ++i) out += "\xc3\xa9";
        return out;
    }();
    CHECK(encoded(longest.c_str()).substr(0, 3) == "\x83w\xff");
    CHECK(encoded(("'" + wide + "'").c_str()).substr(0, 4) == "\x83v\x01\x90"); // ATOM_UTF8_EXT: 400 bytes
    for (const ddll::term::Term& identity :
         {ddll::term::Term::pid(84), ddll::term::Term::port(7), ddll::term::Term::reference(9)}) {
        const std::string bytes = ddll::term::encode(identity, AtomTag::small_atom_utf8_ext);
        CHECK(bytes.find("w\x0dnonode@nohost") != std::string::npos);
        const auto decoded = ddll::term::decode(bytes);
        REQUIRE(decoded);
        CHECK(decoded->term == identity);
    }
}
