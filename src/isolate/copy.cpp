#include "isolate/copy.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <new>

namespace ddll::isolate {

namespace detail {
const volatile char* mark = nullptr;
}

namespace {

constexpr std::size_t mark_page_size = 4096;
char* own_mark = nullptr;
/// Shared with copies: not part of what the parent reads, which trusts the original only.
std::atomic<std::uint32_t>* came_back = nullptr;

} // namespace

void become_original() {
    if (own_mark != nullptr && *own_mark != 0) return;
    if (own_mark == nullptr) {
        void* page = mmap(nullptr, mark_page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) return;
        if (madvise(page, mark_page_size, MADV_WIPEONFORK) != 0) {
            munmap(page, mark_page_size); // a system that cannot: copies are not known
            return;
        }
        own_mark = static_cast<char*>(page);
    }
    void* shared = mmap(nullptr, mark_page_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return;
    came_back = new (shared) std::atomic<std::uint32_t>(0);
    *own_mark = 1;
    detail::mark = own_mark;
}

void end_copy() {
    came_back->fetch_add(1, std::memory_order_release);
    _exit(0);
}

std::uint32_t copies_that_came_back() {
    return came_back == nullptr ? 0 : came_back->load(std::memory_order_acquire);
}

} // namespace ddll::isolate
