// Which functions of the driver API are called, by whomever and on whatever thread: for scripts/api-table. Linked with
// objects of api/ that were compiled with -finstrument-functions, so nothing in api/ has to know of it. The byte of a
// function in the file DDLL_API_CALLS (in the order of driver_api.def) is set to 1 when it is entered; the file is
// mapped, so that calls of a child that crashes count too.
#include <erl_driver.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>

#define DDLL_API(name, family, caller) +1
static constexpr std::size_t count = 0
#include "words/driver_api.def"
    ;
#undef DDLL_API

namespace {

struct Row {
    const void* address = nullptr;
    std::size_t number = 0;
};

struct Record {
    std::array<Row, count> rows;
    char* called = nullptr;

    Record() {
        std::size_t next = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#define DDLL_API(name, family, caller) rows[next] = {reinterpret_cast<const void*>(&name), next}, ++next;
#include "words/driver_api.def"
#undef DDLL_API
#pragma GCC diagnostic pop
        std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.address < b.address; });
        const char* path = std::getenv("DDLL_API_CALLS");
        const int file = path != nullptr ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644) : -1;
        if (file < 0 || ftruncate(file, count) != 0) {
            static const char complaint[] = "DDLL_API_CALLS does not name a file that can be written\n";
            [[maybe_unused]] const auto written = write(STDERR_FILENO, complaint, sizeof complaint - 1);
            _exit(70);
        }
        void* mapped = mmap(nullptr, count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        close(file);
        if (mapped == MAP_FAILED) _exit(70);
        called = static_cast<char*>(mapped);
    }
};

// Made before main, so that no two threads can be the first.
const Record record;

} // namespace

extern "C" {

void __cyg_profile_func_enter(void* function, void*) {
    const auto row = std::lower_bound(record.rows.begin(), record.rows.end(), function,
                                      [](const Row& r, const void* address) { return r.address < address; });
    if (row == record.rows.end() || row->address != function || record.called == nullptr) return;
    __atomic_store_n(record.called + row->number, 1, __ATOMIC_RELAXED);
}

void __cyg_profile_func_exit(void*, void*) {}

} // extern "C"
