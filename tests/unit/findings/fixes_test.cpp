/// Advice that fits the case, where the rule's own cannot be followed.
#include "findings/fixes.h"
#include "findings/runtime/find.h"

#include "static_driver.h"

#include <doctest/doctest.h>

using namespace ddll;
using words::Rule;

namespace {

image::ElfFacts with(std::vector<image::ElfSymbol> symbols, std::vector<std::string> needed = {"libc.so.6"}) {
    image::ElfFacts elf = made::driver();
    for (image::ElfSymbol& symbol : symbols) elf.symbols.push_back(std::move(symbol));
    elf.needed = std::move(needed);
    return elf;
}

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// What a run says of a library that stays with `other`, which was opened after it.
findings::Finding importer(const image::ElfFacts& facts, std::string other) {
    constexpr DriverId counter{7};
    constexpr ImageId image{1};
    findings::RunNames names;
    names.image = [&](ImageId) { return findings::ImageNote{"counter/v1", &facts}; };
    names.driver = [](DriverId) { return std::string("counter"); };
    names.port = [](PortId) { return std::string("P"); };
    journal::Journal journal;
    journal.write(journal::ImageOpened{image, counter, false, false, 0x1000, 0x2000, 0, "live/counter.so", "ab"});
    journal.write(journal::LeftBehind{counter, image, words::Residue::object, other, {}, 0, "/usr/lib/" + other});
    journal.write(journal::ImageClosed{image, counter, false});
    const auto found = findings::find_in_run(journal, names);
    REQUIRE(found.size() == 1);
    return found[0];
}

} // namespace

TEST_CASE("a library of Go is not told to link without -z nodelete") {
    auto go = with({made::export_of("crosscall2")});
    go.flags.nodelete = true;
    auto plain = with({made::import("crosscall2")});
    plain.flags.nodelete = true;
    for (const auto& [elf, of_go] : {std::pair(go, true), std::pair(plain, false)}) {
        const auto found = findings::find_static(made::facts(elf));
        const auto it =
            std::find_if(found.begin(), found.end(), [](const auto& f) { return f.rule == Rule::dso_nodelete_flag; });
        REQUIRE(it != found.end());
        CHECK(says(fix_of(*it), "folder of its own") == of_go);
        CHECK(says(fix_of(*it), "Link without -z nodelete") == !of_go);
    }
}

TEST_CASE("thread-local objects of Rust and of C++ have their own advice") {
    CHECK(says(findings::fix_of_thread_local(with({made::import("__cxa_thread_atexit_impl")})), "thread_local!"));
    CHECK(findings::fix_of_thread_local(with({made::import("__cxa_thread_atexit")})).empty());
}

TEST_CASE("nobody who opens nothing is told how to open libraries") {
    const auto plain = with({});
    const auto found = importer(plain, "libspdlog.so.1.10");
    CHECK(found.rule == Rule::dso_pinned_by_importer);
    CHECK(says(fix_of(found), "version script"));
    CHECK(says(fix_of(found), "libspdlog.so.1.10"));
    CHECK_FALSE(says(fix_of(found), "RTLD_GLOBAL"));
    CHECK_FALSE(says(fix_of(found), "permanent"));
    const auto opens = with({made::import("dlopen")});
    CHECK(says(fix_of(importer(opens, "libhelper.so")), "RTLD_GLOBAL"));
    const auto protobuf = with({}, {"libprotobuf.so.32", "libc.so.6"});
    CHECK(says(fix_of(importer(protobuf, "libprotobuf.so.32")), "permanent"));
}

TEST_CASE("the runtime whose threads outlive it is named") {
    CHECK(findings::parallel_runtime(with({}, {"libc.so.6", "libtbb.so.12"})) == "libtbb.so.12");
    CHECK(findings::parallel_runtime(with({}, {"libgomp.so.1"})) == "libgomp.so.1");
    CHECK(findings::parallel_runtime(with({})).empty());
    CHECK(says(findings::fix_of_parallel_runtime("libtbb.so.12"), "tbb::finalize"));
    CHECK(says(findings::fix_of_parallel_runtime("libgomp.so.1"), "driver_lock_driver in start"));
}

TEST_CASE("a library of the system is nobody's to rename") {
    CHECK(findings::fix_of_pinned_dependency(false).empty());
    CHECK(says(findings::fix_of_pinned_dependency(true), "Nothing has to be done"));
}

TEST_CASE("a library that keeps memory for later has a call that frees it") {
    const auto fix = [](std::vector<std::string> needed) {
        return findings::fix_of_kept_memory(with({}, std::move(needed)), "Free it in finish.");
    };
    CHECK(says(fix({"libicui18n.so.72", "libicuuc.so.72"}), "u_cleanup()"));
    CHECK(says(fix({"libpcre2-8.so.0"}), "pcre2_jit_free_unused_memory(NULL)"));
    CHECK(says(fix({"libpcre2-8.so.0"}), "Free it in finish."));
    CHECK(fix({"libz.so.1"}).empty());
}
