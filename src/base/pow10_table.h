/* SPDX-License-Identifier: Apache-2.0 */
/* pow10_table.h -- the first 128 bits of the powers of ten that doubles meet.
 *
 * Why         Decimal to binary and back are one product with a power of ten; 128 bits of it decide
 *             all but a vanishing part of the cases.
 * Format      Row q is floor(10^q * 2^(127 - e)), e = floor(log2(10^q)) = sx_pow10_log2(q): the
 *             highest bit is set, what does not fit is cut off. Exact for q in 0 .. 55 and for no
 *             other. 10^-1 -> cccccccccccccccc cccccccccccccccc, e = -4
 * Invariants  The low half is never all ones, so a row + 1 (the power rounded up) needs no carry.
 * Threads     Constant. */
#ifndef SX_BASE_POW10_TABLE_H
#define SX_BASE_POW10_TABLE_H

#include "base/wide.h"

#include <stdbool.h>
#include <stdint.h>

#define SX_POW10_MIN (-342)
#define SX_POW10_MAX 324

extern const struct sx_u128 sx_pow10_table[SX_POW10_MAX - SX_POW10_MIN + 1];

/* Row q, SX_POW10_MIN <= q <= SX_POW10_MAX. */
static inline struct sx_u128 sx_pow10(int32_t q)
{
    return sx_pow10_table[q - SX_POW10_MIN];
}

/* Whether row q is the power itself. */
static inline bool sx_pow10_exact(int32_t q)
{
    return q >= 0 && q <= 55;
}

/* floor(log2(10^q)) for the rows of the table. */
static inline int32_t sx_pow10_log2(int32_t q)
{
    return (q * 1741647) >> 19;
}

#endif
