/* SPDX-License-Identifier: Apache-2.0 */
/* delete_test.c -- deletes mask what was written before them, for good, and go when they have
 * nothing left to mask. */
#include "engine/engine_fixture_test.h"

#define EVER INT64_MIN, INT64_MAX

static void fill(struct engine_test *t)
{
    engine_test_init(t);
    engine_test_write(t, "m,k=1", 1, "a1=1");
    engine_test_write(t, "m,k=1", 2, "a1=2");
    engine_test_write(t, "m,k=2", 1, "a1=3");
    engine_test_write(t, "n,k=1", 1, "a1=4");
}

/* The same whether the rows are in memory, in segments, or were merged. */
static void test_a_delete_masks_series_and_times(void **state)
{
    (void)state;
    static const struct {
        const char *name, *measurement, *condition;
        int64_t min, max;
        const char *left;
    } rows[] = {
        {"everything", NULL, "", EVER, ""},
        {"a measurement", "m", "", EVER, "n,k=1{1:a1=4}"},
        {"none such", "o", "", EVER, "m,k=1{1:a1=1 2:a1=2} m,k=2{1:a1=3} n,k=1{1:a1=4}"},
        {"a series", "m", "k=1", EVER, "m,k=2{1:a1=3} n,k=1{1:a1=4}"},
        {"a pattern", NULL, "k~^1$", EVER, "m,k=2{1:a1=3}"},
        {"a time", "m", "", 2, 2, "m,k=1{1:a1=1} m,k=2{1:a1=3} n,k=1{1:a1=4}"},
        {"before", NULL, "", INT64_MIN, 1, "m,k=1{2:a1=2}"},
        {"a series and time", "m", "k=1", 1, 1, "m,k=1{2:a1=2} m,k=2{1:a1=3} n,k=1{1:a1=4}"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        for (int flushed = 0; flushed < 2; flushed++) {
            struct engine_test t;
            print_message("%s, %s\n", rows[i].name, flushed ? "flushed" : "in memory");
            fill(&t);
            if (flushed)
                engine_test_compact(&t, STRIA_COMPACT_FLUSH);
            engine_test_must(&t, engine_test_delete(&t, rows[i].measurement, rows[i].condition,
                                                    rows[i].min, rows[i].max));
            for (int step = 0; step < 3; step++) {
                assert_holds(&t, rows[i].left);
                if (step == 0)
                    engine_test_reopen(&t);
                else
                    engine_test_compact(&t, STRIA_COMPACT_SEAL);
            }
            assert_int_equal(engine_test_tombstone_count(&t), 0);
            engine_test_deinit(&t);
        }
}

static void test_rows_that_come_after_a_delete_stay(void **state)
{
    (void)state;
    struct engine_test t;
    fill(&t);
    engine_test_must(&t, engine_test_delete(&t, NULL, "", EVER));
    engine_test_write(&t, "m,k=1", 1, "a1=9");
    engine_test_write(&t, "n,k=1", INT64_C(1000), "b2=7");
    for (int i = 0; i < 2; i++) {
        engine_test_compact(&t, STRIA_COMPACT_SEAL);
        assert_holds(&t, "m,k=1{1:a1=9} n,k=1{1000:b2=7}");
        engine_test_reopen(&t);
    }
    engine_test_deinit(&t);
}

static void test_a_delete_survives_the_power(void **state)
{
    (void)state;
    struct engine_test t;
    fill(&t);
    engine_test_must(&t, engine_test_delete(&t, "m", "", EVER));
    engine_test_write(&t, "m,k=2", 5, "a1=5");
    engine_test_crash(&t);
    assert_holds(&t, "m,k=2{5:a1=5} n,k=1{1:a1=4}");
    engine_test_deinit(&t);
}

static void test_a_measurement_that_was_dropped_may_get_other_types(void **state)
{
    (void)state;
    static const struct {
        const char *condition;
        int64_t max;
        uint64_t conflict_count;
    } rows[] = {{"", INT64_MAX, 0}, {"", INT64_MAX - 1, 1}, {"k=1", INT64_MAX, 1}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct engine_test t;
        fill(&t);
        engine_test_must(&t,
                         engine_test_delete(&t, "m", rows[i].condition, INT64_MIN, rows[i].max));
        engine_test_must(&t, engine_test_try_write(&t, "m,k=1", 3, "a2=3"));
        assert_int_equal(t.result.conflict_count, rows[i].conflict_count);
        engine_test_reopen(&t);
        engine_test_must(&t, engine_test_try_write(&t, "m,k=1", 4, "a2=4"));
        assert_int_equal(t.result.conflict_count, rows[i].conflict_count);
        engine_test_deinit(&t);
    }
}

static void test_what_is_not_there_cannot_be_deleted_from(void **state)
{
    (void)state;
    static const struct {
        const char *database, *policy, *text;
    } rows[] = {
        {"x", "", "database not found: x"},
        {"d", "p", "retention policy not found: p"},
    };
    struct engine_test t;
    engine_test_init(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_command command = {.kind = SX_DROP_SERIES,
                                     .database = sx_bytes_of(rows[i].database),
                                     .policy = sx_bytes_of(rows[i].policy),
                                     .selector = {.all_measurements = true}};
        assert_int_equal(engine_test_execute(&t, &command), STRIA_NOT_FOUND);
        assert_string_equal(t.err.text, rows[i].text);
    }
    assert_int_equal(engine_test_tombstone_count(&t), 0);
    engine_test_deinit(&t);
}

static void test_a_tombstone_masks_by_generation_and_time(void **state)
{
    (void)state;
    static const struct {
        uint64_t generation, id;
        int64_t min, max;
        bool masks;
    } rows[] = {
        {6, 4, 0, 10, true},   {5, 4, 0, 10, false}, {6, 3, 0, 10, false}, {6, 4, 20, 30, true},
        {6, 4, 21, 30, false}, {6, 4, -5, 9, false}, {6, 4, -5, 10, true},
    };
    struct sx_segment segment = {
        .info = {.first_generation = 2, .last_generation = 5, .min_ts = 10, .max_ts = 20}};
    atomic_init(&segment.tombstone_id, 3);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_tombstone tombstone = {.id = rows[i].id,
                                         .generation = rows[i].generation,
                                         .time_min_ns = rows[i].min,
                                         .time_max_ns = rows[i].max};
        assert_int_equal(sx_engine_masks(&tombstone, &segment), rows[i].masks);
    }
}

static void test_a_spent_tombstone_goes_by_itself(void **state)
{
    (void)state;
    struct engine_test t;
    fill(&t);
    engine_test_must(&t, engine_test_delete(&t, "n", "", EVER));
    assert_int_equal(engine_test_tombstone_count(&t), 1);
    engine_test_must(&t, sx_engine_forget_spent_tombstones(t.engine, &t.err));
    assert_int_equal(engine_test_tombstone_count(&t), 1); /* the memtable is not flushed */
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_must(&t, sx_engine_forget_spent_tombstones(t.engine, &t.err));
    /* The flush left them out. */
    assert_int_equal(engine_test_tombstone_count(&t), 0);
    assert_holds(&t, "m,k=1{1:a1=1 2:a1=2} m,k=2{1:a1=3}");
    engine_test_deinit(&t);
}

static void test_only_so_many_deletes_wait_for_merges(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    t.engine->tombstones_max = 3;
    for (int i = 0; i < 3; i++)
        engine_test_write(&t, "m,k=1", i, "v1=1");
    engine_test_write(&t, "m,k=2", 1, "v1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    for (int i = 0; i < 3; i++)
        engine_test_must(&t, engine_test_delete(&t, "m", "k=1", i, i));
    assert_int_equal(engine_test_delete(&t, "m", "k=2", 1, 1), STRIA_LIMIT);
    assert_non_null(strstr(t.err.text, "max-pending-deletes limit exceeded (3): "));
    assert_holds(&t, "m,k=2{1:v1=1}"); /* nothing of it was done */
    engine_test_compact(&t, STRIA_COMPACT_RECLAIM);
    assert_int_equal(engine_test_tombstone_count(&t), 0);
    engine_test_must(&t, engine_test_delete(&t, "m", "k=2", 1, 1));
    assert_holds(&t, "");
    engine_test_deinit(&t);
}

static void test_deletes_that_mask_nothing_do_not_count(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    t.engine->tombstones_max = 3;
    engine_test_write(&t, "m", 1, "v1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    for (int i = 0; i < 10; i++) /* of times without rows */
        engine_test_must(&t, engine_test_delete(&t, "m", "", 100 + i, 100 + i));
    assert_holds(&t, "m{1:v1=1}");
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_delete_masks_series_and_times),
        cmocka_unit_test(test_rows_that_come_after_a_delete_stay),
        cmocka_unit_test(test_a_delete_survives_the_power),
        cmocka_unit_test(test_a_measurement_that_was_dropped_may_get_other_types),
        cmocka_unit_test(test_what_is_not_there_cannot_be_deleted_from),
        cmocka_unit_test(test_a_tombstone_masks_by_generation_and_time),
        cmocka_unit_test(test_a_spent_tombstone_goes_by_itself),
        cmocka_unit_test(test_only_so_many_deletes_wait_for_merges),
        cmocka_unit_test(test_deletes_that_mask_nothing_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
