/* SPDX-License-Identifier: Apache-2.0 */
/* byte_heap.c -- see byte_heap.h. */
#include "index/byte_heap.h"

#include <assert.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)65536)
#define CHUNK_COUNT_MAX ((size_t)1 << 18)
#define UNIT 4 /* bytes */

void sx_byte_heap_init(struct sx_byte_heap *heap, struct sx_mem *mem)
{
    *heap = (struct sx_byte_heap){.mem = mem};
}

void sx_byte_heap_deinit(struct sx_byte_heap *heap)
{
    for (size_t i = 0; i < heap->chunk_count; i++)
        sx_mem_free(heap->mem, heap->chunks[i].bytes);
    if (heap->mem)
        sx_mem_free(heap->mem, heap->chunks);
    *heap = (struct sx_byte_heap){0};
}

static size_t rounded(size_t size)
{
    return (size + UNIT - 1) / UNIT * UNIT;
}

/* A chunk number that is free, or a new one; SIZE_MAX: no memory. */
static size_t take_number(struct sx_byte_heap *heap)
{
    for (size_t i = 1; i < heap->chunk_count; i++)
        if (!heap->chunks[i].bytes)
            return i;
    size_t number = SX_MAX(heap->chunk_count, 1); /* 0 would make place 0 */
    if (number == CHUNK_COUNT_MAX ||
        !SX_GROW(heap->mem, heap->chunks, heap->chunk_capacity, number + 1))
        return SIZE_MAX;
    while (heap->chunk_count <= number)
        heap->chunks[heap->chunk_count++] = (struct sx_byte_chunk){0};
    return number;
}

static void free_chunk(struct sx_byte_heap *heap, size_t number)
{
    struct sx_byte_chunk *chunk = &heap->chunks[number];
    heap->size -= chunk->size;
    sx_mem_free(heap->mem, chunk->bytes);
    *chunk = (struct sx_byte_chunk){0};
}

/* A new chunk with room for `size`; SIZE_MAX: no memory. */
static size_t add_chunk(struct sx_byte_heap *heap, size_t size)
{
    size_t number = take_number(heap);
    if (number == SIZE_MAX)
        return SIZE_MAX;
    uint8_t *bytes = sx_mem_alloc(heap->mem, size);
    if (!bytes)
        return SIZE_MAX;
    heap->chunks[number] = (struct sx_byte_chunk){.bytes = bytes, .size = (uint32_t)size};
    heap->size += size;
    return number;
}

static uint32_t cut(struct sx_byte_heap *heap, size_t number, size_t size)
{
    struct sx_byte_chunk *chunk = &heap->chunks[number];
    uint32_t place = (uint32_t)(number << 14 | chunk->used / UNIT);
    chunk->used += (uint32_t)size;
    chunk->live += (uint32_t)size;
    heap->live += size;
    return place;
}

uint32_t sx_byte_heap_alloc(struct sx_byte_heap *heap, size_t size)
{
    assert(size > 0 && size <= SX_BYTE_HEAP_BLOCK_MAX);
    size = rounded(size);
    if (size > CHUNK_SIZE / 4) { /* one for itself: the current one goes on being filled */
        size_t own = add_chunk(heap, size);
        return own == SIZE_MAX ? 0 : cut(heap, own, size);
    }
    const struct sx_byte_chunk *current = heap->current ? &heap->chunks[heap->current] : NULL;
    if (!current || current->size - current->used < size) {
        size_t number = add_chunk(heap, CHUNK_SIZE);
        if (number == SIZE_MAX)
            return 0;
        size_t old = heap->current;
        heap->current = number;
        if (old && heap->chunks[old].live == 0)
            free_chunk(heap, old);
    }
    return cut(heap, heap->current, size);
}

void sx_byte_heap_free(struct sx_byte_heap *heap, uint32_t place, size_t size)
{
    size_t number = place >> 14;
    struct sx_byte_chunk *chunk = &heap->chunks[number];
    size = rounded(size);
    assert(chunk->live >= size);
    chunk->live -= (uint32_t)size;
    heap->live -= size;
    if (chunk->live)
        return;
    if (number == heap->current)
        chunk->used = 0;
    else
        free_chunk(heap, number);
}

bool sx_byte_heap_is_sparse(const struct sx_byte_heap *heap)
{
    return heap->size > 4 * CHUNK_SIZE && heap->live < heap->size / 3 * 2;
}

void sx_byte_heap_begin_moving(struct sx_byte_heap *heap)
{
    for (size_t i = 1; i < heap->chunk_count; i++)
        heap->chunks[i].leaving =
            i != heap->current && heap->chunks[i].live < heap->chunks[i].size / 4 * 3;
}

uint32_t sx_byte_heap_move(struct sx_byte_heap *heap, uint32_t place, size_t size)
{
    assert(sx_byte_heap_is_leaving(heap, place));
    uint32_t to = sx_byte_heap_alloc(heap, size);
    if (to == 0)
        return place;
    memcpy(sx_byte_heap_at(heap, to), sx_byte_heap_at(heap, place), size);
    sx_byte_heap_free(heap, place, size);
    return to;
}
