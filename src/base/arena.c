/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c -- see arena.h. */
#include "base/arena.h"

#define ARENA_ALIGN 8
#define ARENA_BLOCK_SIZE 4096
#define ARENA_BLOCK_SIZE_MIN 64

struct sx_arena_block {
    struct sx_arena_block *older;
    size_t size; /* of data */
    uint8_t data[];
};

void sx_arena_init(struct sx_arena *arena, struct sx_mem *mem, size_t block_size)
{
    size_t size = block_size ? SX_MAX(block_size, ARENA_BLOCK_SIZE_MIN) : ARENA_BLOCK_SIZE;
    *arena = (struct sx_arena){.mem = mem, .block_size = size};
}

static void free_older(struct sx_arena *arena, struct sx_arena_block *block)
{
    while (block) {
        struct sx_arena_block *older = block->older;
        sx_mem_free(arena->mem, block);
        block = older;
    }
}

void sx_arena_deinit(struct sx_arena *arena)
{
    free_older(arena, arena->blocks);
    *arena = (struct sx_arena){0};
}

void sx_arena_reset(struct sx_arena *arena)
{
    struct sx_arena_block *newest = arena->blocks;
    arena->size = 0;
    if (!newest)
        return;
    free_older(arena, newest->older);
    newest->older = NULL;
    arena->next = newest->data;
    arena->left = newest->size;
}

static bool add_block(struct sx_arena *arena, size_t need)
{
    size_t size = SX_MAX(need, arena->block_size - sizeof(struct sx_arena_block));
    struct sx_arena_block *block = sx_mem_alloc(arena->mem, sizeof *block + size);
    if (!block)
        return false;
    block->older = arena->blocks;
    block->size = size;
    arena->blocks = block;
    arena->next = block->data;
    arena->left = size;
    return true;
}

void *sx_arena_alloc(struct sx_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size_t rounded = (SX_MAX(size, 1) + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (arena->left < rounded && !add_block(arena, rounded))
        return NULL;
    void *ptr = arena->next;
    arena->next += rounded;
    arena->left -= rounded;
    arena->size += rounded;
    return ptr;
}

void *sx_arena_zalloc(struct sx_arena *arena, size_t size)
{
    void *ptr = sx_arena_alloc(arena, size);
    if (ptr)
        memset(ptr, 0, size);
    return ptr;
}

void *sx_arena_array(struct sx_arena *arena, size_t count, size_t item_size)
{
    if (item_size && count > SIZE_MAX / item_size)
        return NULL;
    return sx_arena_alloc(arena, count * item_size);
}

struct sx_bytes sx_arena_dup(struct sx_arena *arena, struct sx_bytes bytes)
{
    uint8_t *copy = sx_arena_alloc(arena, bytes.len + 1);
    if (!copy)
        return (struct sx_bytes){0};
    if (bytes.len)
        memcpy(copy, bytes.ptr, bytes.len);
    copy[bytes.len] = 0;
    return sx_bytes_make(copy, bytes.len);
}
