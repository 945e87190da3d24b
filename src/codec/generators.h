/* SPDX-License-Identifier: Apache-2.0 */
/* generators.h -- columns for the tests: the kinds of numbers that are met, and the worst ones.
 *
 * Why         The same columns go through every codec's tests, so a kind that is added once is
 *             tried everywhere. Nothing in the library includes this file.
 * Use         for (i = 0; i < SX_FLOAT_KINDS; i++) sx_gen_floats(i, seed, values, count);
 * Invariants  The same kind, seed and count give the same bits on every machine: integers, exact
 *             operations and divisions of exact doubles only. */
#ifndef SX_CODEC_GENERATORS_H
#define SX_CODEC_GENERATORS_H

#include "base/bytes.h"

struct sx_random {
    uint64_t state;
};

/* splitmix64, by S. Vigna (public domain): any seed will do. */
static inline uint64_t sx_random_next(struct sx_random *random)
{
    uint64_t x = random->state += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* 0 to below - 1. */
static inline uint64_t sx_random_below(struct sx_random *random, uint64_t below)
{
    return sx_random_next(random) % below;
}

/* A bell around 0: the sum of 12 numbers of -range to range, divided by 4. */
static inline int64_t sx_random_bell(struct sx_random *random, uint64_t range)
{
    int64_t sum = 0;
    for (int i = 0; i < 12; i++)
        sum += (int64_t)sx_random_below(random, 2 * range + 1) - (int64_t)range;
    return sum / 4;
}

static inline double sx_gen_power_of_ten(unsigned digits)
{
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11};
    return powers[digits];
}

#define SX_INT_KINDS 16
#define SX_FLOAT_KINDS 24

static inline const char *sx_gen_int_name(unsigned kind)
{
    static const char *const names[SX_INT_KINDS] = {
        "constant",        "step",          "walk",           "counter",
        "counter, resets", "jitter",        "gaps",           "pages of 4096",
        "spikes",          "random 64 bit", "extremes",       "random width",
        "small random",    "parabola",      "multiples of 3", "backwards times",
    };
    return names[kind];
}

static inline void sx_gen_ints(unsigned kind, uint64_t seed, int64_t *out, size_t count)
{
    struct sx_random random = {seed * 1000003 + kind};
    uint64_t v = kind == 1 || kind == 5 || kind == 6 ? 1767225600000000000u : 1000;
    uint64_t step = 1 + sx_random_below(&random, 1000000000);
    for (size_t i = 0; i < count; i++) {
        uint64_t noise = (uint64_t)sx_random_bell(&random, 5), r = sx_random_next(&random);
        uint64_t wide = r >> (sx_random_next(&random) % 64);
        switch (kind) {
        case 0:
            out[i] = (int64_t)(step - 500000000);
            continue;
        case 1:
            v += step;
            break;
        case 2:
            v += noise;
            break;
        case 3:
            v += r % 100;
            break;
        case 4:
            v = r % 211 == 0 ? 0 : v + r % 5000;
            break;
        case 5:
            out[i] = (int64_t)(v + i * 10000000000u + (uint64_t)sx_random_bell(&random, 9999));
            continue;
        case 6:
            v += r % 97 == 0 ? 7 * 15000000000u : 15000000000u;
            break;
        case 7:
            v += noise * 4096;
            break;
        case 8:
            out[i] = (int64_t)(r % 61 == 0 ? wide : 42 + r % 3);
            continue;
        case 9:
            out[i] = (int64_t)r;
            continue;
        case 10:
            out[i] = i & 1 ? INT64_MAX : INT64_MIN;
            continue;
        case 11:
            out[i] = (int64_t)(r & 1 ? wide : 0 - wide);
            continue;
        case 12:
            out[i] = (int64_t)(r % 3);
            continue;
        case 13:
            v += 3 * i + 7;
            break;
        case 14:
            v += 3 * noise;
            break;
        default:
            v -= step;
            break;
        }
        out[i] = (int64_t)v;
    }
}

static inline const char *sx_gen_float_name(unsigned kind)
{
    static const char *const names[SX_FLOAT_KINDS] = {
        "0 decimals",
        "1 decimal",
        "2 decimals",
        "3 decimals",
        "4 decimals",
        "5 decimals",
        "6 decimals",
        "sums of 0.1",
        "near decimals",
        "random bits",
        "NaN payloads",
        "decimals with NaN",
        "decimals with stale marks",
        "denormals",
        "uniform in [0,1)",
        "signed zeros",
        "infinities",
        "steps",
        "few values",
        "n / 3",
        "large integers",
        "powers of two",
        "all NaN but one",
        "mixed digits",
    };
    return names[kind];
}

/* n / 10^digits moved by k units in the last place. */
static inline uint64_t sx_gen_beside(int64_t n, unsigned digits, int64_t k)
{
    return sx_bits_of_f64((double)n / sx_gen_power_of_ten(digits)) - (uint64_t)k;
}

/* Value i of a kind that is about bit patterns. */
static inline uint64_t sx_gen_pattern(unsigned kind, uint64_t r, size_t i, size_t count, double two)
{
    switch (kind) {
    case 9:
        return r;
    case 10:
        return 0x7ff0000000000000u | r;
    case 11:
        return r % 17 ? sx_bits_of_f64(two) : 0x7ff8000000000000u | (r >> 40);
    case 12:
        return r % 29 ? sx_bits_of_f64(two) : 0x7ff0000000000002u;
    case 13:
        return r >> (12 + r % 50);
    case 14:
        return sx_bits_of_f64((double)(r >> 11) * 0x1p-53);
    case 15:
        return r << 63;
    case 16:
        return r % 5 ? sx_bits_of_f64(two) : 0x7ff0000000000000u | (r & (uint64_t)1 << 63);
    case 21:
        return (r % 2047) << 52;
    default: /* 22 */
        return i == count / 2 ? sx_bits_of_f64(1.5) : 0x7ff8000000000001u;
    }
}

static inline void sx_gen_floats(unsigned kind, uint64_t seed, double *out, size_t count)
{
    struct sx_random random = {seed * 1000033 + kind};
    int64_t n = (int64_t)sx_random_below(&random, 2000000) - 1000000;
    double sum = 0, held = 7.25;
    for (size_t i = 0; i < count; i++) {
        uint64_t r = sx_random_next(&random);
        n += sx_random_bell(&random, 20);
        double two = (double)n / 100;
        if (kind <= 6) {
            out[i] = (double)n / sx_gen_power_of_ten(kind);
        } else if (kind == 7) {
            sum += 0.1;
            out[i] = sum;
        } else if (kind == 8) {
            int64_t k = r % 3 ? 0 : sx_random_bell(&random, 2);
            out[i] = sx_f64_of_bits(sx_gen_beside(n | 1, 3, k));
        } else if (kind == 17) {
            held = r % 83 ? held : two;
            out[i] = held;
        } else if (kind == 18) {
            out[i] = (double)(r % 7 * 1000003) / 7;
        } else if (kind == 19) {
            out[i] = (double)n / 3;
        } else if (kind == 20) {
            out[i] = (double)(n * 1000000007);
        } else if (kind == 23) {
            out[i] = (double)n / sx_gen_power_of_ten((unsigned)(r % 50 ? 1 : r % 6));
        } else {
            out[i] = sx_f64_of_bits(sx_gen_pattern(kind, r, i, count, two));
        }
    }
}

#endif
