/* SPDX-License-Identifier: Apache-2.0 */
/* flush_test.c -- memtables become segments, whole or not at all. */
#include "engine/engine_fixture_test.h"

#include <errno.h>

static void test_a_flush_makes_a_segment_and_frees_the_memtable(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m,k=2", 5, "a1=1");
    engine_test_write(&t, "m,k=1", 7, "a1=2 b5=x");
    engine_test_write(&t, "m,k=1", -3, "a1=3");
    uint64_t generation = t.engine->active->number;
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    assert_int_equal(engine_test_segment_count(&t), 1);
    const struct sx_segment_info *info = &engine_test_store(&t)->segments[0]->info;
    assert_int_equal(info->level, 0);
    assert_int_equal(info->policy_id, 1);
    assert_int_equal(info->row_count, 3);
    assert_int_equal(info->sample_count, 4);
    assert_int_equal(info->series_count, 2);
    assert_int_equal(info->min_ts, -3);
    assert_int_equal(info->max_ts, 7);
    assert_int_equal(info->first_generation, generation);
    assert_int_equal(info->last_generation, generation);
    assert_int_equal(t.engine->flushed_generation, generation);
    assert_int_equal(t.engine->frozen_count, 0);
    assert_int_equal(sx_generation_row_count(t.engine->active), 0);
    assert_holds(&t, "m,k=1{-3:a1=3 7:a1=2,b5=x} m,k=2{5:a1=1}");
    engine_test_deinit(&t);
}

static void test_nothing_to_flush_makes_no_file(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    uint64_t generation = t.engine->active->number;
    for (int i = 0; i < 3; i++)
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 0);
    assert_int_equal(t.engine->active->number, generation);
    for (int i = 0; i < 5; i++) {
        engine_test_reopen(&t);
        assert_true(engine_test_files(&t, "db/wal", ".wal", NULL) <= 3);
    }
    engine_test_deinit(&t);
}

static void test_each_policy_gets_its_own_segments(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_command create = {.kind = SX_CREATE_POLICY,
                                .database = SX_LITERAL("d"),
                                .policy = SX_LITERAL("p"),
                                .settings = SX_POLICY_DURATION};
    engine_test_init(&t);
    engine_test_must(&t, engine_test_execute(&t, &create));
    engine_test_write(&t, "m", 1, "a1=1");
    t.policy_id = 2;
    engine_test_write(&t, "m", 1, "a2=2");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    assert_holds(&t, "m{1:a2=2}");
    assert_int_equal(engine_test_segment_count(&t), 1);
    t.policy_id = 1;
    assert_int_equal(engine_test_segment_count(&t), 1);
    assert_holds(&t, "m{1:a1=1}");
    engine_test_deinit(&t);
}

static void test_rotating_ends_a_generation_that_has_rows(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    uint64_t generation = t.engine->active->number;
    engine_test_must(&t, sx_engine_rotate(t.engine, &t.err));
    assert_int_equal(t.engine->active->number, generation);
    assert_false(sx_engine_flush_due(t.engine));
    for (int i = 0; i < 2; i++) {
        engine_test_write(&t, "m", i, "a1=1");
        engine_test_must(&t, sx_engine_rotate(t.engine, &t.err));
        assert_int_equal(t.engine->active->number, ++generation);
        assert_true(sx_engine_flush_due(t.engine));
    }
    assert_int_equal(t.engine->frozen_count, 2);
    assert_holds(&t, "m{0:a1=1 1:a1=1}");
    bool more = true;
    while (more)
        engine_test_must(&t, sx_engine_flush_step(t.engine, &more, &t.err));
    assert_int_equal(engine_test_segment_count(&t), 2); /* a segment each, in their order */
    assert_true(engine_test_store(&t)->segments[0]->info.last_generation <
                engine_test_store(&t)->segments[1]->info.first_generation);
    engine_test_deinit(&t);
}

static void test_a_full_memtable_is_due(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_close(&t);
    t.memtable_size = 100000;
    engine_test_open(&t);
    int64_t rows = 0;
    while (!sx_engine_flush_due(t.engine) && rows < 20000)
        engine_test_write(&t, "m", rows++, "a1=1 b1=2 c1=3 d1=4");
    assert_in_range(rows, 10, 19999);
    engine_test_poll(&t, 10);
    assert_int_equal(engine_test_segment_count(&t), 1);
    assert_int_equal(engine_test_store(&t)->segments[0]->info.row_count, rows);
    engine_test_deinit(&t);
}

static void test_a_call_that_fails_leaves_the_rows_where_they_are(void **state)
{
    (void)state;
    bool fired = true;
    for (uint64_t nth = 1; fired; nth++) {
        struct engine_test t;
        engine_test_init(&t);
        engine_test_close(&t);
        struct sx_os_fault_options none = {0};
        t.os = sx_os_fault_create(t.disk, &none);
        engine_test_open(&t);
        engine_test_write(&t, "m", 1, "a1=1");
        uint64_t before = sx_os_fault_calls(t.os);
        engine_test_close(&t);
        sx_os_fault_destroy(t.os);
        /* Once more, on a store like it, with a fault. */
        struct sx_os_fault_options options = {.fail_at = before + nth, .os_errno = ENOSPC};
        scan_test_deinit(&t.scan);
        sx_os_mem_destroy(t.disk);
        engine_test_init(&t);
        engine_test_close(&t);
        t.os = sx_os_fault_create(t.disk, &options);
        engine_test_open(&t);
        engine_test_write(&t, "m", 1, "a1=1");
        stria_status st = sx_engine_compact(t.engine, STRIA_COMPACT_FLUSH, NULL, &t.err);
        fired = sx_os_fault_fired(t.os);
        assert_true(st == STRIA_OK || fired);
        assert_holds(&t, "m{1:a1=1}");
        (void)engine_test_try_close(&t);
        sx_os_fault_destroy(t.os);
        t.os = t.disk;
        engine_test_open(&t);
        assert_holds(&t, "m{1:a1=1}");
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
        assert_holds(&t, "m{1:a1=1}");
        assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 1);
        engine_test_deinit(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_flush_makes_a_segment_and_frees_the_memtable),
        cmocka_unit_test(test_nothing_to_flush_makes_no_file),
        cmocka_unit_test(test_each_policy_gets_its_own_segments),
        cmocka_unit_test(test_rotating_ends_a_generation_that_has_rows),
        cmocka_unit_test(test_a_full_memtable_is_due),
        cmocka_unit_test(test_a_call_that_fails_leaves_the_rows_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
