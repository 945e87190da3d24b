/* SPDX-License-Identifier: Apache-2.0 */
/* block.c -- see block.h. */
#include "scan/block.h"

#include <assert.h>

#define STRING_ARENA_SIZE 16384

void sx_block_init(struct sx_block *block, struct sx_mem *mem)
{
    *block = (struct sx_block){.mem = mem};
    sx_arena_init(&block->strings, mem, STRING_ARENA_SIZE);
}

static void free_columns(struct sx_block *block)
{
    for (uint32_t i = 0; i < block->column_capacity; i++) {
        sx_mem_free(block->mem, block->columns[i].values);
        sx_mem_free(block->mem, block->columns[i].present);
    }
    sx_mem_free(block->mem, block->columns);
    sx_mem_free(block->mem, block->ts_ns);
    block->columns = NULL;
    block->ts_ns = NULL;
    block->row_capacity = block->column_capacity = 0;
}

void sx_block_deinit(struct sx_block *block)
{
    if (!block->mem)
        return;
    free_columns(block);
    sx_arena_deinit(&block->strings);
    *block = (struct sx_block){0};
}

static bool allocate(struct sx_block *block, uint32_t row_count, uint32_t column_count)
{
    uint32_t rows = 64;
    while (rows < row_count)
        rows *= 2;
    block->ts_ns = sx_mem_alloc(block->mem, rows * sizeof *block->ts_ns);
    block->columns = sx_mem_zalloc(block->mem, ((size_t)column_count + 1) * sizeof *block->columns);
    if (!block->ts_ns || !block->columns)
        return false;
    block->column_capacity = column_count;
    for (uint32_t i = 0; i < column_count; i++) {
        /* Room for the widest type, so that a column may change its type. */
        block->columns[i].values = sx_mem_alloc(block->mem, rows * sizeof(stria_bytes));
        block->columns[i].present = sx_mem_alloc(block->mem, rows / 64 * sizeof(uint64_t));
        if (!block->columns[i].values || !block->columns[i].present)
            return false;
    }
    block->row_capacity = rows;
    return true;
}

stria_status sx_block_shape(struct sx_block *block, uint32_t row_count, const stria_type *types,
                            uint32_t column_count, stria_error *err)
{
    if (row_count > block->row_capacity || column_count > block->column_capacity) {
        uint32_t rows = SX_MAX(row_count, block->row_capacity);
        uint32_t columns = SX_MAX(column_count, block->column_capacity);
        free_columns(block);
        if (!allocate(block, rows, columns)) {
            free_columns(block);
            return sx_mem_refused(block->mem, (size_t)rows * columns * sizeof(stria_bytes), err);
        }
    }
    block->row_count = 0;
    block->column_count = column_count;
    for (uint32_t i = 0; i < column_count; i++)
        block->columns[i].type = types[i];
    sx_arena_reset(&block->strings);
    return STRIA_OK;
}

void sx_block_no_values(struct sx_block *block, uint32_t column)
{
    struct sx_block_column *c = &block->columns[column];
    memset(c->present, 0, ((size_t)block->row_count + 63) / 64 * sizeof *c->present);
    memset(c->values, 0, block->row_count * sx_type_size(c->type));
    c->all_present = false;
    c->none_present = true;
}

void sx_block_settle(struct sx_block *block, uint32_t column)
{
    struct sx_block_column *c = &block->columns[column];
    size_t count = 0;
    if (block->row_count % 64) /* what an earlier use left behind the last row */
        c->present[block->row_count / 64] &= ((uint64_t)1 << (block->row_count % 64)) - 1;
    for (uint32_t i = 0; i < (block->row_count + 63) / 64; i++)
        count += (size_t)__builtin_popcountll(c->present[i]);
    c->all_present = count == block->row_count;
    c->none_present = count == 0;
}

static void reverse_values(void *values, size_t size, uint32_t count)
{
    uint8_t *low = values, *high = low + (size_t)(count - 1) * size, t[sizeof(stria_bytes)];
    for (; low < high; low += size, high -= size) {
        memcpy(t, low, size);
        memcpy(low, high, size);
        memcpy(high, t, size);
    }
}

static void reverse_bits(uint64_t *bits, uint32_t count)
{
    for (uint32_t low = 0, high = count - 1; low < high; low++, high--) {
        bool a = sx_bit_get(bits, low), b = sx_bit_get(bits, high);
        if (a != b) {
            bits[low / 64] ^= (uint64_t)1 << (low % 64);
            bits[high / 64] ^= (uint64_t)1 << (high % 64);
        }
    }
}

void sx_block_reverse(struct sx_block *block)
{
    if (block->row_count < 2)
        return;
    reverse_values(block->ts_ns, sizeof *block->ts_ns, block->row_count);
    for (uint32_t i = 0; i < block->column_count; i++) {
        struct sx_block_column *c = &block->columns[i];
        reverse_values(c->values, sx_type_size(c->type), block->row_count);
        if (!c->all_present && !c->none_present)
            reverse_bits(c->present, block->row_count);
    }
}

void sx_bits_copy(uint64_t *to, size_t at, const uint64_t *from, size_t first, size_t count)
{
    assert(to || count == 0);
    while (count) {
        size_t in_word = at % 64, take = SX_MIN(64 - in_word, count);
        uint64_t mask = take == 64 ? ~(uint64_t)0 : ((uint64_t)1 << take) - 1, bits = mask;
        if (from) {
            bits = from[first / 64] >> (first % 64);
            if (first % 64 && first % 64 + take > 64)
                bits |= from[first / 64 + 1] << (64 - first % 64);
            bits &= mask;
        }
        to[at / 64] = (to[at / 64] & ~(mask << in_word)) | bits << in_word;
        at += take;
        first += take;
        count -= take;
    }
}

void sx_block_append(struct sx_block *to, const struct sx_block *from, uint32_t first,
                     uint32_t count)
{
    uint32_t at = to->row_count;
    memcpy(to->ts_ns + at, from->ts_ns + first, count * sizeof *to->ts_ns);
    for (uint32_t i = 0; i < to->column_count; i++) {
        const struct sx_block_column *f = &from->columns[i];
        struct sx_block_column *t = &to->columns[i];
        size_t size = sx_type_size(t->type);
        memcpy((uint8_t *)t->values + at * size, (const uint8_t *)f->values + first * size,
               count * size);
        sx_bits_copy(t->present, at, f->present, first, count);
    }
    to->row_count = at + count;
}

void sx_block_drop(struct sx_block *block, const uint64_t *drop)
{
    uint32_t end = block->row_count;
    block->row_count = 0;
    for (uint32_t row = 0; row < end; row++) {
        if (sx_bit_get(drop, row))
            continue;
        if (block->row_count == row)
            block->row_count++;
        else
            sx_block_append(block, block, row, 1);
    }
    for (uint32_t i = 0; i < block->column_count; i++)
        sx_block_settle(block, i);
}
