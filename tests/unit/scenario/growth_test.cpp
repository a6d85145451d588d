// What a long story may not do: grow. Memory, descriptors and mappings of the process after many rounds are those after
// a few, and each round writes as much into the journal as any other.
#include "base/sanitized.h"
#include "calls/calls.h"
#include "host/host.h"
#include "scenario/work_folder.h"
#include "support/places.h"
#include "term/text.h"

#include <doctest/doctest.h>
#include <malloc.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#ifdef DDLL_SANITIZED
extern "C" std::size_t __sanitizer_get_current_allocated_bytes(); // not every compiler brings the header
#endif

using namespace ddll;
namespace fs = std::filesystem;

namespace {

std::size_t heap() {
#ifdef DDLL_SANITIZED
    return __sanitizer_get_current_allocated_bytes();
#else
    return mallinfo2().uordblks;
#endif
}

std::size_t descriptors() {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

// Of files: those of the heap and of stacks follow the allocator's moods.
std::size_t mapped_files() {
    std::ifstream maps("/proc/self/maps");
    std::size_t n = 0;
    for (std::string line; std::getline(maps, line);)
        if (line.find(" /") != std::string::npos && line.find("/dev/zero") == std::string::npos) ++n;
    return n;
}

class World {
public:
    /// Loads `file` of the sample drivers as `driver`.
    World(const std::string& file, const std::string& driver) : driver_(driver) {
        REQUIRE(bool(work_));
        folder_ = term::Term::string(work_->path());
        fs::copy_file(fs::path(test::sample_drivers()) / file, fs::path(work_->path()) / (driver + ".so"));
        say("erl_ddll:load(Dir, " + driver + ")", "ok");
    }
    void unload() { say("erl_ddll:unload(" + driver_ + ")", "ok"); }

    void say(const std::string& text, const std::string& wanted) {
        const auto expression = term::parse_expr(text);
        REQUIRE_MESSAGE(bool(expression), text);
        host.processes().begin_turn(alice, 1);
        auto result = calls::perform(host, alice, **expression, text, {{"Dir", folder_}, {"P", port}});
        host.run_until_idle();
        if (result.kind == term::Evaluated::Kind::blocked) {
            const auto late = calls::take_late_return(host, alice);
            REQUIRE_MESSAGE(late.has_value(), text);
            result = *late;
        }
        if (wanted == "P")
            port = result.value;
        else
            REQUIRE_MESSAGE(term::print(result.value) == wanted, text);
        host.processes().empty_mailboxes();
    }

    journal::Journal journal{std::size_t{64} << 20};
    host::FirstInFirstOut chooser;
    host::Host host{{}, journal, chooser};
    host::CurrentHost current{host};
    ProcessId alice = host.processes().start("alice", true);
    term::Term port;

private:
    Result<scenario::WorkFolder> work_ = scenario::WorkFolder::create();
    std::string driver_;
    term::Term folder_;
};

// `round` may be done as often as one likes; the first ones fill tables and caches.
template <class Round>
void check_growth(World& world, std::size_t rounds, const Round& round) {
    for (std::size_t i = 0; i < rounds / 10; ++i) round();
    const std::uint64_t entries = world.journal.size();
    round();
    const std::uint64_t entries_of_round = world.journal.size() - entries;
    const std::size_t heap_before = heap(), descriptors_before = descriptors(), mapped_before = mapped_files();
    for (std::size_t i = 0; i < rounds; ++i) round();
    CHECK(heap() < heap_before + 4096);
    CHECK(descriptors() == descriptors_before);
    CHECK(mapped_files() == mapped_before);
    CHECK(world.journal.size() == entries + (rounds + 1) * entries_of_round);
    CHECK_FALSE(world.journal.full());
}

} // namespace

TEST_CASE("ports that are opened, used and closed leave nothing behind") {
    World world("counter_v1.so", "counter");
    check_growth(world, 10'000, [&] {
        world.say("open_port({spawn_driver, counter}, [])", "P");
        world.say("port_control(P, 1, <<\"add\">>)", "<<\"1\">>");
        world.say("port_close(P)", "true");
    });
    world.unload();
}

TEST_CASE("reloads leave nothing behind") {
    World world("counter_v1.so", "counter");
    check_growth(world, 1'000, [&] { world.say("erl_ddll:reload(Dir, counter)", "ok"); });
    world.unload();
}

TEST_CASE("messages, monitors, timers and queues leave nothing behind") {
    World world("cleared.so", "cleared");
    check_growth(world, 2'000, [&] {
        world.say("open_port({spawn_driver, cleared}, [])", "P");
        world.say("port_control(P, 1, [])", "[]");
        world.say("exit(P, kill)", "true");
    });
    world.unload();
}
