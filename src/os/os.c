/* SPDX-License-Identifier: Apache-2.0 */
/* os.c -- what every implementation of the table shares. */
#include "os/os.h"

#include "base/error.h"

#include <inttypes.h>

stria_status sx_file_read(struct sx_file *file, const char *path, void *bytes, size_t size,
                          uint64_t offset, stria_error *err)
{
    size_t got = 0;
    stria_status st = sx_file_pread(file, bytes, size, offset, &got, err);
    if (st)
        return st;
    if (got < size)
        return sx_fail(err, STRIA_CORRUPT, "%s: ends at %" PRIu64 ", %zu bytes wanted at %" PRIu64,
                       path, offset + got, size, offset);
    return STRIA_OK;
}
