/* SPDX-License-Identifier: Apache-2.0 */
/* edit_pack.c -- see edit_pack.h. */
#include "engine/edit_pack.h"

#include "base/compress.h"
#include "base/error.h"
#include "base/varint.h"

#define LEVEL 3

bool sx_edit_pack(struct sx_buf *out, struct sx_bytes operations, struct sx_mem *mem)
{
    struct sx_compressor *compressor = sx_compressor_create(mem);
    struct sx_buf payload;
    size_t old = out->len;
    if (!compressor)
        return false;
    sx_buf_init(&payload, mem, operations.len); /* else it would be no smaller */
    sx_buf_put_varint(&payload, operations.len);
    bool good =
        !payload.failed && sx_zstd_put(compressor, &payload, operations, LEVEL, NULL) == STRIA_OK;
    if (good) {
        sx_buf_put_u8(out, SX_OP_PACKED);
        sx_buf_put_sized(out, sx_buf_bytes(&payload));
        good = !out->failed && out->len - old < operations.len;
    }
    if (!good) {
        out->failed = false; /* whoever called does without */
        out->len = old;
    }
    sx_buf_deinit(&payload);
    sx_compressor_destroy(compressor);
    return good;
}

static stria_status unpack(struct sx_bytes packed, struct sx_buf *room, struct sx_bytes *plain,
                           stria_error *err)
{
    uint64_t size;
    if (!sx_varint_get_max(&packed, SX_EDIT_PLAIN_MAX, &size))
        return sx_fail(err, STRIA_CORRUPT, "the size of packed operations");
    sx_buf_clear(room);
    uint8_t *bytes = sx_buf_extend(room, (size_t)size);
    if (!bytes && size)
        return sx_buf_refused(room, "operations of the manifest", err);
    struct sx_compressor *compressor = sx_compressor_create(room->mem);
    if (!compressor)
        return sx_mem_refused(room->mem, packed.len, err);
    stria_status st = sx_zstd_get(compressor, packed, bytes, (size_t)size, err);
    sx_compressor_destroy(compressor);
    *plain = sx_buf_bytes(room);
    return st;
}

stria_status sx_edit_unpack(struct sx_bytes operations, struct sx_buf *room, struct sx_bytes *plain,
                            stria_error *err)
{
    struct sx_bytes rest, payload;
    *plain = operations;
    if (!operations.len || operations.ptr[0] != SX_OP_PACKED)
        return STRIA_OK;
    rest = sx_bytes_make(operations.ptr + 1, operations.len - 1);
    if (!sx_sized_get(&rest, &payload) || rest.len)
        return sx_fail(err, STRIA_CORRUPT, "packed operations are cut, or not alone");
    return unpack(payload, room, plain, err);
}
