/* SPDX-License-Identifier: Apache-2.0 */
/* output.c -- see output.h. */
#include "segment/output.h"

#include "base/error.h"

#define OUTPUT_SIZE ((size_t)256 << 10)

void sx_output_init(struct sx_output *out, struct sx_mem *mem, struct sx_file *file, uint64_t salt)
{
    *out = (struct sx_output){.file = file, .salt = salt};
    sx_buf_init(&out->buf, mem, OUTPUT_SIZE);
}

void sx_output_deinit(struct sx_output *out)
{
    sx_buf_deinit(&out->buf);
}

stria_status sx_output_flush(struct sx_output *out, stria_error *err)
{
    if (out->buf.len == 0)
        return STRIA_OK;
    stria_status st =
        sx_file_pwrite(out->file, out->buf.ptr, out->buf.len, out->offset - out->buf.len, err);
    sx_buf_clear(&out->buf);
    return st;
}

stria_status sx_output_put(struct sx_output *out, struct sx_bytes bytes, stria_error *err)
{
    if (out->buf.len + bytes.len > OUTPUT_SIZE) {
        stria_status st = sx_output_flush(out, err);
        if (st)
            return st;
    }
    if (bytes.len > OUTPUT_SIZE) {
        stria_status st = sx_file_pwrite(out->file, bytes.ptr, bytes.len, out->offset, err);
        out->offset += bytes.len;
        return st;
    }
    sx_buf_put_bytes(&out->buf, bytes);
    if (out->buf.failed)
        return sx_buf_refused(&out->buf, "output buffer", err);
    out->offset += bytes.len;
    return STRIA_OK;
}

stria_status sx_output_block(struct sx_output *out, struct sx_bytes bytes, struct sx_block_ref *ref,
                             stria_error *err)
{
    *ref = (struct sx_block_ref){.offset = out->offset,
                                 .size = bytes.len,
                                 .crc = sx_block_crc(out->salt, out->offset, bytes.ptr, bytes.len)};
    return sx_output_put(out, bytes, err);
}
