/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate.c -- see aggregate.h. */
#include "codec/aggregate.h"

#include "base/error.h"
#include "codec/floats.h"
#include "codec/ints.h"
#include "codec/number.h"
#include "codec/scaled.h"

#include <assert.h>

#define EXACT_MAX ((uint64_t)1 << 53) /* doubles below are exact integers */

static stria_status broken(size_t count, stria_error *err)
{
    return sx_fail(err, STRIA_CORRUPT, "a column of %zu values breaks its format", count);
}

static stria_status of_ints(struct sx_bytes in, bool is_unsigned, size_t count, size_t first,
                            size_t range_count, const struct sx_tables *tables, unsigned want,
                            struct sx_column_totals *out, stria_error *err)
{
    struct sx_ints_reader reader;
    struct sx_totals totals = sx_totals_none();
    /* Unsigned values from 2^63 on look negative: only the range tells that there is none. */
    bool want_range = want & SX_WANT_RANGE || is_unsigned;
    stria_status st = sx_ints_open(&reader, in, count, tables, err);
    if (st)
        return st;
    if (!sx_ints_total(&reader, first, range_count, want_range, &totals))
        return broken(count, err);
    if (is_unsigned && totals.min < 0)
        return STRIA_OK;
    if (want_range)
        out->has |= SX_WANT_RANGE;
    if (!totals.overflow)
        out->has |= SX_WANT_SUM;
    out->sum = (uint64_t)totals.sum;
    out->min = (uint64_t)totals.min;
    out->max = (uint64_t)totals.max;
    return STRIA_OK;
}

/* The sum of scaled integers as a double, if it is exact at every step. */
static bool sum_of_scaled(const struct sx_scaled_reader *reader, const struct sx_totals *totals,
                          double *sum)
{
    if (reader->scale.divisor > 1 || totals->overflow || totals->magnitude >= EXACT_MAX)
        return false;
    *sum = sx_scale_apply(&reader->scale, totals->sum);
    /* The largest partial sum must not pass the largest double, nor the unit the smallest. */
    double most = sx_scale_apply(&reader->scale, (int64_t)totals->magnitude);
    return most <= 0x1.fffffffffffffp+1023;
}

static stria_status of_scaled(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                              const struct sx_tables *tables, unsigned want,
                              struct sx_column_totals *out, stria_error *err)
{
    struct sx_scaled_reader reader;
    struct sx_totals totals = sx_totals_none();
    double sum;
    stria_status st = sx_scaled_open(&reader, in, count, tables, err);
    if (st || reader.has_residuals)
        return st;
    while (reader.exception_next < first)
        if (!sx_scaled_skip_exception(&reader))
            return broken(count, err);
    if (reader.exception_next < first + range_count)
        return STRIA_OK;
    if (reader.scale.divisor > 1 && !(want & SX_WANT_RANGE))
        return STRIA_OK;
    if (!sx_ints_total(&reader.ints, first, range_count, want & SX_WANT_RANGE, &totals))
        return broken(count, err);
    if (want & SX_WANT_RANGE) {
        out->has |= SX_WANT_RANGE;
        out->min = sx_bits_of_f64(sx_scale_apply(&reader.scale, totals.min));
        out->max = sx_bits_of_f64(sx_scale_apply(&reader.scale, totals.max));
    }
    if (sum_of_scaled(&reader, &totals, &sum)) {
        out->has |= SX_WANT_SUM;
        out->sum = sx_bits_of_f64(sum);
    }
    return STRIA_OK;
}

/* A constant column: n times a small integer, or a range alone. */
static stria_status of_constant(struct sx_bytes in, size_t count, size_t range_count,
                                struct sx_column_totals *out, stria_error *err)
{
    double v;
    if (!sx_number_get(&in, &v) || in.len)
        return broken(count, err);
    if (v != v) /* a NaN has no place in a range */
        return STRIA_OK;
    out->has |= SX_WANT_RANGE;
    out->min = out->max = sx_bits_of_f64(v);
    uint64_t largest = EXACT_MAX / range_count;
    double limit = (double)largest;
    if (v > -limit && v < limit && v == (double)(int64_t)v && sx_bits_of_f64(v) << 1 != 0) {
        out->has |= SX_WANT_SUM;
        out->sum = sx_bits_of_f64(v * (double)range_count);
    }
    return STRIA_OK;
}

stria_status sx_column_aggregate(struct sx_bytes in, stria_type type, size_t count, size_t first,
                                 size_t range_count, const struct sx_tables *tables, unsigned want,
                                 struct sx_column_totals *out, stria_error *err)
{
    assert(first <= count && range_count > 0 && range_count <= count - first);
    *out = (struct sx_column_totals){0};
    if (in.len == 0 || count > SX_COLUMN_VALUES_MAX)
        return broken(count, err);
    if (type == STRIA_INT || type == STRIA_UINT || type == STRIA_TIME)
        return of_ints(in, type == STRIA_UINT, count, first, range_count, tables, want, out, err);
    if (type != STRIA_FLOAT)
        return STRIA_OK;
    struct sx_bytes body = sx_bytes_make(in.ptr + 1, in.len - 1);
    if (in.ptr[0] == SX_FLOATS_SCALED)
        return of_scaled(body, count, first, range_count, tables, want, out, err);
    if (in.ptr[0] == SX_FLOATS_CONSTANT)
        return of_constant(body, count, range_count, out, err);
    return STRIA_OK;
}
