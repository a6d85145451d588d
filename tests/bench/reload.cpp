// A reload, and what the loader alone takes for the same file in the same process.
#include "bench/world.h"

#include <benchmark/benchmark.h>

#include <dlfcn.h>

using ddll::bench::require;
using ddll::bench::World;

namespace {

void reload(benchmark::State& state) {
    World world("counter");
    auto& host = world.host();
    for (auto _ : state) {
        const auto asked = host.drivers().load(world.owner(), world.folder(), world.name(), false, true);
        host.run_until_idle();
        const auto answer = host.processes().take_answer(world.owner());
        require(asked.kind == ddll::host::BifResult::Kind::blocked && answer && answer->value.is_atom("ok"),
                "a reload");
    }
    const auto* proof = host.drivers().proof("counter");
    require(proof != nullptr && proof->reloaded && proof->old_gone && proof->new_runs, "the proof of a reload");
}

void bare_reload(benchmark::State& state) {
    const std::string file = (ddll::bench::driver_folder() / "counter.so").string();
    for (auto _ : state) {
        void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
        require(library != nullptr, "a library");
        auto* driver_init = reinterpret_cast<ErlDrvEntry* (*)()>(dlsym(library, "driver_init"));
        require(driver_init != nullptr && driver_init() != nullptr, "an entry");
        dlclose(library);
    }
}

} // namespace

BENCHMARK(reload)->Iterations(5000);
BENCHMARK(bare_reload)->Iterations(5000);
