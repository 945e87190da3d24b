/* SPDX-License-Identifier: Apache-2.0 */
/* column.c -- see column.h: from the type of a column to the folder's codecs.
 *
 * Format      The first byte names the codec; the ranges of the ids are
 *               0x00-0x3f integers and times (ints.h)    0x40-0x4f doubles (floats.h)
 *               0x50-0x5f booleans (bools.h)             0x60-0x6f strings (strings.h)
 *             An id outside its type's range, or unknown, is of a newer version. */
#include "codec/column.h"

#include "base/error.h"
#include "base/varint.h"
#include "codec/bools.h"
#include "codec/floats.h"
#include "codec/ints.h"
#include "codec/number.h"
#include "codec/strings.h"

#include <assert.h>

static_assert(SX_COLUMN_VALUES_MAX <= SX_INTS_MAX, "a column is one sequence of integers");

static stria_status encode_ints(struct sx_buf *out, const int64_t *values, size_t count,
                                bool are_times, enum sx_tier tier, const struct sx_tables *shared,
                                struct sx_mem *mem, stria_error *err)
{
    struct sx_ints_plan plan;
    struct sx_ints_wish wish = {.try_line = are_times, .shared = shared};
    size_t size = count * (tier == SX_TIER_SEALED ? 4 : 1) * sizeof(int64_t);
    int64_t *work = sx_mem_alloc(mem, size);
    if (!work)
        return sx_mem_refused(mem, size, err);
    if (tier == SX_TIER_SEALED)
        wish.scratch = (uint64_t *)(void *)(work + count);
    sx_ints_plan(&plan, values, count, work, &wish);
    sx_ints_write(out, &plan);
    sx_mem_free(mem, work);
    return out->failed ? sx_buf_refused(out, "column", err) : STRIA_OK;
}

stria_status sx_column_encode_shared(struct sx_buf *out, stria_type type, const void *values,
                                     size_t count, enum sx_tier tier,
                                     const struct sx_tables *tables, struct sx_mem *mem,
                                     stria_error *err)
{
    assert(count > 0 && count <= SX_COLUMN_VALUES_MAX);
    switch (type) {
    case STRIA_FLOAT:
        return sx_floats_encode(out, values, count, tier, tables, mem, err);
    case STRIA_INT:
    case STRIA_UINT:
    case STRIA_TIME:
        return encode_ints(out, values, count, type == STRIA_TIME, tier, tables, mem, err);
    case STRIA_BOOL:
        return sx_bools_encode(out, values, count, mem, err);
    case STRIA_STRING:
        return sx_strings_encode(out, values, count, tier, mem, err);
    default:
        return sx_fail(err, STRIA_INTERNAL, "columns of type %d are not stored", (int)type);
    }
}

stria_status sx_column_encode(struct sx_buf *out, stria_type type, const void *values, size_t count,
                              enum sx_tier tier, struct sx_mem *mem, stria_error *err)
{
    return sx_column_encode_shared(out, type, values, count, tier, NULL, mem, err);
}

static stria_status decode_ints(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                                const struct sx_tables *shared, int64_t *values, stria_error *err)
{
    struct sx_ints_reader reader;
    stria_status st = sx_ints_open(&reader, in, count, shared, err);
    if (st)
        return st;
    if (!sx_ints_range(&reader, first, range_count, values))
        return sx_fail(err, STRIA_CORRUPT, "a column of %zu integers breaks its format", count);
    return STRIA_OK;
}

stria_status sx_column_decode_shared(struct sx_bytes in, stria_type type, size_t count,
                                     size_t first, size_t range_count,
                                     const struct sx_tables *tables, void *values,
                                     struct sx_arena *arena, stria_error *err)
{
    assert(first <= count && range_count <= count - first);
    if (count == 0 || count > SX_COLUMN_VALUES_MAX)
        return sx_fail(err, STRIA_CORRUPT, "a column of %zu values", count);
    switch (type) {
    case STRIA_FLOAT:
        return sx_floats_decode(in, count, first, range_count, tables, values, err);
    case STRIA_INT:
    case STRIA_UINT:
    case STRIA_TIME:
        return decode_ints(in, count, first, range_count, tables, values, err);
    case STRIA_BOOL:
        return sx_bools_decode(in, count, first, range_count, values, err);
    case STRIA_STRING:
        return sx_strings_decode(in, count, first, range_count, values, arena, err);
    default:
        return sx_fail(err, STRIA_INTERNAL, "columns of type %d are not stored", (int)type);
    }
}

stria_status sx_column_decode_range(struct sx_bytes in, stria_type type, size_t count, size_t first,
                                    size_t range_count, void *values, struct sx_arena *arena,
                                    stria_error *err)
{
    return sx_column_decode_shared(in, type, count, first, range_count, NULL, values, arena, err);
}

stria_status sx_column_decode(struct sx_bytes in, stria_type type, void *values, size_t count,
                              struct sx_arena *arena, stria_error *err)
{
    return sx_column_decode_range(in, type, count, 0, count, values, arena, err);
}

#define CONSTANT_INTS 0x00 /* kind 0, order 0: one number that all are equal to */

bool sx_column_is_constant(struct sx_bytes in, stria_type type)
{
    uint8_t id = in.len ? in.ptr[0] : 0xff;
    switch (type) {
    case STRIA_FLOAT:
        return id == SX_FLOATS_CONSTANT;
    case STRIA_INT:
    case STRIA_UINT:
        return id == CONSTANT_INTS;
    case STRIA_BOOL:
        return id == SX_BOOLS_FALSE || id == SX_BOOLS_TRUE;
    default:
        return false;
    }
}

void sx_column_put_constant(struct sx_buf *out, stria_type type, uint64_t bits)
{
    if (type == STRIA_FLOAT) {
        sx_buf_put_u8(out, SX_FLOATS_CONSTANT);
        sx_number_put(out, sx_f64_of_bits(bits));
    } else if (type == STRIA_BOOL) {
        sx_buf_put_u8(out, bits ? SX_BOOLS_TRUE : SX_BOOLS_FALSE);
    } else {
        assert(type == STRIA_INT || type == STRIA_UINT);
        sx_buf_put_u8(out, CONSTANT_INTS);
        sx_buf_put_zigzag(out, (int64_t)bits);
    }
}

const char *sx_column_codec_name(struct sx_bytes in)
{
    if (in.len == 0)
        return "?";
    switch (in.ptr[0] >> 4) {
    case 4:
        return sx_floats_name(in);
    case 5:
        return sx_bools_name(in);
    case 6:
        return sx_strings_name(in);
    default:
        return in.ptr[0] < 0x40 ? sx_ints_name(in.ptr[0]) : "?";
    }
}
