/* SPDX-License-Identifier: Apache-2.0 */
/* reclaim_test.c -- how much of a segment is deleted, and what comes of it. */
#include "engine/engine_fixture_test.h"

/* A flushed segment of ten series "m,k=0" to "m,k=9", each with rows at 1 and 2. */
static void fill(struct engine_test *t)
{
    engine_test_init(t);
    for (int i = 0; i < 10; i++) {
        char series[16];
        (void)snprintf(series, sizeof series, "m,k=%d", i);
        engine_test_write(t, series, 1, "a1=1");
        engine_test_write(t, series, 2, "a1=2");
    }
    engine_test_compact(t, STRIA_COMPACT_FLUSH);
    assert_int_equal(engine_test_segment_count(t), 1);
}

static void test_the_share_that_is_deleted_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *name, *measurement, *condition;
        int64_t min, max;
        unsigned percent;
        bool applied; /* nothing of it is deleted */
    } rows[] = {
        {"all", "m", "", INT64_MIN, INT64_MAX, 100, false},
        {"half", "m", "k~^[0-4]$", INT64_MIN, INT64_MAX, 50, false},
        {"one", "m", "k=7", INT64_MIN, INT64_MAX, 10, false},
        {"all, in part: half is a guess", "m", "", 2, 5, 50, false},
        {"one, in part: not none", "m", "k=7", 2, 2, 1, false},
        {"no such series", "m", "k=x", INT64_MIN, INT64_MAX, 0, true},
        {"no such measurement", "n", "", INT64_MIN, INT64_MAX, 0, true},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct engine_test t;
        bool more = false;
        print_message("%s\n", rows[i].name);
        fill(&t);
        engine_test_must(&t, engine_test_delete(&t, rows[i].measurement, rows[i].condition,
                                                rows[i].min, rows[i].max));
        engine_test_must(&t, sx_engine_reclaim_step(t.engine, &more, &t.err));
        assert_true(more);
        const struct sx_segment *segment = engine_test_store(&t)->segments[0];
        assert_int_equal(segment->deleted_percent, rows[i].percent);
        assert_int_equal(segment->reclaim_checked, 1);
        assert_int_equal(atomic_load(&segment->tombstone_id), rows[i].applied);
        engine_test_must(&t, sx_engine_reclaim_step(t.engine, &more, &t.err));
        assert_false(more); /* it was looked at */
        engine_test_must(&t, sx_engine_forget_spent_tombstones(t.engine, &t.err));
        assert_int_equal(engine_test_tombstone_count(&t), !rows[i].applied);
        engine_test_reopen(&t); /* the manifest knows */
        assert_int_equal(atomic_load(&engine_test_store(&t)->segments[0]->tombstone_id),
                         rows[i].applied);
        engine_test_deinit(&t);
    }
}

static void test_a_segment_with_much_deleted_is_written_anew(void **state)
{
    (void)state;
    struct engine_test t;
    fill(&t);
    uint64_t id = engine_test_store(&t)->segments[0]->info.segment_id;
    engine_test_must(&t, engine_test_delete(&t, "m", "k~[1-9]", INT64_MIN, INT64_MAX));
    engine_test_poll(&t, 20);
    assert_int_equal(engine_test_segment_count(&t), 1);
    const struct sx_segment_info *info = &engine_test_store(&t)->segments[0]->info;
    assert_true(info->segment_id != id);
    assert_int_equal(info->series_count, 1);
    assert_int_equal(info->row_count, 2);
    assert_int_equal(engine_test_tombstone_count(&t), 0);
    assert_holds(&t, "m,k=0{1:a1=1 2:a1=2}");
    engine_test_deinit(&t);
}

static void test_a_little_is_given_back_when_asked_for(void **state)
{
    (void)state;
    struct engine_test t;
    fill(&t);
    uint64_t id = engine_test_store(&t)->segments[0]->info.segment_id;
    engine_test_must(&t, engine_test_delete(&t, "m", "k=0", INT64_MIN, INT64_MAX));
    engine_test_poll(&t, 20);
    assert_int_equal(engine_test_store(&t)->segments[0]->info.segment_id, id);
    engine_test_compact(&t, STRIA_COMPACT_RECLAIM);
    const struct sx_segment_info *info = &engine_test_store(&t)->segments[0]->info;
    assert_true(info->segment_id != id);
    assert_int_equal(info->row_count, 18);
    assert_int_equal(engine_test_tombstone_count(&t), 0);
    assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 1);
    engine_test_deinit(&t);
}

static void test_damage_is_noted_and_not_looked_at_again(void **state)
{
    (void)state;
    struct engine_test t;
    char path[SX_PATH_MAX];
    size_t size;
    bool more = false;
    fill(&t);
    engine_test_close(&t);
    (void)engine_test_files(&t, "db/seg", ".seg", path);
    uint8_t *bytes = sx_os_mem_bytes(t.disk, path, &size);
    bytes[size - 1] ^= 1;
    engine_test_open(&t);
    engine_test_must(&t, engine_test_delete(&t, "m", "", INT64_MIN, INT64_MAX));
    assert_int_equal(sx_engine_reclaim_step(t.engine, &more, &t.err), STRIA_CORRUPT);
    assert_int_equal(atomic_load(&engine_test_store(&t)->segments[0]->damage), SX_DAMAGE_WHOLE);
    engine_test_must(&t, sx_engine_reclaim_step(t.engine, &more, &t.err));
    assert_false(more);
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_share_that_is_deleted_is_found),
        cmocka_unit_test(test_a_segment_with_much_deleted_is_written_anew),
        cmocka_unit_test(test_a_little_is_given_back_when_asked_for),
        cmocka_unit_test(test_damage_is_noted_and_not_looked_at_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
