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

/* Ranges are added up so many at a time. */
#define BATCH 128

static stria_status add_up(struct sx_ints_reader *reader, uint32_t first, const uint32_t *ends,
                           size_t range_count, bool want_range, struct sx_totals *totals,
                           stria_error *err)
{
    for (size_t i = 0; i < range_count; i++)
        totals[i] = sx_totals_none();
    if (!sx_ints_totals(reader, first, ends, range_count, want_range, totals))
        return broken(reader->count, err);
    return STRIA_OK;
}

static void tell_ints(const struct sx_totals *totals, bool is_unsigned, bool want_range,
                      struct sx_column_totals *out)
{
    if (is_unsigned && totals->min < 0)
        return;
    if (want_range)
        out->has |= SX_WANT_RANGE;
    if (!totals->overflow)
        out->has |= SX_WANT_SUM;
    out->sum = (uint64_t)totals->sum;
    out->min = (uint64_t)totals->min;
    out->max = (uint64_t)totals->max;
}

static stria_status of_ints(struct sx_bytes in, bool is_unsigned, size_t count,
                            const struct sx_column_ranges *ranges, const struct sx_tables *tables,
                            unsigned want, struct sx_column_totals *out, stria_error *err)
{
    struct sx_ints_reader reader;
    struct sx_totals totals[BATCH];
    /* Unsigned values from 2^63 on look negative: only the range tells that there is none. */
    bool want_range = want & SX_WANT_RANGE || is_unsigned;
    stria_status st = sx_ints_open(&reader, in, count, tables, err);
    for (size_t i = 0; i < ranges->count && !st; i += BATCH) {
        size_t n = SX_MIN(ranges->count - i, BATCH);
        st = add_up(&reader, i ? ranges->ends[i - 1] : ranges->first, ranges->ends + i, n,
                    want_range, totals, err);
        for (size_t k = 0; k < n && !st; k++)
            tell_ints(&totals[k], is_unsigned, want_range, &out[i + k]);
    }
    return st;
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

static void tell_scaled(const struct sx_scaled_reader *reader, const struct sx_totals *totals,
                        unsigned want, struct sx_column_totals *out)
{
    double sum;
    if (want & SX_WANT_RANGE) {
        out->has |= SX_WANT_RANGE;
        out->min = sx_bits_of_f64(sx_scale_apply(&reader->scale, totals->min));
        out->max = sx_bits_of_f64(sx_scale_apply(&reader->scale, totals->max));
    }
    if (sum_of_scaled(reader, totals, &sum)) {
        out->has |= SX_WANT_SUM;
        out->sum = sx_bits_of_f64(sum);
    }
}

static stria_status of_scaled(struct sx_bytes in, size_t count,
                              const struct sx_column_ranges *ranges, const struct sx_tables *tables,
                              unsigned want, struct sx_column_totals *out, stria_error *err)
{
    struct sx_scaled_reader reader;
    struct sx_totals totals[BATCH];
    stria_status st = sx_scaled_open(&reader, in, count, tables, err);
    if (st || reader.has_residuals)
        return st;
    while (reader.exception_next < ranges->first)
        if (!sx_scaled_skip_exception(&reader))
            return broken(count, err);
    if (reader.exception_next < ranges->ends[ranges->count - 1])
        return STRIA_OK;
    if (reader.scale.divisor > 1 && !(want & SX_WANT_RANGE))
        return STRIA_OK;
    for (size_t i = 0; i < ranges->count && !st; i += BATCH) {
        size_t n = SX_MIN(ranges->count - i, BATCH);
        st = add_up(&reader.ints, i ? ranges->ends[i - 1] : ranges->first, ranges->ends + i, n,
                    want & SX_WANT_RANGE, totals, err);
        for (size_t k = 0; k < n && !st; k++)
            tell_scaled(&reader, &totals[k], want, &out[i + k]);
    }
    return st;
}

/* A constant column: n times a small integer, or a range alone. */
static stria_status of_constant(struct sx_bytes in, size_t count,
                                const struct sx_column_ranges *ranges, struct sx_column_totals *out,
                                stria_error *err)
{
    double v;
    if (!sx_number_get(&in, &v) || in.len)
        return broken(count, err);
    if (v != v) /* a NaN has no place in a range */
        return STRIA_OK;
    for (size_t i = 0; i < ranges->count; i++) {
        size_t n = ranges->ends[i] - (i ? ranges->ends[i - 1] : ranges->first);
        uint64_t largest = EXACT_MAX / n;
        double limit = (double)largest;
        out[i].has = SX_WANT_RANGE;
        out[i].min = out[i].max = sx_bits_of_f64(v);
        if (v > -limit && v < limit && v == (double)(int64_t)v &&
            sx_bits_of_f64(v) != (uint64_t)1 << 63) {
            out[i].has |= SX_WANT_SUM;
            out[i].sum = sx_bits_of_f64(v * (double)n);
        }
    }
    return STRIA_OK;
}

static bool ranges_are_inside(const struct sx_column_ranges *ranges, size_t count)
{
    uint32_t at = ranges->first;
    for (size_t i = 0; i < ranges->count; i++) {
        if (ranges->ends[i] <= at)
            return false;
        at = ranges->ends[i];
    }
    return ranges->count > 0 && at <= count;
}

stria_status sx_column_aggregate_ranges(struct sx_bytes in, stria_type type, size_t count,
                                        const struct sx_column_ranges *ranges,
                                        const struct sx_tables *tables, unsigned want,
                                        struct sx_column_totals *out, stria_error *err)
{
    assert(ranges_are_inside(ranges, count));
    for (size_t i = 0; i < ranges->count; i++)
        out[i] = (struct sx_column_totals){0};
    if (in.len == 0 || count > SX_COLUMN_VALUES_MAX)
        return broken(count, err);
    if (type == STRIA_INT || type == STRIA_UINT || type == STRIA_TIME)
        return of_ints(in, type == STRIA_UINT, count, ranges, tables, want, out, err);
    if (type != STRIA_FLOAT)
        return STRIA_OK;
    struct sx_bytes body = sx_bytes_make(in.ptr + 1, in.len - 1);
    if (in.ptr[0] == SX_FLOATS_SCALED)
        return of_scaled(body, count, ranges, tables, want, out, err);
    if (in.ptr[0] == SX_FLOATS_CONSTANT)
        return of_constant(body, count, ranges, out, err);
    return STRIA_OK;
}
