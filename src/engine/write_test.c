/* SPDX-License-Identifier: Apache-2.0 */
/* write_test.c -- which rows come in, and that those that do are stored whole. */
#include "engine/engine_fixture_test.h"

#include <errno.h>

#define NOW (1000 * SX_DAY_NS)
#define HOURS(n) ((n)*SX_HOUR_NS)

static void test_rows_outside_of_the_policys_times_are_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned settings;
        int64_t duration, past, future; /* hours */
        int64_t at;                     /* hours from now */
        bool outside_retention, outside_window;
        enum sx_outside_bound bound;
    } rows[] = {
        {"no limits", 0, 0, 0, 0, -900, false, false, 0},
        {"young enough", SX_POLICY_DURATION, 48, 0, 0, -48, false, false, 0},
        {"too old", SX_POLICY_DURATION, 48, 0, 0, -49, true, false, SX_OUTSIDE_RETENTION},
        {"past limit", SX_POLICY_PAST_LIMIT, 0, 5, 0, -6, false, true, SX_OUTSIDE_PAST},
        {"within the past limit", SX_POLICY_PAST_LIMIT, 0, 5, 0, -5, false, false, 0},
        {"future limit", SX_POLICY_FUTURE_LIMIT, 0, 0, 5, 6, false, true, SX_OUTSIDE_FUTURE},
        {"within the future limit", SX_POLICY_FUTURE_LIMIT, 0, 0, 5, 5, false, false, 0},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct engine_test t;
        struct sx_batch batch;
        struct test_field field = {.name = SX_LITERAL("a"), .type = STRIA_INT, .present = true};
        struct sx_write_options how = {.now_ns = NOW};
        struct sx_command alter = {.kind = SX_ALTER_POLICY,
                                   .database = SX_LITERAL("d"),
                                   .policy = SX_LITERAL("autogen"),
                                   .settings = rows[i].settings | SX_POLICY_SHARD_DURATION,
                                   .shard_duration_ns = SX_HOUR_NS,
                                   .duration_ns = HOURS(rows[i].duration),
                                   .past_limit_ns = HOURS(rows[i].past),
                                   .future_limit_ns = HOURS(rows[i].future)};
        print_message("%s\n", rows[i].name);
        engine_test_init(&t);
        engine_test_must(&t, engine_test_execute(&t, &alter));
        sx_batch_init(&batch, sx_engine_mem(t.engine, SX_ENGINE_MEM_INGEST));
        mem_test_add_row(&batch, &t.scan.mt.ix.key, "m,k=1", NOW, &field, 1);
        mem_test_add_row(&batch, &t.scan.mt.ix.key, "m,k=2", NOW + HOURS(rows[i].at), &field, 1);
        mem_test_add_row(&batch, &t.scan.mt.ix.key, "m,k=3", NOW, &field, 1);
        engine_test_must(&t, sx_engine_write(t.engine, 1, &batch, &how, &t.result, &t.err));
        bool outside = rows[i].outside_retention || rows[i].outside_window;
        assert_int_equal(t.result.row_count, outside ? 2 : 3);
        assert_int_equal(t.result.sample_count, outside ? 2 : 3);
        assert_int_equal(t.result.outside_retention_count, rows[i].outside_retention);
        assert_int_equal(t.result.outside_window_count, rows[i].outside_window);
        if (outside) {
            assert_int_equal(t.result.oldest.ts_ns, NOW + HOURS(rows[i].at));
            assert_int_equal(t.result.oldest.bound, rows[i].bound);
            assert_int_equal(t.result.newest.series, 1);
        }
        sx_batch_deinit(&batch);
        engine_test_deinit(&t);
    }
}

static void test_a_row_of_another_type_is_left_out_and_told(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m,k=1", 1, "a1=1 b2=1");
    engine_test_must(&t, engine_test_try_write(&t, "m,k=2", 1, "a2=1 c1=1"));
    assert_int_equal(t.result.conflict_count, 1);
    assert_int_equal(t.result.row_count, 0);
    assert_int_equal(t.result.conflict.type, STRIA_INT);
    assert_int_equal(t.result.conflict.type_before, STRIA_FLOAT);
    engine_test_write(&t, "m,k=2", 1, "c2=1"); /* c was not noted with the row left out */
    engine_test_write(&t, "n,k=1", 1, "a2=1"); /* another measurement */
    assert_holds(&t, "m,k=1{1:a1=1,b2=1} m,k=2{1:c2=1} n,k=1{1:a2=1}");
    engine_test_deinit(&t);
}

static void test_of_one_time_the_later_fields_win(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m", 5, "a1=1 b1=1");
    engine_test_write(&t, "m", 3, "a1=2"); /* late */
    engine_test_write(&t, "m", 5, "b1=3 c5=x");
    assert_holds(&t, "m{3:a1=2 5:a1=1,b1=3,c5=x}");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_write(&t, "m", 3, "b1=4");
    assert_holds(&t, "m{3:a1=2,b1=4 5:a1=1,b1=3,c5=x}");
    engine_test_deinit(&t);
}

static void test_what_cannot_be_written_to_says_so(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    t.policy_id = 9;
    assert_int_equal(engine_test_try_write(&t, "m", 1, "a1=1"), STRIA_NOT_FOUND);
    assert_string_equal(t.err.text, "the retention policy was dropped");
    t.policy_id = 1;
    engine_test_write(&t, "m", 1, "a1=1");
    engine_test_deinit(&t);
}

static void test_refused_memory_stores_all_or_nothing(void **state)
{
    (void)state;
    struct sx_mem_fault fault = {.countdown = -1};
    struct engine_test t;
    struct test_field field = {.name = SX_LITERAL("a"), .type = STRIA_INT, .present = true};
    bool fired = true;
    engine_test_init(&t);
    for (int64_t nth = 1; fired; nth++) {
        struct sx_batch batch;
        struct sx_write_options how = {0};
        char series[2][24];
        engine_test_close(&t);
        t.fault = &fault;
        engine_test_open(&t);
        sx_batch_init(&batch, sx_engine_mem(t.engine, SX_ENGINE_MEM_INGEST));
        for (int i = 0; i < 2; i++) {
            (void)snprintf(series[i], sizeof series[i], "m%d,k=%d", (int)nth, i);
            mem_test_add_row(&batch, &t.scan.mt.ix.key, series[i], i, &field, 1);
        }
        atomic_store(&fault.fired, false);
        atomic_store(&fault.countdown, nth);
        stria_status st = sx_engine_write(t.engine, 1, &batch, &how, &t.result, &t.err);
        fired = atomic_load(&fault.fired);
        atomic_store(&fault.countdown, -1);
        sx_batch_deinit(&batch);
        /* BUSY: what a flush frees may be enough, the next time. */
        assert_true(st == STRIA_OK || ((st == STRIA_NOMEM || st == STRIA_BUSY) && fired));
        assert_int_equal(t.result.row_count, st ? 0 : 2);
        const char *text = engine_test_holds(&t);
        for (int i = 0; i < 2; i++)
            assert_int_equal(strstr(text, series[i]) != NULL, st == STRIA_OK);
    }
    t.fault = NULL;
    engine_test_deinit(&t);
}

static void test_a_log_that_fails_stores_nothing_and_is_told(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m", 0, "a1=0");
    engine_test_close(&t);
    struct sx_os_fault_options none = {0};
    t.os = sx_os_fault_create(t.disk, &none);
    engine_test_open(&t);
    uint64_t opening = sx_os_fault_calls(t.os);
    engine_test_close(&t);
    sx_os_fault_destroy(t.os);
    for (uint64_t nth = 1; nth < 8; nth++) {
        struct sx_os_fault_options options = {
            .fail_at = opening + nth, .for_ever = true, .os_errno = EIO};
        t.os = sx_os_fault_create(t.disk, &options);
        engine_test_open(&t);
        stria_status st = engine_test_try_write(&t, "m", (int64_t)nth, "a1=1");
        const char *text = engine_test_holds(&t);
        char want[24];
        (void)snprintf(want, sizeof want, "%d:a1=1", (int)nth);
        assert_int_equal(strstr(text, want) != NULL, st == STRIA_OK);
        if (st)
            assert_true(t.err.text[0] != 0 && t.result.row_count == 0);
        (void)engine_test_try_close(&t);
        sx_os_fault_destroy(t.os);
        t.os = t.disk;
        engine_test_open(&t);
        if (st == STRIA_OK)
            assert_non_null(strstr(engine_test_holds(&t), want));
        engine_test_close(&t);
    }
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_outside_of_the_policys_times_are_left_out),
        cmocka_unit_test(test_a_row_of_another_type_is_left_out_and_told),
        cmocka_unit_test(test_of_one_time_the_later_fields_win),
        cmocka_unit_test(test_what_cannot_be_written_to_says_so),
        cmocka_unit_test(test_refused_memory_stores_all_or_nothing),
        cmocka_unit_test(test_a_log_that_fails_stores_nothing_and_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
