/* SPDX-License-Identifier: Apache-2.0 */
/* kernel_ans.h -- the loops of entropy decoding, included by each kernel_<isa>.c.
 *
 * Why         One symbol is a look into a table, a shift and a mask; with BMI2 the shifts take any
 *             register, which is half of the time. The lanes' states are in registers, as their
 *             number is a constant of each function.
 * Algorithm   See ans.h. Four symbols of at most 12 bits come out of one 64-bit word. */
#ifndef SX_CODEC_KERNEL_ANS_H
#define SX_CODEC_KERNEL_ANS_H

#include "codec/kernel.h"
#include "codec/kernel_target.h"

#include <string.h>

SX_INLINE uint64_t ans_load(const uint8_t *in, size_t position)
{
    uint64_t word;
    memcpy(&word, in + position / 8, sizeof word);
    return word >> (position % 8);
}

/* The lowest bits of v, as many as the lowest byte of `count` says, below 64; an includer with an
 * instruction for it defines SX_ANS_LOW_BITS. */
SX_INLINE uint64_t ans_low_bits(uint64_t v, uint64_t count)
{
#if defined(SX_ANS_LOW_BITS)
    return SX_ANS_LOW_BITS(v, (unsigned)count);
#else
    return v & (((uint64_t)1 << (count & 63)) - 1);
#endif
}

/* An entry in one register: all | bits << 8 | out << 16 | base << 48. Shifts and masks look at the
 * lowest byte only, so most of the time nothing has to be cut out. */
SX_INLINE uint64_t ans_entry(const struct sx_ans_entry *entries, uint64_t state)
{
    uint64_t entry;
    memcpy(&entry, &entries[state], sizeof entry);
    return entry;
}

/* word without what `entry` takes. */
SX_INLINE uint64_t ans_rest(uint64_t word, uint64_t entry)
{
    return word >> (entry & 63);
}

SX_INLINE uint64_t ans_next_state(uint64_t word, uint64_t entry, uint64_t bits)
{
    return (entry >> 48) + ans_low_bits(word, bits);
}

SX_INLINE void ans_symbols_of(uint8_t *out, struct sx_ans_cursor *cursor,
                              const struct sx_ans_entry *entries, unsigned tuple, size_t steps,
                              unsigned lanes)
{
    uint64_t states[SX_ANS_LANES_MAX];
    size_t position = cursor->position;
    const uint8_t *in = cursor->in;
    for (unsigned lane = 0; lane < lanes; lane++)
        states[lane] = cursor->states[lane];
    for (size_t i = 0; i < steps; i += 8) {
        SX_UNROLL(8)
        for (unsigned half = 0; half < 8; half += 4) {
            uint64_t word = ans_load(in, position), used = 0;
            SX_UNROLL(8)
            for (unsigned k = half; k < half + 4; k++) {
                uint64_t *state = &states[k % lanes], entry = ans_entry(entries, *state);
                uint32_t classes = (uint32_t)(entry >> 16);
                memcpy(out + (i + k) * tuple, &classes, sizeof classes);
                *state = ans_next_state(word, entry, entry);
                word = ans_rest(word, entry);
                used += entry; /* at most 48 in the lowest byte */
            }
            position += used & 0xff;
        }
    }
    for (unsigned lane = 0; lane < lanes; lane++)
        cursor->states[lane] = (uint16_t)states[lane];
    cursor->position = position;
}

/* per_word: symbols that come out of one 64-bit word. What a state waits for longest is the sum of
 * the bits before: so an entry tells that of both of its parts at once. */
SX_INLINE void ans_numbers_of(uint32_t *out, struct sx_ans_cursor *cursor,
                              const struct sx_ans_entry *entries, size_t steps, unsigned lanes,
                              unsigned per_word)
{
    uint64_t states[SX_ANS_LANES_MAX];
    size_t position = cursor->position;
    const uint8_t *in = cursor->in;
    for (unsigned lane = 0; lane < lanes; lane++)
        states[lane] = cursor->states[lane];
    for (size_t i = 0; i < steps; i += 8) {
        SX_UNROLL(8)
        for (unsigned part = 0; part < 8; part += per_word) {
            uint64_t word = ans_load(in, position), used = 0;
            SX_UNROLL(8)
            for (unsigned k = part; k < part + per_word; k++) {
                uint64_t *state = &states[k % lanes], entry = ans_entry(entries, *state);
                uint64_t bits = entry >> 8;
                *state = ans_next_state(word, entry, bits);
                uint64_t place = ans_low_bits(word, entry) >> (bits & 63);
                out[i + k] = (uint32_t)(entry >> 16) + (uint32_t)place;
                word = ans_rest(word, entry);
                used += entry; /* at most 56 in the lowest byte */
            }
            position += used & 0xff;
        }
    }
    for (unsigned lane = 0; lane < lanes; lane++)
        cursor->states[lane] = (uint16_t)states[lane];
    cursor->position = position;
}

SX_INLINE void ans_wide_of(uint64_t *out, struct sx_ans_cursor *cursor,
                           const struct sx_ans_entry *entries, const uint64_t *low, size_t steps,
                           unsigned lanes)
{
    uint64_t states[SX_ANS_LANES_MAX];
    size_t position = cursor->position;
    const uint8_t *in = cursor->in;
    for (unsigned lane = 0; lane < lanes; lane++)
        states[lane] = cursor->states[lane];
    for (size_t i = 0; i < steps; i += 8) {
        SX_UNROLL(8)
        for (unsigned k = 0; k < 8; k++) {
            uint64_t *state = &states[k % lanes], entry = ans_entry(entries, *state);
            uint64_t word = ans_load(in, position), bits = entry >> 8 & 0xff;
            *state = ans_next_state(word, entry, bits);
            word = ans_low_bits(word, entry) >> bits;
            out[i + k] = low[entry >> 16 & 0xff] + word;
            position += entry & 0xff;
        }
    }
    for (unsigned lane = 0; lane < lanes; lane++)
        cursor->states[lane] = (uint16_t)states[lane];
    cursor->position = position;
}

/* The tuple is a constant of the loop, too. */
SX_INLINE void ans_symbols_in(uint8_t *out, struct sx_ans_cursor *cursor,
                              const struct sx_ans_entry *entries, unsigned tuple, size_t steps,
                              unsigned lanes)
{
    if (tuple == 2)
        ans_symbols_of(out, cursor, entries, 2, steps, lanes);
    else if (tuple == 4)
        ans_symbols_of(out, cursor, entries, 4, steps, lanes);
    else
        ans_symbols_of(out, cursor, entries, 1, steps, lanes);
}

static void ans_symbols(uint8_t *out, struct sx_ans_cursor *cursor,
                        const struct sx_ans_entry *entries, unsigned tuple, size_t steps)
{
    if (cursor->lanes == 8)
        ans_symbols_in(out, cursor, entries, tuple, steps, 8);
    else if (cursor->lanes == 4)
        ans_symbols_in(out, cursor, entries, tuple, steps, 4);
    else
        ans_symbols_in(out, cursor, entries, tuple, steps, 1);
}

static void ans_numbers(uint32_t *out, struct sx_ans_cursor *cursor,
                        const struct sx_ans_entry *entries, unsigned bits_max, size_t steps)
{
    if (cursor->lanes == 8 && bits_max <= 28)
        ans_numbers_of(out, cursor, entries, steps, 8, 2);
    else if (cursor->lanes == 8)
        ans_numbers_of(out, cursor, entries, steps, 8, 1);
    else if (cursor->lanes == 4 && bits_max <= 28)
        ans_numbers_of(out, cursor, entries, steps, 4, 2);
    else if (cursor->lanes == 4)
        ans_numbers_of(out, cursor, entries, steps, 4, 1);
    else
        ans_numbers_of(out, cursor, entries, steps, 1, 1);
}

static void ans_wide(uint64_t *out, struct sx_ans_cursor *cursor,
                     const struct sx_ans_entry *entries, const uint64_t *low, size_t steps)
{
    if (cursor->lanes == 8)
        ans_wide_of(out, cursor, entries, low, steps, 8);
    else if (cursor->lanes == 4)
        ans_wide_of(out, cursor, entries, low, steps, 4);
    else
        ans_wide_of(out, cursor, entries, low, steps, 1);
}

#endif
