/* SPDX-License-Identifier: Apache-2.0 */
/* table.c -- see table.h. */
#include "index/table.h"

#include <assert.h>

#define CAPACITY_MIN 64

void sx_table_init(struct sx_table *table, struct sx_mem *mem)
{
    *table = (struct sx_table){.mem = mem};
}

void sx_table_deinit(struct sx_table *table)
{
    if (table->mem)
        sx_mem_free(table->mem, table->cells);
    *table = (struct sx_table){0};
}

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static size_t home_of(const struct sx_table *table, uint32_t tag)
{
    return (size_t)((uint64_t)tag * table->capacity >> 32);
}

static size_t after(const struct sx_table *table, size_t i)
{
    return i + 1 == table->capacity ? 0 : i + 1;
}

uint32_t sx_table_find(const struct sx_table *table, uint64_t hash, sx_table_equal equal,
                       const void *owner, const void *key)
{
    if (table->count == 0)
        return SX_TABLE_NONE;
    uint32_t tag = tag_of(hash);
    for (size_t i = home_of(table, tag);; i = after(table, i)) {
        struct sx_table_cell cell = table->cells[i];
        if (cell.value == 0)
            return SX_TABLE_NONE;
        if (cell.tag == tag && equal(owner, cell.value - 1, key))
            return cell.value - 1;
    }
}

static void put_cell(struct sx_table *table, struct sx_table_cell cell)
{
    size_t i = home_of(table, cell.tag);
    while (table->cells[i].value)
        i = after(table, i);
    table->cells[i] = cell;
}

/* Moves all to an array of `capacity` cells. False: no memory; nothing changed. */
static bool resize(struct sx_table *table, size_t capacity)
{
    struct sx_table old = *table;
    struct sx_table_cell *cells = sx_mem_zalloc(table->mem, capacity * sizeof *cells);
    if (!cells)
        return false;
    table->cells = cells;
    table->capacity = capacity;
    for (size_t i = 0; i < old.capacity; i++)
        if (old.cells[i].value)
            put_cell(table, old.cells[i]);
    sx_mem_free(old.mem, old.cells);
    return true;
}

bool sx_table_reserve(struct sx_table *table)
{
    if (table->count < table->capacity / 8 * 7)
        return true;
    size_t capacity = table->capacity + table->capacity / 3;
    return resize(table, capacity < CAPACITY_MIN ? CAPACITY_MIN : (capacity + 7) / 8 * 8);
}

void sx_table_put(struct sx_table *table, uint64_t hash, uint32_t value)
{
    assert(value != SX_TABLE_NONE);
    assert(table->count < table->capacity / 8 * 7);
    put_cell(table, (struct sx_table_cell){.tag = tag_of(hash), .value = value + 1});
    table->count++;
}

/* How many cells behind its home a cell stands. */
static size_t distance(const struct sx_table *table, size_t from, size_t to)
{
    return to >= from ? to - from : to + table->capacity - from;
}

void sx_table_remove(struct sx_table *table, uint64_t hash, uint32_t value)
{
    size_t hole = home_of(table, tag_of(hash));
    while (table->cells[hole].value != value + 1) {
        assert(table->cells[hole].value);
        hole = after(table, hole);
    }
    for (size_t i = after(table, hole); table->cells[i].value; i = after(table, i)) {
        size_t home = home_of(table, table->cells[i].tag);
        /* The cell may move back into the hole unless its home lies behind the hole. */
        if (distance(table, home, i) >= distance(table, hole, i)) {
            table->cells[hole] = table->cells[i];
            hole = i;
        }
    }
    table->cells[hole] = (struct sx_table_cell){0};
    table->count--;
}

void sx_table_trim(struct sx_table *table)
{
    size_t wanted = (table->count + table->count / 3 + CAPACITY_MIN) / 8 * 8;
    if (wanted < table->capacity / 2)
        (void)resize(table, wanted);
}
