/* SPDX-License-Identifier: Apache-2.0 */
/* buf.c -- see buf.h. */
#include "base/buf.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

void sx_buf_deinit(struct sx_buf *buf)
{
    if (buf->mem)
        sx_mem_free(buf->mem, buf->ptr);
    *buf = (struct sx_buf){0};
}

bool sx_buf_reserve_slow(struct sx_buf *buf, size_t size)
{
    if (buf->failed)
        return false;
    if (buf->capacity - buf->len >= size)
        return true;
    if (!buf->mem || size > buf->max || buf->len > buf->max - size) {
        buf->failed = buf->met_max = true;
        return false;
    }
    size_t wanted = SX_MAX(buf->len + size, buf->capacity * 2);
    wanted = SX_MIN(SX_MAX(wanted, 64), buf->max);
    uint8_t *moved = sx_mem_resize(buf->mem, buf->ptr, wanted);
    if (!moved) {
        buf->failed = true;
        buf->refused_size = wanted;
        return false;
    }
    buf->ptr = moved;
    buf->capacity = wanted;
    return true;
}

void sx_buf_printf(struct sx_buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    if (size > 0 && sx_buf_reserve(buf, (size_t)size + 1)) { /* vsnprintf also writes a NUL */
        (void)vsnprintf((char *)buf->ptr + buf->len, (size_t)size + 1, format, again);
        buf->len += (size_t)size;
    }
    va_end(again);
    va_end(args);
    buf->failed = buf->failed || size < 0;
}

bool sx_buf_tell_refused(const struct sx_buf *buf, const char *what, stria_error *err)
{
    if (buf->met_max || !buf->mem) {
        (void)sx_fail(err, STRIA_LIMIT, "%s: larger than %zu bytes", what, buf->max);
        return true;
    }
    sx_mem_tell_refused(buf->mem, buf->refused_size, err);
    sx_error_prefix(err, "%s", what);
    return false;
}
