/* watches_folder: "watches_folder FOLDER" tells its owner {P, {data, Name}} of each file that comes to be in the folder
 * by being renamed. */
#include <erl_driver.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

typedef struct {
    ErlDrvPort port;
    int events;
} Watcher;

static ErlDrvData watcher_start(ErlDrvPort port, char* command) {
    const char* folder = strchr(command, ' ');
    int events = folder ? inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1;
    if (events < 0 || inotify_add_watch(events, folder + 1, IN_MOVED_TO) < 0) {
        if (events >= 0) close(events);
        return ERL_DRV_ERROR_GENERAL;
    }
    Watcher* watcher = driver_alloc(sizeof *watcher);
    watcher->port = port;
    watcher->events = events;
    driver_select(port, (ErlDrvEvent)(long)events, ERL_DRV_READ | ERL_DRV_USE, 1);
    return (ErlDrvData)watcher;
}

static void watcher_stop(ErlDrvData data) {
    Watcher* watcher = (Watcher*)data;
    driver_select(watcher->port, (ErlDrvEvent)(long)watcher->events, ERL_DRV_READ | ERL_DRV_USE, 0);
    driver_free(watcher);
}

static void watcher_stop_select(ErlDrvEvent event, void* reserved) {
    (void)reserved;
    close((int)(long)event);
}

static void watcher_ready_input(ErlDrvData data, ErlDrvEvent event) {
    Watcher* watcher = (Watcher*)data;
    _Alignas(struct inotify_event) char bytes[4096];
    ssize_t n = read((int)(long)event, bytes, sizeof bytes);
    for (ssize_t at = 0; at < n;) {
        struct inotify_event* happened = (struct inotify_event*)(bytes + at);
        driver_output(watcher->port, happened->name, strlen(happened->name));
        at += (ssize_t)(sizeof *happened + happened->len);
    }
}

static ErlDrvEntry entry = {
    .start = watcher_start,
    .stop = watcher_stop,
    .ready_input = watcher_ready_input,
    .stop_select = watcher_stop_select,
    .driver_name = "watches_folder",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(watches_folder) {
    return &entry;
}
