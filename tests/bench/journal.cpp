// One entry of the journal, written and read.
#include "journal/journal.h"

#include "bench/world.h"

#include <benchmark/benchmark.h>

namespace {

using namespace ddll;

void journal_write(benchmark::State& state) {
    journal::Journal journal(std::size_t{1} << 30);
    std::int64_t n = 0;
    for (auto _ : state) {
        journal.write(journal::ApiCalled{words::ApiFunction::driver_send_term, PortId{5}, n, 0, n});
        ++n;
    }
    bench::require(!journal.full(), "a journal with room");
}

void journal_read(benchmark::State& state) {
    journal::Journal journal(std::size_t{1} << 30);
    const auto entries = static_cast<std::int64_t>(state.max_iterations);
    for (std::int64_t n = 0; n < entries; ++n)
        journal.write(journal::ApiCalled{words::ApiFunction::driver_send_term, PortId{5}, n, 0, n});
    auto cursor = journal.begin();
    std::int64_t sum = 0;
    for (auto _ : state) {
        sum += std::get<journal::ApiCalled>(cursor->event).a;
        ++cursor;
    }
    bench::require(sum == entries * (entries - 1) / 2, "all entries");
}

} // namespace

BENCHMARK(journal_write)->Iterations(5'000'000);
BENCHMARK(journal_read)->Iterations(5'000'000);
