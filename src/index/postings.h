/* SPDX-License-Identifier: Apache-2.0 */
/* postings.h -- a stored list of ascending ordinals: which series of a segment have a tag value.
 *
 * Format      varint count of runs, then for each: varint gap << 1 | long, [varint length - 2 if
 *             long]. gap: ordinals skipped since the end of the run before; a run is one ordinal,
 *             or `length`. {0, 1, 2, 7} -> 02 | 01 01 | 08
 * Invariants  Decoding never adds an ordinal outside the universe.
 * Threads     Pure. */
#ifndef SX_INDEX_POSTINGS_H
#define SX_INDEX_POSTINGS_H

#include "base/buf.h"
#include "index/bitset.h"

/* Appends the list; a refusal shows in out->failed. */
void sx_postings_put(struct sx_buf *out, const uint32_t *ordinals, size_t count);

/* A walk over the runs of a list. */
struct sx_postings_walk {
    struct sx_bytes rest;
    uint64_t run_count; /* that are left */
    size_t end;         /* behind the run before */
    size_t universe;
};

/* Begins with the list at the front of `in`, of ordinals below `universe`; false: damaged. */
SX_MUST_CHECK bool sx_postings_walk(struct sx_postings_walk *walk, struct sx_bytes in,
                                    size_t universe);
/* The next run of ordinals; false: the end, or damage (then walk->run_count is not 0). */
SX_MUST_CHECK bool sx_postings_next(struct sx_postings_walk *walk, uint32_t *first,
                                    uint32_t *length);

/* Adds the list at the front of *in to `set` and takes it off; false: damaged (the set may have got
 * some). */
SX_MUST_CHECK bool sx_postings_add(struct sx_bytes *in, struct sx_bitset *set);

#endif
