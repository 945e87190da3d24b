/* SPDX-License-Identifier: Apache-2.0 */
/* scale.h -- doubles as integers: v = n / 10^p or n * 2^e.
 *
 * Why         Numbers that people and programs write have few decimals; as integers they have small
 *             differences. Text parsers give the double nearest to n / 10^p, and so does one
 *             division of exact doubles, so every decimal of up to 15 digits comes back exactly.
 * Algorithm   Where the CPU multiplies and adds in one step, n / P is computed without dividing, as
 *             RN(n * zh + RN(n * zl)), zh = RN(1 / P), zl = RN((1 - zh * P) / P). Before the last
 *             rounding the error is below 2^-52 ulp, while n / P is at least ulp / (2 * 5^p) away
 *             from the middle of two doubles unless it is a double; 2^-52 < 1 / (2 * 5^p) for p <=
 *             21, so both ways round to the same bits for every |n| < 2^53. scale_test.c checks it.
 * Source      The proof, in full: docs/adr/0010-decimals-are-divided.md.
 * Limits      |n| <= SX_SCALED_MAX, 0 <= p <= 21, -1074 <= e <= 971. */
#ifndef SX_CODEC_SCALE_H
#define SX_CODEC_SCALE_H

#include <stdbool.h>
#include <stdint.h>

#define SX_SCALE_DIGITS_MAX 21
#define SX_SCALE_EXPONENT_MIN (-1074)
#define SX_SCALE_EXPONENT_MAX 971
#define SX_SCALED_MAX ((int64_t)1 << 51)

struct sx_scale {
    double divisor; /* 10^p; 0: multiply by high */
    double high;    /* zh, or 2^e */
    double low;     /* zl, or 0 */
    double inverse; /* for the way back: about 1 / scale; 10^p, or 2^-e in two steps */
    double inverse_rest;
};

/* The scale of p decimals, or of e binary places. */
struct sx_scale sx_scale_decimal(unsigned digits);
struct sx_scale sx_scale_binary(int exponent);

/* The double of one integer; the same bits as the kernels give. */
static inline double sx_scale_apply(const struct sx_scale *scale, int64_t n)
{
    return scale->divisor != 0 ? (double)n / scale->divisor : (double)n * scale->high;
}

/* The integer of one double; 0 when it is beyond SX_SCALED_MAX. Need not be exact: check. */
int64_t sx_scale_unapply(const struct sx_scale *scale, double v);

#endif
