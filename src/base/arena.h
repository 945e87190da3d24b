/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h -- memory of one lifetime: many small allocations, one release.
 *
 * Why         A query's AST, a request's rows, a segment's tables: they die together.
 * Threads     One owner. */
#ifndef SX_BASE_ARENA_H
#define SX_BASE_ARENA_H

#include "base/bytes.h"
#include "base/mem.h"

struct sx_arena_block;

struct sx_arena {
    struct sx_mem *mem;
    struct sx_arena_block *blocks; /* newest first */
    uint8_t *next;
    size_t left;
    size_t block_size;
    size_t size; /* handed out */
};

/* `block_size`: bytes taken from mem at a time; 0: 4 KiB. Allocates nothing yet. */
void sx_arena_init(struct sx_arena *arena, struct sx_mem *mem, size_t block_size);
void sx_arena_deinit(struct sx_arena *arena);
/* Frees everything but the newest block. */
void sx_arena_reset(struct sx_arena *arena);

/* Memory aligned for any type up to 8 bytes, not zeroed; NULL: refused. size may be 0. */
SX_MUST_CHECK void *sx_arena_alloc(struct sx_arena *arena, size_t size);
SX_MUST_CHECK void *sx_arena_zalloc(struct sx_arena *arena, size_t size);
/* An array; refuses a product that overflows. */
SX_MUST_CHECK void *sx_arena_array(struct sx_arena *arena, size_t count, size_t item_size);
/* A copy of `bytes`, followed by a NUL that is not counted. out->ptr is NULL when refused. */
struct sx_bytes sx_arena_dup(struct sx_arena *arena, struct sx_bytes bytes);

#endif
