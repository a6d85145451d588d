#include "isolate/block.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace ddll::isolate {

Block* make_block() {
    void* memory = mmap(nullptr, sizeof(Block), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    // Fresh pages are zero; default initialisation leaves them untouched, and so unallocated until used.
    return memory == MAP_FAILED ? nullptr : new (memory) Block;
}

void free_block(Block* block) {
    munmap(block, sizeof(Block));
}

std::string read_text(const char (&text)[Block::text_room]) {
    return {text, strnlen(text, Block::text_room)};
}

CrashReport read_report(const Block& block) {
    CrashReport report;
    if (block.signalled.load(std::memory_order_acquire)) {
        report.signal = block.signal.number;
        report.code = block.signal.code;
        report.has_fault_address = block.signal.has_fault_address;
        report.fault_address = block.signal.fault_address;
        report.stack_exhausted = block.signal.stack_exhausted;
    }
    report.stopped = block.stopped;
    report.thread = block.thread;
    report.near_memory_limit = block.near_memory_limit;
    const std::size_t frames = std::min<std::size_t>(block.frames.load(std::memory_order_acquire), Block::most_frames);
    report.stack.assign(block.stack, block.stack + frames);
    const Block::Modules& modules = block.modules;
    const std::size_t count = std::min<std::size_t>(modules.count.load(std::memory_order_acquire), Block::most_modules);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& m = modules.all[i];
        const std::size_t offset = std::min<std::size_t>(m.path, Block::path_room);
        const char* path = modules.paths + offset;
        report.modules.push_back({m.base, m.end, std::string(path, strnlen(path, Block::path_room - offset))});
    }
    report.exception = read_text(block.exception);
    report.fatal = read_text(block.fatal);
    report.fatal_kind = std::min(block.fatal_kind, words::Fatal::lock);
    return report;
}

const Module* CrashReport::module_of(std::uintptr_t address) const {
    for (const Module& m : modules)
        if (address >= m.base && address < m.end) return &m;
    return nullptr;
}

std::uint64_t data_used() {
    const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    char text[128];
    const ssize_t n = read(fd, text, sizeof text);
    close(fd);
    constexpr int of_data = 5; // size, resident, shared, text, lib, data
    std::uint64_t pages = 0;
    ssize_t i = 0;
    for (int field = 0; i < n && field < of_data; ++i) field += text[i] == ' ' ? 1 : 0;
    for (; i < n && text[i] >= '0' && text[i] <= '9'; ++i)
        pages = pages * 10 + static_cast<std::uint64_t>(text[i] - '0');
    return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

} // namespace ddll::isolate
