/* Writes an image in memory, and reads it back; what goes wrong leaves the library by longjmp, inside of the callback.
 * needs: libpng-dev
 * flags: -lpng */
#include "ordinary.h"

#include <png.h>
#include <stdlib.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 8, .height = 8, .format = PNG_FORMAT_GRAY};
    unsigned char pixels[64] = {0}, file[2048];
    png_alloc_size_t size = sizeof file;
    (void)data, (void)command;
    memcpy(pixels, buf, len < sizeof pixels ? len : sizeof pixels);
    if (!png_image_write_to_memory(&image, file, &size, 0, pixels, 0, NULL)) return say(rbuf, rlen, image.message);
    if (len % 2) file[20] ^= 1; /* a damaged one */
    png_image_free(&image);
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_memory(&image, file, size) && png_image_finish_read(&image, NULL, pixels, 0, NULL))
        return answer(rbuf, rlen, pixels, sizeof pixels);
    png_image_free(&image);
    return say(rbuf, rlen, "damaged");
}

DRIVER(.start = keep_port, .control = control)
