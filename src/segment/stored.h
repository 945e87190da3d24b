/* SPDX-License-Identifier: Apache-2.0 */
/* stored.h -- a group of a segment as it is stored: its chunks' bytes, checked but not decoded.
 *
 * Why         A merge copies what it does not change: reading the bytes and their checksum costs a
 *             small part of what decoding and encoding them does.
 * Use         init; for each group: find, which looks into the directory alone, then read; deinit.
 * Threads     One owner; the segment must be held and loaded. */
#ifndef SX_SEGMENT_STORED_H
#define SX_SEGMENT_STORED_H

#include "segment/chunks.h"

struct sx_stored_chunk {
    struct sx_bytes name; /* of its column; lives as long as the segment is loaded */
    stria_type type;
    struct sx_bytes tables; /* that it may need; lives as long as the cursor's stripe */
    struct sx_chunk chunk;  /* chunk.values: where it is in the segment */
    size_t offset;          /* in `bytes`, once it was read */
};

struct sx_stored_group {
    struct sx_mem *mem;
    const struct sx_group *group; /* of the cursor's stripe */
    struct sx_stored_chunk *chunks;
    size_t chunk_count, chunk_capacity;
    struct sx_buf bytes; /* the time chunk, then the others */
};

void sx_stored_group_init(struct sx_stored_group *stored, struct sx_mem *mem);
void sx_stored_group_deinit(struct sx_stored_group *stored); /* of a zeroed one as well */

/* Takes a group of the stripe at hand. Returns OK, CORRUPT, IO, NOMEM. */
stria_status sx_stored_group_find(struct sx_stored_group *stored, struct sx_segment_cursor *cursor,
                                  uint32_t group, stria_error *err);
/* Reads its chunks. Returns OK, CORRUPT (a checksum), IO, NOMEM. */
stria_status sx_stored_group_read(struct sx_stored_group *stored, struct sx_segment_cursor *cursor,
                                  stria_error *err);

/* The bytes of the time chunk, and of another one: empty, where statistics tell all values. */
struct sx_bytes sx_stored_times(const struct sx_stored_group *stored);
struct sx_bytes sx_stored_bytes(const struct sx_stored_group *stored, size_t chunk);

#endif
