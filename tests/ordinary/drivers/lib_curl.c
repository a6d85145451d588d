/* Fetches a file: URL in a job of the async pool, with an easy handle for each.
 * needs: libcurl4-openssl-dev
 * flags: -lcurl */
#include "ordinary.h"

#include <curl/curl.h>

typedef struct {
    size_t bytes;
    CURLcode error;
} Job;

static int init(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -1;
}
static void finish(void) {
    curl_global_cleanup();
}
static size_t take(char* bytes, size_t size, size_t count, void* data) {
    (void)bytes;
    ((Job*)data)->bytes += size * count;
    return size * count;
}
static void fetch(void* data) {
    Job* job = data;
    CURL* easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, "file:///etc/passwd");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, job);
    job->error = curl_easy_perform(easy);
    curl_easy_cleanup(easy);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Job* job = driver_alloc(sizeof *job);
    (void)buf, (void)len;
    memset(job, 0, sizeof *job);
    driver_async((ErlDrvPort)data, NULL, fetch, job, driver_free);
}
static void ready_async(ErlDrvData data, ErlDrvThreadData result) {
    Job* job = (Job*)result;
    driver_output((ErlDrvPort)data, (char*)(job->error ? "error" : "fetched"), job->error ? 5 : 7);
    driver_free(job);
}

DRIVER(.init = init, .start = keep_port, .output = output, .finish = finish, .ready_async = ready_async)
