/* SPDX-License-Identifier: Apache-2.0 */
/* replay_later_test.c -- a store with threads takes writes before its log has been read back. */
#include "engine/replay_later.h"

#include "base/error.h"
#include "engine/engine_fixture_test.h"

/* Ends the generation at hand without a flush. */
static void rotate(struct engine_test *t)
{
    engine_test_must(t, sx_engine_rotate(t->engine, &t->err));
}

/* The disk in memory has no threads: those of the machine. */
static stria_status start_thread(struct sx_os *os, void (*body)(void *context), void *context,
                                 struct sx_thread **thread, stria_error *err)
{
    (void)os;
    return sx_os_posix()->ops->thread_start(sx_os_posix(), body, context, thread, err);
}

/* How the store's threads are started. */
static stria_status (*start)(struct sx_os *os, void (*body)(void *context), void *context,
                             struct sx_thread **thread, stria_error *err) = start_thread;

static stria_status start_some_thread(struct sx_os *os, void (*body)(void *context), void *context,
                                      struct sx_thread **thread, stria_error *err)
{
    return start(os, body, context, thread, err);
}

static void reopen_with_threads(struct engine_test *t)
{
    static struct sx_os_ops ops;
    engine_test_close(t);
    if (t->disk->ops != &ops) {
        ops = *t->disk->ops;
        ops.thread_start = start_some_thread;
        ops.thread_join = sx_os_posix()->ops->thread_join;
        t->disk->ops = &ops;
    }
    t->thread_count = 1;
    engine_test_open(t);
}

static void test_what_the_log_holds_is_there_for_the_first_query(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m,k=1", 1, "a1=1 s5=text");
    engine_test_write(&t, "m,k=2", 1, "a1=2");
    rotate(&t);
    engine_test_write(&t, "m,k=1", 2, "a1=3"); /* the series has another number in each log */
    rotate(&t);
    engine_test_write(&t, "m,k=2", 1, "a1=4");
    reopen_with_threads(&t);
    engine_test_write(&t, "m,k=1", 3, "a1=5"); /* perhaps before the rest is read back */
    assert_holds(&t, "m,k=1{1:a1=1,s5=text 2:a1=3 3:a1=5} m,k=2{1:a1=4}");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    assert_holds(&t, "m,k=1{1:a1=1,s5=text 2:a1=3 3:a1=5} m,k=2{1:a1=4}");
    engine_test_deinit(&t);
}

/* Keeps the store's threads from beginning, that which reads the log back among them, until they
 * are let go. */
#define HELD_MAX 8

static struct {
    struct sx_mutex mutex;
    struct sx_cond changed;
    bool held;
    struct held {
        void (*body)(void *context);
        void *context;
    } threads[HELD_MAX];
    size_t count;
} gate;

static void run_behind_the_gate(void *context)
{
    const struct held *held = context;
    sx_mutex_lock(&gate.mutex);
    while (gate.held)
        sx_cond_wait(&gate.changed, &gate.mutex);
    sx_mutex_unlock(&gate.mutex);
    held->body(held->context);
}

static stria_status start_held_thread(struct sx_os *os, void (*body)(void *context), void *context,
                                      struct sx_thread **thread, stria_error *err)
{
    assert_true(gate.count < HELD_MAX);
    struct held *held = &gate.threads[gate.count++];
    *held = (struct held){.body = body, .context = context};
    return start_thread(os, run_behind_the_gate, held, thread, err);
}

static void open_the_gate(void)
{
    sx_mutex_lock(&gate.mutex);
    gate.held = false;
    sx_cond_broadcast(&gate.changed);
    sx_mutex_unlock(&gate.mutex);
}

struct asking {
    struct engine_test *t;
    _Atomic bool begun, answered;
    const char *answer;
};

static void ask(void *context)
{
    struct asking *asking = context;
    atomic_store(&asking->begun, true);
    asking->answer = engine_test_holds(asking->t);
    atomic_store(&asking->answered, true);
}

static bool is_replaying(struct engine_test *t)
{
    sx_mutex_lock(&t->engine->state_mutex);
    bool replaying = t->engine->replaying;
    sx_mutex_unlock(&t->engine->state_mutex);
    return replaying;
}

static void test_writes_are_taken_before_the_log_is_read_back_and_queries_wait(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_thread *thread;
    sx_mutex_init(&gate.mutex);
    sx_cond_init(&gate.changed);
    engine_test_init(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    engine_test_write(&t, "m", 2, "a1=2");
    gate.held = true;
    start = start_held_thread;
    reopen_with_threads(&t);
    assert_true(is_replaying(&t));
    for (int i = 0; i < 10; i++) /* durable, and the log goes on */
        engine_test_write(&t, "m", 10 + i, "a1=3");
    engine_test_write(&t, "m", 2, "a1=4");
    rotate(&t);
    engine_test_write(&t, "m", 30, "a1=5");
    assert_true(is_replaying(&t));
    struct asking asking = {.t = &t};
    assert_int_equal(start_thread(t.disk, ask, &asking, &thread, &t.err), STRIA_OK);
    while (!atomic_load(&asking.begun))
        sx_os_posix()->ops->sleep_ns(sx_os_posix(), 1000);
    assert_false(atomic_load(&asking.answered)); /* it cannot be, until the gate is open */
    open_the_gate();
    sx_os_posix()->ops->thread_join(thread);
    start = start_thread;
    assert_string_equal(asking.answer,
                        "m{1:a1=1 2:a1=4 10:a1=3 11:a1=3 12:a1=3 13:a1=3 14:a1=3 15:a1=3 16:a1=3 "
                        "17:a1=3 18:a1=3 19:a1=3 30:a1=5}");
    assert_false(is_replaying(&t));
    engine_test_deinit(&t);
    sx_cond_deinit(&gate.changed);
    sx_mutex_deinit(&gate.mutex);
}

static void test_rows_written_meanwhile_win_over_those_of_the_log(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    for (int i = 0; i < 20; i++) {
        engine_test_write(&t, "m", 1, "a1=1");
        rotate(&t);
        reopen_with_threads(&t);
        engine_test_write(&t, "m", 1, "a1=2");
        assert_holds(&t, "m{1:a1=2}");
    }
    engine_test_deinit(&t);
}

static void test_closing_before_all_is_read_back_loses_nothing(void **state)
{
    (void)state;
    struct engine_test t;
    char want[4000] = "m{";
    engine_test_init(&t);
    for (int i = 0; i < 40; i++) {
        char field[16];
        (void)snprintf(field, sizeof field, "a1=%d", i);
        engine_test_write(&t, "m", i, field);
        (void)snprintf(want + strlen(want), sizeof want - strlen(want), "%s%d:%s", i ? " " : "", i,
                       field);
        if (i % 7 == 0)
            rotate(&t);
        reopen_with_threads(&t);
    }
    (void)snprintf(want + strlen(want), sizeof want - strlen(want), "}");
    assert_holds(&t, want);
    t.thread_count = 0;
    engine_test_reopen(&t);
    assert_holds(&t, want);
    engine_test_deinit(&t);
}

static void test_a_delete_waits_for_what_it_may_hit(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    engine_test_write(&t, "n", 1, "a1=1");
    reopen_with_threads(&t);
    engine_test_must(&t, engine_test_delete(&t, "m", "", INT64_MIN, INT64_MAX));
    assert_holds(&t, "n{1:a1=1}");
    reopen_with_threads(&t);
    assert_holds(&t, "n{1:a1=1}");
    engine_test_deinit(&t);
}

/* What cannot be read back is not flushed either: the log keeps it. */
static void test_a_log_that_cannot_be_read_back_stays_and_stops_writes(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    reopen_with_threads(&t);
    assert_holds(&t, "m{1:a1=1}");
    /* As the thread leaves it behind. */
    sx_mutex_lock(&t.engine->state_mutex);
    t.engine->replay_status = sx_fail(&t.engine->replay_error, STRIA_IO, "no such luck");
    sx_mutex_unlock(&t.engine->state_mutex);
    atomic_store(&t.engine->replay_failed, true);
    assert_int_equal(engine_test_try_write(&t, "m", 2, "a1=2"), STRIA_READ_ONLY);
    assert_int_equal(sx_engine_view(t.engine, 1, &t.scan.view, &t.err), STRIA_IO);
    assert_string_equal(t.err.text, "no such luck");
    assert_int_equal(sx_engine_compact(t.engine, STRIA_COMPACT_FLUSH, NULL, &t.err), STRIA_IO);
    engine_test_reopen(&t);
    assert_holds(&t, "m{1:a1=1}");
    engine_test_deinit(&t);
}

static void test_an_empty_log_needs_no_thread(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    reopen_with_threads(&t);
    assert_null(t.engine->replay_thread);
    assert_holds(&t, "m{1:a1=1}");
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_log_holds_is_there_for_the_first_query),
        cmocka_unit_test(test_writes_are_taken_before_the_log_is_read_back_and_queries_wait),
        cmocka_unit_test(test_rows_written_meanwhile_win_over_those_of_the_log),
        cmocka_unit_test(test_closing_before_all_is_read_back_loses_nothing),
        cmocka_unit_test(test_a_delete_waits_for_what_it_may_hit),
        cmocka_unit_test(test_a_log_that_cannot_be_read_back_stays_and_stops_writes),
        cmocka_unit_test(test_an_empty_log_needs_no_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
