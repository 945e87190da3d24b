/* SPDX-License-Identifier: Apache-2.0 */
/* reader_test.c -- rows of many sources read as one: order, newest values, ranges, types, deletes,
 * damage. */
#include "scan/reader.h"

#include "scan/scan_fixture_test.h"

/* ---- order and newest values ---- */

static void test_rows_of_segments_and_memtables_are_one_series(void **state)
{
    (void)state;
    static const struct seg_test_line old[] = {
        {"m,k=1", 10, "a1=1 b2=1"}, {"m,k=1", 20, "a1=2"}, {"m,k=2", 10, "a1=9"}};
    static const struct seg_test_line newer[] = {
        {"m,k=1", 15, "b2=5"}, {"m,k=1", 20, "b2=7"}, {"m,k=1", 30, "s5=x"}};
    static const struct seg_test_line newest[] = {
        {"m,k=1", 30, "a1=3"}, {"m,k=1", 10, "a1=8 b2"}, {"n", 1, "a1=1"}};
    struct scan_test t;
    scan_test_init(&t);
    scan_test_segment(&t, old, SX_COUNT_OF(old));
    scan_test_segment(&t, newer, SX_COUNT_OF(newer));
    scan_test_memtable(&t, newest, SX_COUNT_OF(newest));
    assert_reads_as(&t, &scan_everything,
                    "m,k=1{10:a1=8,b2=1 15:b2=5 20:a1=2,b2=7 30:a1=3,s5=x} m,k=2{10:a1=9} "
                    "n{1:a1=1}");
    scan_test_deinit(&t);
}

static void test_an_empty_view_has_nothing(void **state)
{
    (void)state;
    struct scan_test t;
    scan_test_init(&t);
    assert_reads_as(&t, &scan_everything, "");
    scan_test_segment(&t, NULL, 0);
    (void)scan_test_begin_memtable(&t);
    scan_test_view(&t);
    assert_reads_as(&t, &scan_everything, "");
    scan_test_deinit(&t);
}

static void test_ranges_cut_inside_groups_and_take_their_ends(void **state)
{
    (void)state;
    static const struct seg_test_line segment[] = {
        {"m", INT64_MIN, "a2=0"}, {"m", 10, "a2=1"}, {"m", 20, "a2=2"},
        {"m", 30, "a2=3"},        {NULL, 0, NULL},   {"m", INT64_MAX, "a2=9"}};
    static const struct seg_test_line memtable[] = {{"m", 25, "b2=5"}, {"m", 20, "b2=6"}};
    static const struct {
        int64_t min, max;
        const char *up, *down;
    } rows[] = {
        {INT64_MIN, INT64_MAX,
         "m{-9223372036854775808:a2=0 10:a2=1 20:a2=2,b2=6 25:b2=5 30:a2=3 "
         "9223372036854775807:a2=9}",
         "m{9223372036854775807:a2=9 30:a2=3 25:b2=5 20:a2=2,b2=6 10:a2=1 "
         "-9223372036854775808:a2=0}"},
        {10, 20, "m{10:a2=1 20:a2=2,b2=6}", "m{20:a2=2,b2=6 10:a2=1}"},
        {11, 25, "m{20:a2=2,b2=6 25:b2=5}", "m{25:b2=5 20:a2=2,b2=6}"},
        {21, 24, "m{}", "m{}"},
        {INT64_MAX, INT64_MAX, "m{9223372036854775807:a2=9}", "m{9223372036854775807:a2=9}"},
        {INT64_MIN, INT64_MIN, "m{-9223372036854775808:a2=0}", "m{-9223372036854775808:a2=0}"},
        {20, 10, "m{}", "m{}"},
    };
    struct scan_test t;
    scan_test_init(&t);
    scan_test_segment(&t, segment, SX_COUNT_OF(segment));
    scan_test_memtable(&t, memtable, SX_COUNT_OF(memtable));
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct scan_test_read read = {.time_min = rows[i].min, .time_max = rows[i].max};
        assert_reads_as(&t, &read, rows[i].up);
        read.descending = true;
        assert_reads_as(&t, &read, rows[i].down);
    }
    scan_test_deinit(&t);
}

/* ---- columns ---- */

static void test_wanted_columns_are_converted_where_that_makes_sense(void **state)
{
    (void)state;
    static const struct seg_test_line segment[] = {
        {"m", 1, "v1=1.5 w5=x"}, {"m", 2, "v2=-2"},        {"m", 3, "v3=18446744073709551615"},
        {"m", 4, "v4=1"},        {"m", 5, "v5=text v2=7"}, {"m", 6, "v1=0.5 v2=3 v3=4"}};
    static const struct seg_test_line memtable[] = {
        {"m", 7, "v2=8"}, {"m", 1, "w5=new"}, {"m", 8, "v1=2.5 v2=3"}};
    static const struct {
        stria_type type;
        const char *want;
    } rows[] = {
        {STRIA_FLOAT, "m{1:v1=1.5 2:v1=-2 3:v1=#43f0000000000000 5:v1=7 6:v1=0.5 7:v1=8 8:v1=2.5}"},
        {STRIA_INT, "m{2:v2=-2 3:v2=-1 5:v2=7 6:v2=3 7:v2=8 8:v2=3}"},
        {STRIA_UINT, "m{2:v3=18446744073709551614 3:v3=18446744073709551615 5:v3=7 6:v3=4 7:v3=8 "
                     "8:v3=3}"},
        {STRIA_BOOL, "m{4:v4=1}"},
        {STRIA_STRING, "m{5:v5=text}"},
    };
    struct scan_test t;
    scan_test_init(&t);
    scan_test_segment(&t, segment, SX_COUNT_OF(segment));
    scan_test_memtable(&t, memtable, SX_COUNT_OF(memtable));
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_scan_column column = {.name = SX_LITERAL("v"), .type = rows[i].type};
        struct scan_test_read read = {.columns = &column,
                                      .column_count = 1,
                                      .time_min = INT64_MIN,
                                      .time_max = INT64_MAX,
                                      .leave_empty_out = true};
        assert_reads_as(&t, &read, rows[i].want);
    }
    scan_test_deinit(&t);
}

static void test_a_wanted_column_may_be_nowhere_or_twice(void **state)
{
    (void)state;
    static const struct seg_test_line segment[] = {{"m", 1, "a1=1 b1=2"}, {"n", 1, "b1=3"}};
    struct scan_test t;
    static const struct sx_scan_column columns[] = {{{(const uint8_t *)"zz", 2}, STRIA_FLOAT},
                                                    {{(const uint8_t *)"b", 1}, STRIA_FLOAT},
                                                    {{(const uint8_t *)"b", 1}, STRIA_FLOAT}};
    struct scan_test_read read = {
        .columns = columns, .column_count = 3, .time_min = INT64_MIN, .time_max = INT64_MAX};
    scan_test_init(&t);
    scan_test_segment(&t, segment, SX_COUNT_OF(segment));
    assert_reads_as(&t, &read, "m{1:b1=2,b1=2} n{1:b1=3,b1=3}");
    scan_test_deinit(&t);
}

static void test_all_columns_are_those_that_the_series_has_in_the_range(void **state)
{
    (void)state;
    static const struct seg_test_line segment[] = {{"m,k=1", 1, "z1=1 a2=1"},
                                                   {NULL, 0, NULL},
                                                   {"m,k=1", 9, "b1=2"},
                                                   {"m,k=2", 1, "c1=1"},
                                                   {"m,k=2", 2, "v1=1 v2=2 v5=s"}};
    static const struct seg_test_line memtable[] = {{"m,k=1", 5, "y4=1"}, {"m,k=3", 5, "x4=1"}};
    struct scan_test t;
    struct scan_test_read read = {.time_min = 1, .time_max = 5};
    scan_test_init(&t);
    scan_test_segment(&t, segment, SX_COUNT_OF(segment));
    scan_test_memtable(&t, memtable, SX_COUNT_OF(memtable));
    assert_reads_as(&t, &read,
                    "m,k=1{1:a2=1,z1=1 5:y4=1} m,k=2{1:c1=1 2:v1=1,v2=2,v5=s} "
                    "m,k=3{5:x4=1}");
    read.time_min = 6;
    read.time_max = 9;
    assert_reads_as(&t, &read, "m,k=1{9:b1=2} m,k=2{} m,k=3{}");
    scan_test_deinit(&t);
}

/* ---- many rows ---- */

/* `count` rows of series m in source order from `start`, `step` apart, with value v. */
static void add_long(struct scan_test *t, int64_t start, int64_t step, uint32_t count, int64_t v)
{
    struct seg_test *segment = scan_test_begin_segment(t);
    static int64_t ts[SX_COLUMN_VALUES_MAX], values[SX_COLUMN_VALUES_MAX];
    struct sx_writer_column column = {.name = SX_LITERAL("v"), .type = STRIA_INT, .values = values};
    for (uint32_t i = 0; i < count; i++) {
        ts[i] = start + i * step;
        values[i] = v;
    }
    struct sx_bytes key = index_test_key(&segment->key, "m");
    assert_int_equal(sx_segment_writer_series(segment->writer, key, sx_hash(key), NULL), STRIA_OK);
    assert_int_equal(sx_segment_writer_rows(segment->writer, ts, count, &column, 1, NULL),
                     STRIA_OK);
    scan_test_end_segment(segment);
}

/* Reads series m and compares each row with the oracle: the newest of the sources that has it. */
static void check_long(struct scan_test *t, int64_t min, int64_t max, bool descending,
                       int64_t (*oracle)(int64_t ts))
{
    struct sx_selector selector = {
        .all_measurements = true, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    struct sx_reader_options options = {.view = t->view,
                                        .time_min_ns = min,
                                        .time_max_ns = max,
                                        .descending = descending,
                                        .request = &t->request};
    struct sx_series_set set;
    struct sx_reader *reader;
    const struct sx_rows *rows;
    int64_t ts = descending ? max : min;
    assert_int_equal(sx_series_set_init(&set, t->view, &selector, 0, &t->request, NULL), STRIA_OK);
    assert_int_equal(sx_reader_create(&options, &reader, NULL), STRIA_OK);
    assert_int_equal(set.series_count, 1);
    assert_int_equal(sx_reader_series(reader, &set.series[0], NULL), STRIA_OK);
    for (;;) {
        assert_int_equal(sx_reader_next(reader, &rows, NULL), STRIA_OK);
        for (uint32_t i = 0; rows && i < rows->row_count; i++) {
            while (oracle(ts) < 0)
                ts += descending ? -1 : 1;
            assert_int_equal(rows->ts_ns[i], ts);
            assert_true(sx_vector_has(&rows->columns[0], i));
            assert_int_equal(((const int64_t *)rows->columns[0].values)[i], oracle(ts));
            ts += descending ? -1 : 1;
        }
        if (!rows)
            break;
    }
    for (; ts >= min && ts <= max; ts += descending ? -1 : 1)
        assert_true(oracle(ts) < 0); /* nothing was left out */
    sx_reader_destroy(reader);
    sx_series_set_deinit(&set);
}

/* Three sources: every third, every fifth from 1000, every second to 2000. */
static int64_t three_sources(int64_t ts)
{
    if (ts >= 0 && ts < 2000 && ts % 2 == 0)
        return 3;
    if (ts >= 1000 && ts < 41000 && ts % 5 == 0)
        return 2;
    return ts >= 0 && ts < 49152 && ts % 3 == 0 ? 1 : -1;
}

static void test_long_overlapping_sources_are_merged_in_batches(void **state)
{
    (void)state;
    struct scan_test t;
    scan_test_init(&t);
    add_long(&t, 0, 3, SX_COLUMN_VALUES_MAX, 1);
    add_long(&t, 1000, 5, 8000, 2);
    add_long(&t, 0, 2, 1000, 3);
    scan_test_view(&t);
    for (int down = 0; down < 2; down++) {
        check_long(&t, -10, 50000, down, three_sources);
        check_long(&t, 500, 1500, down, three_sources);
        check_long(&t, 1999, 41001, down, three_sources);
    }
    scan_test_deinit(&t);
}

static int64_t one_source(int64_t ts)
{
    return ts >= 7 && ts < 7 + SX_COLUMN_VALUES_MAX ? 5 : -1;
}

static void test_a_group_of_16384_rows_comes_in_batches_of_1024(void **state)
{
    (void)state;
    struct scan_test t;
    scan_test_init(&t);
    add_long(&t, 7, 1, SX_COLUMN_VALUES_MAX, 5);
    scan_test_view(&t);
    for (int down = 0; down < 2; down++) {
        check_long(&t, 0, 20000, down, one_source);
        check_long(&t, 1000, 3030, down, one_source);
    }
    scan_test_deinit(&t);
}

static void test_memtables_beyond_a_piece_come_whole(void **state)
{
    (void)state;
    struct scan_test t;
    scan_test_init(&t);
    struct sx_memtable *memtable = scan_test_begin_memtable(&t);
    struct test_field field = {
        .name = SX_LITERAL("v"), .type = STRIA_INT, .present = true, .bits = 5};
    for (uint32_t i = 0; i < SX_COLUMN_VALUES_MAX; i++) /* not in order */
        mem_test_add_row(&t.mt.batch, &t.mt.ix.key, "m",
                         7 + (int64_t)(i * 7919 % SX_COLUMN_VALUES_MAX), &field, 1);
    mem_test_commit_to(memtable, &t.mt.batch, 1);
    scan_test_view(&t);
    for (int down = 0; down < 2; down++) {
        check_long(&t, 0, 20000, down, one_source);
        check_long(&t, 1000, 3030, down, one_source);
    }
    scan_test_deinit(&t);
}

/* ---- deletes ---- */

static void test_deleted_rows_are_not_read_and_later_ones_are(void **state)
{
    (void)state;
    static const struct seg_test_line first[] = {{"m,k=1", 10, "a2=1"},
                                                 {"m,k=1", 20, "a2=2"},
                                                 {"m,k=1", 30, "a2=3"},
                                                 {"m,k=2", 20, "a2=4"},
                                                 {"n", 20, "a2=5"}};
    static const struct seg_test_line second[] = {{"m,k=1", 20, "b2=7"}};
    struct scan_test t;
    scan_test_init(&t);
    scan_test_segment(&t, first, SX_COUNT_OF(first)); /* generation 1 */
    scan_test_memtable(&t, second, 1);                /* generation 2 */
    scan_test_delete(&t, "m", "", 15, 25, 2);
    assert_reads_as(&t, &scan_everything, "m,k=1{10:a2=1 20:b2=7 30:a2=3} m,k=2{} n{20:a2=5}");
    scan_test_delete(&t, NULL, "k=1", INT64_MIN, 10, 3);
    scan_test_delete(&t, NULL, "k=2", 20, 20, 1); /* of generations before the first */
    scan_test_view(&t);
    assert_reads_as(&t, &scan_everything, "m,k=1{20:b2=7 30:a2=3} m,k=2{} n{20:a2=5}");
    scan_test_delete(&t, NULL, "", INT64_MIN, INT64_MAX, 9);
    scan_test_view(&t);
    assert_reads_as(&t, &scan_everything, "m,k=1{} m,k=2{} n{}");
    scan_test_deinit(&t);
}

/* ---- what ends a reading ---- */

static void fill_three(struct scan_test *t)
{
    static const struct seg_test_line first[] = {
        {"m,k=1", 10, "a1=1 s5=old"}, {"m,k=1", 20, "a1=2 s5=text"}, {"m,k=2", 20, "a1=4"}};
    static const struct seg_test_line second[] = {{"m,k=1", 20, "a2=7 s5=new"}};
    static const struct seg_test_line third[] = {{"m,k=1", 15, "a1=7"}, {"m,k=2", 20, "s5=x"}};
    scan_test_init(t);
    scan_test_segment(t, first, SX_COUNT_OF(first));
    scan_test_segment(t, second, SX_COUNT_OF(second));
    scan_test_memtable(t, third, SX_COUNT_OF(third));
    scan_test_delete(t, "m", "k~[1-5]", 10, 10, 2);
    scan_test_view(t);
}

static const char three_dump[] = "m,k=1{15:a1=7 20:a1=2,a2=7,s5=new} m,k=2{20:a1=4,s5=x}";

static void test_cancelling_and_deadlines_end_it(void **state)
{
    (void)state;
    struct scan_test t;
    fill_three(&t);
    assert_reads_as(&t, &scan_everything, three_dump);
    t.request.deadline_ns = 1000; /* now */
    assert_int_equal(scan_test_read_all(&t, &scan_everything), STRIA_TIMEOUT);
    t.request.deadline_ns = 1001;
    assert_int_equal(scan_test_read_all(&t, &scan_everything), STRIA_OK);
    atomic_store(&t.request.cancelled, true);
    assert_int_equal(scan_test_read_all(&t, &scan_everything), STRIA_CANCELLED);
    scan_test_deinit(&t);
}

static void test_every_failing_allocation_is_told(void **state)
{
    (void)state;
    struct scan_test t;
    fill_three(&t);
    sx_buf_reserve(&t.out, 4096);
    static const struct sx_scan_column columns[] = {{{(const uint8_t *)"a", 1}, STRIA_FLOAT},
                                                    {{(const uint8_t *)"s", 1}, STRIA_STRING}};
    struct scan_test_read reads[2] = {scan_everything, scan_everything};
    reads[1].columns = columns;
    reads[1].column_count = 2;
    reads[1].descending = true;
    for (size_t i = 0; i < SX_COUNT_OF(reads); i++)
        for (int64_t n = 1;; n++) {
            test_mem_arm(&t.mt.ix.memory, n);
            stria_status st = scan_test_read_all(&t, &reads[i]);
            bool fired = test_mem_fired(&t.mt.ix.memory);
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
            if (!fired)
                break;
        }
    assert_reads_as(&t, &scan_everything, three_dump);
    scan_test_deinit(&t);
}

static void test_a_series_that_failed_has_no_more_rows(void **state)
{
    (void)state;
    /* A piece alone, three that overlap, one alone. */
    static const struct seg_test_line first[] = {{"m", 1, "a1=1"},  {NULL, 0, NULL},
                                                 {"m", 20, "a1=2"}, {NULL, 0, NULL},
                                                 {"m", 90, "a1=3"}, {"n", 1, "a1=9"}};
    static const struct seg_test_line more[] = {{"m", 20, "a1=2"}};
    struct scan_test t;
    struct sx_selector selector = {
        .all_measurements = true, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    struct sx_series_set set;
    const struct sx_rows *rows;
    scan_test_init(&t);
    scan_test_segment(&t, first, SX_COUNT_OF(first));
    scan_test_segment(&t, more, 1);
    scan_test_memtable(&t, more, 1);
    scan_test_view(&t);
    assert_int_equal(sx_series_set_init(&set, t.view, &selector, 0, &t.request, NULL), STRIA_OK);
    for (int64_t n = 1;; n++) {
        struct sx_reader_options options = {.view = t.view,
                                            .time_min_ns = INT64_MIN,
                                            .time_max_ns = INT64_MAX,
                                            .request = &t.request};
        struct sx_reader *reader;
        stria_status st = STRIA_OK;
        unsigned count = 0;
        assert_int_equal(sx_reader_create(&options, &reader, NULL), STRIA_OK);
        assert_int_equal(sx_reader_series(reader, &set.series[0], NULL), STRIA_OK);
        test_mem_arm(&t.mt.ix.memory, n);
        do {
            st = sx_reader_next(reader, &rows, NULL);
            count += st || !rows ? 0 : rows->row_count;
        } while (!st && rows);
        bool fired = test_mem_fired(&t.mt.ix.memory);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        assert_true(fired || count == 3);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(sx_reader_next(reader, &rows, NULL), STRIA_OK);
            assert_null(rows);
        }
        /* The next series is read as ever. */
        assert_int_equal(sx_reader_series(reader, &set.series[1], NULL), STRIA_OK);
        assert_int_equal(sx_reader_next(reader, &rows, NULL), STRIA_OK);
        assert_int_equal(rows->row_count, 1);
        sx_reader_destroy(reader);
        if (!fired)
            break;
    }
    sx_series_set_deinit(&set);
    scan_test_deinit(&t);
}

/* ---- damage ---- */

static void flip(struct scan_test *t, size_t source, uint64_t offset)
{
    size_t size;
    sx_os_mem_bytes(t->segments[source].disk, "a.seg", &size)[offset] ^= 1;
}

static void test_damage_costs_the_values_it_hit_or_the_request(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t run; /* of the only stripe of source 0: 0 the times, 1 column a, 2 column s */
        bool directory;
        const char *want;
    } rows[] = {
        {"a chunk of values", 1, false, "m,k=1{15:a1=7 20:a2=7,s5=new} m,k=2{20:a1=4,s5=x}"},
        {"a chunk that a newer value hides", 2, false, three_dump},
        {"the times of a group", 0, false, "m,k=1{15:a1=7 20:a2=7,s5=new} m,k=2{20:a1=4,s5=x}"},
        {"the directory of a column", 1, true, "m,k=1{15:a1=7 20:a2=7,s5=new} m,k=2{20:s5=x}"},
        {"the directory of the stripe", 0, true, "m,k=1{15:a1=7 20:a2=7,s5=new} m,k=2{20:s5=x}"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct scan_test t;
        print_message("%s\n", rows[i].name);
        fill_three(&t);
        const struct sx_run *run = &t.segments[0].segment->stripes[0].runs[rows[i].run];
        flip(&t, 0, rows[i].directory ? run->directory.offset : run->offset);
        assert_int_equal(scan_test_read_all(&t, &scan_everything), STRIA_CORRUPT);
        assert_non_null(strstr(t.err.text, "a.seg"));
        assert_int_equal(atomic_load(&t.segments[0].segment->damage), SX_DAMAGE_PART);
        t.request.on_damage = scan_test_on_damage;
        t.request.damage_context = &t;
        assert_reads_as(&t, &scan_everything, rows[i].want);
        assert_non_null(strstr(t.damage, "3")); /* CORRUPT */
        assert_int_equal(atomic_load(&t.segments[1].segment->damage), 0);
        scan_test_deinit(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_segments_and_memtables_are_one_series),
        cmocka_unit_test(test_an_empty_view_has_nothing),
        cmocka_unit_test(test_ranges_cut_inside_groups_and_take_their_ends),
        cmocka_unit_test(test_wanted_columns_are_converted_where_that_makes_sense),
        cmocka_unit_test(test_a_wanted_column_may_be_nowhere_or_twice),
        cmocka_unit_test(test_all_columns_are_those_that_the_series_has_in_the_range),
        cmocka_unit_test(test_long_overlapping_sources_are_merged_in_batches),
        cmocka_unit_test(test_a_group_of_16384_rows_comes_in_batches_of_1024),
        cmocka_unit_test(test_memtables_beyond_a_piece_come_whole),
        cmocka_unit_test(test_deleted_rows_are_not_read_and_later_ones_are),
        cmocka_unit_test(test_cancelling_and_deadlines_end_it),
        cmocka_unit_test(test_every_failing_allocation_is_told),
        cmocka_unit_test(test_a_series_that_failed_has_no_more_rows),
        cmocka_unit_test(test_damage_costs_the_values_it_hit_or_the_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
