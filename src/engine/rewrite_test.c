/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite_test.c -- rows of a view become segments: cut where they must be, complete, and gone
 * again when they are not wanted. */
#include "engine/rewrite.h"

#include "engine/rewrite_fixture_test.h"

static void test_groups_end_with_their_windows(void **state)
{
    (void)state;
    static const struct {
        int64_t time_min, time_max;
        uint64_t row_count;
        const char *groups;
    } rows[] = {
        {INT64_MIN, INT64_MAX, 6, "-1--1(1) 0-99(2) 100-150(2) 300-300(1) "},
        {0, 100, 3, "0-99(2) 100-100(1) "},
        {301, INT64_MAX, 0, ""},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct engine_test t;
        struct sx_rewrite rw = {0};
        char groups[200] = "";
        uint64_t row_count;
        static const int64_t times[] = {99, 0, -1, 150, 100, 300};
        engine_test_init(&t);
        for (size_t j = 0; j < SX_COUNT_OF(times); j++)
            engine_test_write(&t, "m", times[j], "a1=1 s5=text");
        struct sx_rewrite_options options = {
            .window_ns = 100, .time_min_ns = rows[i].time_min, .time_max_ns = rows[i].time_max};
        engine_test_must(&t, rewrite_test_all(&t, &options, &rw, &row_count));
        assert_int_equal(row_count, rows[i].row_count);
        assert_int_equal(rw.output_count, row_count > 0);
        if (row_count) {
            assert_int_equal(rw.outputs[0].row_count, row_count);
            rewrite_test_describe(&t, &rw.outputs[0], groups, sizeof groups);
        }
        assert_string_equal(groups, rows[i].groups);
        sx_rewrite_deinit(&rw, false);
        engine_test_deinit(&t);
    }
}

static void test_sealed_rows_are_entropy_coded_unless_the_store_says_never(void **state)
{
    (void)state;
    struct engine_test t;
    uint64_t sizes[2], row_count;
    unsigned level = 1, random = 1;
    engine_test_init(&t);
    for (int i = 0; i < 1500; i++) { /* steps of -1, 0 and 1, mostly 0 */
        char fields[32];
        random = random * 1103515245 + 12345;
        level += random >> 28 == 0 ? 1 : random >> 28 == 1 ? (unsigned)-1 : 0;
        (void)snprintf(fields, sizeof fields, "a1=%u", 1000 + level);
        engine_test_write(&t, "m", i, fields);
    }
    for (int never = 0; never < 2; never++) {
        struct sx_rewrite rw = {0};
        struct sx_rewrite_options options = {.window_ns = 10000,
                                             .time_min_ns = INT64_MIN,
                                             .time_max_ns = INT64_MAX,
                                             .info.tier = SX_TIER_SEALED};
        t.engine->options.seal_without_entropy = never != 0;
        engine_test_must(&t, rewrite_test_all(&t, &options, &rw, &row_count));
        assert_int_equal(rw.output_count, 1);
        sizes[never] = rw.outputs[0].file_size;
        sx_rewrite_deinit(&rw, false);
        sx_view_release(t.scan.view);
        t.scan.view = NULL;
    }
    assert_true(sizes[0] < sizes[1]);
    engine_test_deinit(&t);
}

static void test_only_what_is_kept_stays_on_disk(void **state)
{
    (void)state;
    for (int keep = 0; keep < 2; keep++) {
        struct engine_test t;
        struct sx_rewrite rw = {0};
        uint64_t row_count;
        engine_test_init(&t);
        engine_test_write(&t, "m,k=1", 1, "a1=1");
        engine_test_write(&t, "m,k=2", 1, "a1=1");
        struct sx_rewrite_options options = {
            .window_ns = 100, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
        engine_test_must(&t, rewrite_test_all(&t, &options, &rw, &row_count));
        assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 1);
        sx_rewrite_deinit(&rw, keep != 0);
        sx_rewrite_deinit(&rw, keep != 0);
        assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), keep);
        engine_test_deinit(&t);
    }
}

static void test_long_series_are_cut_at_the_size_of_a_chunk(void **state)
{
    (void)state;
    enum { ROWS = SX_COLUMN_VALUES_MAX + 100 };
    for (int grid = 0; grid < 2; grid++) {
        struct engine_test t;
        struct sx_rewrite rw = {0};
        struct sx_batch batch;
        struct test_field field = {.name = SX_LITERAL("a"), .type = STRIA_INT, .present = true};
        struct sx_write_options how = {0};
        uint64_t row_count;
        char groups[200];
        engine_test_init(&t);
        sx_batch_init(&batch, sx_engine_mem(t.engine, SX_ENGINE_MEM_INGEST));
        for (int i = 0; i < ROWS; i++)
            mem_test_add_row(&batch, &t.scan.mt.ix.key, "m", i, &field, 1);
        engine_test_must(&t, sx_engine_write(t.engine, 1, &batch, &how, &t.result, &t.err));
        sx_batch_deinit(&batch);
        struct sx_rewrite_options options = {.window_ns = 32768,
                                             .time_min_ns = INT64_MIN,
                                             .time_max_ns = INT64_MAX,
                                             .grid = grid != 0};
        engine_test_must(&t, rewrite_test_all(&t, &options, &rw, &row_count));
        assert_int_equal(row_count, ROWS);
        rewrite_test_describe(&t, &rw.outputs[0], groups, sizeof groups);
        /* A grid halves the window until its cells hold few enough rows. */
        assert_string_equal(groups, "0-16383(16384) 16384-16483(100) ");
        sx_rewrite_deinit(&rw, false);
        engine_test_deinit(&t);
    }
}

static void test_refused_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    bool fired = true;
    struct sx_mem_fault fault = {.countdown = -1};
    struct engine_test t;
    engine_test_init(&t);
    engine_test_close(&t);
    t.fault = &fault;
    engine_test_open(&t);
    engine_test_write(&t, "m,k=1", 1, "a1=1 s5=text");
    engine_test_write(&t, "m,k=1", 200, "a1=1 s5=more");
    engine_test_holds(&t); /* what views share is made by the first one */
    for (int64_t nth = 1; fired; nth++) {
        struct sx_rewrite rw = {0};
        uint64_t row_count;
        struct sx_rewrite_options options = {
            .window_ns = 100, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
        sx_view_release(t.scan.view);
        t.scan.view = NULL;
        atomic_store(&fault.fired, false);
        atomic_store(&fault.countdown, nth + 1); /* rewrite_test_all() makes a view of its own */
        stria_status st = rewrite_test_all(&t, &options, &rw, &row_count);
        fired = atomic_load(&fault.fired);
        atomic_store(&fault.countdown, -1);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        sx_rewrite_deinit(&rw, false);
        assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 0);
    }
    t.fault = NULL;
    engine_test_deinit(&t);
}

static void test_a_segment_ends_when_its_index_takes_the_memory_there_is_for_it(void **state)
{
    (void)state;
    enum { COUNT = 210, TAG_SIZE = 10000 };
    struct engine_test t;
    struct sx_rewrite rw = {0};
    struct sx_rewrite_options options = {
        .window_ns = 100, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    static char series[TAG_SIZE + 20];
    uint64_t row_count, series_count = 0;
    engine_test_init(&t);
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(series, sizeof series, "m,k=%0*d", TAG_SIZE, i);
        engine_test_write(&t, series, 1, "a1=1");
    }
    size_t limit = atomic_load(&t.engine->root.limit);
    atomic_store(&t.engine->root.limit, (size_t)16 << 20); /* a sixteenth is 1 MiB */
    engine_test_must(&t, rewrite_test_all(&t, &options, &rw, &row_count));
    assert_int_equal(row_count, COUNT);
    assert_int_equal(rw.output_count, 3);
    for (size_t i = 0; i < rw.output_count; i++) {
        assert_true(rw.outputs[i].series_count < COUNT * 6 / 10);
        series_count += rw.outputs[i].series_count;
    }
    assert_int_equal(series_count, COUNT);
    sx_rewrite_deinit(&rw, false);
    atomic_store(&t.engine->root.limit, limit);
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_end_with_their_windows),
        cmocka_unit_test(test_sealed_rows_are_entropy_coded_unless_the_store_says_never),
        cmocka_unit_test(test_only_what_is_kept_stays_on_disk),
        cmocka_unit_test(test_long_series_are_cut_at_the_size_of_a_chunk),
        cmocka_unit_test(test_a_segment_ends_when_its_index_takes_the_memory_there_is_for_it),
        cmocka_unit_test(test_refused_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
