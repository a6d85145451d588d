// A generator written as a coroutine, one for each port, half way through when the port closes.
// compilers: g++
#include "ordinary.h"

#include <coroutine>
#include <exception>
#include <string>

namespace {
struct Numbers {
    struct promise_type {
        long value = 0;
        Numbers get_return_object() { return Numbers{std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        std::suspend_always yield_value(long next) {
            value = next;
            return {};
        }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
    std::coroutine_handle<promise_type> handle;
    explicit Numbers(std::coroutine_handle<promise_type> of) : handle(of) {}
    Numbers(const Numbers&) = delete;
    ~Numbers() { handle.destroy(); }
    long next() {
        handle.resume();
        return handle.promise().value;
    }
};

Numbers fibonacci(std::string name) {
    long a = static_cast<long>(name.size()), b = 1;
    for (;;) {
        co_yield a;
        const long c = (a + b) % 1000003;
        a = b;
        b = c;
    }
}
struct Port {
    Numbers numbers;
};
} // namespace

static ErlDrvData start(ErlDrvPort, char* arguments) {
    return reinterpret_cast<ErlDrvData>(new Port{fibonacci(arguments)});
}
static void stop(ErlDrvData data) {
    delete reinterpret_cast<Port*>(data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)command, (void)buf, (void)len;
    return say(rbuf, rlen, std::to_string(reinterpret_cast<Port*>(data)->numbers.next()).c_str());
}

DRIVER(.start = start, .stop = stop, .control = control)
