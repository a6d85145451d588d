#include "isolate/stack.h"

#include <link.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

namespace ddll::isolate {
namespace {

/// Lowest usable address of this thread's stack, 0 when unknown.
thread_local std::uintptr_t stack_low = 0;

struct Machine {
    std::uintptr_t pc = 0, sp = 0;
};

Machine machine(void* context) {
    const auto& m = static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
    return {static_cast<std::uintptr_t>(m.gregs[REG_RIP]), static_cast<std::uintptr_t>(m.gregs[REG_RSP])};
#elif defined(__aarch64__)
    return {static_cast<std::uintptr_t>(m.pc), static_cast<std::uintptr_t>(m.sp)};
#else
#error "say here where this processor keeps its program counter and stack pointer"
#endif
}

/// Makes the interrupted place look as if the call that led to it had just returned. The unwinder reads the registers
/// from this context, so it can go on where there is no code to look up (a call through a bad pointer).
bool step_out(void* context) {
    auto& m = static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
    std::uintptr_t caller = 0;
    iovec to{&caller, sizeof caller};
    iovec from{reinterpret_cast<void*>(m.gregs[REG_RSP]), sizeof caller};
    // The stack pointer may be as bad as the program counter: let the kernel try it.
    if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) != static_cast<ssize_t>(sizeof caller)) return false;
    m.gregs[REG_RIP] = static_cast<greg_t>(caller);
    m.gregs[REG_RSP] += 8;
#else
    m.pc = m.regs[30];
#endif
    return true;
}

void push(Block& block, std::uintptr_t address) {
    const std::uint32_t n = block.frames.load(std::memory_order_relaxed);
    if (n >= Block::most_frames) return;
    block.stack[n] = address;
    block.frames.store(n + 1, std::memory_order_release);
}

struct Walk {
    Block* block;
    std::uintptr_t first; ///< 0 once it was met
    bool first_is_return; ///< the first frame is a caller although the unwinder thinks it was interrupted
};

_Unwind_Reason_Code visit(_Unwind_Context* context, void* data) {
    auto& walk = *static_cast<Walk*>(data);
    int exact = 0;
    const std::uintptr_t ip = _Unwind_GetIPInfo(context, &exact);
    if (ip == 0) return _URC_END_OF_STACK;
    bool caller = exact == 0;
    if (walk.first != 0) {
        if (ip != walk.first) return _URC_NO_REASON;
        walk.first = 0;
        caller = caller || walk.first_is_return;
    }
    push(*walk.block, caller ? ip - 1 : ip);
    return walk.block->frames.load(std::memory_order_relaxed) < Block::most_frames ? _URC_NO_REASON : _URC_END_OF_STACK;
}

int visit_module(dl_phdr_info* info, std::size_t, void* data) {
    auto& modules = *static_cast<Block::Modules*>(data);
    const std::uint32_t n = modules.count.load(std::memory_order_relaxed);
    if (n >= Block::most_modules) return 1;
    std::uintptr_t low = UINTPTR_MAX, high = 0;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const auto& segment = info->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD) continue;
        low = std::min<std::uintptr_t>(low, segment.p_vaddr & ~std::uintptr_t{4095});
        high = std::max<std::uintptr_t>(high, segment.p_vaddr + segment.p_memsz);
    }
    if (high == 0) return 0;
    const char* path = info->dlpi_name ? info->dlpi_name : "";
    const std::size_t length = std::strlen(path) + 1;
    if (modules.paths_used + length > Block::path_room) return 1;
    std::memcpy(modules.paths + modules.paths_used, path, length);
    modules.all[n] = {info->dlpi_addr + low, info->dlpi_addr + high, modules.paths_used};
    modules.paths_used += static_cast<std::uint32_t>(length);
    modules.count.store(n + 1, std::memory_order_release);
    return 0;
}

bool in_module(const Block::Modules& modules, std::uintptr_t address) {
    const std::span known(modules.all, modules.count.load(std::memory_order_relaxed));
    return std::any_of(known.begin(), known.end(),
                       [=](const Block::Mapped& m) { return address >= m.base && address < m.end; });
}

} // namespace

void record_modules(Block& block) {
    block.modules.count.store(0, std::memory_order_relaxed);
    block.modules.paths_used = 0;
    dl_iterate_phdr(visit_module, &block.modules);
}

void record_stack(Block& block, std::uintptr_t first) {
    block.frames.store(0, std::memory_order_relaxed);
    Walk walk{&block, first, false};
    _Unwind_Backtrace(visit, &walk);
    if (walk.first == 0) return;
    walk.first = 0;
    _Unwind_Backtrace(visit, &walk);
}

void record_stack_at_signal(Block& block, void* context) {
    block.frames.store(0, std::memory_order_relaxed);
    const std::uintptr_t pc = machine(context).pc;
    Walk walk{&block, pc, false};
    if (!in_module(block.modules, pc)) {
        push(block, pc);
        if (!step_out(context)) return;
        walk.first = machine(context).pc;
        walk.first_is_return = true;
    }
    _Unwind_Backtrace(visit, &walk);
    if (block.frames.load(std::memory_order_relaxed) == 0) push(block, pc);
}

bool is_stack_exhausted(std::uintptr_t fault, void* context) {
    // Around a good stack pointer everything is mapped; compilers probe at most some pages ahead.
    constexpr std::uintptr_t near = 128 * 1024;
    const std::uintptr_t sp = machine(context).sp;
    if (fault + near >= sp && fault <= sp + 4096) return true;
    // One big frame can put the stack pointer far below the stack, and the fault anywhere in between.
    return stack_low != 0 && sp < stack_low && fault + near >= sp && fault < stack_low;
}

bool was_waiting(void* context) {
    // A system call that would have ended without the signal gives its own result; one that waited, this one.
    const auto& m = static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
    return m.gregs[REG_RAX] == -EINTR;
#else
    return static_cast<std::int64_t>(m.regs[0]) == -EINTR;
#endif
}

void learn_stack_bounds() {
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
    void* low = nullptr;
    std::size_t size = 0;
    // For the main thread this is what the stack may grow to.
    if (pthread_attr_getstack(&attributes, &low, &size) == 0) stack_low = reinterpret_cast<std::uintptr_t>(low);
    pthread_attr_destroy(&attributes);
}

void warm_up_unwinder() {
    const auto nothing = [](_Unwind_Context*, void*) { return _URC_NO_REASON; };
    _Unwind_Backtrace(nothing, nullptr);
}

} // namespace ddll::isolate
