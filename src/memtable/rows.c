/* SPDX-License-Identifier: Apache-2.0 */
/* rows.c -- see rows.h. */
#include "memtable/rows.h"

#include "base/error.h"
#include "base/varint.h"
#include "model/vector.h"

static int64_t time_of(const uint8_t *row)
{
    return (int64_t)sx_get_u64(row + SX_ROW_TIME);
}

/* ---- collecting ---- */

static bool collect_block(struct sx_mem_rows *rows, const struct sx_row_block *block,
                          uint32_t count, int64_t time_min, int64_t time_max)
{
    if (!SX_GROW(rows->mem, rows->rows, rows->row_capacity, rows->row_count + count))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        int64_t ts = time_of(block->rows[i]);
        if (ts >= time_min && ts <= time_max)
            rows->rows[rows->row_count++] = (struct sx_mem_row){.ts_ns = ts, .row = block->rows[i]};
    }
    return true;
}

/* Stable bottom-up merge sort by time; `scratch` has room for all. Runs that are in order already
 * are not moved, so nearly sorted rows cost little. */
static void sort_rows(struct sx_mem_row *rows, struct sx_mem_row *scratch, size_t count)
{
    for (size_t width = 1; width < count; width *= 2)
        for (size_t low = 0; low + width < count; low += 2 * width) {
            size_t middle = low + width, high = SX_MIN(low + 2 * width, count);
            if (rows[middle - 1].ts_ns <= rows[middle].ts_ns)
                continue;
            memcpy(scratch, rows + low, (middle - low) * sizeof *rows);
            size_t i = 0, left = middle - low, j = middle, out = low;
            while (i < left && j < high)
                rows[out++] = rows[j].ts_ns < scratch[i].ts_ns ? rows[j++] : scratch[i++];
            memcpy(rows + out, scratch + i, (left - i) * sizeof *rows);
        }
}

static stria_status group_equal_times(struct sx_mem_rows *rows, stria_error *err)
{
    size_t duplicates = 0;
    for (size_t i = 1; i < rows->row_count; i++)
        duplicates += rows->rows[i].ts_ns == rows->rows[i - 1].ts_ns;
    rows->time_count = rows->row_count - duplicates;
    if (!duplicates)
        return STRIA_OK;
    size_t size = (rows->time_count + 1) * sizeof *rows->starts, n = 0;
    rows->starts = sx_mem_alloc(rows->mem, size);
    if (!rows->starts)
        return sx_mem_refused(rows->mem, size, err);
    for (size_t i = 0; i < rows->row_count; i++)
        if (i == 0 || rows->rows[i].ts_ns != rows->rows[i - 1].ts_ns)
            rows->starts[n++] = (uint32_t)i;
    rows->starts[n] = (uint32_t)rows->row_count;
    return STRIA_OK;
}

stria_status sx_mem_rows_collect(struct sx_mem_rows *rows, struct sx_mem *mem,
                                 struct sx_mem_series *series, int64_t time_min, int64_t time_max,
                                 stria_error *err)
{
    *rows = (struct sx_mem_rows){.mem = mem};
    struct sx_row_block *block = atomic_load_explicit(&series->first, memory_order_acquire);
    while (block) {
        uint32_t count = atomic_load_explicit(&block->count, memory_order_acquire);
        /* Read after the count: it speaks of these rows too. */
        bool sorted = !atomic_load_explicit(&series->unsorted, memory_order_relaxed);
        bool skip = count == 0 || (sorted && (time_of(block->rows[count - 1]) < time_min ||
                                              time_of(block->rows[0]) > time_max));
        if (!skip && !collect_block(rows, block, count, time_min, time_max))
            return sx_mem_refused(mem, (rows->row_count + count) * sizeof *rows->rows, err);
        if (count < block->capacity)
            break;
        block = atomic_load_explicit(&block->next, memory_order_acquire);
    }
    if (atomic_load_explicit(&series->unsorted, memory_order_relaxed) && rows->row_count > 1) {
        size_t size = rows->row_count * sizeof *rows->rows;
        struct sx_mem_row *scratch = sx_mem_alloc(mem, size);
        if (!scratch)
            return sx_mem_refused(mem, size, err);
        sort_rows(rows->rows, scratch, rows->row_count);
        sx_mem_free(mem, scratch);
    }
    return group_equal_times(rows, err);
}

void sx_mem_rows_deinit(struct sx_mem_rows *rows)
{
    if (!rows->mem)
        return;
    sx_mem_free(rows->mem, rows->rows);
    sx_mem_free(rows->mem, rows->starts);
    *rows = (struct sx_mem_rows){0};
}

/* ---- columns ---- */

void sx_mem_rows_times(const struct sx_mem_rows *rows, size_t first, size_t count, int64_t *ts_ns)
{
    for (size_t i = 0; i < count; i++)
        ts_ns[i] = rows->rows[rows->starts ? rows->starts[first + i] : first + i].ts_ns;
}

/* Where a column stands in rows of one schema; found again only when the schema changes. */
struct place {
    const struct sx_memtable *memtable;
    uint32_t column_id;
    uint32_t field; /* the row's series field: schema and presence */
    bool known;
    bool found;
    bool has_presence;
    uint32_t index; /* of the column in the schema */
    size_t value_offset;
};

static void find_place(struct place *place, uint32_t field)
{
    const struct sx_mem_schema *schema = sx_memtable_schema(place->memtable, field >> 1);
    place->field = field;
    place->known = true;
    place->found = false;
    place->has_presence = schema->has_presence;
    for (uint32_t i = 0; i < schema->schema->column_count && !place->found; i++)
        if (schema->schema->column_ids[i] == place->column_id) {
            place->found = true;
            place->index = i;
        }
    size_t presence = place->has_presence ? sx_presence_size(schema->schema->column_count) : 0;
    place->value_offset = SX_ROW_VALUES + presence + (size_t)place->index * 8;
}

/* The 8 bytes of the column in a row; false: the row has no value of it. */
static bool value_in(struct place *place, const uint8_t *row, uint64_t *word)
{
    uint32_t field = sx_get_u32(row + SX_ROW_SERIES);
    if (!place->known || field != place->field)
        find_place(place, field);
    if (!place->found)
        return false;
    if (place->has_presence) {
        uint64_t bits = sx_get_u64(row + SX_ROW_VALUES + place->index / 64 * 8);
        if (!(bits >> (place->index % 64) & 1))
            return false;
    }
    *word = sx_get_u64(row + place->value_offset);
    return true;
}

static void store(stria_type type, void *values, size_t i, uint64_t word)
{
    if (type == STRIA_BOOL) {
        ((uint8_t *)values)[i] = word != 0;
    } else if (type == STRIA_STRING) {
        struct sx_bytes rest = sx_bytes_make((const void *)(uintptr_t)word, SIZE_MAX / 2),
                        text = {0};
        (void)sx_sized_get(&rest, &text); /* written by ourselves: whole */
        ((stria_bytes *)values)[i] = (stria_bytes){.ptr = (const char *)text.ptr, .len = text.len};
    } else {
        ((uint64_t *)values)[i] = word;
    }
}

static void store_absent(stria_type type, void *values, size_t i)
{
    if (type == STRIA_STRING)
        ((stria_bytes *)values)[i] = (stria_bytes){0};
    else if (type == STRIA_BOOL)
        ((uint8_t *)values)[i] = 0;
    else
        ((uint64_t *)values)[i] = 0;
}

size_t sx_mem_rows_column(const struct sx_memtable *memtable, const struct sx_mem_rows *rows,
                          size_t first, size_t count, uint32_t column_id, stria_type type,
                          void *values, uint64_t *present)
{
    struct place place = {.memtable = memtable, .column_id = column_id};
    size_t present_count = 0;
    memset(present, 0, (count + 63) / 64 * sizeof *present);
    for (size_t i = 0; i < count; i++) {
        size_t low = rows->starts ? rows->starts[first + i] : first + i;
        size_t high = rows->starts ? rows->starts[first + i + 1] : low + 1;
        uint64_t word;
        bool found = false;
        while (!found && high-- > low)
            found = value_in(&place, rows->rows[high].row, &word);
        if (found) {
            store(type, values, i, word);
            sx_bit_set(present, i);
            present_count++;
        } else {
            store_absent(type, values, i);
        }
    }
    return present_count;
}

void sx_mem_rows_columns(const struct sx_memtable *memtable, const struct sx_mem_rows *rows,
                         uint64_t *used)
{
    uint32_t last_field = UINT32_MAX;
    for (size_t i = 0; i < rows->row_count; i++) {
        const uint8_t *row = rows->rows[i].row;
        uint32_t field = sx_get_u32(row + SX_ROW_SERIES);
        const struct sx_mem_schema *schema = sx_memtable_schema(memtable, field >> 1);
        if (field == last_field && !schema->has_presence)
            continue;
        last_field = field;
        for (uint32_t j = 0; j < schema->schema->column_count; j++)
            if (!schema->has_presence ||
                sx_get_u64(row + SX_ROW_VALUES + j / 64 * 8) >> (j % 64) & 1)
                sx_bit_set(used, schema->schema->column_ids[j]);
    }
}
