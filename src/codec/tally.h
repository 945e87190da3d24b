/* SPDX-License-Identifier: Apache-2.0 */
/* tally.h -- how often each number occurs.
 *
 * Why         The cost of a coder table (classes.h, tables.h) depends on the numbers' distribution
 *             only, and a sealed column of thousands of numbers has mostly a few dozen different
 *             ones: so they are counted once, and all searching is done on the counts.
 * Algorithm   Numbers of a small domain are counted in an array of it; others are sorted by radix.
 *             3 1 1 3 3 is: numbers 1 3, upto 2 5.
 * Threads     Pure. */
#ifndef SX_CODEC_TALLY_H
#define SX_CODEC_TALLY_H

#include <stddef.h>
#include <stdint.h>

struct sx_tally {
    size_t count;      /* different numbers */
    uint64_t *numbers; /* they, ascending */
    uint64_t *upto;    /* of each: how many of all are not larger */
};

/* Counts `count` (at least 1) numbers below 2^domain. scratch: room for 2 * count words, which the
 * tally lies in and which do not overlap the numbers. */
void sx_tally_make(struct sx_tally *tally, const uint64_t *numbers, size_t count, unsigned domain,
                   uint64_t *scratch);

struct sx_counted {
    uint64_t number;
    uint64_t count;
};

/* Sorts `count` counted numbers below 2^domain and adds up those that are equal; returns how many
 * are left. *counted and *spare, of equal size, may change places. */
size_t sx_counted_merge(struct sx_counted **counted, struct sx_counted **spare, size_t count,
                        unsigned domain);

/* How many of all numbers are before the different number `index`. */
static inline uint64_t sx_tally_below(const struct sx_tally *tally, size_t index)
{
    return index ? tally->upto[index - 1] : 0;
}

/* How many numbers were counted. */
static inline uint64_t sx_tally_all(const struct sx_tally *tally)
{
    return sx_tally_below(tally, tally->count);
}

#endif
