/* SPDX-License-Identifier: Apache-2.0 */
/* scaled.c -- see scaled.h. */
#include "codec/scaled.h"

#include "base/error.h"
#include "base/varint.h"
#include "codec/bits.h"

#define SAMPLES 64
#define BINARY 63
#define HAS_RESIDUALS 64
#define HAS_EXCEPTIONS 128
#define EXCEPTION_BITS 74 /* its 64, its place, and the time of it */
#define IMPERFECT_PART 20 /* of the values bad: something else than digits is looked for */
#define RESIDUAL_BITS 3   /* of a value, when there is a stream of them */

/* ---- the scale ------------------------------------------------------------------------------ */

static struct sx_scale scale_of(const struct sx_scaled_plan *plan)
{
    return plan->binary ? sx_scale_binary(plan->exponent) : sx_scale_decimal(plan->digits);
}

/* How far v lies from the double of n, in units in the last place, if that is near; else 0. */
static int64_t distance(const struct sx_scale *scale, int64_t n, double v)
{
    uint64_t decimal = sx_bits_of_f64(sx_scale_apply(scale, n));
    int64_t k = (int64_t)(decimal - sx_bits_of_f64(v));
    return n != 0 && k >= -SX_SCALED_RESIDUAL_MAX && k <= SX_SCALED_RESIDUAL_MAX ? k : 0;
}

struct sample {
    double v[SAMPLES];
    size_t count;
};

/* What `digits` would cost per value of the sample, in tenths of a bit; `weight` values of the
 * column stand behind those of the sample, which are a `weight` / `all` part of it. */
static uint64_t price_of(const struct sample *sample, unsigned digits, size_t weight, size_t all)
{
    int64_t n[SAMPLES];
    uint64_t bad[SAMPLES / 64];
    struct sx_scale scale = sx_scale_decimal(digits);
    size_t bad_count = sx_kernels()->unscale(n, bad, sample->v, sample->count, &scale), near = 0;
    for (uint64_t left = bad[0]; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        near += distance(&scale, n[i], sample->v[i]) != 0;
    }
    uint64_t misses = (bad_count - near) * weight * 10 * EXCEPTION_BITS / sample->count;
    uint64_t beside = near * weight * 10 * EXCEPTION_BITS / sample->count;
    uint64_t stream = (uint64_t)all * 10 * RESIDUAL_BITS;
    return (uint64_t)all * digits * 33 + misses + SX_MIN(beside, stream);
}

/* The cheapest number of digits from `from` on; all of the sample exact ends the search. */
static unsigned choose_digits(const struct sample *sample, unsigned from, size_t weight, size_t all)
{
    unsigned best = from;
    uint64_t best_price = UINT64_MAX;
    for (unsigned digits = from; digits <= SX_SCALE_DIGITS_MAX; digits++) {
        if ((uint64_t)all * digits * 33 >= best_price)
            break;
        uint64_t price = price_of(sample, digits, weight, all);
        if (price < best_price) {
            best_price = price;
            best = digits;
        }
    }
    return best;
}

static void sample_all(struct sample *sample, const double *values, size_t count)
{
    sample->count = SX_MIN(count, SAMPLES);
    for (size_t i = 0; i < sample->count; i++)
        sample->v[i] = values[i * count / sample->count];
}

/* Up to SAMPLES of the values that failed, spread over the column. */
static void sample_bad(struct sample *sample, const struct sx_scaled_plan *plan, size_t bad_count)
{
    size_t every = (bad_count + SAMPLES - 1) / SAMPLES, seen = 0;
    sample->count = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->bad[i / 64] >> (i % 64) & 1 && seen++ % every == 0)
            sample->v[sample->count++] = plan->values[i];
}

static size_t unscale_all(struct sx_scaled_plan *plan)
{
    struct sx_scale scale = scale_of(plan);
    return sx_kernels()->unscale(plan->numbers, plan->bad, plan->values, plan->count, &scale);
}

/* ---- exceptions and residuals --------------------------------------------------------------- */

/* Turns values that are beside a decimal from bad ones into residuals; returns how many. */
static size_t find_residuals(struct sx_scaled_plan *plan)
{
    struct sx_scale scale = scale_of(plan);
    size_t found = 0;
    memset(plan->beside, 0, plan->count * sizeof *plan->beside);
    for (size_t word = 0; word < (plan->count + 63) / 64; word++)
        for (uint64_t left = plan->bad[word]; left; left &= left - 1) {
            size_t i = word * 64 + (size_t)__builtin_ctzll(left);
            int64_t k = distance(&scale, plan->numbers[i], plan->values[i]);
            plan->beside[i] = k;
            found += k != 0;
            if (k)
                plan->bad[word] &= ~((uint64_t)1 << (i % 64));
        }
    return found;
}

/* Gives exceptions the number before them (the first ones, that of the first good value), which
 * costs least. Returns the bits that they take. */
static uint64_t fill_exceptions(struct sx_scaled_plan *plan)
{
    int64_t before = 0;
    uint64_t pattern = 0, differ = 0;
    bool any = false;
    for (size_t i = 0; i < plan->count; i++)
        if (!(plan->bad[i / 64] >> (i % 64) & 1)) {
            before = plan->numbers[i];
            break;
        }
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->bad[i / 64] >> (i % 64) & 1) {
            uint64_t bits = sx_bits_of_f64(plan->values[i]);
            plan->numbers[i] = before;
            differ |= any ? bits ^ pattern : 0;
            pattern = bits;
            any = true;
        }
        before = plan->numbers[i];
    }
    if (differ)
        return 24 + plan->exception_count * EXCEPTION_BITS;
    return 88 + plan->exception_count * (EXCEPTION_BITS - 64);
}

/* Chooses the digits; returns the number of values that they do not bring back. */
static size_t find_digits(struct sx_scaled_plan *plan)
{
    struct sample sample;
    sample_all(&sample, plan->values, plan->count);
    plan->digits = choose_digits(&sample, 0, plan->count, plan->count);
    size_t bad_count = unscale_all(plan);
    for (int tries = 0; tries < 2 && bad_count; tries++) {
        sample_bad(&sample, plan, bad_count);
        unsigned digits = choose_digits(&sample, plan->digits, bad_count, plan->count);
        if (digits == plan->digits)
            break;
        plan->digits = digits;
        bad_count = unscale_all(plan);
    }
    return bad_count;
}

/* ---- binary places -------------------------------------------------------------------------- */

/* The place of the lowest bit that is set in v, and of the highest; false: v is 0 or not finite. */
static bool places_of(double v, int *lowest, int *highest)
{
    uint64_t bits = sx_bits_of_f64(v) & INT64_MAX, mantissa = bits & (((uint64_t)1 << 52) - 1);
    int exponent = (int)(bits >> 52);
    if (bits == 0 || exponent == 2047)
        return false;
    mantissa |= exponent ? (uint64_t)1 << 52 : 0;
    exponent = (exponent ? exponent : 1) - 1075;
    *lowest = exponent + __builtin_ctzll(mantissa);
    *highest = exponent + (int)sx_bit_width(mantissa) - 1;
    return true;
}

/* The unit of which all values are multiples below 2^51; false: there is none, or it is too
 * small. */
static bool find_exponent(const double *values, size_t count, int *exponent)
{
    int low = INT32_MAX, high = INT32_MIN;
    for (size_t i = 0; i < count; i++) {
        int lowest, highest;
        if (!places_of(values[i], &lowest, &highest))
            continue;
        low = SX_MIN(low, lowest);
        high = SX_MAX(high, highest);
        if (high - low > 50)
            return false;
    }
    *exponent = low;
    return low <= SX_SCALE_EXPONENT_MAX;
}

/* Tries a power of two as the unit, where digits leave many values beside or out; returns how many
 * are bad then, which is fewer than before, or before. */
static size_t try_binary(struct sx_scaled_plan *plan, size_t bad_before)
{
    struct sample sample;
    int exponent;
    sample_all(&sample, plan->values, plan->count);
    if (!find_exponent(sample.v, sample.count, &exponent) ||
        !find_exponent(plan->values, plan->count, &exponent))
        return bad_before;
    plan->binary = true;
    plan->exponent = exponent;
    size_t bad_count = unscale_all(plan);
    if (bad_count < bad_before)
        return bad_count;
    plan->binary = false;
    return unscale_all(plan);
}

void sx_scaled_plan(struct sx_scaled_plan *plan, const double *values, size_t count)
{
    plan->values = values;
    plan->count = count;
    plan->binary = false;
    plan->has_residuals = false;
    size_t bad_count = find_digits(plan);
    if (bad_count > count / IMPERFECT_PART)
        bad_count = try_binary(plan, bad_count);
    if (bad_count && !plan->binary) {
        size_t near = find_residuals(plan);
        plan->has_residuals = near > 0;
        bad_count -= near;
    }
    plan->exception_count = bad_count;
    plan->bits = UINT64_MAX;
    if (bad_count * EXCEPTION_BITS >= 64 * count)
        return;
    plan->bits = 16 + (bad_count ? fill_exceptions(plan) : 0);
    sx_ints_plan(&plan->ints, plan->numbers, count, plan->numbers, &plan->wish);
    plan->bits += plan->ints.bits;
    if (plan->has_residuals) {
        struct sx_ints_wish alone = {.scratch = plan->wish.scratch};
        sx_ints_plan(&plan->residuals, plan->beside, count, plan->beside, &alone);
        plan->bits += 8 + plan->residuals.bits;
    }
}

/* ---- writing -------------------------------------------------------------------------------- */

static void put_exceptions(struct sx_buf *out, const struct sx_scaled_plan *plan)
{
    size_t next = 0;
    uint64_t first_bits = 0;
    bool alike = true, any = false;
    sx_buf_put_varint(out, plan->exception_count);
    for (size_t i = 0; i < plan->count; i++) {
        if (!(plan->bad[i / 64] >> (i % 64) & 1))
            continue;
        sx_buf_put_varint(out, i - next);
        next = i + 1;
        uint64_t bits = sx_bits_of_f64(plan->values[i]);
        if (!any)
            first_bits = bits;
        any = true;
        alike = alike && bits == first_bits;
    }
    sx_buf_put_u8(out, alike);
    if (alike) {
        sx_buf_put_u64(out, first_bits);
        return;
    }
    for (size_t i = 0; i < plan->count; i++)
        if (plan->bad[i / 64] >> (i % 64) & 1)
            sx_buf_put_u64(out, sx_bits_of_f64(plan->values[i]));
}

void sx_scaled_write(struct sx_buf *out, const struct sx_scaled_plan *plan)
{
    unsigned head = plan->binary ? BINARY : plan->digits;
    head |= plan->has_residuals ? HAS_RESIDUALS : 0;
    head |= plan->exception_count ? HAS_EXCEPTIONS : 0;
    sx_buf_put_u8(out, (uint8_t)head);
    if (plan->binary)
        sx_buf_put_zigzag(out, plan->exponent);
    if (plan->exception_count)
        put_exceptions(out, plan);
    if (plan->has_residuals) {
        /* The size goes before: written behind first, then moved. */
        size_t at = out->len;
        sx_ints_write(out, &plan->residuals);
        size_t size = out->len - at;
        uint8_t prefix[SX_VARINT_SIZE_MAX];
        size_t prefix_size = sx_varint_write(prefix, size);
        if (sx_buf_extend(out, prefix_size)) {
            memmove(out->ptr + at + prefix_size, out->ptr + at, size);
            memcpy(out->ptr + at, prefix, prefix_size);
        }
    }
    sx_ints_write(out, &plan->ints);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* Takes the place of the next exception. */
static bool next_exception(struct sx_scaled_reader *reader, size_t after)
{
    uint64_t gap;
    reader->exception_next = reader->count;
    if (reader->exceptions_left == 0)
        return true;
    if (!sx_varint_get_max(&reader->positions, reader->count, &gap) || gap >= reader->count - after)
        return false;
    reader->exception_next = after + (size_t)gap;
    reader->exceptions_left--;
    return true;
}

static bool open_exceptions(struct sx_scaled_reader *reader, struct sx_bytes *in)
{
    uint64_t count, gap;
    size_t next = 0;
    struct sx_bytes form, patterns;
    if (!sx_varint_get_max(in, reader->count, &count) || count == 0)
        return false;
    struct sx_bytes positions = *in;
    for (uint64_t i = 0; i < count; i++) {
        if (!sx_varint_get_max(in, reader->count, &gap) || gap >= reader->count - next)
            return false;
        next += (size_t)gap + 1;
    }
    positions.len -= in->len;
    if (!sx_bytes_take(in, 1, &form) || form.ptr[0] > 1)
        return false;
    reader->pattern_step = form.ptr[0] ? 0 : 8;
    if (!sx_bytes_take(in, form.ptr[0] ? 8 : 8 * (size_t)count, &patterns))
        return false;
    reader->positions = positions;
    reader->patterns = patterns.ptr;
    reader->exceptions_left = (size_t)count;
    return next_exception(reader, 0);
}

/* Reads the scale. */
static bool open_scale(struct sx_scaled_reader *reader, unsigned code, struct sx_bytes *in)
{
    int64_t exponent;
    if (code <= SX_SCALE_DIGITS_MAX) {
        reader->scale = sx_scale_decimal(code);
        return true;
    }
    if (code != BINARY || !sx_zigzag_get(in, &exponent) || exponent < SX_SCALE_EXPONENT_MIN ||
        exponent > SX_SCALE_EXPONENT_MAX)
        return false;
    reader->scale = sx_scale_binary((int)exponent);
    return true;
}

stria_status sx_scaled_open(struct sx_scaled_reader *reader, struct sx_bytes in, size_t count,
                            const struct sx_tables *shared, stria_error *err)
{
    struct sx_bytes head, residuals;
    reader->count = count;
    reader->next = 0;
    reader->exception_next = count;
    reader->exceptions_left = 0;
    if (!sx_bytes_take(&in, 1, &head) || !open_scale(reader, head.ptr[0] & 63, &in))
        return sx_fail(err, STRIA_CORRUPT, "a column of scaled doubles has no scale");
    if (head.ptr[0] & HAS_EXCEPTIONS && !open_exceptions(reader, &in))
        return sx_fail(err, STRIA_CORRUPT, "a column of scaled doubles breaks its exceptions");
    reader->has_residuals = head.ptr[0] & HAS_RESIDUALS;
    if (reader->has_residuals) {
        if (!sx_sized_get(&in, &residuals))
            return sx_fail(err, STRIA_CORRUPT, "a column of scaled doubles breaks its residuals");
        stria_status st = sx_ints_open(&reader->residuals, residuals, count, NULL, err);
        if (st)
            return st;
    }
    reader->ints_size = in.len;
    return sx_ints_open(&reader->ints, in, count, shared, err);
}

bool sx_scaled_skip_exception(struct sx_scaled_reader *reader)
{
    reader->patterns += reader->pattern_step;
    return next_exception(reader, reader->exception_next + 1);
}

/* Puts the exceptions of the group at `first` into `values`. */
static bool put_exceptions_in(struct sx_scaled_reader *reader, size_t first, double *values)
{
    while (reader->exception_next < reader->count && reader->exception_next < first + SX_GROUP) {
        size_t at = reader->exception_next;
        if (at >= first)
            values[at - first] = sx_f64_of_bits(sx_get_u64(reader->patterns));
        reader->patterns += reader->pattern_step;
        if (!next_exception(reader, at + 1))
            return false;
    }
    return true;
}

bool sx_scaled_seek(struct sx_scaled_reader *reader, size_t group)
{
    reader->next = group;
    return sx_ints_seek(&reader->ints, group) &&
           (!reader->has_residuals || sx_ints_seek(&reader->residuals, group));
}

bool sx_scaled_next(struct sx_scaled_reader *reader, double *out)
{
    size_t first = reader->next * SX_GROUP;
    if (!sx_ints_next_f64(&reader->ints, out, &reader->scale))
        return false;
    if (reader->has_residuals) {
        int64_t beside[SX_GROUP];
        if (!sx_ints_next(&reader->residuals, beside))
            return false;
        for (size_t i = 0; i < SX_GROUP; i++)
            out[i] = sx_f64_of_bits(sx_bits_of_f64(out[i]) - (uint64_t)beside[i]);
    }
    reader->next++;
    return reader->exception_next >= first + SX_GROUP || put_exceptions_in(reader, first, out);
}
