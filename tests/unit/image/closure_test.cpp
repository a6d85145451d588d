/// Libraries looked up as a loader would, in folders made for the purpose.
#include "image/closure.h"

#include "specimens.h"

#include <doctest/doctest.h>

#include <filesystem>

using namespace ddll::image;
namespace fs = std::filesystem;

namespace {

/// A folder that goes away with its object.
class Folder {
public:
    Folder() {
        char name[] = "/tmp/ddlltool-test-XXXXXX";
        REQUIRE(mkdtemp(name));
        path_ = name;
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;

    std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }
    /// The library that was linked with the soname libplain.so.1.
    void put_plain(const std::string& name = "libplain.so.1") const { put(name, contents(specimen("plain_v1"))); }
    void put(const std::string& name, const std::string& bytes) const {
        fs::create_directories(fs::path(path_ + "/" + name).parent_path());
        std::ofstream(path_ + "/" + name, std::ios::binary) << bytes;
    }

private:
    std::string path_;
};

/// A driver that needs libplain.so.1, in `folder`; nothing of this machine is looked at.
ElfFacts driver_in(const Folder& folder) {
    ElfFacts facts;
    facts.path = folder / "drv.so";
    facts.needed = {"libplain.so.1"};
    return facts;
}

const Library& plain_of(const Closure& closure) {
    for (const Library& library : closure.libraries())
        if (library.name == "libplain.so.1") return library;
    FAIL("libplain.so.1 is not in the closure");
    return closure.libraries().front();
}

/// "found_by" of libplain.so.1, or "not found".
std::string found(const ElfFacts& driver, const LoaderSettings& settings) {
    LibraryFiles files;
    const Closure closure(driver, settings, files);
    const Library& plain = plain_of(closure);
    return plain.path.empty() ? "not found" : plain.found_by;
}

LoaderCache cache_with(const std::string& name, const std::string& path) {
    std::string out = "glibc-ld.so.cache1.1";
    const auto number = [&out](std::uint32_t n) { out.append(reinterpret_cast<const char*>(&n), sizeof n); };
    number(1);
    number(0);
    out += std::string(20, '\0');
#if defined(__x86_64__)
    number(0x0303);
#else
    number(0x0a03);
#endif
    number(72);
    number(static_cast<std::uint32_t>(72 + name.size() + 1));
    out += std::string(12, '\0') + name + '\0' + path + '\0';
    return LoaderCache::parse(out);
}

} // namespace

TEST_CASE("places are searched in the order of the loader") {
    const Folder home, by_rpath, by_option, by_cache, by_default;
    ElfFacts driver = driver_in(home);
    LoaderSettings settings;
    CHECK(found(driver, settings) == "not found");
    by_default.put_plain();
    settings.default_folders = {by_default.path()};
    CHECK(found(driver, settings) == "default folder");
    by_cache.put_plain();
    settings.cache = cache_with("libplain.so.1", by_cache / "libplain.so.1");
    CHECK(found(driver, settings) == "ld.so.cache");
    home.put_plain();
    driver.runpath = "$ORIGIN";
    CHECK(found(driver, settings) == "RUNPATH of drv.so");
    by_option.put_plain();
    settings.library_path = {by_option.path()};
    CHECK(found(driver, settings) == "library path");
    by_rpath.put_plain();
    driver.rpath = by_rpath.path();
    CHECK(found(driver, settings) == "library path"); // RUNPATH beside it: RPATH does not count
    driver.runpath.clear();
    CHECK(found(driver, settings) == "RPATH of drv.so");
    settings.node_libraries = {"libplain.so.1"};
    CHECK(found(driver, settings) == "library path"); // where the node, without paths of its own, found it
    LibraryFiles files;
    CHECK(plain_of(Closure(driver, settings, files)).of_node);
}

TEST_CASE("words that stand for folders") {
    const Folder home;
    home.put_plain("multi/arch/libplain.so.1");
    LoaderSettings settings;
    settings.lib = "multi/arch";
    settings.platform = "arch";
    for (const char* path : {"$ORIGIN/multi/arch", "${ORIGIN}/$LIB", "/nowhere:$ORIGIN/${LIB}",
                             "$ORIGIN/multi/$PLATFORM", "$ORIGIN/multi/${PLATFORM}"}) {
        ElfFacts driver = driver_in(home);
        driver.runpath = path;
        CHECK_MESSAGE(found(driver, settings) == "RUNPATH of drv.so", path);
    }
}

TEST_CASE("RPATH reaches the libraries of a library, RUNPATH does not") {
    const Folder home, deep;
    home.put("chain.so", contents(specimen("chain")));
    deep.put_plain();
    ElfFacts driver = driver_in(home);
    driver.needed = {"chain.so"};
    LoaderSettings settings;
    driver.runpath = "$ORIGIN:" + deep.path();
    CHECK(found(driver, settings) == "not found");
    driver.rpath = driver.runpath;
    driver.runpath.clear();
    CHECK(found(driver, settings) == "RPATH of drv.so");
    // A RUNPATH of the library in between ends the chain.
    home.put("chain.so", contents(specimen("chain_by_runpath")));
    CHECK(found(driver, settings) == "not found");
    // Its RPATH comes first.
    home.put("chain.so", contents(specimen("chain_by_rpath")));
    home.put_plain();
    CHECK(found(driver, settings) == "RPATH of chain.so");
    LibraryFiles files;
    const Closure closure(driver, settings, files);
    CHECK(plain_of(closure).needed_by == std::vector<std::string>{"chain.so"});
    CHECK(plain_of(closure).of_driver);
}

TEST_CASE("relative places depend on the current folder, and are told") {
    const Folder home;
    home.put_plain("parts/libplain.so.1");
    ElfFacts driver = driver_in(home);
    driver.runpath = "parts::$ORIGIN";
    LoaderSettings settings;
    settings.current_folder = home.path();
    LibraryFiles files;
    const Closure closure(driver, settings, files);
    CHECK(plain_of(closure).path == home / "parts/libplain.so.1");
    REQUIRE(closure.relative().size() == 2);
    CHECK(closure.relative()[0].owner == "drv.so");
    CHECK(closure.relative()[0].kind == "RUNPATH");
    CHECK(closure.relative()[0].entry == "parts");
    CHECK(closure.relative()[1].entry.empty());
    settings.current_folder = "/";
    CHECK(found(driver, settings) == "not found");
    driver.runpath.clear();
    driver.needed = {"parts/libplain.so.1"};
    settings.current_folder = home.path();
    const Closure by_path(driver, settings, files);
    REQUIRE_FALSE(by_path.libraries().empty());
    CHECK(by_path.libraries()[0].found_by == "its path");
    REQUIRE(by_path.relative().size() == 1);
    CHECK(by_path.relative()[0].kind == "DT_NEEDED");
}

TEST_CASE("files of other machines are passed over, broken ones are taken") {
    const Folder first, second;
    std::string foreign = contents(specimen("plain_v1"));
    foreign[18] = 40; // 32-bit ARM
    first.put("libplain.so.1", foreign);
    second.put_plain();
    ElfFacts driver = driver_in(first);
    LoaderSettings settings;
    settings.default_folders = {first.path(), second.path()};
    LibraryFiles files;
    CHECK(plain_of(Closure(driver, settings, files)).path == second / "libplain.so.1");
    first.put("libplain.so.1", "INPUT(libother.so)\n");
    const Closure closure(driver, settings, files);
    CHECK(plain_of(closure).path == first / "libplain.so.1");
    CHECK(plain_of(closure).facts == nullptr);
    CHECK(plain_of(closure).trouble.find("not a shared object") != std::string::npos);
    CHECK(closure.incomplete());
}

TEST_CASE("who defines a symbol, and whether in the version wanted") {
    const Folder home;
    home.put_plain();
    home.put("versioned.so", contents(specimen("versioned")));
    ElfFacts driver = driver_in(home);
    driver.needed = {"libplain.so.1", "versioned.so"};
    driver.runpath = "$ORIGIN";
    driver.version_needs = {{"versioned.so", "SPECIMEN_1.0", false},
                            {"versioned.so", "SPECIMEN_2.0", false},
                            {"versioned.so", "SPECIMEN_3.0", true},
                            {"libplain.so.1", "PLAIN_1.0", false}}; // has no versions at all: taken as it is
    LibraryFiles files;
    const Closure closure(driver, {}, files);
    REQUIRE(closure.definer("specimen_length"));
    CHECK(closure.definer("specimen_length")->name == "libplain.so.1");
    CHECK(closure.definer("strlen") == nullptr);
    CHECK(closure.definer("no_such_thing") == nullptr);
    REQUIRE(closure.missing_versions().size() == 1);
    CHECK(closure.missing_versions()[0].version == "SPECIMEN_2.0");
    CHECK(closure.missing_versions()[0].needed_by == "drv.so");
    CHECK(closure.missing_versions()[0].path == home / "versioned.so");
}

TEST_CASE("this machine's own places") {
    const LoaderSettings settings = LoaderSettings::of_this_machine();
    CHECK_FALSE(settings.default_folders.empty());
    CHECK(settings.library_path.empty());
    const auto driver = read_elf_facts(specimen("plain_v2"));
    REQUIRE(driver);
    LibraryFiles files;
    const Closure closure(*driver, settings, files);
    CHECK_FALSE(closure.incomplete());
    REQUIRE(closure.definer("strlen"));
    CHECK(closure.definer("strlen")->name == "libc.so.6");
    CHECK(closure.definer("strlen")->of_system);
    CHECK(closure.missing_versions().empty());
}
