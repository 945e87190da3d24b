/* SPDX-License-Identifier: Apache-2.0 */
/* scan_fixture_test.h -- what the tests of reading share: a view of segments and memtables made
 * from text, and what a reader gives of it as text.
 *
 * Format      Sources are numbered from 0, oldest first: segments, then memtables; source i is of
 *             generation i + 1. A series is told as "KEY{TIME:values TIME:values}". */
#ifndef SX_SCAN_SCAN_FIXTURE_TEST_H
#define SX_SCAN_SCAN_FIXTURE_TEST_H

#include "memtable/memtable_fixture_test.h"
#include "scan/reader.h"
#include "segment/segment_fixture_test.h"

#ifndef SCAN_SOURCES
#define SCAN_SOURCES 8
#endif

struct scan_test {
    struct mem_test mt; /* its index is that of all memtables; its memory that of reading */
    struct seg_test segments[SCAN_SOURCES];
    size_t segment_count;
    enum sx_tier tier; /* of the next segment */
    struct sx_memtable *memtables[SCAN_SOURCES];
    size_t memtable_count;
    struct sx_tombstones *tombstones;
    struct sx_view *view;
    struct sx_request request;
    struct sx_mem *mem; /* of reading */
    struct sx_buf out;
    stria_error err;
    char damage[400]; /* codes of what was told to be missing */
};

static inline int64_t scan_test_mono(void *clock)
{
    (void)clock;
    return 1000;
}

static inline void scan_test_init(struct scan_test *t)
{
    *t = (struct scan_test){0};
    mem_test_init(&t->mt);
    t->mem = &t->mt.ix.memory.mem;
    t->request = (struct sx_request){.mem = t->mem, .mono_ns = scan_test_mono};
    sx_buf_init(&t->out, t->mem, (size_t)64 << 20);
}

static inline void scan_test_deinit(struct scan_test *t)
{
    sx_view_release(t->view);
    for (size_t i = 0; i < t->segment_count; i++)
        seg_test_deinit(&t->segments[i]);
    for (size_t i = 0; i < t->memtable_count; i++)
        sx_memtable_release(t->memtables[i]);
    sx_tombstones_release(t->tombstones);
    sx_buf_deinit(&t->out);
    mem_test_deinit(&t->mt);
}

/* ---- sources ---- */

/* Begins a segment; rows are added to the one returned. */
static inline struct seg_test *scan_test_begin_segment(struct scan_test *t)
{
    struct seg_test *segment = &t->segments[t->segment_count++];
    assert_true(t->segment_count <= SCAN_SOURCES && t->memtable_count == 0);
    seg_test_init(segment);
    segment->generation = t->segment_count;
    assert_int_equal(seg_test_begin(segment, t->tier), STRIA_OK);
    return segment;
}

static inline void scan_test_end_segment(struct seg_test *segment)
{
    if (seg_test_finish(segment) || seg_test_open(segment))
        fail_msg("%s", segment->err.text);
}

static inline void scan_test_segment(struct scan_test *t, const struct seg_test_line *lines,
                                     size_t count)
{
    struct seg_test *segment = scan_test_begin_segment(t);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(lines[i].series ? seg_test_row(segment, lines[i].series, lines[i].ts_ns,
                                                        lines[i].fields)
                                         : seg_test_group(segment),
                         STRIA_OK);
    scan_test_end_segment(segment);
}

static inline struct sx_memtable *scan_test_begin_memtable(struct scan_test *t)
{
    struct sx_memtable *memtable =
        sx_memtable_create(t->mem, t->segment_count + t->memtable_count + 1, t->mt.ix.index);
    assert_non_null(memtable);
    assert_true(t->memtable_count < SCAN_SOURCES);
    t->memtables[t->memtable_count++] = memtable;
    return memtable;
}

static inline void scan_test_memtable(struct scan_test *t, const struct seg_test_line *lines,
                                      size_t count)
{
    struct sx_memtable *memtable = scan_test_begin_memtable(t);
    for (size_t i = 0; i < count; i++) {
        mem_test_row(&t->mt, lines[i].series, lines[i].ts_ns, lines[i].fields);
        mem_test_commit_to(memtable, &t->mt.batch, i + 1);
    }
}

/* A delete of the rows of generations below `generation`; `condition` as in index_fixture_test. */
static inline void scan_test_delete(struct scan_test *t, const char *measurement,
                                    const char *condition, int64_t time_min, int64_t time_max,
                                    uint64_t generation)
{
    struct sx_tombstones *more;
    struct sx_tombstone tombstone = {.id = (t->tombstones ? t->tombstones->count : 0) + 1,
                                     .generation = generation,
                                     .policy_id = 1,
                                     .all_measurements = !measurement,
                                     .measurement = sx_bytes_of(measurement),
                                     .tags = *condition ? index_test_condition(&t->mt.ix, condition)
                                                        : NULL,
                                     .time_min_ns = time_min,
                                     .time_max_ns = time_max};
    assert_int_equal(sx_tombstones_copy(t->mem, t->tombstones, &tombstone, NULL, 0, &more, NULL),
                     STRIA_OK);
    index_test_forget_condition(&t->mt.ix);
    sx_tombstones_release(t->tombstones);
    t->tombstones = more;
}

/* Makes the view of what there is. */
static inline void scan_test_view(struct scan_test *t)
{
    struct sx_segment *segments[SCAN_SOURCES];
    for (size_t i = 0; i < t->segment_count; i++)
        segments[i] = t->segments[i].segment;
    struct sx_view_parts parts = {.policy_id = 1,
                                  .index = t->mt.ix.index,
                                  .tombstones = t->tombstones,
                                  .segments = segments,
                                  .segment_count = t->segment_count,
                                  .memtables = t->memtables,
                                  .memtable_count = t->memtable_count};
    sx_view_release(t->view);
    t->view = sx_view_create(t->mem, &parts);
    assert_non_null(t->view);
}

/* ---- reading ---- */

struct scan_test_read {
    const struct sx_scan_column *columns; /* NULL: all */
    uint32_t column_count;
    int64_t time_min, time_max;
    bool descending;
    uint32_t first_rows;  /* as of a reader's options */
    bool leave_empty_out; /* rows without a value are not told */
};

static inline void scan_test_put_rows(struct scan_test *t, const struct sx_rows *rows,
                                      const struct sx_scan_column *columns, bool leave_empty_out)
{
    assert_in_range(rows->row_count, 1, SX_VECTOR_MAX);
    for (uint32_t i = 0; i < rows->row_count; i++) {
        size_t start = t->out.len;
        bool first = t->out.ptr[start - 1] == '{', any = false;
        sx_buf_printf(&t->out, "%s%" PRId64 ":", first ? "" : " ", rows->ts_ns[i]);
        for (uint32_t c = 0; c < rows->column_count; c++) {
            if (!sx_vector_has(&rows->columns[c], i))
                continue;
            assert_int_equal(rows->columns[c].type, columns[c].type);
            test_row_value(&t->out, columns[c].name, columns[c].type, rows->columns[c].values, i);
            any = true;
        }
        if (!any && leave_empty_out)
            t->out.len = start;
    }
}

/* Reads a series into t->out, behind what is there. */
static inline stria_status scan_test_put_series(struct scan_test *t, struct sx_reader *reader,
                                                const struct sx_scan_series *series,
                                                const struct scan_test_read *read)
{
    const struct sx_rows *rows;
    uint32_t count;
    stria_status st = sx_reader_series(reader, series, &t->err);
    if (st)
        return st;
    struct sx_bytes key = series->key, part;
    for (unsigned i = 0; sx_key_take(&key, &part); i++) {
        uint8_t scratch[200];
        sx_buf_put_text(&t->out, i == 0 ? (t->out.len ? " " : "") : i % 2 ? "," : "=");
        sx_buf_put_bytes(&t->out, sx_key_text(part, scratch));
    }
    sx_buf_put_u8(&t->out, '{');
    const struct sx_scan_column *columns = sx_reader_columns(reader, &count);
    int64_t last = 0;
    bool any = false;
    for (;;) {
        st = sx_reader_next(reader, &rows, &t->err);
        if (st || !rows)
            break;
        assert_int_equal(rows->column_count, count);
        for (uint32_t i = 0; i < rows->row_count; i++) { /* strictly, and in the range */
            assert_true(!any || (read->descending ? rows->ts_ns[i] < last : rows->ts_ns[i] > last));
            assert_true(rows->ts_ns[i] >= read->time_min && rows->ts_ns[i] <= read->time_max);
            last = rows->ts_ns[i];
            any = true;
        }
        scan_test_put_rows(t, rows, columns, read->leave_empty_out);
    }
    sx_buf_put_u8(&t->out, '}');
    return st;
}

/* Reads all series of the view. */
static inline stria_status scan_test_read_all(struct scan_test *t,
                                              const struct scan_test_read *read)
{
    struct sx_selector selector = {
        .all_measurements = true, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    struct sx_reader_options options = {.view = t->view,
                                        .columns = read->columns,
                                        .column_count = read->column_count,
                                        .time_min_ns = read->time_min,
                                        .time_max_ns = read->time_max,
                                        .descending = read->descending,
                                        .first_rows = read->first_rows,
                                        .request = &t->request};
    struct sx_series_set set;
    struct sx_reader *reader = NULL;
    t->err = (stria_error){0};
    sx_buf_clear(&t->out);
    stria_status st = sx_series_set_init(&set, t->view, &selector, 0, &t->request, &t->err);
    if (!st)
        st = sx_reader_create(&options, &reader, &t->err);
    for (size_t i = 0; i < set.series_count && !st; i++)
        st = scan_test_put_series(t, reader, &set.series[i], read);
    sx_reader_destroy(reader);
    sx_series_set_deinit(&set);
    assert_int_equal(st, t->err.code);
    return st;
}

static const struct scan_test_read scan_everything = {.time_min = INT64_MIN, .time_max = INT64_MAX};

static inline void assert_reads_as(struct scan_test *t, const struct scan_test_read *read,
                                   const char *want)
{
    if (!t->view)
        scan_test_view(t);
    if (scan_test_read_all(t, read))
        fail_msg("%s", t->err.text);
    assert_rows(&t->out, want);
}

static inline void scan_test_on_damage(void *context, const stria_error *what)
{
    struct scan_test *t = context;
    size_t len = strlen(t->damage);
    (void)snprintf(t->damage + len, sizeof t->damage - len, "%d ", (int)what->code);
}

#endif
