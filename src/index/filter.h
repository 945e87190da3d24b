/* SPDX-License-Identifier: Apache-2.0 */
/* filter.h -- a stored set of hashes that may say yes wrongly, never no: a split-block Bloom
 * filter.
 *
 * Why         One cache line tells whether a segment can hold a tag value or a series at all.
 * Source      Putze, Sanders, Singler: "Cache-, hash- and space-efficient Bloom filters" (2007);
 *             the layout and constants are those of the Parquet format's split-block filter.
 * Format      blocks of 32 bytes: 8 u32 words, one bit set in each. Block: upper 32 bits of the
 *             hash times the number of blocks, shifted right by 32; bit of word i: lower 32 bits
 *             times salt i, upper 5 bits. 12 bits a key give about 0.4 % wrong answers.
 * Threads     Pure. */
#ifndef SX_INDEX_FILTER_H
#define SX_INDEX_FILTER_H

#include "base/buf.h"

#define SX_FILTER_BLOCK_SIZE 32

/* Bytes of a filter for so many keys. */
size_t sx_filter_size(size_t key_count);
/* Adds a hash to a filter of `size` bytes. */
void sx_filter_add(uint8_t *filter, size_t size, uint64_t hash);
/* False: certainly not added. An empty filter holds everything (it is unknown). */
bool sx_filter_has(struct sx_bytes filter, uint64_t hash);

/* The hash of a (tag, value) pair, both escaped, as a series key has them. */
uint64_t sx_filter_pair_hash(struct sx_bytes key, struct sx_bytes value);

#endif
