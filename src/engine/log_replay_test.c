/* SPDX-License-Identifier: Apache-2.0 */
/* log_replay_test.c -- rows that are only in the log come back when the store is opened. */
#include "engine/log_replay.h"

#include "engine/engine_fixture_test.h"

#include <errno.h>

static void test_what_was_acknowledged_comes_back_after_the_power(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m,k=1", 1, "a1=1 s5=text");
    engine_test_write(&t, "m,k=1", 2, "a1 s5=more"); /* the series is not named again */
    engine_test_write(&t, "m,k=2", 1, "b4=1 c3=9 d2=-4");
    engine_test_write(&t, "m,k=1", 1, "a1=7"); /* of one time the later wins */
    for (int i = 0; i < 3; i++) {
        engine_test_crash(&t);
        assert_true(engine_test_heard(&t, "recovery"));
        assert_holds(&t, "m,k=1{1:a1=7,s5=text 2:s5=more} m,k=2{1:b4=1,c3=9,d2=-4}");
    }
    engine_test_write(&t, "m,k=2", 2, "b4=0");
    engine_test_crash(&t);
    assert_holds(&t, "m,k=1{1:a1=7,s5=text 2:s5=more} m,k=2{1:b4=1,c3=9,d2=-4 2:b4=0}");
    engine_test_deinit(&t);
}

static void test_rows_of_flushed_generations_do_not_come_twice(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_must(&t, engine_test_delete(&t, "m", "", INT64_MIN, INT64_MAX));
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    engine_test_write(&t, "m", 2, "a1=2");
    engine_test_crash(&t);
    assert_holds(&t, "m{2:a1=2}");
    engine_test_deinit(&t);
}

static void test_rows_of_a_dropped_policy_stay_gone(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_command drop = {.kind = SX_DROP_DATABASE, .database = SX_LITERAL("d")};
    struct sx_command create = {.kind = SX_CREATE_DATABASE, .database = SX_LITERAL("d")};
    engine_test_init(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    engine_test_must(&t, engine_test_execute(&t, &drop));
    engine_test_must(&t, engine_test_execute(&t, &create));
    engine_test_crash(&t);
    t.policy_id = 2; /* an id is never given twice */
    assert_holds(&t, "");
    engine_test_write(&t, "m", 1, "a2=1");
    engine_test_crash(&t);
    assert_holds(&t, "m{1:a2=1}");
    engine_test_deinit(&t);
}

static void test_types_of_logged_rows_are_known_again(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    engine_test_crash(&t);
    engine_test_must(&t, engine_test_try_write(&t, "m", 2, "a2=1"));
    assert_int_equal(t.result.conflict_count, 1);
    engine_test_deinit(&t);
}

/* Flips a bit in the frame that holds `text` of the one log file. */
static bool damage_frame(struct engine_test *t, const char *text, char *path)
{
    size_t size, len = strlen(text);
    if (!engine_test_files(t, "db/wal", ".wal", path))
        return false;
    uint8_t *bytes = sx_os_mem_bytes(t->disk, path, &size);
    for (size_t i = 0; bytes && i + len <= size; i++)
        if (memcmp(bytes + i, text, len) == 0) {
            bytes[i] ^= 1;
            return true;
        }
    return false;
}

static void test_a_damaged_frame_is_told_and_its_file_is_kept(void **state)
{
    (void)state;
    struct engine_test t;
    char path[SX_PATH_MAX];
    size_t size;
    engine_test_init(&t);
    engine_test_write(&t, "m,k=1", 1, "s5=DAMAGED");
    engine_test_write(&t, "m,k=2", 1, "s5=whole");
    engine_test_write(&t, "m,k=1", 2, "s5=nameless"); /* its series was in the damaged frame */
    engine_test_close(&t);
    assert_true(damage_frame(&t, "DAMAGED", path));
    engine_test_open(&t);
    assert_true(engine_test_heard(&t, "log_damage"));
    assert_true(t.engine->kept_log_count == 1);
    assert_int_equal(atomic_load(&t.engine->counts.log_damage), 1);
    assert_holds(&t, "m,k=2{1:s5=whole}");
    engine_test_write(&t, "m,k=1", 3, "s5=new");
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    for (int i = 0; i < 2; i++) {
        engine_test_reopen(&t);
        assert_int_equal(t.engine->kept_log_count, 1); /* the manifest remembers it */
        assert_non_null(sx_os_mem_bytes(t.disk, path, &size));
        assert_holds(&t, "m,k=1{3:s5=new} m,k=2{1:s5=whole}");
    }
    engine_test_deinit(&t);
}

static void test_a_reader_does_not_touch_the_log(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    engine_test_close(&t);
    uint64_t before = sx_os_mem_mutations(t.disk);
    engine_test_must(&t, engine_test_try_open(&t, true));
    assert_holds(&t, "m{1:a1=1}");
    engine_test_close(&t);
    assert_int_equal(sx_os_mem_mutations(t.disk), before);
    engine_test_deinit(&t);
}

static void test_generations_go_on_behind_every_tombstone(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    for (int i = 0; i < 3; i++) {
        engine_test_write(&t, "m", i, "a1=1");
        engine_test_must(&t, engine_test_delete(&t, "m", "", INT64_MIN, INT64_MAX));
    }
    uint64_t generation = t.engine->active->number;
    engine_test_reopen(&t);
    assert_true(t.engine->active->number > generation);
    engine_test_write(&t, "m", 9, "a1=9");
    engine_test_crash(&t);
    assert_holds(&t, "m{9:a1=9}");
    engine_test_deinit(&t);
}

static enum sx_crash_fate keep(void *context, uint64_t item, bool is_sector)
{
    (void)context;
    (void)item;
    (void)is_sector;
    return SX_FATE_KEPT;
}

/* The generation of a delete is not flushed when no row came behind it. */
static void test_an_opening_that_dies_behind_a_delete_leaves_no_gap_in_the_log(void **state)
{
    (void)state;
    bool fired = true;
    for (uint64_t nth = 1; fired; nth++) {
        struct engine_test t;
        struct sx_os_fault_options options = {.fail_at = nth, .for_ever = true, .os_errno = EIO};
        engine_test_init(&t);
        engine_test_write(&t, "m", 1, "a1=1");
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
        engine_test_must(&t, engine_test_delete(&t, "n", "", INT64_MIN, INT64_MAX));
        engine_test_close(&t);
        t.os = sx_os_fault_create(t.disk, &options);
        stria_status st = engine_test_try_open(&t, false);
        fired = sx_os_fault_fired(t.os);
        /* As if it had been killed: what it wrote is there. */
        struct sx_os *left = sx_os_mem_crash(t.disk, keep, NULL);
        assert_non_null(left);
        assert_int_equal(t.engine != NULL, st == STRIA_OK);
        (void)engine_test_try_close(&t);
        sx_os_fault_destroy(t.os);
        sx_os_mem_destroy(t.disk);
        t.disk = t.os = left;
        engine_test_open(&t);
        if (engine_test_heard(&t, "log_damage"))
            fail_msg("after call %d: %s", (int)nth, t.events);
        assert_holds(&t, "m{1:a1=1}");
        engine_test_deinit(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_acknowledged_comes_back_after_the_power),
        cmocka_unit_test(test_rows_of_flushed_generations_do_not_come_twice),
        cmocka_unit_test(test_rows_of_a_dropped_policy_stay_gone),
        cmocka_unit_test(test_types_of_logged_rows_are_known_again),
        cmocka_unit_test(test_a_damaged_frame_is_told_and_its_file_is_kept),
        cmocka_unit_test(test_a_reader_does_not_touch_the_log),
        cmocka_unit_test(test_generations_go_on_behind_every_tombstone),
        cmocka_unit_test(test_an_opening_that_dies_behind_a_delete_leaves_no_gap_in_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
