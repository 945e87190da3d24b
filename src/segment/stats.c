/* SPDX-License-Identifier: Apache-2.0 */
/* stats.c -- see stats.h. */
#include "segment/stats.h"

#include "base/varint.h"

#include <math.h>

#define EXACT_MAX 9007199254740992.0 /* 2^53 */
#define DECIMAL_MAX 9
#define RAW_TAG 0x0f

static const double powers[DECIMAL_MAX + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

/* ---- making ---- */

struct running {
    struct sx_chunk_stats *stats;
    const uint16_t *rows;
};

static uint32_t row_of(const struct running *r, uint32_t i)
{
    return r->rows ? r->rows[i] : i;
}

/* Where the first of some integers stands that has these bits; there is one. */
static uint32_t first_with(const void *integers, uint64_t bits)
{
    const uint64_t *v = integers;
    uint32_t at = 0;
    while (v[at] != bits)
        at++;
    return at;
}

/* One by one, as some are no numbers. */
static void make_f64_with_nan(const struct running *r, const double *v, uint32_t count)
{
    struct sx_chunk_stats *s = r->stats;
    double min = 0, max = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (isnan(v[i])) {
            s->nan_count++;
            continue;
        }
        if (!s->has_numbers || v[i] < min) {
            min = v[i];
            s->min_row = row_of(r, i);
        }
        if (!s->has_numbers || v[i] > max) {
            max = v[i];
            s->max_row = row_of(r, i);
        }
        s->has_numbers = true;
        if (i && v[i] < v[i - 1])
            s->reset_count++;
    }
    s->min = sx_bits_of_f64(min);
    s->max = sx_bits_of_f64(max);
}

/* The sum, where all are integers and every part of it is exact. */
static bool add_integers(const double *v, uint32_t count, double *sum)
{
    double absolute = 0;
    *sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!(fabs(v[i]) < EXACT_MAX) || (double)(int64_t)v[i] != v[i])
            return false;
        absolute += fabs(v[i]);
        *sum += v[i];
    }
    return absolute < EXACT_MAX;
}

#define LANES 4 /* of minima and maxima, so that they need not wait for one another */

static void make_f64(const struct running *r, const double *v, uint32_t count)
{
    struct sx_chunk_stats *s = r->stats;
    double min[LANES] = {v[0], v[0], v[0], v[0]}, max[LANES] = {v[0], v[0], v[0], v[0]}, sum;
    uint32_t nans = 0, resets = 0, at = 0, i = 0;
    s->first = sx_bits_of_f64(v[0]);
    s->last = sx_bits_of_f64(v[count - 1]);
    for (; i < count; i++) {
        unsigned lane = i % LANES;
        min[lane] = v[i] < min[lane] ? v[i] : min[lane];
        max[lane] = v[i] > max[lane] ? v[i] : max[lane];
        nans += isnan(v[i]) != 0;
    }
    if (nans) {
        make_f64_with_nan(r, v, count);
        return;
    }
    for (i = 1; i < count; i++)
        resets += v[i] < v[i - 1];
    for (unsigned lane = 1; lane < LANES; lane++) {
        min[0] = min[lane] < min[0] ? min[lane] : min[0];
        max[0] = max[lane] > max[0] ? max[lane] : max[0];
    }
    s->has_numbers = true;
    s->reset_count = resets;
    while (v[at] != min[0])
        at++;
    s->min = sx_bits_of_f64(v[at]); /* the first of equal ones: -0.0 and 0.0 are such */
    s->min_row = row_of(r, at);
    for (at = 0; v[at] != max[0];)
        at++;
    s->max = sx_bits_of_f64(v[at]);
    s->max_row = row_of(r, at);
    s->has_sum = add_integers(v, count, &sum);
    s->sum = s->has_sum ? sx_bits_of_f64(sum) : 0;
}

/* The sum, if every part of it fits. */
static bool add_i64(const int64_t *v, uint32_t count, int64_t *sum)
{
    *sum = 0;
    for (uint32_t i = 0; i < count; i++)
        if (__builtin_add_overflow(*sum, v[i], sum))
            return false;
    return true;
}

#define SMALL_MAX ((int64_t)1 << 40) /* 2^22 of them, and no sum overflows */

static void make_i64(const struct running *r, const int64_t *v, uint32_t count)
{
    struct sx_chunk_stats *s = r->stats;
    int64_t min = v[0], max = v[0], sum;
    uint64_t small_sum = (uint64_t)v[0];
    uint32_t resets = 0;
    s->first = (uint64_t)v[0];
    s->last = (uint64_t)v[count - 1];
    for (uint32_t i = 1; i < count; i++) {
        min = v[i] < min ? v[i] : min;
        max = v[i] > max ? v[i] : max;
        resets += v[i] < v[i - 1];
        small_sum += (uint64_t)v[i];
    }
    s->has_numbers = true;
    s->reset_count = resets;
    s->min_row = row_of(r, first_with(v, (uint64_t)min));
    s->max_row = row_of(r, first_with(v, (uint64_t)max));
    s->min = (uint64_t)min;
    s->max = (uint64_t)max;
    s->has_sum = min > -SMALL_MAX && max < SMALL_MAX && count < 1u << 22;
    s->sum = small_sum;
    if (!s->has_sum) {
        s->has_sum = add_i64(v, count, &sum);
        s->sum = s->has_sum ? (uint64_t)sum : 0;
    }
}

static void make_u64(const struct running *r, const uint64_t *v, uint32_t count)
{
    struct sx_chunk_stats *s = r->stats;
    uint64_t min = v[0], max = v[0];
    uint32_t resets = 0;
    s->first = v[0];
    s->last = v[count - 1];
    for (uint32_t i = 1; i < count; i++) {
        min = v[i] < min ? v[i] : min;
        max = v[i] > max ? v[i] : max;
        resets += v[i] < v[i - 1];
    }
    s->has_numbers = s->has_sum = true;
    s->reset_count = resets;
    s->min_row = row_of(r, first_with(v, min));
    s->max_row = row_of(r, first_with(v, max));
    s->min = min;
    s->max = max;
    for (uint32_t i = 0; i < count && s->has_sum; i++)
        s->has_sum = !__builtin_add_overflow(s->sum, v[i], &s->sum);
    if (!s->has_sum)
        s->sum = 0;
}

static void make_bool(const struct running *r, const uint8_t *v, uint32_t count)
{
    struct sx_chunk_stats *s = r->stats;
    s->first = v[0];
    s->last = v[count - 1];
    s->min = s->max = v[0];
    s->min_row = s->max_row = row_of(r, 0);
    s->has_numbers = true;
    for (uint32_t i = 1; i < count; i++) {
        if (v[i] < s->min) {
            s->min = v[i];
            s->min_row = row_of(r, i);
        }
        if (v[i] > s->max) {
            s->max = v[i];
            s->max_row = row_of(r, i);
        }
    }
}

void sx_chunk_stats_make(struct sx_chunk_stats *stats, stria_type type, const void *values,
                         uint32_t count, const uint16_t *rows)
{
    struct running r = {.stats = stats, .rows = rows};
    *stats = (struct sx_chunk_stats){.count = count};
    if (type == STRIA_FLOAT)
        make_f64(&r, values, count);
    else if (type == STRIA_INT)
        make_i64(&r, values, count);
    else if (type == STRIA_UINT)
        make_u64(&r, values, count);
    else if (type == STRIA_BOOL)
        make_bool(&r, values, count);
}

/* ---- numbers ---- */

/* Whether v is n / 10^p bit for bit, with a small n: then it takes few bytes. */
static bool as_decimal(double v, unsigned *p, int64_t *n)
{
    for (*p = 0; *p <= DECIMAL_MAX; ++*p) {
        double scaled = v * powers[*p];
        if (!(fabs(scaled) < 1e15))
            return false;
        *n = (int64_t)nearbyint(scaled); /* an integer has no -0.0: that does not come back */
        if (sx_bits_of_f64((double)*n / powers[*p]) == sx_bits_of_f64(v))
            return true;
    }
    return false;
}

static void put_number(struct sx_buf *out, stria_type type, uint64_t bits)
{
    unsigned p;
    int64_t n;
    if (type == STRIA_INT) {
        sx_buf_put_zigzag(out, (int64_t)bits);
    } else if (type != STRIA_FLOAT) {
        sx_buf_put_varint(out, bits);
    } else if (as_decimal(sx_f64_of_bits(bits), &p, &n)) {
        sx_buf_put_varint(out, sx_zigzag(n) << 4 | p);
    } else {
        sx_buf_put_u8(out, RAW_TAG);
        sx_buf_put_u64(out, bits);
    }
}

static bool get_number(struct sx_bytes *in, stria_type type, uint64_t *bits)
{
    struct sx_bytes raw;
    if (!sx_varint_get(in, bits))
        return false;
    if (type == STRIA_INT) {
        *bits = (uint64_t)sx_unzigzag(*bits);
    } else if (type == STRIA_FLOAT && *bits == RAW_TAG) {
        if (!sx_bytes_take(in, 8, &raw))
            return false;
        *bits = sx_get_u64(raw.ptr);
    } else if (type == STRIA_FLOAT) {
        unsigned p = (unsigned)(*bits & 15);
        if (p > DECIMAL_MAX)
            return false;
        *bits = sx_bits_of_f64((double)sx_unzigzag(*bits >> 4) / powers[p]);
    }
    return true;
}

/* ---- bytes ---- */

enum {
    HAS_NUMBERS = 1,
    HAS_SUM = 2,
    CONSTANT = 4, /* first = last = min = max, rows 0 */
    RISING = 8,   /* first = min, last = max: not written again */
    HAS_NAN = 16,
    HAS_RESETS = 32,
    SUM_OF_CONSTANT = 64, /* a sum that is count times first, and not written */
};

/* Count times first, exactly: what the sum of a constant is; false: there is none. */
static bool sum_of_constant(stria_type type, const struct sx_chunk_stats *s, uint64_t *sum)
{
    if (type == STRIA_FLOAT) {
        double v = sx_f64_of_bits(s->first), product = v * s->count;
        *sum = sx_bits_of_f64(product);
        return v == floor(v) && fabs(product) < EXACT_MAX;
    }
    if (type == STRIA_INT)
        return !__builtin_mul_overflow((int64_t)s->first, (int64_t)s->count, (int64_t *)sum);
    return type == STRIA_UINT && !__builtin_mul_overflow(s->first, (uint64_t)s->count, sum);
}

static unsigned stats_flags(stria_type type, const struct sx_chunk_stats *s)
{
    unsigned flags = 0;
    uint64_t sum;
    if (s->nan_count)
        flags |= HAS_NAN;
    if (!s->has_numbers)
        return flags;
    flags |= HAS_NUMBERS;
    if (s->reset_count)
        flags |= HAS_RESETS;
    if (s->first == s->last && s->min == s->max && s->first == s->min && s->min_row == 0 &&
        s->max_row == 0) {
        bool told = s->has_sum && sum_of_constant(type, s, &sum) && sum == s->sum;
        return flags | CONSTANT | (told ? SUM_OF_CONSTANT : s->has_sum ? HAS_SUM : 0);
    }
    if (s->first == s->min && s->last == s->max)
        flags |= RISING;
    return flags | (s->has_sum ? HAS_SUM : 0);
}

void sx_chunk_stats_put(struct sx_buf *out, stria_type type, const struct sx_chunk_stats *s)
{
    unsigned flags = stats_flags(type, s);
    sx_buf_put_u8(out, (uint8_t)flags);
    if (flags & HAS_NAN)
        sx_buf_put_varint(out, s->nan_count);
    if (!(flags & HAS_NUMBERS))
        return;
    put_number(out, type, s->first);
    if (flags & HAS_RESETS)
        sx_buf_put_varint(out, s->reset_count);
    if (flags & HAS_SUM)
        put_number(out, type, s->sum);
    if (flags & CONSTANT)
        return;
    put_number(out, type, s->last);
    sx_buf_put_varint(out, s->min_row);
    sx_buf_put_varint(out, s->max_row);
    if (flags & RISING)
        return;
    put_number(out, type, s->min);
    put_number(out, type, s->max);
}

static bool get_varint32(struct sx_bytes *in, uint32_t *out)
{
    uint64_t v;
    if (!sx_varint_get_max(in, UINT32_MAX, &v))
        return false;
    *out = (uint32_t)v;
    return true;
}

bool sx_chunk_stats_get(struct sx_bytes *in, stria_type type, struct sx_chunk_stats *s)
{
    struct sx_bytes head;
    uint32_t count = s->count;
    *s = (struct sx_chunk_stats){.count = count};
    if (!sx_bytes_take(in, 1, &head))
        return false;
    unsigned flags = head.ptr[0];
    if ((flags & HAS_NAN) && !get_varint32(in, &s->nan_count))
        return false;
    if (!(flags & HAS_NUMBERS))
        return true;
    s->has_numbers = true;
    s->has_sum = flags & HAS_SUM;
    if (!get_number(in, type, &s->first) ||
        ((flags & HAS_RESETS) && !get_varint32(in, &s->reset_count)) ||
        (s->has_sum && !get_number(in, type, &s->sum)))
        return false;
    s->last = s->min = s->max = s->first;
    if (flags & SUM_OF_CONSTANT) {
        if (s->has_sum || !(flags & CONSTANT) || !sum_of_constant(type, s, &s->sum))
            return false;
        s->has_sum = true;
    }
    if (flags & CONSTANT)
        return true;
    if (!get_number(in, type, &s->last) || !get_varint32(in, &s->min_row) ||
        !get_varint32(in, &s->max_row))
        return false;
    s->max = s->last;
    if (flags & RISING)
        return true;
    return get_number(in, type, &s->min) && get_number(in, type, &s->max);
}
