/* Packs what it is given into a tar file in memory, compressed.
 * needs: libarchive-dev
 * flags: -larchive */
#include "ordinary.h"

#include <archive.h>
#include <archive_entry.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    char packed[32768];
    size_t used = 0;
    struct archive* tar = archive_write_new();
    struct archive_entry* entry = archive_entry_new();
    (void)data, (void)command;
    archive_write_add_filter_gzip(tar);
    archive_write_set_format_ustar(tar);
    archive_write_open_memory(tar, packed, sizeof packed, &used);
    archive_entry_set_pathname(entry, "file");
    archive_entry_set_size(entry, (la_int64_t)len);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(tar, entry);
    archive_write_data(tar, buf, len);
    archive_entry_free(entry);
    archive_write_close(tar);
    archive_write_free(tar);
    return answer(rbuf, rlen, &used, sizeof used);
}

DRIVER(.start = keep_port, .control = control)
