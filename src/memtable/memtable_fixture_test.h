/* SPDX-License-Identifier: Apache-2.0 */
/* memtable_fixture_test.h -- what tests of memtables share: batches from text, and their rows back
 * as text (index/rows_fixture_test.h). */
#ifndef SX_MEMTABLE_MEMTABLE_FIXTURE_TEST_H
#define SX_MEMTABLE_MEMTABLE_FIXTURE_TEST_H

#include "index/index_fixture_test.h"
#include "index/rows_fixture_test.h"
#include "memtable/rows.h"

struct mem_test {
    struct index_test ix;
    struct sx_memtable *memtable;
    struct sx_batch batch; /* being filled */
    uint64_t next_seq;
    struct sx_buf out; /* rows as text */
};

static inline void mem_test_init(struct mem_test *t)
{
    *t = (struct mem_test){.next_seq = 1};
    index_test_init(&t->ix);
    t->memtable = sx_memtable_create(&t->ix.memory.mem, 7, t->ix.index);
    assert_non_null(t->memtable);
    sx_batch_init(&t->batch, &t->ix.memory.mem);
    sx_buf_init(&t->out, &t->ix.memory.mem, (size_t)64 << 20);
}

static inline void mem_test_deinit(struct mem_test *t)
{
    sx_memtable_release(t->memtable);
    sx_batch_deinit(&t->batch);
    sx_buf_deinit(&t->out);
    index_test_deinit(&t->ix);
}

/* The batch's schema of these fields, made if need be. */
static inline uint32_t mem_test_schema(struct sx_batch *b, struct sx_bytes measurement,
                                       const struct test_field *fields, size_t count)
{
    for (uint32_t s = 0; s < b->schema_count; s++) {
        const struct sx_batch_schema *schema = &b->schemas[s];
        bool same =
            schema->column_count == count && sx_bytes_equal(schema->measurement, measurement);
        for (size_t i = 0; same && i < count; i++)
            same = schema->columns[i].type == fields[i].type &&
                   sx_bytes_equal(schema->columns[i].name, fields[i].name);
        if (same)
            return s;
    }
    struct sx_batch_column *columns = sx_arena_array(&b->arena, count, sizeof *columns);
    for (size_t i = 0; i < count; i++)
        columns[i] = (struct sx_batch_column){.name = sx_arena_dup(&b->arena, fields[i].name),
                                              .type = fields[i].type};
    assert_true(
        sx_batch_add_schema(b, sx_arena_dup(&b->arena, measurement), columns, (uint32_t)count));
    return (uint32_t)b->schema_count - 1;
}

static inline uint32_t mem_test_series(struct sx_batch *b, struct sx_bytes key)
{
    for (uint32_t i = 0; i < b->series_count; i++)
        if (sx_bytes_equal(b->series[i].key, key))
            return i;
    assert_true(sx_batch_add_series(b, sx_arena_dup(&b->arena, key), sx_hash(key), NULL));
    return (uint32_t)b->series_count - 1;
}

/* Adds a row to a batch; `scratch` for the key. Presence words are used if a field is absent. */
static inline void mem_test_add_row(struct sx_batch *b, struct sx_buf *scratch, const char *series,
                                    int64_t ts_ns, const struct test_field *fields, size_t count)
{
    size_t len = strcspn(series, ",");
    bool presence = false;
    for (size_t i = 0; i < count; i++)
        presence = presence || !fields[i].present;
    uint32_t schema = mem_test_schema(b, sx_bytes_make(series, len), fields, count);
    uint32_t number = mem_test_series(b, index_test_key(scratch, series));
    uint8_t *words = sx_batch_add_row(b, schema, presence, ts_ns, number, 1);
    assert_non_null(words);
    uint8_t *values = words + (presence ? sx_presence_size((uint32_t)count) : 0);
    for (size_t i = 0; i < count; i++) {
        uint64_t word = fields[i].bits;
        if (!fields[i].present)
            continue;
        if (presence)
            sx_put_u64(words + i / 64 * 8, sx_get_u64(words + i / 64 * 8) | (uint64_t)1 << i % 64);
        if (fields[i].type == STRIA_STRING)
            assert_true(sx_batch_add_string(b, fields[i].text, &word));
        sx_put_u64(values + i * 8, word);
        b->sample_count++;
    }
}

static inline void mem_test_row(struct mem_test *t, const char *series, int64_t ts_ns,
                                const char *text)
{
    struct test_field fields[TEST_FIELDS_MAX];
    size_t count = test_fields_parse(text, fields);
    mem_test_add_row(&t->batch, &t->ix.key, series, ts_ns, fields, count);
}

/* Gives series their slots and schemas their form in the index. */
static inline void mem_test_resolve(struct sx_batch *b, struct sx_series_index *index)
{
    for (size_t i = 0; i < b->series_count; i++)
        assert_int_equal(sx_series_index_resolve(index, b->series[i].key, b->series[i].hash, NULL,
                                                 &b->series[i].slot, NULL),
                         STRIA_OK);
    for (size_t i = 0; i < b->schema_count; i++) {
        const struct sx_schema *schema;
        assert_int_equal(sx_series_index_schema(index, &b->schemas[i], &schema, NULL), STRIA_OK);
        b->schemas[i].resolved = schema;
    }
}

/* Reserves and applies the batch, and empties it. */
static inline void mem_test_commit_to(struct sx_memtable *memtable, struct sx_batch *b,
                                      uint64_t seq)
{
    struct sx_memtable_place place;
    mem_test_resolve(b, sx_memtable_index(memtable));
    assert_int_equal(sx_memtable_reserve(memtable, b, &place, NULL), STRIA_OK);
    sx_memtable_apply(memtable, b, &place, seq);
    sx_batch_clear(b);
}

static inline void mem_test_commit(struct mem_test *t)
{
    mem_test_commit_to(t->memtable, &t->batch, t->next_seq++);
}

/* ---- reading ---- */

/* The rows of a slot between two times, with all columns of its measurement, into t->out. */
static inline void mem_test_read_slot(struct mem_test *t, uint32_t slot, int64_t time_min,
                                      int64_t time_max)
{
    struct sx_measurement_column columns[64];
    struct sx_mem_series *series = sx_memtable_series(t->memtable, slot);
    struct sx_mem_rows rows;
    uint32_t column_count;
    if (!series)
        return;
    assert_int_equal(
        sx_mem_rows_collect(&rows, &t->ix.memory.mem, series, time_min, time_max, NULL), STRIA_OK);
    (void)sx_series_index_columns(t->ix.index, slot, columns, 64, &column_count);
    for (size_t i = 0; i < rows.time_count; i++) {
        int64_t ts;
        sx_mem_rows_times(&rows, i, 1, &ts);
        test_row_begin(&t->out, ts);
        for (uint32_t c = 0; c < column_count; c++) {
            uint64_t value[2], present;
            if (sx_mem_rows_column(t->memtable, &rows, i, 1, c, columns[c].type, value, &present))
                test_row_value(&t->out, columns[c].name, columns[c].type, value, 0);
        }
    }
    sx_mem_rows_deinit(&rows);
}

static inline void mem_test_read(struct mem_test *t, const char *series, int64_t time_min,
                                 int64_t time_max)
{
    struct sx_bytes key = index_test_key(&t->ix.key, series);
    uint32_t slot = sx_series_index_find(t->ix.index, key, sx_hash(key));
    sx_buf_clear(&t->out);
    if (slot != SX_SLOT_NONE)
        mem_test_read_slot(t, slot, time_min, time_max);
}

#endif
