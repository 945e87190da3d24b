/* SPDX-License-Identifier: Apache-2.0 */
/* floats.h -- a column of doubles <-> bytes.
 *
 * Why         Most numbers of metrics are decimals with few digits, or counters: as integers they
 *             pack many times better than as doubles, and decode faster. What is not like that has
 *             other forms; whatever a form cannot hold is an exception that keeps its 64 bits.
 * Format      u8 codec id, then
 *             0x40 raw: u64 bits each
 *             0x41 constant: number.h
 *             0x42 scaled: u8 digits p (0-21) | 64 if residuals | 128 if exceptions; digits 63:
 *             binary,
 *               then zigzag varint exponent e
 *               [exceptions: varint count | varint index of each, less the one before + 1 (less 0
 *                 at
 *                first) | u8 form: 0: u64 bits of each; 1: one u64 for all]
 *               [residuals: varint size | ints.h: k of each value]
 *               ints.h: n of each value, to the end
 *               value = the double nearest to n / 10^p, or n * 2^e; its bits, as a number, less k
 *             0x43 xor: xor.h
 *             0x44 runs: varint number of runs | varint size | ints.h: length of each | a column of
 *             any
 *               form but 0x44 and 0x45: value of each
 *             0x45 dictionary: varint number of entries (2 to SX_FLOATS_ENTRIES_MAX) | varint size
 *             | a
 *               column of any form but 0x44 and 0x45: the entries | ints.h: index of each value
 *             0x46 ordered: u8 map | ints.h: the bits of each value as an integer: map 0: in the
 *             order
 *               of the numbers (all bits but the sign flipped if it is set); map 1: sign as lowest
 *                 bit
 *             1.5 2.5 2.75 1.25: 42 02 | 11 ac 02 19 | 03 01 a9 01: scaled, 2 digits; 150 250 275
 *             125 as 150 + 25 * (0 4 5 -1), in order 0 with 3 bits each
 * Invariants  The encoder decodes what it is about to write and compares bits; NaN payloads, -0.0,
 *             infinities, denormals come back as they were.
 * Threads     Pure. Need the default floating-point mode. */
#ifndef SX_CODEC_FLOATS_H
#define SX_CODEC_FLOATS_H

#include "base/buf.h"
#include "codec/column.h"

enum sx_floats_id {
    SX_FLOATS_RAW = 0x40,
    SX_FLOATS_CONSTANT = 0x41,
    SX_FLOATS_SCALED = 0x42,
    SX_FLOATS_XOR = 0x43,
    SX_FLOATS_RUNS = 0x44,
    SX_FLOATS_DICTIONARY = 0x45,
    SX_FLOATS_ORDERED = 0x46,
};

#define SX_FLOATS_ENTRIES_MAX 1024

/* When forms are looked at beside the scaled one: other plain ones from POOR bits a value on; a
 * dictionary from SMALL bits on, if at most SAMPLES_DIFFERENT of SAMPLES values differ; runs, where
 * they are RUN_MIN long on average. */
#define SX_FLOATS_POOR_BITS 24
#define SX_FLOATS_SMALL_BITS 3
#define SX_FLOATS_SAMPLES 128
#define SX_FLOATS_SAMPLES_DIFFERENT 120
#define SX_FLOATS_RUN_MIN 3

/* shared: tables for the sealed tier, or NULL. */
stria_status sx_floats_encode(struct sx_buf *out, const double *values, size_t count,
                              enum sx_tier tier, const struct sx_tables *shared, struct sx_mem *mem,
                              stria_error *err);

/* Decodes values [first, first + range_count) of `count`. Returns OK, CORRUPT, VERSION. */
stria_status sx_floats_decode(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                              const struct sx_tables *shared, double *values, stria_error *err);

const char *sx_floats_name(struct sx_bytes in);

#endif
