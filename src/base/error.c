/* SPDX-License-Identifier: Apache-2.0 */
/* error.c -- see error.h. */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* The analyser's versions of them are for callers. */
#undef sx_fail
#undef sx_fail_v
#undef sx_fail_errno

stria_status sx_fail_v(stria_error *err, stria_status code, const char *format, va_list args)
{
    if (!err)
        return code;
    err->code = code;
    err->os_errno = 0;
    (void)vsnprintf(err->text, sizeof err->text, format, args);
    return code;
}

stria_status sx_fail(stria_error *err, stria_status code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)sx_fail_v(err, code, format, args);
    va_end(args);
    return code;
}

stria_status sx_fail_errno(stria_error *err, stria_status code, int os_errno, const char *format,
                           ...)
{
    va_list args;
    va_start(args, format);
    (void)sx_fail_v(err, code, format, args);
    va_end(args);
    if (err)
        err->os_errno = os_errno;
    return code;
}

void sx_error_prefix(stria_error *err, const char *format, ...)
{
    if (!err)
        return;
    char old[STRIA_ERROR_TEXT_MAX];
    memcpy(old, err->text, sizeof old);
    va_list args;
    va_start(args, format);
    int size = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (size >= 0 && (size_t)size < sizeof err->text)
        (void)snprintf(err->text + size, sizeof err->text - (size_t)size, ": %s", old);
}

void sx_error_copy(stria_error *to, const stria_error *from)
{
    if (to && from && to != from)
        memcpy(to, from, sizeof *to);
}
