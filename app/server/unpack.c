/* SPDX-License-Identifier: Apache-2.0 */
/* unpack.c -- see unpack.h. */
#include "app/server/unpack.h"

#include "base/compress.h"
#include "base/error.h"

#define HEADER_SIZE 10
#define TRAILER_SIZE 8
#define GROWTH_MAX 1032 /* bytes that deflate can make of one */

static stria_status check_header(struct sx_bytes in, stria_error *err)
{
    if (!in.len)
        return sx_fail(err, STRIA_INVALID, "EOF");
    if (in.len < HEADER_SIZE)
        return sx_fail(err, STRIA_INVALID, "unexpected EOF");
    if (in.ptr[0] != 0x1f || in.ptr[1] != 0x8b || in.ptr[2] != 8)
        return sx_fail(err, STRIA_INVALID, "gzip: invalid header");
    return STRIA_OK;
}

static stria_status inflate_into(struct sx_mem *mem, struct sx_bytes in, struct sx_buf *out,
                                 stria_error *err)
{
    struct sx_inflate *inflate = NULL;
    stria_status st = sx_inflate_create(mem, SX_STREAM_GZIP, &inflate, err);
    if (!st)
        st = sx_inflate_put(inflate, in, out, err);
    if (!st && sx_inflate_end(inflate, NULL))
        st = sx_fail(err, STRIA_INVALID, "unexpected EOF");
    sx_inflate_destroy(inflate);
    return st;
}

static stria_status attempt(struct sx_mem *mem, struct sx_bytes in, size_t size,
                            struct sx_unpacked *out, stria_error *err)
{
    sx_unpacked_deinit(out);
    stria_status st = out->budget->reserve(out->budget->context, size, err);
    if (st)
        return st;
    out->reserved = size;
    sx_buf_init(&out->bytes, mem, size);
    return inflate_into(mem, in, &out->bytes, err);
}

stria_status sx_unpack_gzip(struct sx_mem *mem, const struct sx_budget *budget, struct sx_bytes in,
                            size_t max, struct sx_unpacked *out, stria_error *err)
{
    *out = (struct sx_unpacked){.budget = budget};
    stria_status st = check_header(in, err);
    if (st)
        return st;
    size_t most = in.len > max / GROWTH_MAX ? max : in.len * GROWTH_MAX;
    size_t told = in.len >= HEADER_SIZE + TRAILER_SIZE ? sx_get_u32(in.ptr + in.len - 4) : 0;
    told = SX_MIN(SX_MAX(told, 1), most);
    st = attempt(mem, in, told, out, err);
    if (st == STRIA_LIMIT && told < most)
        st = attempt(mem, in, most, out, err);
    return st;
}

void sx_unpacked_deinit(struct sx_unpacked *unpacked)
{
    sx_buf_deinit(&unpacked->bytes);
    if (unpacked->reserved)
        unpacked->budget->release(unpacked->budget->context, unpacked->reserved);
    unpacked->reserved = 0;
}
