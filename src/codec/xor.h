/* SPDX-License-Identifier: Apache-2.0 */
/* xor.h -- doubles as what differs from the one before.
 *
 * Why         For doubles that are no decimals but move slowly; 1.5 to 2 ns a value, so it is taken
 *             only where it saves much.
 * Source      Pelkonen et al., "Gorilla: A Fast, Scalable, In-Memory Time Series Database", VLDB
 *             2015; bits are put lowest first (bits.h).
 * Format      u64 first value, then per value x = bits xor bits of the value before:
 *             0: x is 0
 *             1 0 | bits: x has no bit set outside the window of the value before
 *             1 1 | 5 bits zeros above (31: or more) | 6 bits size of the window, less 1 | bits
 *             Before the first window there is none: the second form is malformed there.
 * Invariants  Bits only, no arithmetic: every pattern comes back.
 * Threads     Pure. */
#ifndef SX_CODEC_XOR_H
#define SX_CODEC_XOR_H

#include "base/buf.h"

/* Bits that the values would take, the first included. */
uint64_t sx_xor_cost(const double *values, size_t count);

void sx_xor_encode(struct sx_buf *out, const double *values, size_t count);

struct sx_xor_reader {
    struct sx_bytes in;
    size_t position; /* in bits */
    size_t left;     /* values */
    uint64_t value;  /* bits of the last one */
    unsigned above;  /* the window of the last one: zeros above and below; 64 above: none yet */
    unsigned below;
};

/* Begins to read `count` values. */
void sx_xor_open(struct sx_xor_reader *reader, struct sx_bytes in, size_t count);

/* Reads the next values, up to 256. False: the bytes are cut or malformed. */
bool sx_xor_next(struct sx_xor_reader *reader, double *out);

#endif
