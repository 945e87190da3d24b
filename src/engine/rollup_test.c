/* SPDX-License-Identifier: Apache-2.0 */
/* rollup_test.c -- rollups are whole or not there, whatever fails on the way, and are made anew
 * only where rows changed. */
#include "engine/rollup.h"

#include "engine/engine_fixture_test.h"

#include <errno.h>

#define ROLLUPS 2 /* the policy with them */
#define STATES_MAX 40

static void ask_for_rollups(struct engine_test *t)
{
    struct sx_command command = {.kind = SX_ALTER_POLICY,
                                 .database = SX_LITERAL("d"),
                                 .policy = SX_LITERAL("autogen"),
                                 .settings = SX_POLICY_ROLLUP,
                                 .rollups = {{.interval_ns = SX_ROLLUP_1H_NS}},
                                 .rollup_count = 1};
    engine_test_must(t, engine_test_execute(t, &command));
}

static void begin(struct engine_test *t)
{
    engine_test_init(t);
    ask_for_rollups(t);
}

/* What the rollups hold. */
static const char *rollups(struct engine_test *t)
{
    t->policy_id = ROLLUPS;
    const char *text = engine_test_holds(t);
    t->policy_id = 1;
    return text;
}

static uint64_t made(struct engine_test *t)
{
    return atomic_load(&t->engine->counts.rollups);
}

static size_t stale_count(struct engine_test *t)
{
    sx_mutex_lock(&t->engine->state_mutex);
    size_t count = sx_rollup_stale_count(t->engine, sx_engine_store(t->engine, ROLLUPS));
    sx_mutex_unlock(&t->engine->state_mutex);
    return count;
}

/* ---- what is made anew ---------------------------------------------------------------------- */

static void test_late_rows_make_only_their_windows_anew(void **state)
{
    (void)state;
    struct engine_test t;
    begin(&t);
    for (int day = 0; day < 10; day++)
        engine_test_write(&t, "m,k=1", day * SX_DAY_NS, "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    assert_int_equal(made(&t), 10);
    /* One flush reaches over all of them, and has rows in two. */
    engine_test_write(&t, "m,k=1", 1, "a1=1");
    engine_test_write(&t, "m,k=1", 9 * SX_DAY_NS + 1, "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    assert_int_equal(stale_count(&t), 10);
    bool more = true;
    for (t.engine->rollups.not_before_ns = 0; more;)
        engine_test_must(&t, sx_rollup_step(t.engine, true, &more, &t.err));
    assert_int_equal(made(&t), 12);
    assert_int_equal(stale_count(&t), 0);
    engine_test_deinit(&t);
}

static void test_merges_carry_marks_along(void **state)
{
    (void)state;
    struct engine_test t;
    begin(&t);
    for (int i = 0; i < 3; i++) {
        engine_test_write(&t, "m,k=1", i, "a1=1");
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    }
    bool more = true;
    while (more)
        engine_test_must(&t, sx_rollup_step(t.engine, true, &more, &t.err));
    assert_int_equal(made(&t), 1);
    engine_test_write(&t, "m,k=1", SX_DAY_NS, "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_SEAL); /* all into one segment */
    assert_int_equal(engine_test_segment_count(&t), 1);
    assert_int_equal(made(&t), 2);
    engine_test_reopen(&t);
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    assert_int_equal(made(&t), 0);
    assert_int_equal(stale_count(&t), 0);
    engine_test_deinit(&t);
}

static void test_a_window_in_a_file_with_others_is_hidden_and_made_anew(void **state)
{
    (void)state;
    struct engine_test t;
    begin(&t);
    for (int day = 0; day < 20; day++)
        engine_test_write(&t, "m,k=1", day * SX_DAY_NS, "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    t.policy_id = ROLLUPS;
    engine_test_compact(&t, STRIA_COMPACT_MERGE); /* neighbours */
    assert_in_range(engine_test_segment_count(&t), 1, 5);
    t.policy_id = 1;
    for (int day = 0; day < 20; day += 3)
        for (int i = 0; i < 2; i++) {
            char fields[30];
            (void)snprintf(fields, sizeof fields, "a1=%d", 3 + i);
            engine_test_write(&t, "m,k=1", day * SX_DAY_NS, fields);
            engine_test_compact(&t, STRIA_COMPACT_SEAL);
        }
    for (int again = 0; again < 2; again++) {
        const char *text = rollups(&t);
        size_t ones = 0, fours = 0;
        for (const char *at = text; (at = strstr(at, "a_sum1=")); at++) {
            ones += at[7] == '1';
            fours += at[7] == '4';
        }
        assert_int_equal(ones, 13);
        assert_int_equal(fours, 7);
        engine_test_compact(&t, STRIA_COMPACT_RECLAIM);
        engine_test_reopen(&t);
    }
    engine_test_deinit(&t);
}

static void test_a_delete_while_rollups_are_made_makes_them_start_over(void **state)
{
    (void)state;
    struct engine_test t;
    begin(&t);
    engine_test_write(&t, "m,k=1", 1, "a1=1");
    engine_test_write(&t, "m,k=2", 1, "a1=2");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    bool more = true;
    for (int i = 0; i < 3; i++) /* all but the commit */
        engine_test_must(&t, sx_rollup_step(t.engine, true, &more, &t.err));
    assert_non_null(t.engine->rollups.job);
    engine_test_must(&t, engine_test_delete(&t, "m", "k=1", 0, 10));
    engine_test_must(&t, sx_rollup_step(t.engine, true, &more, &t.err));
    assert_string_equal(rollups(&t), "");
    assert_int_equal(made(&t), 0);
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    assert_null(strstr(rollups(&t), "m,k=1"));
    assert_non_null(strstr(rollups(&t), "m,k=2"));
    engine_test_deinit(&t);
}

/* Rollups count generations of their own, which deletes name: where windows that share a file are
 * made anew again and again, more than the log has. */
static void test_the_log_goes_on_after_a_delete_of_a_late_generation_of_rollups(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_buf ops;
    begin(&t);
    struct sx_tombstone tombstone = {.id = t.engine->counters.next_tombstone_id++,
                                     .generation = 100,
                                     .policy_id = ROLLUPS,
                                     .all_measurements = true,
                                     .time_max_ns = 10};
    sx_buf_init(&ops, &t.scan.mt.ix.memory.mem, 4096);
    sx_edit_put_tombstone(&ops, &tombstone);
    sx_edit_put_counters(&ops, &t.engine->counters);
    sx_mutex_lock(&t.engine->manifest_mutex);
    engine_test_must(&t, sx_engine_commit_edit(t.engine, sx_buf_bytes(&ops), &t.err));
    sx_mutex_unlock(&t.engine->manifest_mutex);
    sx_buf_deinit(&ops);
    for (int i = 0; i < 3; i++) {
        uint64_t number = t.engine->active->number;
        engine_test_write(&t, "m,k=2", i, "a1=1");
        engine_test_crash(&t);
        assert_int_equal(t.engine->active->number, number + 1);
        assert_false(engine_test_heard(&t, "log_damage"));
    }
    engine_test_deinit(&t);
}

static void test_hours_of_a_day_become_one_file(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    int64_t start = sx_window_start(sx_os_now_ns(t.os), SX_DAY_NS);
    struct sx_command command = {.kind = SX_CREATE_POLICY,
                                 .database = SX_LITERAL("d"),
                                 .policy = SX_LITERAL("p"),
                                 .settings = SX_POLICY_DURATION | SX_POLICY_ROLLUP,
                                 .duration_ns = SX_DAY_NS,
                                 .rollups = {{.interval_ns = SX_ROLLUP_5M_NS}},
                                 .rollup_count = 1};
    engine_test_must(&t, engine_test_execute(&t, &command));
    t.policy_id = 2; /* its windows are hours */
    for (int hour = 0; hour < 24; hour++) {
        sx_os_mem_set_now(t.disk, start + (hour + 1) * SX_HOUR_NS);
        engine_test_write(&t, "m,k=1", start + hour * SX_HOUR_NS, "a1=1");
    }
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    bool more = true;
    while (more)
        engine_test_must(&t, sx_rollup_step(t.engine, true, &more, &t.err));
    t.policy_id = 3;
    assert_int_equal(engine_test_segment_count(&t), 24);
    sx_os_mem_set_now(t.disk, start + 30 * SX_HOUR_NS);
    t.os->ops->sleep_ns(t.os, SX_HOUR_NS);
    engine_test_compact(&t, STRIA_COMPACT_MERGE);
    assert_int_equal(engine_test_segment_count(&t), 1);
    assert_int_equal(engine_test_store(&t)->segments[0]->info.row_count, 24);
    engine_test_deinit(&t);
}

/* ---- what fails on the way ------------------------------------------------------------------ */

/* Rows of two windows are rolled up, some come late to one, some of the other are deleted. */
static stria_status play(struct engine_test *t, int step)
{
    switch (step) {
    case 0:
        engine_test_write(t, "m,k=1", 5, "a1=1 b2=7");
        engine_test_write(t, "m,k=2", 5, "a1=2");
        engine_test_write(t, "m,k=2", SX_DAY_NS, "a1=3");
        break;
    case 2:
        engine_test_write(t, "m,k=2", SX_DAY_NS + 1, "a1=4");
        break;
    case 4:
        return engine_test_delete(t, "m", "k=1", 0, 10);
    default:
        return sx_engine_compact(t->engine, STRIA_COMPACT_SEAL, NULL, &t->err);
    }
    return STRIA_OK;
}

#define STEPS 6

struct states {
    char *texts[STATES_MAX];
    size_t count;
};

static bool is_known(const struct states *states, const char *text)
{
    for (size_t i = 0; i < states->count; i++)
        if (strcmp(states->texts[i], text) == 0)
            return true;
    return false;
}

static void note(struct states *states, const char *text)
{
    assert_true(states->count < STATES_MAX);
    if (!is_known(states, text))
        states->texts[states->count++] = strdup(text);
}

/* Every state that the rollups go through; the last one is the end. */
static void learn(struct states *states)
{
    struct engine_test t;
    begin(&t);
    for (int step = 0; step < STEPS; step++) {
        bool more = true;
        if (step % 2 == 0)
            engine_test_must(&t, play(&t, step));
        else
            engine_test_compact(&t, STRIA_COMPACT_FLUSH);
        note(states, rollups(&t));
        while (step % 2 && more) {
            engine_test_must(&t, sx_engine_merge_step(t.engine, SX_MERGE_ALL, &more, &t.err));
            note(states, rollups(&t));
        }
    }
    note(states, rollups(&t));
    engine_test_deinit(&t);
}

/* Plays from `step` on what was not done, and compares the end. */
static void finish(struct engine_test *t, const struct states *states, int step)
{
    if (!is_known(states, rollups(t)))
        fail_msg("step %d: %s", step, rollups(t));
    for (; step < STEPS; step++)
        engine_test_must(t, play(t, step));
    assert_string_equal(rollups(t), states->texts[states->count - 1]);
    assert_int_equal(stale_count(t), 0);
}

static void forget(struct states *states)
{
    for (size_t i = 0; i < states->count; i++)
        free(states->texts[i]);
}

static void test_refused_memory_leaves_rollups_whole(void **state)
{
    (void)state;
    struct states states = {0};
    learn(&states);
    for (int step = 1; step < STEPS; step += 2) {
        for (int64_t nth = 1;; nth += nth < 100 ? 1 : 7) {
            struct engine_test t;
            struct sx_mem_fault fault = {.countdown = -1};
            engine_test_init(&t);
            engine_test_close(&t);
            t.fault = &fault;
            engine_test_open(&t);
            ask_for_rollups(&t);
            for (int i = 0; i < step; i++)
                engine_test_must(&t, play(&t, i));
            atomic_store(&fault.countdown, nth);
            stria_status st = play(&t, step);
            atomic_store(&fault.countdown, -1);
            bool fired = atomic_load(&fault.fired);
            if (fired && st)
                assert_int_equal(st, STRIA_NOMEM);
            finish(&t, &states, step);
            engine_test_crash(&t);
            finish(&t, &states, STEPS - 1);
            t.fault = NULL;
            engine_test_deinit(&t);
            if (!fired)
                break;
        }
    }
    forget(&states);
}

/* Plays the steps before `step`, then that one on a table whose call `fail_at` and all like it
 * fail. Returns how many calls opening and the step made. */
static uint64_t play_failing(struct engine_test *t, int step, uint64_t fail_at, uint64_t *opening)
{
    struct sx_os_fault_options options = {.fail_at = fail_at, .os_errno = EIO, .for_ever = true};
    begin(t);
    for (int i = 0; i < step; i++)
        engine_test_must(t, play(t, i));
    engine_test_close(t);
    t->os = sx_os_fault_create(t->disk, &options);
    engine_test_open(t);
    *opening = sx_os_fault_calls(t->os);
    (void)play(t, step);
    uint64_t calls = sx_os_fault_calls(t->os);
    (void)engine_test_try_close(t);
    sx_os_fault_destroy(t->os);
    t->os = t->disk;
    engine_test_open(t);
    return calls;
}

static void test_calls_that_fail_leave_rollups_whole(void **state)
{
    (void)state;
    struct states states = {0};
    learn(&states);
    for (int step = 1; step < STEPS; step += 2) {
        struct engine_test t;
        uint64_t opening, calls = play_failing(&t, step, 0, &opening), unused;
        engine_test_deinit(&t);
        assert_in_range(calls, opening + 20, 2000);
        for (uint64_t at = opening + 1; at <= calls; at++) {
            (void)play_failing(&t, step, at, &unused);
            engine_test_crash(&t);
            finish(&t, &states, step);
            engine_test_deinit(&t);
        }
    }
    forget(&states);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_late_rows_make_only_their_windows_anew),
        cmocka_unit_test(test_merges_carry_marks_along),
        cmocka_unit_test(test_a_window_in_a_file_with_others_is_hidden_and_made_anew),
        cmocka_unit_test(test_a_delete_while_rollups_are_made_makes_them_start_over),
        cmocka_unit_test(test_the_log_goes_on_after_a_delete_of_a_late_generation_of_rollups),
        cmocka_unit_test(test_hours_of_a_day_become_one_file),
        cmocka_unit_test(test_refused_memory_leaves_rollups_whole),
        cmocka_unit_test(test_calls_that_fail_leave_rollups_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
