#include "isolate/callers.h"

#include <link.h>
#include <unwind.h>

#include <algorithm>
#include <atomic>

namespace ddll::isolate {
namespace {

struct Range {
    std::uintptr_t begin = 0, end = 0;
};

// The loader lists the executable first.
Range executable() {
    Range range{UINTPTR_MAX, 0};
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* data) {
            auto& r = *static_cast<Range*>(data);
            for (int i = 0; i < info->dlpi_phnum; ++i) {
                const auto& segment = info->dlpi_phdr[i];
                if (segment.p_type != PT_LOAD) continue;
                r.begin = std::min<std::uintptr_t>(r.begin, info->dlpi_addr + segment.p_vaddr);
                r.end = std::max<std::uintptr_t>(r.end, info->dlpi_addr + segment.p_vaddr + segment.p_memsz);
            }
            return 1;
        },
        &range);
    return range;
}

struct Frames {
    std::span<std::uintptr_t> out;
    std::size_t count = 0;
    Range ours;
};

_Unwind_Reason_Code add_frame(_Unwind_Context* context, void* data) {
    auto& frames = *static_cast<Frames*>(data);
    int exact = 0;
    const std::uintptr_t ip = _Unwind_GetIPInfo(context, &exact);
    if (ip == 0 || frames.count == frames.out.size()) return _URC_END_OF_STACK;
    if (ip < frames.ours.begin || ip >= frames.ours.end) frames.out[frames.count++] = exact != 0 ? ip : ip - 1;
    return _URC_NO_REASON;
}

constinit std::atomic<bool> tables_lost{false};

} // namespace

std::size_t callers_outside(std::span<std::uintptr_t> out) {
    if (tables_lost.load(std::memory_order_relaxed)) return 0;
    static const Range ours = executable();
    Frames frames{out, 0, ours};
    _Unwind_Backtrace(add_frame, &frames);
    return frames.count;
}

void unwinder_has_lost_tables() {
    tables_lost = true;
}

} // namespace ddll::isolate
