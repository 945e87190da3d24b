/* SPDX-License-Identifier: Apache-2.0 */
/* floats.c -- see floats.h.
 *
 * Algorithm   Equal bits throughout: constant. Else the scaled form is planned, which tells its
 *             size; only if that is poor are the others looked at. The choice is by size in bits,
 *             to which each form adds what its decoding time is worth. */
#include "codec/floats.h"

#include "base/error.h"
#include "codec/number.h"
#include "codec/scaled.h"
#include "codec/xor.h"

#define XOR_PRICE 1 /* bits a value: it decodes in about 2 ns */

static bool all_equal(const double *values, size_t count)
{
    uint64_t first = sx_bits_of_f64(values[0]), differ = 0;
    for (size_t i = 1; i < count; i++)
        differ |= sx_bits_of_f64(values[i]) ^ first;
    return differ == 0;
}

static void put_raw(struct sx_buf *out, const double *values, size_t count)
{
    uint8_t *to = sx_buf_extend(out, 8 * count);
    for (size_t i = 0; to && i < count; i++)
        sx_put_u64(to + 8 * i, sx_bits_of_f64(values[i]));
}

stria_status sx_floats_encode(struct sx_buf *out, const double *values, size_t count,
                              enum sx_tier tier, struct sx_mem *mem, stria_error *err)
{
    (void)tier;
    if (all_equal(values, count)) {
        sx_buf_put_u8(out, SX_FLOATS_CONSTANT);
        sx_number_put(out, values[0]);
        return out->failed ? sx_buf_refused(out, "column", err) : STRIA_OK;
    }
    size_t size = (2 * count + (count + 63) / 64) * sizeof(int64_t);
    int64_t *scratch = sx_mem_alloc(mem, size);
    if (!scratch)
        return sx_mem_refused(mem, size, err);
    struct sx_scaled_plan scaled = {
        .numbers = scratch,
        .beside = scratch + count,
        .bad = (uint64_t *)(void *)(scratch + 2 * count),
    };
    sx_scaled_plan(&scaled, values, count);
    uint64_t raw_bits = 64 * (uint64_t)count, xor_bits = UINT64_MAX;
    if (scaled.bits > raw_bits / 2)
        xor_bits = sx_xor_cost(values, count) + XOR_PRICE * (uint64_t)count;
    if (scaled.bits <= SX_MIN(xor_bits, raw_bits)) {
        sx_buf_put_u8(out, SX_FLOATS_SCALED);
        sx_scaled_write(out, &scaled);
    } else if (xor_bits < raw_bits) {
        sx_buf_put_u8(out, SX_FLOATS_XOR);
        sx_xor_encode(out, values, count);
    } else {
        sx_buf_put_u8(out, SX_FLOATS_RAW);
        put_raw(out, values, count);
    }
    sx_mem_free(mem, scratch);
    return out->failed ? sx_buf_refused(out, "column", err) : STRIA_OK;
}

static bool decode_constant(struct sx_bytes in, size_t range_count, double *values)
{
    double v;
    if (!sx_number_get(&in, &v) || in.len)
        return false;
    for (size_t i = 0; i < range_count; i++)
        values[i] = v;
    return true;
}

static bool decode_raw(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                       double *values)
{
    if (in.len != 8 * count)
        return false;
    for (size_t i = 0; i < range_count; i++)
        values[i] = sx_f64_of_bits(sx_get_u64(in.ptr + 8 * (first + i)));
    return true;
}

stria_status sx_floats_decode(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                              double *values, stria_error *err)
{
    bool good;
    struct sx_scaled_reader scaled;
    stria_status st;
    if (in.len == 0)
        return sx_fail(err, STRIA_CORRUPT, "a column of doubles has no bytes");
    struct sx_bytes body = sx_bytes_make(in.ptr + 1, in.len - 1);
    switch (in.ptr[0]) {
    case SX_FLOATS_RAW:
        good = decode_raw(body, count, first, range_count, values);
        break;
    case SX_FLOATS_CONSTANT:
        good = decode_constant(body, range_count, values);
        break;
    case SX_FLOATS_SCALED:
        st = sx_scaled_open(&scaled, body, count, err);
        if (st)
            return st;
        good = sx_scaled_range(&scaled, first, range_count, values);
        break;
    case SX_FLOATS_XOR:
        good = range_count == 0 || sx_xor_decode(body, first, range_count, values);
        break;
    default:
        return sx_fail(err, STRIA_VERSION, "a column of doubles is of the unknown form %u",
                       in.ptr[0]);
    }
    if (!good)
        return sx_fail(err, STRIA_CORRUPT, "a column of %zu doubles breaks its format", count);
    return STRIA_OK;
}

const char *sx_floats_name(struct sx_bytes in)
{
    switch (in.ptr[0]) {
    case SX_FLOATS_RAW:
        return "raw";
    case SX_FLOATS_CONSTANT:
        return "constant";
    case SX_FLOATS_SCALED:
        return "scaled";
    case SX_FLOATS_XOR:
        return "xor";
    default:
        return "?";
    }
}
