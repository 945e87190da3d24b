/* SPDX-License-Identifier: Apache-2.0 */
/* kernel.h -- the inner loops of the codecs, in one version per instruction set.
 *
 * Why         Unpacking, prefix sums and the step from scaled integers to doubles are nearly all of
 *             the time of a query over packed data. Each loop exists as plain C (the oracle) and
 *             for AVX2, AVX-512 and NEON; a table of functions is chosen once by what the CPU has.
 * Format      Packed group: 256 values of `width` bits (0 to 32) in 8 lanes of 32-bit words: value
 *             i is in lane i % 8, at bits [i / 8 * width, ...) of the lane, lowest first; word k of
 *             lane l is at byte 4 * (8 * k + l). So a group takes 32 * width bytes and a row of 8
 *             values comes out of one 256-bit register in natural order.
 * Invariants  All versions give the same bytes and the same values: integers wrap modulo 2^32 or
 *             2^64, and the floating-point operations are exact or correctly rounded ones (see
 *             scale.h).
 * Threads     Pure, but for the choice, which is atomic. Need the default floating-point mode. */
#ifndef SX_CODEC_KERNEL_H
#define SX_CODEC_KERNEL_H

#include "codec/scale.h"

#include <stddef.h>
#include <stdint.h>

#define SX_GROUP 256 /* values of a packed group */
#define SX_WEIGHTED_WIDTH 21

/* Where a group begins and how its residuals become values. The relative value r[i] is
 *   order 0: res[i] (step is not used);  order 1: the sum of (res[j] + step), j <= i;
 *   order 2: the sum of the sums of (res[j] + step), the first sum begun with `delta`;
 * modulo 2^32, then read as signed. The value is origin + factor * (start + r[i]).
 * `start` and `delta` move on to the end of the group in orders 1 and 2. */
struct sx_chain {
    uint64_t origin;
    uint64_t factor;
    uint64_t start;
    uint64_t step;
    uint64_t delta;
};

#define SX_ANS_LANES_MAX 8

/* One state of an entropy decoder (ans.h), as bytes: the kernels read it as one little-endian
 * word. */
struct sx_ans_entry {
    uint8_t all;     /* bits read: for the next state, then those of a class wider than one */
    uint8_t bits;    /* those for the next state */
    uint8_t out[4];  /* classes of a tuple; or, of one class, its lowest number, modulo 2^32 */
    uint8_t base[2]; /* next state, less the bits read */
};

/* Where an entropy decoder stands. 8 bytes past the last bit that is asked for are readable. */
struct sx_ans_cursor {
    const uint8_t *in;
    size_t position; /* in bits */
    unsigned lanes;  /* 1, 4 or 8 */
    uint16_t states[SX_ANS_LANES_MAX];
};

typedef void (*sx_to_i64)(int64_t *out, const uint32_t *residuals, struct sx_chain *chain);
typedef void (*sx_to_f64)(double *out, const uint32_t *residuals, struct sx_chain *chain,
                          const struct sx_scale *scale);

struct sx_kernels {
    const char *name;
    /* 256 values <-> 32 * width bytes. */
    void (*pack)(uint8_t *out, const uint32_t *values, unsigned width);
    void (*unpack)(uint32_t *values, const uint8_t *in, unsigned width);
    /* Differences of 256 values, modulo 2^32: order 0: from values[0]; order 1: from the value
     * before; order 2: from the difference before. values[-1] (order 1 and 2) and values[-2] (order
     * 2) are looked at. range: the smallest and the largest, as signed numbers. False: some value
     * is 2^reach or more away from values[0] (order 0) or values[-1], and the rest means
     * nothing. */
    bool (*differences)(uint32_t *out, int32_t range[2], const int64_t *values, unsigned order,
                        unsigned reach);
    /* Which of 256 numbers are outside of [low, low + span], modulo 2^32: bit i % 64 of masks[i
     * / 64], where `valid` has it, too. Returns how many. */
    size_t (*outside)(uint64_t masks[4], const uint64_t valid[4], const uint32_t *numbers,
                      uint32_t low, uint32_t span);
    /* A group of 256 residuals to values, by order. For doubles all of the integers met lie within
     * +-2^53 (the encoder's duty; otherwise the results are unspecified). */
    sx_to_i64 to_i64[3];
    sx_to_f64 to_f64[3];
    /* Any count of integers to doubles. */
    void (*scale)(double *out, const int64_t *values, size_t count, const struct sx_scale *scale);
    /* Doubles to integers: n = nearest integer to v / scale, 0 where that is beyond
     * SX_SCALED_MAX. bad: bit i % 64 of word i / 64 tells that n[i] does not give back the bits of
     * v[i]; whole words are written. Returns the number of such values. */
    size_t (*unscale)(int64_t *out, uint64_t *bad, const double *values, size_t count,
                      const struct sx_scale *scale);
    /* Sum of (256 - i) * residuals[i]; residuals below 2^SX_WEIGHTED_WIDTH. With order 1 it is the
     * sum of r[i] without its `step`. */
    uint64_t (*weighted_sum)(const uint32_t *residuals);
    /* Entropy decoding. `steps` symbols, a multiple of 8, each of `tuple` bytes; 4 bytes past the
     * last may be written. */
    void (*ans_symbols)(uint8_t *out, struct sx_ans_cursor *cursor,
                        const struct sx_ans_entry *entries, unsigned tuple, size_t steps);
    /* The same of single classes, each with its place: out + place, modulo 2^32. No entry asks for
     * more than bits_max (to 56) bits in all. */
    void (*ans_numbers)(uint32_t *out, struct sx_ans_cursor *cursor,
                        const struct sx_ans_entry *entries, unsigned bits_max, size_t steps);
    /* The same, low[out[0]] + place. */
    void (*ans_wide)(uint64_t *out, struct sx_ans_cursor *cursor,
                     const struct sx_ans_entry *entries, const uint64_t *low, size_t steps);
    /* out[i] = in[i] + add, 256 of them. */
    void (*widen)(uint32_t *out, const uint8_t *in, uint32_t add);
    /* The smallest and the largest of 256 values. */
    void (*range)(int64_t range[2], const int64_t *values);
    /* Sum of residuals[i]. */
    uint64_t (*plain_sum)(const uint32_t *residuals);
};

enum sx_isa { SX_ISA_BEST = 0, SX_ISA_PORTABLE, SX_ISA_AVX2, SX_ISA_AVX512, SX_ISA_NEON };

/* The kernels in use. */
const struct sx_kernels *sx_kernels(void);

/* The kernels of one instruction set, or NULL when this CPU or build does not have it. */
const struct sx_kernels *sx_kernels_of(enum sx_isa isa);

/* Uses one instruction set from now on, in all threads; for tests and benches. False: not here. */
bool sx_kernels_force(enum sx_isa isa);

#endif
