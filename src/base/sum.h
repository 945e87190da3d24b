/* SPDX-License-Identifier: Apache-2.0 */
/* sum.h -- the sum of doubles, defined on the values alone.
 *
 * Why         Adding doubles in another order gives other last digits, so an answer would change
 *             with the size of batches, after a flush or a merge. Here it depends on the values and
 *             their order only.
 * Algorithm   Up to SX_SUM_SHORT values are added one after the other, as the peer does. Of more,
 *             value i is added to lane i mod 8, and the lanes as
 *             ((l0 + l1) + (l2 + l3)) + ((l4 + l5) + (l6 + l7)).
 * Threads     Pure. */
#ifndef SX_BASE_SUM_H
#define SX_BASE_SUM_H

#include <stddef.h>
#include <stdint.h>

#define SX_SUM_SHORT 64
#define SX_SUM_LANES 8

struct sx_float_sum {
    uint64_t count;
    double lanes[SX_SUM_LANES];  /* once there are more than SX_SUM_SHORT */
    double values[SX_SUM_SHORT]; /* until then */
};

static inline void sx_float_sum_begin(struct sx_float_sum *sum)
{
    sum->count = 0;
}

void sx_float_sum_add(struct sx_float_sum *sum, const double *values, size_t count);

/* The sum; -0.0 of no values. */
double sx_float_sum_end(const struct sx_float_sum *sum);

/* The sum of values that stand together. */
double sx_float_sum_of(const double *values, size_t count);

#endif
