/* SPDX-License-Identifier: Apache-2.0 */
/* os.c -- what every implementation of the table shares: see os.h and os_priv.h. */
#include "os/os.h"

#include "base/error.h"
#include "os/os_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define REASON_SIZE_MAX 128

static stria_status status_of(int os_errno)
{
    switch (os_errno) {
    case ENOSPC:
    case EDQUOT:
        return STRIA_DISK_FULL;
    case ENOENT:
        return STRIA_NOT_FOUND;
    case EEXIST:
        return STRIA_EXISTS;
    case EROFS:
        return STRIA_READ_ONLY;
    default:
        return STRIA_IO;
    }
}

/* strerror() is not safe with threads, and strerror_r() is one of two functions: the GNU one
 * returns the text, which may lie elsewhere; the POSIX one fills the storage and returns 0. */
static const char *reason_of(int os_errno, char *storage, size_t size)
{
#if defined(__GLIBC__)
    return strerror_r(os_errno, storage, size);
#else
    if (strerror_r(os_errno, storage, size))
        (void)snprintf(storage, size, "error %d", os_errno);
    return storage;
#endif
}

stria_status sx_os_fail(stria_error *err, int os_errno, const char *format, ...)
{
    stria_status code = status_of(os_errno);
    if (!err)
        return code;
    char storage[REASON_SIZE_MAX];
    const char *reason = reason_of(os_errno, storage, sizeof storage);
    char what[STRIA_ERROR_TEXT_MAX - REASON_SIZE_MAX - sizeof ": "];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (size < 0 || (size_t)size >= sizeof what)
        memcpy(what + sizeof what - sizeof "...", "...", sizeof "...");
    return sx_fail_errno(err, code, os_errno, "%s: %s", what, reason);
}

stria_status sx_os_fail_locked(stria_error *err, const char *path)
{
    return sx_fail_errno(err, STRIA_LOCKED, EAGAIN, "lock %.800s: held by another handle", path);
}

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
