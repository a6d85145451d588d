// Threads of drivers and of the pool: who runs when, and what is said when nobody can.
#include "stage.h"

#include <doctest/doctest.h>

#include <atomic>

using namespace ddll::host;
using namespace ddll::host::test;

namespace {

/// What threads wrote, in the order in which they ran.
std::string written;

char* name_of(const char* text) {
    return const_cast<char*>(text); // the API copies it
}

struct Writer {
    const char* text;
    ErlDrvTid thread = nullptr;
};

void* write_text(void* writer) {
    written += static_cast<Writer*>(writer)->text;
    return nullptr;
}

Options in_mode(ThreadMode mode) {
    Options options;
    options.threads = mode;
    return options;
}

std::string order_by(std::uint64_t seed) {
    written.clear();
    Script script;
    Shuffled chooser(seed);
    Stage stage(script, {}, chooser);
    stage.open();
    Writer writers[] = {{"a"}, {"b"}, {"c"}, {"d"}, {"e"}};
    stage.inside([&](ErlDrvPort) {
        for (Writer& w : writers) erl_drv_thread_create(name_of("writer"), &w.thread, write_text, &w, nullptr);
    });
    stage.inside([&](ErlDrvPort) {
        for (Writer& w : writers) erl_drv_thread_join(w.thread, nullptr);
    });
    return written;
}

} // namespace

TEST_CASE("a thread runs when its callback has returned, in the order of creation") {
    written.clear();
    Script script;
    Stage stage(script);
    stage.open();
    Writer one{"one "}, two{"two "};
    stage.inside([&](ErlDrvPort) {
        erl_drv_thread_create(name_of("one"), &one.thread, write_text, &one, nullptr);
        erl_drv_thread_create(name_of("two"), &two.thread, write_text, &two, nullptr);
        written += "callback ";
    });
    CHECK(written == "callback one two ");
    stage.inside([&](ErlDrvPort) {
        CHECK(erl_drv_thread_join(one.thread, nullptr) == 0);
        CHECK(erl_drv_thread_join(two.thread, nullptr) == 0);
    });
    CHECK(stage.misuses().empty());
}

TEST_CASE("the system's number of a thread is known before it runs") {
    written.clear();
    Script script;
    Stage stage(script);
    stage.open();
    Writer made{"made"}, job{"job"};
    stage.inside([&](ErlDrvPort port) {
        erl_drv_thread_create(name_of("made"), &made.thread, write_text, &made, nullptr);
        driver_async(
            port, nullptr, [](void* data) { write_text(data); }, &job, nullptr);
        const std::set<int> known = stage.host().threads().system_ids();
        CHECK(written.empty());
        CHECK(known.size() == 4); // the emulator, the watchdog and these two
        CHECK(!known.contains(0));
    });
    stage.inside([&](ErlDrvPort) { erl_drv_thread_join(made.thread, nullptr); });
}

TEST_CASE("a callback that waits for a thread lets it run") {
    written.clear();
    Script script;
    Stage stage(script);
    stage.open();
    Writer writer{"thread "};
    stage.inside([&](ErlDrvPort) {
        erl_drv_thread_create(name_of("writer"), &writer.thread, write_text, &writer, nullptr);
        written += "before ";
        erl_drv_thread_join(writer.thread, nullptr);
        written += "after ";
    });
    CHECK(written == "before thread after ");
}

TEST_CASE("a seed draws the order of threads, the same each time") {
    const std::string fifth = order_by(5);
    CHECK(fifth.size() == 5);
    CHECK(order_by(5) == fifth);
    bool other = false;
    for (std::uint64_t seed = 6; seed < 12; ++seed) other = other || order_by(seed) != fifth;
    CHECK(other);
}

TEST_CASE("threads that wait for each other are told; the emulator goes on") {
    static ErlDrvMutex *a, *b;
    static std::atomic<int> inside;
    inside = 0;
    const auto cross = [](ErlDrvMutex* first, ErlDrvMutex* second) {
        erl_drv_mutex_lock(first);
        ++inside;
        // Gives way until the other one has its first lock, too.
        ErlDrvTid helper = nullptr;
        while (inside < 2) {
            erl_drv_thread_create(
                name_of("helper"), &helper, [](void* p) { return p; }, nullptr, nullptr);
            erl_drv_thread_join(helper, nullptr);
        }
        erl_drv_mutex_lock(second);
    };
    static const auto crossing = cross;
    Script script;
    Stage stage(script);
    stage.open();
    ErlDrvTid one = nullptr, two = nullptr;
    stage.inside([&](ErlDrvPort) {
        a = erl_drv_mutex_create(name_of("a"));
        b = erl_drv_mutex_create(name_of("b"));
        erl_drv_thread_create(
            name_of("one"), &one, [](void*) -> void* { return crossing(a, b), nullptr; }, nullptr, nullptr);
        erl_drv_thread_create(
            name_of("two"), &two, [](void*) -> void* { return crossing(b, a), nullptr; }, nullptr, nullptr);
    });
    CHECK(stage.misuses() == "deadlock");
    const std::string told = stage.last_misuse();
    CHECK(told.find("\"one\" waits for mutex \"b\", held by thread") != std::string::npos);
    CHECK(told.find("\"two\" waits for mutex \"a\", held by thread") != std::string::npos);
    CHECK(stage.run("port_info(P, id)").find("{id,") == 0);
}

TEST_CASE("jobs of one key keep their order in a pool of four threads") {
    written.clear();
    static std::string delivered;
    delivered.clear();
    Script script;
    script.ready_async = [](ErlDrvPort, void* data) { delivered += static_cast<Writer*>(data)->text; };
    Options options;
    options.async_threads = 4;
    Stage stage(script, options);
    stage.open();
    Writer jobs[] = {{"1"}, {"2"}, {"3"}, {"4"}};
    unsigned keys[4];
    stage.inside([&](ErlDrvPort port) {
        for (int i = 0; i < 4; ++i) {
            keys[i] = 6;
            CHECK(driver_async(
                      port, &keys[i], [](void* job) { write_text(job); }, &jobs[i], nullptr) == i + 1);
        }
    });
    CHECK(written == "1234");
    CHECK(delivered == "1234");
    for (const unsigned key : keys) CHECK(key == 2); // six, in a pool of four
}

TEST_CASE("a port data lock counts its references, and the last one ends it") {
    Script script;
    Stage stage(script);
    stage.open();
    stage.inside([&](ErlDrvPort port) {
        ErlDrvPDL lock = driver_pdl_create(port);
        CHECK(lock != nullptr);
        CHECK(driver_pdl_create(port) == nullptr);
        CHECK(driver_pdl_get_refc(lock) == 1);
        driver_pdl_lock(lock);
        CHECK(driver_pdl_get_refc(lock) == 2);
        driver_pdl_unlock(lock);
        CHECK(driver_pdl_inc_refc(lock) == 2);
        CHECK(driver_pdl_dec_refc(lock) == 1);
        CHECK(driver_pdl_dec_refc(lock) == 0);
        CHECK(driver_pdl_get_refc(lock) == 0); // there is none any more
    });
    CHECK(stage.misuses() == "port-data-lock-misuse");
}

TEST_CASE("threads that run freely come to their end, and the host waits for rest") {
    static std::atomic<int> counted;
    counted = 0;
    Script script;
    Stage stage(script, in_mode(ThreadMode::free));
    stage.open();
    ErlDrvTid threads[8];
    static ErlDrvMutex* lock;
    stage.inside([&](ErlDrvPort) {
        lock = erl_drv_mutex_create(name_of("lock"));
        for (ErlDrvTid& thread : threads)
            erl_drv_thread_create(
                name_of("counter"), &thread,
                [](void*) -> void* {
                    for (int i = 0; i < 100; ++i) {
                        erl_drv_mutex_lock(lock);
                        counted = counted + 1;
                        erl_drv_mutex_unlock(lock);
                    }
                    return nullptr;
                },
                nullptr, nullptr);
    });
    stage.inside([&](ErlDrvPort) {
        for (ErlDrvTid thread : threads) CHECK(erl_drv_thread_join(thread, nullptr) == 0);
        erl_drv_mutex_destroy(lock);
    });
    CHECK(counted == 800);
    CHECK(stage.misuses().empty());
}
