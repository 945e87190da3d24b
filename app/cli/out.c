/* SPDX-License-Identifier: Apache-2.0 */
/* out.c -- see out.h. */
#include "app/cli/out.h"

#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define OUT_BUFFER_SIZE ((size_t)64 << 10)

void sx_out_init(struct sx_out *out, struct sx_mem *mem, int fd, const char *name)
{
    *out = (struct sx_out){.fd = fd, .name = name};
    sx_buf_init(&out->buf, mem, OUT_BUFFER_SIZE);
}

void sx_out_deinit(struct sx_out *out)
{
    sx_buf_deinit(&out->buf);
}

static void write_all(struct sx_out *out, const uint8_t *bytes, size_t size)
{
    while (size && sx_out_open(out)) {
        ssize_t count = write(out->fd, bytes, size);
        if (count >= 0) {
            bytes += count;
            size -= (size_t)count;
        } else if (errno == EPIPE) {
            out->gone = true;
        } else if (errno != EINTR) {
            out->os_errno = errno;
            out->status = errno == ENOSPC || errno == EDQUOT ? STRIA_DISK_FULL : STRIA_IO;
        }
    }
}

static void drain(struct sx_out *out)
{
    write_all(out, out->buf.ptr, out->buf.len);
    sx_buf_clear(&out->buf);
}

void sx_out_put(struct sx_out *out, const void *bytes, size_t size)
{
    if (!sx_out_open(out))
        return;
    out->written_size += size;
    if (size > OUT_BUFFER_SIZE - out->buf.len)
        drain(out);
    if (size > OUT_BUFFER_SIZE) {
        write_all(out, bytes, size);
        return;
    }
    sx_buf_put(&out->buf, bytes, size);
    if (out->buf.failed)
        out->status = STRIA_NOMEM;
}

void sx_out_put_text(struct sx_out *out, const char *text)
{
    sx_out_put(out, text, strlen(text));
}

void sx_out_printf(struct sx_out *out, const char *format, ...)
{
    va_list args;
    char text[4096];
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len > 0)
        sx_out_put(out, text, SX_MIN((size_t)len, sizeof text - 1));
}

stria_status sx_out_flush(struct sx_out *out, stria_error *err)
{
    if (sx_out_open(out))
        drain(out);
    if (out->status == STRIA_NOMEM)
        return sx_buf_refused(&out->buf, out->name, err);
    if (out->status)
        return sx_fail_errno(err, out->status, out->os_errno, "%s: write: %s", out->name,
                             strerror(out->os_errno));
    return STRIA_OK;
}
