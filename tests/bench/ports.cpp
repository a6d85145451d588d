// Open, use and close ports, with ten of them and with 100,000.
#include "bench/world.h"

#include <benchmark/benchmark.h>

using ddll::bench::require;
using ddll::bench::World;
using ddll::term::Term;

namespace {

constexpr std::int64_t few = 10, many = 100'000;
// Every so often the story would read the messages.
constexpr std::size_t between_readings = 1024;

// Ten of the open ports, spread over all of them.
std::vector<Term> sample(const std::vector<Term>& ports) {
    std::vector<Term> some;
    for (std::size_t i = 0; i < few; ++i) some.push_back(ports[i * ports.size() / few]);
    return some;
}

void open_close(benchmark::State& state) {
    World world("counter");
    world.open(static_cast<std::size_t>(state.range(0)));
    std::size_t done = 0;
    for (auto _ : state) {
        world.close(world.open());
        if (++done % between_readings == 0) world.host().processes().empty_mailboxes();
    }
    require(!world.journal().full(), "a journal with room");
}

// Closing one of the first ports costs what closing the newest costs.
void open_close_oldest(benchmark::State& state) {
    World world("counter");
    const auto ports = world.open(static_cast<std::size_t>(state.range(0)));
    std::size_t done = 0;
    std::vector<Term> turn = sample(ports);
    for (auto _ : state) {
        Term& port = turn[done % turn.size()];
        world.close(port);
        port = world.open();
        if (++done % between_readings == 0) world.host().processes().empty_mailboxes();
    }
    require(!world.journal().full(), "a journal with room");
}

void control(benchmark::State& state) {
    World world("counter");
    const auto ports = sample(world.open(static_cast<std::size_t>(state.range(0))));
    const Term get = Term::integer(2), nothing;
    std::size_t done = 0;
    for (auto _ : state) {
        auto got = world.host().ports().control(world.owner(), ports[done++ % ports.size()], get, nothing);
        benchmark::DoNotOptimize(got);
    }
    const auto got = world.host().ports().control(world.owner(), ports[0], get, nothing);
    require(got.value == Term::binary("0") && !world.journal().full(), "the counter's value");
}

// The same as a step of a scenario does it: looked up by name, evaluated, its text and its value journaled.
void control_step(benchmark::State& state) {
    World world("counter");
    const auto text = std::string("port_control(P, 2, [])");
    const auto expression = ddll::term::parse_expr(text);
    require(bool(expression), "an expression");
    const ddll::term::Bindings bindings{{"P", world.open()}};
    for (auto _ : state) {
        auto got = ddll::calls::perform(world.host(), world.owner(), **expression, text, bindings);
        benchmark::DoNotOptimize(got);
        world.host().run_until_idle();
    }
    require(!world.journal().full(), "a journal with room");
}

void echo(benchmark::State& state) {
    World world("echo");
    const auto ports = sample(world.open(static_cast<std::size_t>(state.range(0))));
    const Term data = Term::binary("hello, there"), none;
    auto& mailbox = world.host().processes().find(world.owner())->mailbox;
    std::size_t done = 0;
    for (auto _ : state) {
        auto sent = world.host().ports().command(world.owner(), ports[done % ports.size()], data, none);
        benchmark::DoNotOptimize(sent);
        if (++done % between_readings == 0) world.host().processes().empty_mailboxes();
    }
    world.host().processes().empty_mailboxes();
    world.host().ports().command(world.owner(), ports[0], data, none);
    const Term expected = ddll::term::make_tuple(ports[0], ddll::term::make_tuple(Term::atom("data"), data));
    require(mailbox.size() == 1 && mailbox[0] == expected && !world.journal().full(), "the echo");
}

void api_call(benchmark::State& state, std::int64_t command) {
    constexpr double calls = 1000; // as in api_calls.c
    World world("api_calls");
    const Term port = world.open(), op = Term::integer(command), nothing;
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        auto got = world.host().ports().control(world.owner(), port, op, nothing);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        benchmark::DoNotOptimize(got);
        state.SetIterationTime(took.count() / calls);
    }
    require(!world.journal().full(), "a journal with room");
}

// Per port: all ports of a driver at once, as unload_driver/1 ends them.
void kill_ports(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    for (auto _ : state) {
        World world("counter", true);
        world.open(n);
        const auto start = std::chrono::steady_clock::now();
        const auto blocked = world.host().drivers().unload_driver(world.owner(), world.name());
        world.host().run_until_idle();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        require(blocked.kind != ddll::host::BifResult::Kind::raised && world.host().ports().live().empty() &&
                    world.host().drivers().find("counter") == nullptr,
                "a driver without ports");
        state.SetIterationTime(took.count() / static_cast<double>(n));
    }
}

// Per port: all ports of a process, as its exit closes them.
void owner_exit(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    for (auto _ : state) {
        World world("counter");
        const auto owner = world.host().processes().start("another", false);
        for (const Term& port : world.open(n))
            world.host().ports().connect(world.owner(), port, Term::pid(owner.value));
        const auto start = std::chrono::steady_clock::now();
        world.host().processes().exit(world.owner(), Term::pid(owner.value), Term::atom("kill"));
        world.host().run_until_idle();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        require(world.host().ports().live().empty(), "closed ports");
        state.SetIterationTime(took.count() / static_cast<double>(n));
    }
}

} // namespace

BENCHMARK(open_close)->Arg(few)->Arg(many)->Iterations(100'000);
BENCHMARK(open_close_oldest)->Arg(few)->Arg(many)->Iterations(100'000);
BENCHMARK(control)->Arg(few)->Arg(many)->Iterations(1'000'000);
BENCHMARK(control_step)->Iterations(300'000);
BENCHMARK(echo)->Arg(few)->Arg(many)->Iterations(1'000'000);
BENCHMARK_CAPTURE(api_call, journaled, 1)->UseManualTime()->Iterations(1000);
BENCHMARK_CAPTURE(api_call, memory, 2)->UseManualTime()->Iterations(1000);
BENCHMARK(kill_ports)->Arg(1000)->Arg(10'000)->Arg(100'000)->UseManualTime()->Iterations(3);
BENCHMARK(owner_exit)->Arg(1000)->Arg(10'000)->Arg(100'000)->UseManualTime()->Iterations(3);
