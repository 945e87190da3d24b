/* SPDX-License-Identifier: Apache-2.0 */
/* byte_heap.h -- many small blocks of bytes, known by 32-bit places; what is dead is given back.
 *
 * Why         A million tag values and tag lists of 10 to 30 bytes: malloc would add 8 to 16 to
 *             each, a pointer 4 more, and after a day of churn the holes would stay.
 * Algorithm   Blocks are cut one behind the other from chunks of 64 KiB, which count what lives in
 *             them. A chunk in which nothing lives is freed. When much is dead, the owner moves the
 *             live blocks out of the chunks that are half empty (sx_byte_heap_begin_moving).
 *             A place is the number of the chunk << 14 | offset / 4.
 * Invariants  The owner knows the size of each block and of whom it is. Blocks move only when their
 *             owner moves them. Place 0 is nobody's.
 * Limits      Blocks of 1 to 1 MiB; 2^18 chunks.
 * Threads     One owner. */
#ifndef SX_INDEX_BYTE_HEAP_H
#define SX_INDEX_BYTE_HEAP_H

#include "base/mem.h"

#define SX_BYTE_HEAP_BLOCK_MAX ((size_t)1 << 20)

struct sx_byte_chunk {
    uint8_t *bytes; /* NULL: the number is free */
    uint32_t size, used, live;
    bool leaving; /* its live blocks are to be moved */
};

struct sx_byte_heap {
    struct sx_mem *mem;
    struct sx_byte_chunk *chunks;
    size_t chunk_count, chunk_capacity;
    size_t current; /* the chunk that blocks are cut from */
    size_t size;    /* of all chunks */
    size_t live;    /* of all blocks */
};

void sx_byte_heap_init(struct sx_byte_heap *heap, struct sx_mem *mem);
void sx_byte_heap_deinit(struct sx_byte_heap *heap);

/* A block of `size` bytes; 0: no memory. */
SX_MUST_CHECK uint32_t sx_byte_heap_alloc(struct sx_byte_heap *heap, size_t size);
void sx_byte_heap_free(struct sx_byte_heap *heap, uint32_t place, size_t size);

static inline uint8_t *sx_byte_heap_at(const struct sx_byte_heap *heap, uint32_t place)
{
    return heap->chunks[place >> 14].bytes + (size_t)(place & 0x3fff) * 4;
}

/* Whether more than a third is dead, and it is worth moving blocks. */
bool sx_byte_heap_is_sparse(const struct sx_byte_heap *heap);
/* Marks the chunks that are to be emptied; then the owner moves each of its blocks that is in
 * one. */
void sx_byte_heap_begin_moving(struct sx_byte_heap *heap);
/* Whether the block is in such a chunk. */
static inline bool sx_byte_heap_is_leaving(const struct sx_byte_heap *heap, uint32_t place)
{
    return heap->chunks[place >> 14].leaving;
}

/* Moves a block that is; returns its place from now on: the same when there is no memory. */
uint32_t sx_byte_heap_move(struct sx_byte_heap *heap, uint32_t place, size_t size);

#endif
