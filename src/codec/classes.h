/* SPDX-License-Identifier: Apache-2.0 */
/* classes.h -- a distribution of numbers as few classes: which interval a number is in, then its
 * place there.
 *
 * Why         The sealed form spends bits on a number by how frequent its neighbourhood is. A class
 *             is coded by its frequency (ans.h), the place inside as plain bits. Few, well cut
 *             classes cost few bytes of table and lose almost nothing.
 * Algorithm   The numbers lie in [0, 2^domain). A binary tree halves the domain; a leaf is a class
 *             2^width wide that begins at a multiple of its width. Which nodes to split is found
 *             bottom up on the counts of the numbers: a node stays whole unless its parts, their
 *             description included, cost less. So the cut is the best of all dyadic ones.
 * Format      bits (bits.h): 7 domain | the tree, each node before its lower and upper half:
 *               0 split | 1 0 empty | 1 1 and 6 bits of price: a class
 *             a node 1 wide has no first bit. Price k: a share of 2^(-k/4) of all numbers.
 * Limits      1 to SX_CLASSES_MAX classes; domain 0 to 64.
 * Threads     Pure. */
#ifndef SX_CODEC_CLASSES_H
#define SX_CODEC_CLASSES_H

#include "codec/bits.h"
#include "codec/tally.h"

#define SX_CLASSES_MAX 256

struct sx_classes {
    unsigned domain;
    unsigned count;
    uint64_t low[SX_CLASSES_MAX];  /* ascending */
    uint8_t width[SX_CLASSES_MAX]; /* the class is [low, low + 2^width) */
    uint8_t price[SX_CLASSES_MAX]; /* 0-63 */
};

/* Finds the best classes for numbers below 2^domain. Returns the bits that the numbers would take
 * with them, table and all, times 256. flat: only classes one wide (the numbers must have at most
 * SX_CLASSES_MAX different values; otherwise UINT64_MAX is returned). */
uint64_t sx_classes_find(struct sx_classes *classes, const struct sx_tally *tally, unsigned domain,
                         bool flat);

/* Appends the table to `writer`, and its size in bits. */
void sx_classes_put(struct sx_bit_writer *writer, const struct sx_classes *classes);
size_t sx_classes_bits(const struct sx_classes *classes);

/* Reads a table at bit *position of `in`, untrusted, and moves on. False: malformed. */
bool sx_classes_get(struct sx_classes *classes, struct sx_bytes in, size_t *position);

/* The class of a number, or `count` when no class has it. */
static inline unsigned sx_classes_of(const struct sx_classes *classes, uint64_t v)
{
    unsigned low = 0, high = classes->count;
    while (high - low > 1) {
        unsigned middle = (low + high) / 2;
        if (classes->low[middle] <= v)
            low = middle;
        else
            high = middle;
    }
    uint64_t place = v - classes->low[low];
    return place <= sx_bit_mask(classes->width[low]) ? low : classes->count;
}

/* The share that a price stands for, of 2^16. */
static inline uint64_t sx_classes_share(unsigned price)
{
    static const uint32_t quarter[4] = {65536, 55109, 46341, 38968};
    return quarter[price % 4] >> (price / 4);
}

/* What a number of each class costs in bits, its place in the class left out, times 256: the shares
 * are brought to a sum of one. */
void sx_classes_costs(uint16_t *costs, const struct sx_classes *classes);

/* log2(v) * 256 for v > 0, to within 4 of the truth; integers only, so that every
 * machine chooses alike. */
unsigned sx_log2_256(uint64_t v);

#endif
