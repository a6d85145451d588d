/* One table for all ports under a reader-writer lock, made in init and destroyed in finish. */
#include "ordinary.h"

enum { buckets = 64 };
typedef struct Node {
    struct Node* next;
    ErlDrvSizeT length;
    unsigned hits;
    char key[];
} Node;

static ErlDrvRWLock* lock;
static Node* table[buckets];

static int init(void) {
    memset(table, 0, sizeof table);
    lock = erl_drv_rwlock_create((char*)"table");
    return lock ? 0 : -1;
}
static void finish(void) {
    for (int i = 0; i < buckets; i++)
        while (table[i]) {
            Node* node = table[i];
            table[i] = node->next;
            driver_free(node);
        }
    erl_drv_rwlock_destroy(lock);
}
static Node** find(const char* key, ErlDrvSizeT length) {
    unsigned hash = 5381;
    Node** at;
    for (ErlDrvSizeT i = 0; i < length; i++) hash = hash * 33 + (unsigned char)key[i];
    for (at = &table[hash % buckets]; *at; at = &(*at)->next)
        if ((*at)->length == length && memcmp((*at)->key, key, length) == 0) break;
    return at;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Node** at;
    unsigned hits = 0;
    (void)data;
    if (command == 0) {
        erl_drv_rwlock_rlock(lock);
        at = find(buf, len);
        if (*at) hits = (*at)->hits;
        erl_drv_rwlock_runlock(lock);
    } else {
        erl_drv_rwlock_rwlock(lock);
        at = find(buf, len);
        if (!*at) {
            *at = driver_alloc(sizeof **at + len);
            (*at)->next = NULL;
            (*at)->length = len;
            (*at)->hits = 0;
            memcpy((*at)->key, buf, len);
        }
        hits = ++(*at)->hits;
        erl_drv_rwlock_rwunlock(lock);
    }
    return answer(rbuf, rlen, &hits, sizeof hits);
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control,
       .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING)
