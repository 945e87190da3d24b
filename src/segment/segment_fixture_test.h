/* SPDX-License-Identifier: Apache-2.0 */
/* segment_fixture_test.h -- what tests of segments share: writing one from text to a disk in
 * memory, and telling all that stands in it as text.
 *
 * Format      Rows as in index/rows_fixture_test.h; a group of rows in braces behind the series:
 *             "cpu,host=a{1:f1=1 2:f1=2}{9:f1=3} cpu,host=b{1:f1=1}". */
#ifndef SX_SEGMENT_SEGMENT_FIXTURE_TEST_H
#define SX_SEGMENT_SEGMENT_FIXTURE_TEST_H

#include "base/hash.h"
#include "index/index_fixture_test.h"
#include "index/rows_fixture_test.h"
#include "os/os_fault.h"
#include "os/os_mem.h"
#include "segment/chunks.h"
#include "segment/keys.h"
#include "segment/writer.h"

#define TEST_GROUP_ROWS 64

struct seg_test {
    struct test_mem memory;
    struct sx_os *disk, *os; /* os: the disk, or what stands before it */
    struct sx_segment_writer *writer;
    struct sx_segment_info info; /* of the finished one */
    uint64_t generation;         /* of the next one; 0: 4 and 5 */
    bool no_entropy;             /* of the next one */
    struct sx_segment *segment;
    struct sx_buf key, last_key, out;
    stria_error err;
    /* the group being gathered */
    int64_t ts_ns[TEST_GROUP_ROWS];
    uint32_t row_count;
    struct test_column {
        struct sx_bytes name;
        stria_type type;
        uint64_t values[2 * TEST_GROUP_ROWS]; /* room for views of strings */
        uint64_t present;
    } columns[TEST_FIELDS_MAX];
    size_t column_count;
};

static inline void seg_test_init(struct seg_test *t)
{
    *t = (struct seg_test){0};
    test_mem_init(&t->memory);
    t->disk = t->os = sx_os_mem_create(7);
    assert_non_null(t->disk);
    sx_buf_init(&t->key, &t->memory.mem, 1 << 20);
    sx_buf_init(&t->last_key, &t->memory.mem, 1 << 20);
    sx_buf_init(&t->out, &t->memory.mem, (size_t)64 << 20);
}

static inline void seg_test_close(struct seg_test *t)
{
    sx_segment_release(t->segment);
    t->segment = NULL;
}

static inline void seg_test_deinit(struct seg_test *t)
{
    sx_segment_writer_destroy(t->writer);
    seg_test_close(t);
    sx_buf_deinit(&t->key);
    sx_buf_deinit(&t->last_key);
    sx_buf_deinit(&t->out);
    if (t->os != t->disk)
        sx_os_fault_destroy(t->os);
    sx_os_mem_destroy(t->disk);
    test_mem_deinit(&t->memory);
}

/* ---- writing ---- */

static inline stria_status seg_test_begin(struct seg_test *t, enum sx_tier tier)
{
    struct sx_segment_writer_options options = {.os = t->os,
                                                .mem = &t->memory.mem,
                                                .path = "a.seg",
                                                .no_entropy = t->no_entropy,
                                                .info = {.segment_id = 0x2a,
                                                         .policy_id = 3,
                                                         .level = 1,
                                                         .tier = (uint8_t)tier,
                                                         .first_generation = 4,
                                                         .last_generation = 5,
                                                         .first_seq = 60,
                                                         .last_seq = 70,
                                                         .tombstone_id = 8}};
    if (t->generation) {
        options.info.first_generation = options.info.last_generation = t->generation;
        options.info.tombstone_id = 0;
    }
    t->err = (stria_error){0};
    sx_buf_clear(&t->last_key);
    t->row_count = 0;
    t->column_count = 0;
    return sx_segment_writer_create(&options, &t->writer, &t->err);
}

/* Writes the rows gathered as one group. */
static inline stria_status seg_test_group(struct seg_test *t)
{
    struct sx_writer_column columns[TEST_FIELDS_MAX];
    uint64_t all = t->row_count == 64 ? ~(uint64_t)0 : ((uint64_t)1 << t->row_count) - 1;
    if (t->row_count == 0)
        return STRIA_OK;
    for (size_t i = 0; i < t->column_count; i++) {
        struct test_column *c = &t->columns[i];
        if (c->type == STRIA_BOOL) /* one byte each */
            for (uint32_t k = 0; k < t->row_count; k++)
                ((uint8_t *)c->values)[k] = (uint8_t)c->values[k];
        columns[i] = (struct sx_writer_column){.name = c->name,
                                               .type = c->type,
                                               .values = c->values,
                                               .present = c->present == all ? NULL : &c->present};
    }
    stria_status st = sx_segment_writer_rows(t->writer, t->ts_ns, t->row_count, columns,
                                             t->column_count, &t->err);
    t->row_count = 0;
    t->column_count = 0;
    return st;
}

static inline struct test_column *seg_test_column(struct seg_test *t,
                                                  const struct test_field *field)
{
    for (size_t i = 0; i < t->column_count; i++)
        if (t->columns[i].type == field->type && sx_bytes_equal(t->columns[i].name, field->name))
            return &t->columns[i];
    assert_true(t->column_count < TEST_FIELDS_MAX);
    struct test_column *column = &t->columns[t->column_count++];
    *column = (struct test_column){.name = field->name, .type = field->type};
    return column;
}

/* Adds a row; texts must outlive the writer. A row of another series ends the group, and so do 64
 * rows. */
static inline stria_status seg_test_put_fields(struct seg_test *t, const char *series,
                                               int64_t ts_ns, const struct test_field *fields,
                                               size_t count)
{
    struct sx_bytes key = index_test_key(&t->key, series);
    stria_status st = STRIA_OK;
    if (!sx_bytes_equal(sx_buf_bytes(&t->last_key), key)) {
        st = seg_test_group(t);
        if (!st)
            st = sx_segment_writer_series(t->writer, key, sx_hash(key), &t->err);
        sx_buf_clear(&t->last_key);
        sx_buf_put_bytes(&t->last_key, key);
    } else if (t->row_count == TEST_GROUP_ROWS) {
        st = seg_test_group(t);
    }
    if (st)
        return st;
    uint32_t row = t->row_count++;
    t->ts_ns[row] = ts_ns;
    for (size_t i = 0; i < count; i++) {
        struct test_column *column = seg_test_column(t, &fields[i]);
        if (!fields[i].present)
            continue;
        column->present |= (uint64_t)1 << row;
        if (fields[i].type == STRIA_STRING)
            ((stria_bytes *)(void *)column->values)[row] =
                (stria_bytes){.ptr = (const char *)fields[i].text.ptr, .len = fields[i].text.len};
        else
            column->values[row] = fields[i].bits;
    }
    return STRIA_OK;
}

static inline stria_status seg_test_row(struct seg_test *t, const char *series, int64_t ts_ns,
                                        const char *text)
{
    struct test_field fields[TEST_FIELDS_MAX];
    size_t count = test_fields_parse(text, fields);
    return seg_test_put_fields(t, series, ts_ns, fields, count);
}

static inline stria_status seg_test_finish(struct seg_test *t)
{
    stria_status st = seg_test_group(t);
    if (!st)
        st = sx_segment_writer_finish(t->writer, &t->info, &t->err);
    sx_segment_writer_destroy(t->writer);
    t->writer = NULL;
    return st;
}

/* A series and a row of a test's segment; rows of one series follow each other. NULL as series: a
 * new group begins. */
struct seg_test_line {
    const char *series;
    int64_t ts_ns;
    const char *fields;
};

static inline stria_status seg_test_try_write(struct seg_test *t, enum sx_tier tier,
                                              const struct seg_test_line *lines, size_t count)
{
    stria_status st = seg_test_begin(t, tier);
    for (size_t i = 0; i < count && !st; i++)
        st = lines[i].series ? seg_test_row(t, lines[i].series, lines[i].ts_ns, lines[i].fields)
                             : seg_test_group(t);
    if (!st)
        st = seg_test_finish(t);
    sx_segment_writer_destroy(t->writer);
    t->writer = NULL;
    return st;
}

static inline void seg_test_write(struct seg_test *t, enum sx_tier tier,
                                  const struct seg_test_line *lines, size_t count)
{
    if (seg_test_try_write(t, tier, lines, count))
        fail_msg("%s", t->err.text);
}

/* ---- reading ---- */

static inline stria_status seg_test_open(struct seg_test *t)
{
    seg_test_close(t);
    t->err = (stria_error){0};
    t->segment = sx_segment_create(t->os, &t->memory.mem, "a.seg", &t->info);
    if (!t->segment)
        return STRIA_NOMEM;
    stria_status st = sx_segment_load(t->segment, &t->err);
    assert_int_equal(st, t->err.code);
    return st;
}

/* The rows of one group, in braces. */
static inline stria_status seg_test_put_group(struct seg_test *t, struct sx_segment_cursor *cursor,
                                              const struct sx_segment_measurement *m, uint32_t g)
{
    static union {
        uint8_t bytes[SX_COLUMN_VALUES_MAX * sizeof(stria_bytes)];
        uint64_t align;
    } values[TEST_FIELDS_MAX];
    static uint64_t present[TEST_FIELDS_MAX][SX_COLUMN_VALUES_MAX / 64];
    const struct sx_chunk *chunks[TEST_FIELDS_MAX];
    struct sx_arena strings;
    const int64_t *ts;
    uint32_t count = cursor->groups[g].row_count;
    stria_status st = sx_segment_cursor_times(cursor, g, &ts, &t->err);
    sx_arena_init(&strings, &t->memory.mem, 0);
    assert_true(m->column_count <= TEST_FIELDS_MAX);
    for (uint32_t c = 0; c < m->column_count && !st; c++) {
        bool all;
        st = sx_segment_cursor_chunk(cursor, g, c, &chunks[c], &t->err);
        if (!st && chunks[c])
            st = sx_segment_cursor_values(cursor, chunks[c], count, m->columns[c].type, 0, count,
                                          &values[c], present[c], &all, &strings, &t->err);
    }
    if (!st)
        st = sx_segment_cursor_times(cursor, g, &ts, &t->err);
    for (uint32_t i = 0; i < count && !st; i++) {
        sx_buf_printf(&t->out, "%s%" PRId64 ":", i ? " " : "{", ts[i]);
        for (uint32_t c = 0; c < m->column_count; c++)
            if (chunks[c] && sx_bit_get(present[c], i))
                test_row_value(&t->out, m->columns[c].name, m->columns[c].type, &values[c], i);
    }
    if (!st)
        sx_buf_put_u8(&t->out, '}');
    sx_arena_deinit(&strings);
    return st;
}

/* A key as "m,k=v". */
static inline void seg_test_put_key(struct seg_test *t, struct sx_bytes key)
{
    struct sx_bytes part;
    for (unsigned i = 0; sx_key_take(&key, &part); i++) {
        uint8_t scratch[200];
        assert_true(part.len <= sizeof scratch);
        if (i)
            sx_buf_put_u8(&t->out, i % 2 ? ',' : '=');
        sx_buf_put_bytes(&t->out, sx_key_text(part, scratch));
    }
}

static inline stria_status seg_test_put_series(struct seg_test *t, struct sx_segment_cursor *cursor,
                                               struct sx_segment_keys *keys, uint32_t ordinal)
{
    const struct sx_segment_measurement *m = keys->measurement;
    uint32_t first, count;
    sx_buf_clear(&t->key);
    stria_status st = sx_segment_keys_get(keys, ordinal, &t->key, &t->err);
    if (st)
        return st;
    if (t->out.len)
        sx_buf_put_u8(&t->out, ' ');
    seg_test_put_key(t, sx_buf_bytes(&t->key));
    assert_int_equal(sx_segment_keys_hash(keys, ordinal, sx_buf_bytes(&t->key)),
                     sx_hash(sx_buf_bytes(&t->key)));
    sx_segment_stripes_of(t->segment, m, ordinal, &first, &count);
    for (uint32_t i = first; i < first + count && !st; i++) {
        st = sx_segment_cursor_stripe(cursor, i, &t->err);
        for (uint32_t g = 0; g < t->segment->stripes[i].group_count && !st; g++)
            if (cursor->groups[g].series == ordinal)
                st = seg_test_put_group(t, cursor, m, g);
    }
    return st;
}

/* Tells the open segment into t->out. */
static inline stria_status seg_test_dump(struct seg_test *t)
{
    struct sx_segment_cursor cursor;
    stria_status st = STRIA_OK;
    t->err = (stria_error){0};
    sx_buf_clear(&t->out);
    sx_segment_cursor_init(&cursor, t->segment, &t->memory.mem);
    for (uint32_t i = 0; i < t->segment->measurement_count && !st; i++) {
        const struct sx_segment_measurement *m = &t->segment->measurements[i];
        struct sx_segment_keys keys;
        st = sx_segment_keys_init(&keys, t->segment, m, &t->memory.mem, m->series_count, &t->err);
        for (uint32_t k = 0; k < m->series_count && !st; k++)
            st = seg_test_put_series(t, &cursor, &keys, m->first_series + k);
        sx_segment_keys_deinit(&keys);
    }
    sx_segment_cursor_deinit(&cursor);
    assert_int_equal(st, t->err.code);
    return st;
}

static inline void assert_dump(struct seg_test *t, const char *want)
{
    if (seg_test_open(t) || seg_test_dump(t))
        fail_msg("%s", t->err.text);
    assert_rows(&t->out, want);
}

#endif
