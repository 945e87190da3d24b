/* SPDX-License-Identifier: Apache-2.0 */
/* background_test.c -- what is done without being asked for: retention, a disk that fills up, files
 * that readers still hold. */
#include "engine/engine_fixture_test.h"

#define NOW (1000 * SX_DAY_NS)
#define MIB ((uint64_t)1 << 20)

/* Makes the default policy keep rows for so many days. */
static void set_duration(struct engine_test *t, int64_t days)
{
    struct sx_command alter = {.kind = SX_ALTER_POLICY,
                               .database = SX_LITERAL("d"),
                               .policy = SX_LITERAL("autogen"),
                               .settings = SX_POLICY_DURATION | SX_POLICY_SHARD_DURATION,
                               .shard_duration_ns = SX_HOUR_NS,
                               .duration_ns = days * SX_DAY_NS};
    engine_test_must(t, engine_test_execute(t, &alter));
}

static void test_segments_that_are_too_old_go(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    sx_os_mem_set_now(t.disk, NOW);
    for (int day = 1; day <= 5; day++) {
        engine_test_write(&t, "m", NOW - day * SX_DAY_NS, "a1=1");
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    }
    engine_test_must(&t, sx_engine_retention_step(t.engine, &t.err));
    assert_int_equal(engine_test_segment_count(&t), 5); /* kept for ever */
    set_duration(&t, 3);
    sx_os_mem_set_now(t.disk, NOW + SX_HOUR_NS);
    engine_test_must(&t, sx_engine_retention_step(t.engine, &t.err));
    assert_int_equal(engine_test_segment_count(&t), 2); /* of day 3 an hour is too old: all of it */
    assert_true(engine_test_heard(&t, "retention"));
    sx_engine_unlink_retired(t.engine, true);
    assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 2);
    engine_test_crash(&t);
    assert_int_equal(engine_test_segment_count(&t), 2);
    sx_os_mem_set_now(t.disk, NOW + 30 * SX_DAY_NS);
    engine_test_poll(&t, 5); /* care does it by itself */
    assert_int_equal(engine_test_segment_count(&t), 0);
    engine_test_deinit(&t);
}

static void test_a_segment_that_is_partly_young_stays(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    sx_os_mem_set_now(t.disk, NOW);
    set_duration(&t, 3);
    engine_test_write(&t, "m", NOW - 2 * SX_DAY_NS, "a1=1");
    engine_test_write(&t, "m", NOW, "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    sx_os_mem_set_now(t.disk, NOW + 2 * SX_DAY_NS);
    engine_test_must(&t, sx_engine_retention_step(t.engine, &t.err));
    assert_int_equal(engine_test_segment_count(&t), 1);
    engine_test_deinit(&t);
}

static void test_the_oldest_go_when_a_policy_has_more_than_its_bytes(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    sx_os_mem_set_now(t.disk, NOW);
    for (int day = 5; day >= 1; day--) {
        engine_test_write(&t, "m", NOW - day * SX_DAY_NS, "a1=1");
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    }
    const struct sx_policy_store *store = t.engine->stores[0];
    uint64_t size = store->segments[0]->info.file_size;
    static const struct {
        unsigned percent; /* of one segment's bytes */
        size_t left;
    } rows[] = {{0, 5}, {510, 5}, {310, 3}, {300, 3}, {299, 2}, {10, 1}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        t.engine->options.retention_size = size * rows[i].percent / 100;
        engine_test_must(&t, sx_engine_retention_step(t.engine, &t.err));
        assert_int_equal(engine_test_segment_count(&t), rows[i].left);
    }
    assert_int_equal(store->segments[0]->info.max_ts, NOW - SX_DAY_NS);
    engine_test_crash(&t);
    assert_int_equal(engine_test_segment_count(&t), 1);
    engine_test_deinit(&t);
}

static void test_a_full_disk_refuses_writes_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        uint64_t free_mib;
        int disk_state;
    } rows[] = {
        /* The reserve is 10 MiB. */
        {100, SX_DISK_OK},       {39, SX_DISK_LOW},       {11, SX_DISK_LOW},
        {9, SX_DISK_READ_ONLY},  {11, SX_DISK_READ_ONLY}, /* not at once again */
        {19, SX_DISK_READ_ONLY}, {21, SX_DISK_LOW},       {41, SX_DISK_OK},
    };
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m", 0, "a1=0");
    engine_test_close(&t);
    t.reserve_size = 10 * MIB;
    engine_test_open(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        sx_os_mem_set_space(t.disk, rows[i].free_mib * MIB, 1000 * MIB);
        sx_engine_check_disk(t.engine, true);
        assert_int_equal(atomic_load(&t.engine->disk_state), rows[i].disk_state);
        assert_int_equal(engine_test_try_write(&t, "m", 1, "a1=1"),
                         rows[i].disk_state == SX_DISK_READ_ONLY ? STRIA_DISK_FULL : STRIA_OK);
        assert_int_equal(t.result.row_count, rows[i].disk_state != SX_DISK_READ_ONLY);
        assert_holds(&t, "m{0:a1=0 1:a1=1}");
    }
    assert_true(engine_test_heard(&t, "disk_state"));
    engine_test_deinit(&t);
}

static void test_what_flushes_and_merges_will_take_does_not_count_as_free(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t free_mib, merge_mib;
        bool write, flush;
        int disk_state;
    } rows[] = {
        {"nothing is claimed", 100, 0, false, false, SX_DISK_OK},
        {"a merge is at hand", 100, 61, false, false, SX_DISK_LOW},
        {"a large one", 100, 91, false, false, SX_DISK_READ_ONLY},
        {"more than there is", 100, 101, false, false, SX_DISK_READ_ONLY},
        {"it has ended", 100, 0, false, false, SX_DISK_OK},
        {"rows are in the log", 11, 0, true, false, SX_DISK_READ_ONLY},
        {"they are in a segment", 20, 0, false, true, SX_DISK_LOW},
    };
    struct engine_test t;
    engine_test_init(&t);
    engine_test_close(&t);
    t.reserve_size = 10 * MIB;
    engine_test_open(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        print_message("%s\n", rows[i].name);
        sx_os_mem_set_space(t.disk, (uint64_t)900 * MIB, 1000 * MIB);
        sx_engine_check_disk(t.engine, true);
        for (int64_t j = 0; rows[i].write && j < 300; j++) /* 4 KiB of log each */
            engine_test_write(&t, "m", j, "a1=1");
        if (rows[i].flush)
            engine_test_compact(&t, STRIA_COMPACT_FLUSH);
        sx_os_mem_set_space(t.disk, rows[i].free_mib * MIB, 1000 * MIB);
        atomic_store(&t.engine->merge_claim_size, rows[i].merge_mib * MIB);
        sx_engine_check_disk(t.engine, true);
        assert_int_equal(atomic_load(&t.engine->disk_state), rows[i].disk_state);
    }
    engine_test_deinit(&t);
}

static void test_a_policy_that_keeps_less_forgets_what_is_in_memory(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    sx_os_mem_set_now(t.disk, NOW);
    engine_test_write(&t, "m", NOW - 5 * SX_DAY_NS, "a1=1");
    engine_test_poll(&t, 20);
    assert_int_equal(engine_test_segment_count(&t), 0);
    set_duration(&t, 9);
    engine_test_poll(&t, 20);
    assert_int_equal(engine_test_segment_count(&t), 1);
    engine_test_write(&t, "m", NOW - 4 * SX_DAY_NS, "a1=1");
    set_duration(&t, 3);
    engine_test_poll(&t, 20);
    assert_int_equal(engine_test_segment_count(&t), 0);
    assert_holds(&t, "");
    engine_test_deinit(&t);
}

static void test_a_replaced_segment_waits_for_its_readers(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_view *view;
    engine_test_init(&t);
    for (int i = 0; i < 2; i++) {
        engine_test_write(&t, "m", i, "a1=1");
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    }
    engine_test_must(&t, sx_engine_view(t.engine, 1, &view, &t.err));
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    assert_int_equal(engine_test_segment_count(&t), 1);
    assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 3);
    sx_view_release(view);
    sx_engine_unlink_retired(t.engine, true);
    assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 1);
    engine_test_deinit(&t);
}

static void test_polling_comes_to_an_end(void **state)
{
    (void)state;
    struct engine_test t;
    bool more = true;
    engine_test_init(&t);
    engine_test_close(&t);
    t.memtable_size = 65536;
    engine_test_open(&t);
    for (int i = 0; i < 3000; i++)
        engine_test_write(&t, "m", i, "a1=1 b1=2 c1=3");
    for (int steps = 0; more && steps < 1000; steps++)
        engine_test_must(&t, sx_engine_poll(t.engine, &more, &t.err));
    assert_false(more);
    assert_false(sx_engine_flush_due(t.engine));
    assert_true(engine_test_segment_count(&t) > 0);
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments_that_are_too_old_go),
        cmocka_unit_test(test_a_segment_that_is_partly_young_stays),
        cmocka_unit_test(test_the_oldest_go_when_a_policy_has_more_than_its_bytes),
        cmocka_unit_test(test_a_full_disk_refuses_writes_and_nothing_else),
        cmocka_unit_test(test_what_flushes_and_merges_will_take_does_not_count_as_free),
        cmocka_unit_test(test_a_policy_that_keeps_less_forgets_what_is_in_memory),
        cmocka_unit_test(test_a_replaced_segment_waits_for_its_readers),
        cmocka_unit_test(test_polling_comes_to_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
