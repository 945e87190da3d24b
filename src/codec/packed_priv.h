/* SPDX-License-Identifier: Apache-2.0 */
/* packed_priv.h -- what planning and writing of packed groups share. */
#ifndef SX_CODEC_PACKED_PRIV_H
#define SX_CODEC_PACKED_PRIV_H

#include "codec/bits.h"
#include "codec/packed.h"

/* What a group's residuals are made of: differences, of which the step is still to be taken. */
struct sx_packed_differences {
    size_t count;
    unsigned order;
    bool wide;         /* sums are modulo 2^64, and so are the differences; else 2^32 */
    bool skip_first;   /* the first says nothing: its residual is 0 by rule */
    uint64_t base;     /* of order 0: differences are from here */
    int64_t range[2];  /* smallest and largest, as signed numbers */
    uint64_t valid[4]; /* bit of each that counts */
    union {
        uint32_t narrow[SX_GROUP];
        uint64_t wide[SX_GROUP];
    } d;
};

void sx_packed_differences(struct sx_packed_differences *out, const int64_t *values, size_t count,
                           size_t group, unsigned order);

void sx_packed_plan(struct sx_packed_plan *plan, const struct sx_packed_differences *in);

/* Sets bits in `masks` for the differences that do not lie in [low, low + 2^width); returns how
 * many there are. `low` without base. */
size_t sx_packed_outside(uint64_t masks[4], const struct sx_packed_differences *in, uint64_t low,
                         unsigned width);

#endif
