/* SPDX-License-Identifier: Apache-2.0 */
/* bools.h -- a column of booleans <-> bytes.
 *
 * Format      0x50 all false | 0x51 all true
 *             0x52 bitmap: bit i of the stream (bits.h) is value i
 *             0x53 runs: u8 first value | varint number of runs | ints.h: length of each
 * Threads     Pure. */
#ifndef SX_CODEC_BOOLS_H
#define SX_CODEC_BOOLS_H

#include "base/buf.h"
#include "stria.h"

enum sx_bools_id {
    SX_BOOLS_FALSE = 0x50,
    SX_BOOLS_TRUE = 0x51,
    SX_BOOLS_BITMAP = 0x52,
    SX_BOOLS_RUNS = 0x53,
};

/* `values` are 0 or 1. */
stria_status sx_bools_encode(struct sx_buf *out, const uint8_t *values, size_t count,
                             struct sx_mem *mem, stria_error *err);

/* Decodes values [first, first + range_count) of `count`. Returns OK, CORRUPT, VERSION. */
stria_status sx_bools_decode(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                             uint8_t *values, stria_error *err);

const char *sx_bools_name(struct sx_bytes in);

#endif
