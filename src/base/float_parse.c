/* SPDX-License-Identifier: Apache-2.0 */
/* float_parse.c -- see float_parse.h.
 *
 * Source      D. Lemire, "Number Parsing at a Gigabyte per Second" (2021), after M. Eisel; the
 *             bounds and the exact comparison are derived here.
 * Algorithm   The first 19 significant digits are a number w, so the value is w * 10^q, or a little
 *             more if digits were cut. Three steps, each taken when the one before cannot tell:
 *             1. The upper 64 bits m of w * (10^q to 64 bits) are below the value by less than 2
 *                units (by a few more if digits were cut). 53 bits of m are the mantissa; the rest,
 *                10 or so bits, tells how to round unless it lies within that error of a half.
 *             2. The same with 10^q to 128 bits, which is within one unit of 2^-128 of the truth.
 *             3. Whole numbers: all digits against the half way point between two doubles.
 *             63.7 -> w = 637, q = -1: step 1. 9007199254740993.0: step 3, exactly half way, to
 *             even. Only integers are computed with: the machine's rounding mode has no say.
 *             Short numbers are read from eight bytes at once, without a branch per digit. */
#include "base/float_parse.h"

#include "base/digits.h"
#include "base/pow10_table.h"

#include <assert.h>

#define EXPONENT_MAX 1000000000000000 /* larger ones are as good as this one */
#define FRACTION_BITS 52
#define HIDDEN_BIT ((uint64_t)1 << FRACTION_BITS)
#define SUBNORMAL_EXPONENT (-1074) /* of the last bit */
#define INFINITY_BITS 0x7ff0000000000000u

/* A number as it stands in the text. */
struct decimal {
    struct sx_bytes mantissa; /* digits and at most one point */
    uint64_t digits;          /* its first 19 significant digits */
    int64_t exponent;         /* of the last of them */
    int64_t behind_e;         /* the exponent as written */
    bool cut;                 /* digits other than 0 follow */
};

/* ---- whole numbers of any size -------------------------------------------------------------- */

/* Enough for 800 digits, and for the factor 5^1124 that they can meet on the other side. */
#define BIG_LIMBS 64
#define BIG_DIGITS_MAX 800

struct big {
    uint64_t limbs[BIG_LIMBS]; /* lowest first */
    size_t count;              /* without upper zeros */
};

static void big_multiply_add(struct big *big, uint64_t factor, uint64_t carry)
{
    for (size_t i = 0; i < big->count; i++) {
        struct sx_u128 product = sx_mul_u64(big->limbs[i], factor);
        uint64_t low = product.low + carry;
        carry = product.high + (low < carry);
        big->limbs[i] = low;
    }
    if (carry) {
        assert(big->count < BIG_LIMBS);
        big->limbs[big->count++] = carry;
    }
}

static void big_multiply_pow5(struct big *big, uint64_t power)
{
    const uint64_t pow5_27 = 7450580596923828125u;
    for (; power >= 27; power -= 27)
        big_multiply_add(big, pow5_27, 0);
    uint64_t rest = 1;
    for (; power; power--)
        rest *= 5;
    big_multiply_add(big, rest, 0);
}

static void big_shift_left(struct big *big, uint64_t bits)
{
    if (bits % 64)
        big_multiply_add(big, (uint64_t)1 << bits % 64, 0);
    size_t limbs = (size_t)(bits / 64);
    if (!limbs || !big->count)
        return;
    assert(big->count + limbs <= BIG_LIMBS);
    memmove(big->limbs + limbs, big->limbs, big->count * sizeof big->limbs[0]);
    memset(big->limbs, 0, limbs * sizeof big->limbs[0]);
    big->count += limbs;
}

static int big_compare(const struct big *a, const struct big *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (size_t i = a->count; i-- > 0;)
        if (a->limbs[i] != b->limbs[i])
            return a->limbs[i] < b->limbs[i] ? -1 : 1;
    return 0;
}

/* All significant digits of the mantissa as one number; *exponent is that of the last. No half way
 * point has more than 770 digits, so of what follows the first 800 only matters whether it is 0. */
static void big_of_mantissa(struct big *big, struct sx_bytes mantissa, int64_t *exponent)
{
    bool point = false, more = false;
    size_t count = 0;
    *big = (struct big){0};
    for (size_t i = 0; i < mantissa.len; i++) {
        uint8_t byte = mantissa.ptr[i];
        if (byte == '.') {
            point = true;
            continue;
        }
        *exponent -= point;
        if (byte == '0' && !count)
            continue;
        if (count < BIG_DIGITS_MAX) {
            big_multiply_add(big, 10, (uint64_t)(byte - '0'));
            count++;
        } else {
            more = more || byte != '0';
            *exponent += 1;
        }
    }
    if (more) {
        big_multiply_add(big, 10, 1);
        *exponent -= 1;
    }
}

/* <0, 0, >0: how the number compares with the point half way between the double of these bits and
 * the next. `behind_e` is what stands behind the e of the text. */
static int compare_half_way(struct sx_bytes text, int64_t behind_e, uint64_t bits)
{
    struct big value, half;
    uint64_t field = bits >> FRACTION_BITS, fraction = bits & (HIDDEN_BIT - 1);
    uint64_t mantissa = field ? fraction | HIDDEN_BIT : fraction;
    int64_t exponent = (field ? (int64_t)field - 1 : 0) + SUBNORMAL_EXPONENT, q = behind_e;
    big_of_mantissa(&value, text, &q);
    /* value * 10^q and (2 * mantissa + 1) * 2^(exponent - 1) */
    half = (struct big){.limbs = {2 * mantissa + 1}, .count = 1};
    if (q >= 0)
        big_multiply_pow5(&value, (uint64_t)q);
    else
        big_multiply_pow5(&half, (uint64_t)-q);
    int64_t twos = q - exponent + 1;
    if (twos >= 0)
        big_shift_left(&value, (uint64_t)twos);
    else
        big_shift_left(&half, (uint64_t)-twos);
    return big_compare(&value, &half);
}

/* ---- one product ---------------------------------------------------------------------------- */

enum rounding { ROUND_DOWN = 0, ROUND_UP = 1, ROUND_UNSURE = 2 };

/* The double at or next below a number, and how to go on from it. */
struct estimate {
    uint64_t bits; /* at INFINITY_BITS or more: infinity */
    enum rounding rounding;
};

/* That of digits * 10^q; `cut`: and a part of a unit more of the last digit. `digits` is not 0. */
static inline struct estimate estimate(uint64_t digits, int32_t q, bool cut)
{
    unsigned zeros = sx_leading_zeros(digits);
    uint64_t w = digits << zeros;
    struct sx_u128 power = sx_pow10(q), upper = sx_mul_u64(w, power.high);
    uint64_t m = upper.high; /* its highest bit is bit 63 or 62 */
    unsigned top = (unsigned)(m >> 63), shift = 10 + top;
    int32_t e = sx_pow10_log2(q) + (int32_t)top - (int32_t)zeros + (63 - FRACTION_BITS);
    if (SX_UNLIKELY(e < SUBNORMAL_EXPONENT)) {
        shift += (unsigned)(SUBNORMAL_EXPONENT - e);
        e = SUBNORMAL_EXPONENT;
        if (shift > 62)
            return (struct estimate){shift > 63 ? 0 : m >> shift, ROUND_UNSURE};
    }
    /* The exponent 0 and a hidden bit make the field 1; a subnormal has neither. */
    uint64_t bits = ((uint64_t)(e - SUBNORMAL_EXPONENT) << FRACTION_BITS) + (m >> shift);
    uint64_t half = (uint64_t)1 << (shift - 1), rest = m & (2 * half - 1);
    /* Cut digits add less than (2^zeros * power) / 2^128 < 2^zeros; the lower half of the power and
     * its own error less than 2. */
    uint64_t slack = cut ? ((uint64_t)1 << zeros) + 3 : 2;
    if (SX_LIKELY(rest + slack - half - 1 >= slack)) /* not within `slack` up to a half */
        return (struct estimate){bits, rest > half};
    if (cut)
        return (struct estimate){bits, ROUND_UNSURE};
    struct sx_u128 lower = sx_mul_u64(w, power.low);
    uint64_t middle = upper.low + lower.high;
    rest += middle < lower.high;
    bool exact = sx_pow10_exact(q);
    if (rest == half && exact && !middle && !lower.low)
        return (struct estimate){bits, bits & 1 ? ROUND_UP : ROUND_DOWN};
    if (!exact && rest == half - 1 && middle == UINT64_MAX && lower.low > UINT64_MAX - w)
        return (struct estimate){bits, ROUND_UNSURE};
    return (struct estimate){bits, rest >= half}; /* an inexact power is below the truth */
}

/* The bits of the double nearest to a number, without its sign. */
static uint64_t nearest(const struct decimal *d)
{
    if (!d->digits || d->exponent < SX_POW10_MIN)
        return 0;
    if (d->exponent > SX_POW10_MAX)
        return INFINITY_BITS;
    struct estimate e = estimate(d->digits, (int32_t)d->exponent, d->cut);
    if (e.rounding == ROUND_UNSURE) {
        int order = compare_half_way(d->mantissa, d->behind_e, e.bits);
        e.rounding = order > 0 || (order == 0 && e.bits & 1) ? ROUND_UP : ROUND_DOWN;
    }
    /* A mantissa that becomes 2^53 carries into the exponent. */
    uint64_t bits = e.bits + (e.rounding == ROUND_UP);
    return bits < INFINITY_BITS ? bits : INFINITY_BITS;
}

/* ---- scanning ------------------------------------------------------------------------------- */

/* More than 19 digits were met: finds the first 19 that are significant. */
static SX_NOINLINE void scan_long(struct decimal *d)
{
    bool point = false;
    unsigned count = 0;
    d->digits = 0;
    d->cut = false;
    for (size_t i = 0; i < d->mantissa.len; i++) {
        uint8_t byte = d->mantissa.ptr[i];
        if (byte == '.') {
            point = true;
            continue;
        }
        d->exponent -= point;
        if (byte == '0' && !count)
            continue;
        if (count < 19) {
            d->digits = d->digits * 10 + (uint64_t)(byte - '0');
            count++;
        } else {
            d->cut = d->cut || byte != '0';
            d->exponent++;
        }
    }
}

/* Reads [+-] digit+ behind an e at `p`; returns where it ends, or p itself if there is none. */
static const uint8_t *scan_exponent(const uint8_t *p, const uint8_t *end, int64_t *exponent)
{
    const uint8_t *digits = p + 1;
    bool negative = digits < end && *digits == '-';
    if (negative || (digits < end && *digits == '+'))
        digits++;
    if (digits == end || !sx_is_digit(*digits))
        return p;
    int64_t v = 0;
    for (; digits < end && sx_is_digit(*digits); digits++)
        if (v < EXPONENT_MAX)
            v = v * 10 + (*digits - '0');
    *exponent = negative ? -v : v;
    return digits;
}

static inline const uint8_t *scan_digits(const uint8_t *p, const uint8_t *end, uint64_t *v)
{
    while (p < end && sx_is_digit(*p))
        *v = *v * 10 + (uint64_t)(*p++ - '0');
    return p;
}

/* Reads a number of up to seven digits without an exponent out of the eight bytes at `p`, with a
 * point or without, in a fixed number of steps; returns its size, 0 if it is none of those. */
static inline size_t scan_short(const uint8_t *p, uint64_t *digits, int32_t *exponent)
{
    uint64_t bytes = sx_get_u64(p), others = sx_digits8_others(bytes);
    if (!others)
        return 0;
    unsigned whole = sx_trailing_zeros(others) & ~7u, all = whole, point = 0;
    if ((uint8_t)(bytes >> whole) == '.') {
        uint64_t before = ((uint64_t)1 << whole) - 1;
        bytes = (bytes & before) | (bytes >> 8 & ~before);
        others = others >> 8 & ~before;
        if (!others)
            return 0;
        all = sx_trailing_zeros(others) & ~7u;
        point = 8;
    }
    if (!all || ((uint8_t)(bytes >> all) | 0x20) == 'e')
        return 0;
    *digits = sx_digits_value(bytes, all / 8);
    *exponent = -(int32_t)((all - whole) / 8);
    return (all + point) / 8;
}

/* Reads any number at `p`; returns where it ends, NULL if none begins there. */
static const uint8_t *scan_any(const uint8_t *p, const uint8_t *end, struct decimal *d)
{
    const uint8_t *first = p;
    int64_t behind_point = 0;
    p = scan_digits(p, end, &d->digits);
    size_t count = (size_t)(p - first);
    if (p < end && *p == '.') {
        const uint8_t *fraction = ++p;
        while (end - p >= 8 && !sx_digits8_others(sx_get_u64(p))) {
            d->digits = d->digits * 100000000 + sx_digits8_value(sx_get_u64(p));
            p += 8;
        }
        p = scan_digits(p, end, &d->digits);
        behind_point = p - fraction;
        count += (size_t)behind_point;
    }
    if (!count)
        return NULL;
    d->mantissa = sx_bytes_make(first, (size_t)(p - first));
    if (p < end && (*p | 0x20) == 'e')
        p = scan_exponent(p, end, &d->behind_e);
    d->exponent = d->behind_e;
    if (SX_LIKELY(count <= 19))
        d->exponent -= behind_point;
    else
        scan_long(d);
    return p;
}

/* sx_float_take() for a number whose sign, if any, stands before `p`. */
static SX_NOINLINE stria_status take_any(struct sx_bytes *in, const uint8_t *p, uint64_t sign,
                                         double *out)
{
    struct decimal d = {0};
    const uint8_t *end = in->ptr + in->len;
    p = scan_any(p, end, &d);
    if (!p)
        return STRIA_INVALID;
    *in = sx_bytes_make(p, (size_t)(end - p));
    uint64_t bits = nearest(&d);
    *out = sx_f64_of_bits(sign | bits);
    return bits == INFINITY_BITS ? STRIA_LIMIT : STRIA_OK;
}

stria_status sx_float_take(struct sx_bytes *in, double *out)
{
    if (!in->len)
        return STRIA_INVALID;
    const uint8_t *p = in->ptr, *end = p + in->len;
    uint64_t sign = *p == '-' ? (uint64_t)1 << 63 : 0;
    if (*p == '-' || *p == '+')
        p++;
    uint64_t digits;
    int32_t exponent;
    size_t size = end - p >= 8 ? scan_short(p, &digits, &exponent) : 0;
    if (!size)
        return take_any(in, p, sign, out);
    if (digits) {
        struct estimate e = estimate(digits, exponent, false);
        if (SX_UNLIKELY(e.rounding == ROUND_UNSURE))
            return take_any(in, p, sign, out);
        sign |= e.bits + (uint64_t)e.rounding;
    }
    p += size;
    *in = sx_bytes_make(p, (size_t)(end - p));
    *out = sx_f64_of_bits(sign);
    return STRIA_OK;
}

stria_status sx_float_parse(struct sx_bytes text, double *out)
{
    stria_status st = sx_float_take(&text, out);
    return text.len ? STRIA_INVALID : st;
}
