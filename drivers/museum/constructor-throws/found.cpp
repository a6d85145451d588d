/* A static object whose constructor throws: the load ends the node. */
#include "exhibit.h"

static volatile int files = 0;

struct Table {
    int rows;
    Table() : rows(read()) {}
    static int read() {
        if (files == 0) throw 2;
        return files;
    }
};

static Table table;

EXHIBIT(.start = keep_port)
