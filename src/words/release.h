#pragma once
/// The releases of Erlang/OTP that can be simulated, and what differs between them. The table is release.def; the
/// simulated emulator asks ReleaseFacts and never compares numbers of releases.
#include "words/words.h"

namespace ddll::words {

/// Spelled as `--otp` takes them, oldest first.
#define DDLL_RELEASES(X) X(otp25, "25") X(otp26, "26") X(otp27, "27") X(otp28, "28") X(otp29, "29")
DDLL_WORDS(Release, DDLL_RELEASES)

inline constexpr Release oldest_release = Release::otp25;
inline constexpr Release newest_release = Release::otp29;

/// 25 to 29.
constexpr unsigned number_of(Release release) {
    return 25 + static_cast<unsigned>(release);
}

/// Where a value of the table comes from; `taken` is that of the nearest release that was measured.
#define DDLL_SOURCES(X) X(measured) X(read) X(taken)
DDLL_PLAIN_WORDS(HowKnown, DDLL_SOURCES)

// --- the types of facts ---------------------------------------------------------------------------------------------

/// How an atom of ASCII characters begins in the external term format. The node of a pid, port or reference likewise.
#define DDLL_ATOM_TAGS(X) X(atom_ext, "ATOM_EXT") X(small_atom_utf8_ext, "SMALL_ATOM_UTF8_EXT")
DDLL_WORDS(AtomTag, DDLL_ATOM_TAGS)

/// What becomes of data that is a bitstring of no whole number of bytes.
#define DDLL_BIT_DATA(X) X(cut, "the driver gets the whole bytes") X(refused, "error:badarg")
DDLL_WORDS(BitData, DDLL_BIT_DATA)

#define DDLL_EMPTY_ELEMENTS(X) X(no_binary, "NULL") X(binary, "a binary")
DDLL_WORDS(EmptyElement, DDLL_EMPTY_ELEMENTS)

/// What the process gets besides the 'EXIT' that waits.
#define DDLL_KILLED_PORT_LINKS(X) X(noproc_too, "{'EXIT',P,noproc} follows") X(nothing_more, "no other message")
DDLL_WORDS(KilledPortLink, DDLL_KILLED_PORT_LINKS)

#define DDLL_PORT_DOWNS(X) X(process) X(port)
DDLL_PLAIN_WORDS(PortDown, DDLL_PORT_DOWNS)

#define DDLL_LARGE_MAP_FAULTS(X)                                                                                       \
    X(crash, "the node crashes") X(crash_until_27_2, "the node crashes, up to 27.2") X(none, "no fault")
DDLL_WORDS(LargeMapFault, DDLL_LARGE_MAP_FAULTS)

#define DDLL_START_STOPS(X) X(exported, "there") X(removed, "removed: error:undef")
DDLL_WORDS(StartStop, DDLL_START_STOPS)

// --- the table ------------------------------------------------------------------------------------------------------

enum class ReleaseFact : std::uint8_t {
#define DDLL_RELEASE_FACT(fact, ...) fact,
#include "words/release.def"
#undef DDLL_RELEASE_FACT
};
template <>
inline constexpr auto spellings<ReleaseFact> = std::array{
#define DDLL_RELEASE_FACT(fact, ...) #fact,
#include "words/release.def"
#undef DDLL_RELEASE_FACT
};

struct ReleaseFactText {
    const char* what;
    const char* source;
};
inline constexpr ReleaseFactText release_fact_texts[] = {
#define DDLL_RELEASE_FACT(fact, type, what, source, ...) {what, source},
#include "words/release.def"
#undef DDLL_RELEASE_FACT
};
constexpr const ReleaseFactText& text(ReleaseFact fact) {
    return release_fact_texts[static_cast<std::size_t>(fact)];
}

/// All that is known of one release. The texts are static.
struct ReleaseFacts {
#define DDLL_RELEASE_FACT(fact, type, ...) type fact{};
#include "words/release.def"
#undef DDLL_RELEASE_FACT
};

namespace release_table {

template <class T>
struct Known {
    T value;
    HowKnown how;
};
template <class T>
constexpr Known<T> measured(T value) {
    return {value, HowKnown::measured};
}
template <class T>
constexpr Known<T> read(T value) {
    return {value, HowKnown::read};
}
template <class T>
constexpr Known<T> taken(T value) {
    return {value, HowKnown::taken};
}

#define DDLL_RELEASE_FACT(fact, type, what, source, ...)                                                               \
    inline constexpr std::array<Known<type>, count<Release>> fact{__VA_ARGS__};
#include "words/release.def"
#undef DDLL_RELEASE_FACT

} // namespace release_table

constexpr ReleaseFacts facts_of(Release release) {
    const auto at = static_cast<std::size_t>(release);
    return {
#define DDLL_RELEASE_FACT(fact, ...) release_table::fact[at].value,
#include "words/release.def"
#undef DDLL_RELEASE_FACT
    };
}

constexpr HowKnown how_known(ReleaseFact fact, Release release) {
    const auto at = static_cast<std::size_t>(release);
    switch (fact) {
#define DDLL_RELEASE_FACT(fact, ...)                                                                                   \
    case ReleaseFact::fact:                                                                                            \
        return release_table::fact[at].how;
#include "words/release.def"
#undef DDLL_RELEASE_FACT
    }
    return HowKnown::taken;
}

/// Gives `see(fact, its value)` each fact of a release.
template <class See>
constexpr void each_fact(const ReleaseFacts& facts, See see) {
#define DDLL_RELEASE_FACT(fact, ...) see(ReleaseFact::fact, facts.fact);
#include "words/release.def"
#undef DDLL_RELEASE_FACT
}

} // namespace ddll::words
