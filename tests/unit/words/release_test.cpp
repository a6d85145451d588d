#include "words/release.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace ddll::words;

namespace {

std::string_view text_of(const char* text) {
    return text;
}

} // namespace

TEST_CASE("releases are spelled as their numbers") {
    for (const Release release : all<Release>) {
        CHECK(std::to_string(number_of(release)) == name(release));
        CHECK(named<Release>(std::to_string(number_of(release))) == release);
    }
    CHECK(count<Release> == 5);
    CHECK(oldest_release == all<Release>.front());
    CHECK(newest_release == all<Release>.back());
    CHECK_FALSE(named<Release>("24"));
    CHECK_FALSE(named<Release>("30"));
}

// The table that was measured: what 25.2.3 and 28.5 do.
TEST_CASE("what was measured on 25 and 28") {
    const ReleaseFacts old = facts_of(Release::otp25), recent = facts_of(Release::otp28);
    CHECK(old.term_atoms == AtomTag::atom_ext);
    CHECK(recent.term_atoms == AtomTag::small_atom_utf8_ext);
    CHECK(old.control_bits == BitData::cut);
    CHECK(recent.control_bits == BitData::refused);
    CHECK(old.command_bits == BitData::cut);
    CHECK(recent.command_bits == BitData::refused);
    CHECK(old.empty_command == EmptyElement::no_binary);
    CHECK(recent.empty_command == EmptyElement::binary);
    CHECK(old.link_to_killed_port == KilledPortLink::noproc_too);
    CHECK(recent.link_to_killed_port == KilledPortLink::nothing_more);
    CHECK(old.port_down == PortDown::process);
    CHECK(recent.port_down == PortDown::port);
    CHECK(old.created_port_memory == 40);
    CHECK(recent.created_port_memory == 48);
    CHECK(old.nif_minor_version == 16);
    CHECK(recent.nif_minor_version == 17);
    CHECK(old.exported_names == 161);
    CHECK(recent.exported_names == 161);
    CHECK(text_of(old.erts_version) == "13.1.5");
    CHECK(text_of(recent.erts_version) == "16.4");
    CHECK(text_of(old.otp_release) == "25");
    CHECK(text_of(recent.otp_release) == "28");
    CHECK(old.large_map_fault == LargeMapFault::crash);
    CHECK(recent.large_map_fault == LargeMapFault::none);
    CHECK(old.ddll_start_stop == StartStop::exported);
    CHECK(recent.ddll_start_stop == StartStop::exported);
    for (const ReleaseFact fact : all<ReleaseFact>) {
        const bool fault = fact == ReleaseFact::large_map_fault; // a crash: read, not measured
        CHECK((how_known(fact, Release::otp25) == HowKnown::measured) != fault);
        CHECK((how_known(fact, Release::otp28) == HowKnown::measured) != fault);
    }
}

TEST_CASE("what was read of the others") {
    CHECK(facts_of(Release::otp26).term_atoms == AtomTag::small_atom_utf8_ext);
    CHECK(facts_of(Release::otp26).nif_minor_version == 17);
    CHECK(facts_of(Release::otp27).nif_minor_version == 17);
    CHECK(facts_of(Release::otp29).nif_minor_version == 18);
    CHECK(facts_of(Release::otp29).ddll_start_stop == StartStop::removed);
    CHECK(facts_of(Release::otp27).large_map_fault == LargeMapFault::crash_until_27_2);
}

namespace {

// 26 as 25, 27 and 29 as 28.
Release neighbour_of(Release release) {
    return release == Release::otp26 ? Release::otp25 : Release::otp28;
}

template <class T>
bool equal(const T& one, const T& other) {
    return one == other;
}
bool equal(const char* one, const char* other) {
    return std::string_view(one) == other;
}

} // namespace

TEST_CASE("what is not known of a release is as in the nearest that was measured") {
    for (const Release release : all<Release>) {
#define DDLL_RELEASE_FACT(fact, ...)                                                                                   \
    if (how_known(ReleaseFact::fact, release) == HowKnown::taken && ReleaseFact::fact != ReleaseFact::erts_version)    \
        CHECK_MESSAGE(equal(facts_of(release).fact, facts_of(neighbour_of(release)).fact), #fact, " of ",              \
                      name(release));
#include "words/release.def"
#undef DDLL_RELEASE_FACT
    }
}

TEST_CASE("each fact is given once, with its texts") {
    std::size_t given = 0;
    each_fact(facts_of(newest_release), [&](ReleaseFact fact, const auto&) {
        CHECK(static_cast<std::size_t>(fact) == given++);
        CHECK_FALSE(text_of(text(fact).what).empty());
        CHECK_FALSE(text_of(text(fact).source).empty());
    });
    CHECK(given == count<ReleaseFact>);
}
