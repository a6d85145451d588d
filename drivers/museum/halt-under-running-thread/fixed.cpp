// A thread reads a table all the time, and finish joins it. The table is nothing that exit() destroys.
#include "exhibit.h"
#include <atomic>
#include <pthread.h>
#include <unistd.h>

struct Log {
    ~Log() { usleep(50000); }
};
struct Table {
    int* cells = new int[1 << 20]();
    ~Table() { delete[] cells; }
};
static Log flushed_last;
static Table* table;
static std::atomic<bool> ending;
static pthread_t reader;

static void* read_table(void* unused) {
    while (!ending) {
        const volatile int* cells = table->cells;
        for (int i = 0; i < 64; i++) static_cast<void>(cells[i]);
        usleep(1000);
    }
    return unused;
}

static int init() {
    ending = false;
    table = new Table;
    return pthread_create(&reader, nullptr, read_table, nullptr);
}

static void finish() {
    ending = true;
    pthread_join(reader, nullptr);
    delete table;
}

EXHIBIT(.init = init, .start = keep_port, .finish = finish)
