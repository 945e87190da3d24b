/* SPDX-License-Identifier: Apache-2.0 */
/* bools.c -- see bools.h. */
#include "codec/bools.h"

#include "base/error.h"
#include "base/varint.h"
#include "codec/bits.h"
#include "codec/ints.h"

static size_t count_runs(const uint8_t *values, size_t count)
{
    size_t runs = 1;
    for (size_t i = 1; i < count; i++)
        runs += values[i] != values[i - 1];
    return runs;
}

static void put_bitmap(struct sx_buf *out, const uint8_t *values, size_t count)
{
    uint8_t *to = sx_buf_extend(out, sx_bits_size(count, 1));
    if (!to)
        return;
    memset(to, 0, sx_bits_size(count, 1));
    for (size_t i = 0; i < count; i++)
        to[i / 8] |= (uint8_t)((values[i] & 1u) << (i % 8));
}

static void put_runs(struct sx_buf *out, const uint8_t *values, size_t count, int64_t *lengths)
{
    size_t runs = 0, begin = 0;
    struct sx_ints_plan plan;
    for (size_t i = 1; i <= count; i++)
        if (i == count || values[i] != values[i - 1]) {
            lengths[runs++] = (int64_t)(i - begin);
            begin = i;
        }
    sx_buf_put_u8(out, values[0]);
    sx_buf_put_varint(out, runs);
    sx_ints_plan(&plan, lengths, runs, lengths, &(struct sx_ints_wish){0});
    sx_ints_write(out, &plan);
}

stria_status sx_bools_encode(struct sx_buf *out, const uint8_t *values, size_t count,
                             struct sx_mem *mem, stria_error *err)
{
    size_t runs = count_runs(values, count);
    if (runs == 1) {
        sx_buf_put_u8(out, values[0] ? SX_BOOLS_TRUE : SX_BOOLS_FALSE);
    } else if (runs * 12 + 64 >= count) {
        sx_buf_put_u8(out, SX_BOOLS_BITMAP);
        put_bitmap(out, values, count);
    } else {
        int64_t *lengths = sx_mem_alloc(mem, runs * sizeof *lengths);
        if (!lengths)
            return sx_mem_refused(mem, runs * sizeof *lengths, err);
        sx_buf_put_u8(out, SX_BOOLS_RUNS);
        put_runs(out, values, count, lengths);
        sx_mem_free(mem, lengths);
    }
    return out->failed ? sx_buf_refused(out, "column", err) : STRIA_OK;
}

/* Reads the runs and writes the parts of them that lie in the range. */
static stria_status decode_runs(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                                uint8_t *values, stria_error *err)
{
    struct sx_bytes head;
    uint64_t runs;
    struct sx_ints_reader lengths;
    int64_t group[SX_GROUP];
    size_t at = 0, end = first + range_count;
    if (!sx_bytes_take(&in, 1, &head) || head.ptr[0] > 1 || !sx_varint_get_max(&in, count, &runs) ||
        runs == 0)
        return sx_fail(err, STRIA_CORRUPT, "a column of booleans breaks its runs");
    stria_status st = sx_ints_open(&lengths, in, (size_t)runs, NULL, err);
    if (st)
        return st;
    for (size_t i = 0; i < runs; i++) {
        if (i % SX_GROUP == 0 && !sx_ints_next(&lengths, group))
            return sx_fail(err, STRIA_CORRUPT, "a column of booleans breaks its runs");
        uint64_t length = (uint64_t)group[i % SX_GROUP];
        if (length > count - at)
            return sx_fail(err, STRIA_CORRUPT, "a column of booleans has runs beyond its end");
        size_t from = SX_MAX(at, first), to = SX_MIN(at + (size_t)length, end);
        if (from < to)
            memset(values + (from - first), (head.ptr[0] ^ i) & 1, to - from);
        at += (size_t)length;
    }
    return at == count ? STRIA_OK
                       : sx_fail(err, STRIA_CORRUPT, "a column of booleans has too few runs");
}

stria_status sx_bools_decode(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                             uint8_t *values, stria_error *err)
{
    if (in.len == 0)
        return sx_fail(err, STRIA_CORRUPT, "a column of booleans has no bytes");
    struct sx_bytes body = sx_bytes_make(in.ptr + 1, in.len - 1);
    switch (in.ptr[0]) {
    case SX_BOOLS_FALSE:
    case SX_BOOLS_TRUE:
        if (body.len)
            return sx_fail(err, STRIA_CORRUPT, "a constant column has bytes left over");
        memset(values, in.ptr[0] == SX_BOOLS_TRUE, range_count);
        return STRIA_OK;
    case SX_BOOLS_BITMAP:
        if (body.len != sx_bits_size(count, 1))
            return sx_fail(err, STRIA_CORRUPT, "a bitmap of %zu booleans has %zu bytes", count,
                           body.len);
        for (size_t i = 0; i < range_count; i++)
            values[i] = body.ptr[(first + i) / 8] >> ((first + i) % 8) & 1;
        return STRIA_OK;
    case SX_BOOLS_RUNS:
        return decode_runs(body, count, first, range_count, values, err);
    default:
        return sx_fail(err, STRIA_VERSION, "a column of booleans is of the unknown form %u",
                       in.ptr[0]);
    }
}

const char *sx_bools_name(struct sx_bytes in)
{
    switch (in.ptr[0]) {
    case SX_BOOLS_FALSE:
    case SX_BOOLS_TRUE:
        return "constant";
    case SX_BOOLS_BITMAP:
        return "bitmap";
    case SX_BOOLS_RUNS:
        return "runs";
    default:
        return "?";
    }
}
