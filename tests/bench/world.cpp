#include "bench/world.h"

#include <cstdio>
#include <cstdlib>

namespace ddll::bench {

using term::Term;
namespace fs = std::filesystem;

namespace {

class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "ddlltool-bench-XXXXXX").string();
        require(mkdtemp(name.data()) != nullptr, "a temporary folder");
        path_ = name;
        const fs::path built = DDLL_BENCH_DRIVERS;
        fs::copy_file(built / "counter_v1.so", path_ / "counter.so");
        fs::copy_file(built / "echo_v1.so", path_ / "echo.so");
        fs::copy_file(built / "bench" / "api_calls.so", path_ / "api_calls.so");
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

} // namespace

void require(bool held, const char* what) {
    if (held) return;
    std::fprintf(stderr, "ddlltool-bench: did not get %s\n", what);
    std::exit(1);
}

const fs::path& driver_folder() {
    static const Folder folder;
    return folder.path();
}

World::World(const std::string& driver, bool kill_ports)
    : owner_(host_.processes().start("owner", true)), folder_(Term::string(driver_folder().string())),
      name_(Term::atom(driver)), port_name_(term::make_tuple(Term::atom("spawn_driver"), Term::string(driver))),
      settings_(Term::list({Term::atom("binary")})) {
    Term options;
    if (kill_ports)
        options = Term::list({term::make_tuple(Term::atom("driver_options"), Term::list({Term::atom("kill_ports")}))});
    const auto loaded = host_.drivers().try_load(owner_, folder_, name_, options);
    require(loaded.value.is_tuple(2) && loaded.value.elements()[0].is_atom("ok"), "a loaded driver");
    host_.run_until_idle();
}

World::~World() {
    host_.processes().exit(owner_, Term::pid(owner_.value), Term::atom("kill"));
    host_.run_until_idle();
}

Term World::open() {
    const auto opened = host_.ports().open(owner_, port_name_, settings_);
    require(opened.value.is(Term::Kind::port), "a port");
    return opened.value;
}

std::vector<Term> World::open(std::size_t ports) {
    std::vector<Term> opened;
    opened.reserve(ports);
    while (opened.size() < ports) opened.push_back(open());
    return opened;
}

void World::close(const Term& port) {
    require(host_.ports().close(owner_, port).value.is_atom("true"), "a closed port");
    host_.run_until_idle();
}

} // namespace ddll::bench
