#include "journal/journal.h"

#include "journal/kinds.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <set>
#include <string>

using namespace ddll;
using namespace ddll::journal;

namespace {

/// Fills every field with something of its own, so that a field forgotten or swapped by the codec shows.
struct Filler {
    std::uint64_t next = 1;
    std::vector<std::string>& texts;

    template <class T>
    void operator()(T& value) {
        const std::uint64_t n = next++;
        if constexpr (std::is_same_v<T, std::string_view>) {
            texts.push_back("text " + std::to_string(n) + std::string(n, '*'));
            value = texts.back();
        } else if constexpr (std::is_same_v<T, bool>)
            value = true;
        else if constexpr (std::is_enum_v<T>)
            value = words::all<T>[n % words::count<T>];
        else if constexpr (std::is_integral_v<T>)
            value = static_cast<T>(n * 37);
        else
            value.value = n << 40;
    }
};

template <class E>
E filled(std::vector<std::string>& texts) {
    E e;
    Filler filler{1, texts};
    for_each_field(e, [&](const auto& field, const auto&) { filler(e.*(field.member)); });
    return e;
}

template <class E>
void check_equal(const E& a, const E& b) {
    for_each_field(a, [&](const auto& field, const auto& value) {
        CAPTURE(field.name);
        CHECK((value == b.*(field.member)));
    });
}

template <class E>
void round_trip() {
    CAPTURE(kind<E>.name);
    std::vector<std::string> texts;
    texts.reserve(16);
    const E event = filled<E>(texts);
    Journal j;
    j.set_time({-5});
    j.set_thread(9);
    CHECK(j.write(event) == 1);
    CHECK(j.write(Event(event)) == 2);
    const auto entries = j.all();
    REQUIRE(entries.size() == 2);
    for (const auto& entry : entries) {
        CHECK(entry.time.ns == -5);
        CHECK(entry.thread == 9);
        CHECK_FALSE(entry.cut);
        REQUIRE(std::holds_alternative<E>(entry.event));
        check_equal(event, std::get<E>(entry.event));
    }
}

template <class... E>
void round_trip_all(const std::variant<E...>*) {
    (round_trip<E>(), ...);
}

template <class E>
const E& as(const Entry& entry) {
    REQUIRE(std::holds_alternative<E>(entry.event));
    return std::get<E>(entry.event);
}

/// Every field of every kind counted: a field that kinds.h leaves out would make the struct larger than its fields.
template <class... E>
std::set<std::string> kind_names(const std::variant<E...>*) {
    return {kind<E>.name...};
}

} // namespace

TEST_CASE("every kind comes back as it was written") {
    round_trip_all(static_cast<const Event*>(nullptr));
}

TEST_CASE("kind names are distinct") {
    CHECK(kind_names(static_cast<const Event*>(nullptr)).size() == std::variant_size_v<Event>);
}

TEST_CASE("entries are numbered from 1 and found by number") {
    Journal j;
    CHECK(j.size() == 0);
    CHECK_FALSE(j.begin());
    CHECK_FALSE(j.begin(7));
    constexpr std::uint64_t count = 1000;
    for (std::uint64_t i = 1; i <= count; ++i) {
        const std::string text(i % 50, 'x');
        CHECK(j.write(Called{{i}, text}) == i);
        if (i % 63 < 3) CHECK(j.size() == i);
    }
    for (std::uint64_t from = 1; from <= count; ++from) {
        auto c = j.begin(from);
        REQUIRE(c);
        CHECK(c->seq == from);
        CHECK(as<Called>(*c).process.value == from);
        CHECK(as<Called>(*c).text.size() == from % 50);
    }
    CHECK(j.begin(0)->seq == 1);
    CHECK_FALSE(j.begin(count + 1));
    CHECK_FALSE(j.begin(count + 5000));
    CHECK_FALSE(j.begin(~std::uint64_t{0}));
    std::uint64_t walked = 0;
    for (const Entry& e : j) CHECK(e.seq == ++walked);
    CHECK(walked == count);
}

TEST_CASE("strings stay where they are while the journal grows") {
    Journal j;
    j.write(Logged{"first"});
    const auto first = as<Logged>(*j.begin()).text;
    const std::string big(60'000, 'b');
    for (int i = 0; i < 100; ++i) j.write(Logged{big});
    CHECK(first == "first");
    CHECK(as<Logged>(*j.begin()).text.data() == first.data());
    CHECK(as<Logged>(*j.begin(101)).text == big);
}

TEST_CASE("a payload beyond the limit is cut and says so") {
    Journal j;
    const std::string fits(payload_limit, 'a'), longer(payload_limit + 1, 'b');
    j.write(Logged{fits});
    j.write(Mismatched{3, "what", longer, "got"});
    const auto entries = j.all();
    REQUIRE(entries.size() == 2);
    CHECK_FALSE(entries[0].cut);
    CHECK(as<Logged>(entries[0]).text == fits);
    CHECK(entries[1].cut);
    const auto& m = as<Mismatched>(entries[1]);
    CHECK(m.expected == std::string(payload_limit, 'b'));
    CHECK(m.got == "got");
    CHECK(m.what == "what");
}

TEST_CASE("past its limit a journal counts but records nothing") {
    Journal j(64 << 10);
    CHECK_FALSE(j.full());
    const std::string text(1000, 't');
    std::uint64_t written = 0;
    while (!j.full()) CHECK(j.write(Logged{text}) == ++written);
    CHECK(written > 50);
    CHECK(written < 70);
    CHECK(j.size() == written - 1);
    CHECK(j.lost() == 1);
    CHECK(j.write(Ended{}) == written + 1); // though there might have been room: no gaps
    CHECK(j.size() == written - 1);
    CHECK(j.last_written() == written + 1);
    CHECK(j.lost() == 2);
    CHECK(j.all().size() == written - 1);
}

TEST_CASE("what a child wrote is there after it was killed") {
    Journal j;
    j.write(StepBegun{0});
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        for (std::uint32_t i = 1; i < 10'000; ++i) j.write(StepBegun{i});
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    CHECK(j.size() == 10'000);
    std::uint32_t index = 0;
    for (const Entry& e : j) CHECK(as<StepBegun>(e).index == index++);
}

TEST_CASE("bytes that were scribbled over end the list, whatever they are") {
    const std::string path(3000, 'p');
    std::uint64_t seed = 42;
    const auto random = [&seed] { return seed = seed * 6364136223846793005u + 1442695040888963407u, seed >> 33; };
    for (int round = 0; round < 300; ++round) {
        Journal j(64 << 10);
        for (std::uint64_t i = 1; i <= 20; ++i)
            j.write(ImageFailed{{i}, words::LoadErrorKind::no_driver_init, path, "why"});
        // The strings of the first entry lead to the bytes of the others.
        auto* bytes = const_cast<char*>(as<ImageFailed>(*j.begin()).path.data());
        for (int i = 0; i < 40; ++i) bytes[random() % 60'000] = static_cast<char>(random());
        std::uint64_t seen = 0;
        for (const Entry& e : j) CHECK(e.seq == ++seen);
        CHECK(seen >= 1);
        CHECK(seen <= 20);
        CHECK(j.size() <= 20);
        for (std::uint64_t from = 1; from <= 21; ++from)
            if (const auto c = j.begin(from)) CHECK(c->seq == from);
    }
}
