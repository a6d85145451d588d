/* A static object whose constructor throws, and catches it. */
#include "exhibit.h"

static volatile int files = 0;

struct Table {
    int rows;
    Table() : rows(0) {
        try {
            rows = read();
        } catch (int) {
            rows = -1;
        }
    }
    static int read() {
        if (files == 0) throw 2;
        return files;
    }
};

static Table table;

EXHIBIT(.start = keep_port)
