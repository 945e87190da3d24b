/* SPDX-License-Identifier: Apache-2.0 */
/* pool_test.c -- the order of steps by hand, and threads against the thread sanitiser. Steps on
 * other threads only count; the assertions are on the main thread. */
#include "task/pool.h"

#include "os/os_fault.h"
#include "os/sync.h"

#include <errno.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct sx_mem root;

static struct sx_pool *make_pool(unsigned thread_count)
{
    struct sx_pool *pool = NULL;
    assert_int_equal(sx_pool_create(sx_os_posix(), &root, thread_count, &pool, NULL), STRIA_OK);
    assert_int_equal(sx_pool_thread_count(pool), thread_count);
    return pool;
}

/* ---- by hand -------------------------------------------------------------------------------- */

/* A task that writes its letter, `count` times. */
struct letter {
    struct sx_task task;
    char name;
    int count;
    char *out;
};

static bool write_letter(void *context)
{
    struct letter *letter = context;
    size_t len = strlen(letter->out);
    letter->out[len] = letter->name;
    letter->out[len + 1] = '\0';
    return --letter->count > 0;
}

static const struct order_row {
    const char *name;
    const char *submitted; /* classes: F Q M S R, and how often each runs */
    const char *order;
} order_rows[] = {
    {"the most urgent first", "R1 S1 M1 F1", "FMSR"},
    {"first come, first served", "F1 f1 F1", "FfF"},
    {"more due: behind those of its class", "M3 m2", "MmMmM"},
    {"more urgent ones keep the turn", "S1 M3", "MMMS"},
    {"queries and background in turn", "Q3 M2 S1", "QMQMQS"},
    {"queries alone", "Q2 q1", "QqQ"},
    {"a flush before all", "M1 Q2 F2", "FFQMQ"},
    {"nothing", "", ""},
};

static enum sx_priority class_of(char name)
{
    static const char names[] = "FQMSR";
    return (enum sx_priority)(strchr(names, name & ~0x20) - names);
}

static void test_steps_come_in_order_of_class_and_age(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(order_rows); i++) {
        const char *next = order_rows[i].submitted;
        struct sx_pool *pool = make_pool(0);
        struct letter letters[8];
        char out[20] = "";
        print_message("row %s\n", order_rows[i].name);
        for (size_t k = 0; *next; k++, next += next[2] ? 3 : 2) {
            letters[k] = (struct letter){.name = next[0], .count = next[1] - '0', .out = out};
            sx_task_init(&letters[k].task, class_of(next[0]), write_letter, &letters[k]);
            sx_pool_submit(pool, &letters[k].task);
        }
        while (sx_pool_run_one(pool)) {
        }
        assert_string_equal(out, order_rows[i].order);
        sx_pool_destroy(pool);
    }
}

static void test_a_task_is_queued_once(void **state)
{
    (void)state;
    struct sx_pool *pool = make_pool(0);
    char out[20] = "";
    struct letter a = {.name = 'a', .out = out}, b = {.name = 'b', .out = out};
    sx_task_init(&a.task, SX_PRIORITY_SEAL, write_letter, &a);
    sx_task_init(&b.task, SX_PRIORITY_SEAL, write_letter, &b);
    assert_false(sx_pool_has_queued(pool));
    sx_pool_submit(pool, &a.task);
    sx_pool_submit(pool, &b.task);
    sx_pool_submit(pool, &a.task);
    assert_true(sx_pool_has_queued(pool));
    sx_pool_wait_idle(pool); /* runs them, without threads */
    assert_string_equal(out, "ab");
    assert_false(sx_pool_has_queued(pool));
    sx_pool_submit(pool, &a.task);
    sx_pool_wait_idle(pool);
    assert_string_equal(out, "aba");
    sx_pool_destroy(pool);
}

struct again {
    struct sx_task task;
    struct sx_pool *pool;
    int submit_count; /* inside the next step */
    int step_count;
};

static bool submit_itself(void *context)
{
    struct again *again = context;
    again->step_count++;
    for (; again->submit_count > 0; again->submit_count--)
        sx_pool_submit(again->pool, &again->task);
    return false;
}

static void test_a_submit_while_it_runs_means_once_more(void **state)
{
    (void)state;
    struct again again = {.pool = make_pool(0), .submit_count = 3};
    sx_task_init(&again.task, SX_PRIORITY_FLUSH, submit_itself, &again);
    sx_pool_submit(again.pool, &again.task);
    sx_pool_wait_idle(again.pool);
    assert_int_equal(again.step_count, 2);
    sx_pool_destroy(again.pool);
}

static void test_more_urgent_work_is_told(void **state)
{
    (void)state;
    struct sx_pool *pool = make_pool(0);
    char out[20] = "";
    struct letter a = {.name = 'a', .out = out};
    sx_task_init(&a.task, SX_PRIORITY_QUERY, write_letter, &a);
    sx_pool_submit(pool, &a.task);
    assert_false(sx_pool_is_wanted(pool, SX_PRIORITY_FLUSH));
    assert_false(sx_pool_is_wanted(pool, SX_PRIORITY_QUERY));
    assert_true(sx_pool_is_wanted(pool, SX_PRIORITY_MERGE));
    assert_true(sx_pool_is_wanted(pool, SX_PRIORITY_RECLAIM));
    sx_pool_withdraw(pool, &a.task);
    assert_false(sx_pool_is_wanted(pool, SX_PRIORITY_RECLAIM));
    assert_false(sx_pool_run_one(pool));
    sx_pool_withdraw(pool, &a.task); /* idle: nothing to do */
    assert_string_equal(out, "");
    sx_pool_destroy(pool);
    sx_pool_destroy(NULL);
}

/* ---- with threads --------------------------------------------------------------------------- */

/* A task whose step waits at a gate. */
struct gate {
    struct sx_task task;
    struct sx_mutex lock;
    struct sx_cond changed;
    bool entered, open, left; /* guarded by lock */
    bool more;                /* what the step returns */
    int step_count;           /* guarded by lock */
};

static bool pass_gate(void *context)
{
    struct gate *gate = context;
    sx_mutex_lock(&gate->lock);
    gate->step_count++;
    gate->entered = true;
    sx_cond_broadcast(&gate->changed);
    while (!gate->open)
        sx_cond_wait(&gate->changed, &gate->lock);
    gate->left = true;
    sx_mutex_unlock(&gate->lock);
    return gate->more;
}

static void gate_init(struct gate *gate, enum sx_priority priority, bool more)
{
    *gate = (struct gate){.more = more};
    sx_mutex_init(&gate->lock);
    sx_cond_init(&gate->changed);
    sx_task_init(&gate->task, priority, pass_gate, gate);
}

static void gate_deinit(struct gate *gate)
{
    sx_cond_deinit(&gate->changed);
    sx_mutex_deinit(&gate->lock);
}

static void gate_wait_entered(struct gate *gate)
{
    sx_mutex_lock(&gate->lock);
    while (!gate->entered)
        sx_cond_wait(&gate->changed, &gate->lock);
    sx_mutex_unlock(&gate->lock);
}

static void gate_open(void *context)
{
    struct gate *gate = context;
    sx_mutex_lock(&gate->lock);
    gate->open = true;
    sx_cond_broadcast(&gate->changed);
    sx_mutex_unlock(&gate->lock);
}

static void test_a_thread_takes_the_most_urgent_when_it_is_free(void **state)
{
    (void)state;
    struct sx_pool *pool = make_pool(1);
    struct gate gate;
    char out[20] = "";
    struct letter r = {.name = 'r', .out = out}, m = {.name = 'm', .out = out},
                  f = {.name = 'f', .out = out};
    gate_init(&gate, SX_PRIORITY_MERGE, false);
    sx_task_init(&r.task, SX_PRIORITY_RECLAIM, write_letter, &r);
    sx_task_init(&m.task, SX_PRIORITY_MERGE, write_letter, &m);
    sx_task_init(&f.task, SX_PRIORITY_FLUSH, write_letter, &f);
    sx_pool_submit(pool, &gate.task);
    gate_wait_entered(&gate);
    sx_pool_submit(pool, &r.task);
    sx_pool_submit(pool, &m.task);
    sx_pool_submit(pool, &f.task);
    gate_open(&gate);
    sx_pool_wait_idle(pool);
    assert_string_equal(out, "fmr");
    sx_pool_destroy(pool);
    gate_deinit(&gate);
}

/* The gate opens before or while withdraw waits; a step that ran before does not matter, but none
 * may run after it, although more is always due and the task was submitted again. */
static void withdraw_once(struct sx_pool *pool)
{
    struct sx_os *os = sx_os_posix();
    struct sx_thread *opener = NULL;
    struct gate gate;
    gate_init(&gate, SX_PRIORITY_MERGE, true);
    sx_pool_submit(pool, &gate.task);
    gate_wait_entered(&gate);
    sx_pool_submit(pool, &gate.task);
    assert_int_equal(os->ops->thread_start(os, gate_open, &gate, &opener, NULL), STRIA_OK);
    sx_pool_withdraw(pool, &gate.task);
    bool left = gate.left; /* read without the lock: withdraw has waited for the step */
    int step_count = gate.step_count;
    os->ops->thread_join(opener);
    sx_pool_wait_idle(pool);
    assert_true(left);
    assert_int_equal(gate.task.state, SX_TASK_IDLE);
    assert_int_equal(gate.step_count, step_count);
    gate_deinit(&gate);
}

static void test_withdraw_waits_for_the_step_and_drops_the_rest(void **state)
{
    (void)state;
    struct sx_pool *pool = make_pool(1);
    for (int i = 0; i < 50; i++)
        withdraw_once(pool);
    sx_pool_destroy(pool);
}

struct stopping {
    struct sx_pool *pool;
    struct gate *gate;
};

/* Only stop empties the queue while the one worker is in the gate. */
static void open_when_dropped(void *context)
{
    struct stopping *stopping = context;
    while (sx_pool_has_queued(stopping->pool))
        sx_os_posix()->ops->sleep_ns(sx_os_posix(), 100000);
    gate_open(stopping->gate);
}

static void test_stop_drops_the_queue_and_waits_for_the_steps(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_posix();
    struct sx_pool *pool = make_pool(1);
    struct sx_thread *opener = NULL;
    struct gate gate;
    struct stopping stopping = {pool, &gate};
    char out[20] = "";
    struct letter a = {.name = 'a', .out = out};
    gate_init(&gate, SX_PRIORITY_MERGE, true);
    sx_task_init(&a.task, SX_PRIORITY_FLUSH, write_letter, &a);
    sx_pool_submit(pool, &gate.task);
    gate_wait_entered(&gate);
    sx_pool_submit(pool, &a.task);
    assert_int_equal(os->ops->thread_start(os, open_when_dropped, &stopping, &opener, NULL),
                     STRIA_OK);
    sx_pool_stop(pool);
    assert_true(gate.left);
    assert_int_equal(gate.task.state, SX_TASK_IDLE); /* although more was due */
    assert_int_equal(a.task.state, SX_TASK_IDLE);
    sx_pool_submit(pool, &a.task); /* nothing takes it any more */
    assert_int_equal(a.task.state, SX_TASK_IDLE);
    assert_false(sx_pool_run_one(pool));
    sx_pool_wait_idle(pool);
    sx_pool_stop(pool);
    assert_string_equal(out, "");
    assert_int_equal(gate.step_count, 1);
    os->ops->thread_join(opener);
    sx_pool_destroy(pool);
    gate_deinit(&gate);
}

static void test_stop_leaves_queued_tasks_idle(void **state)
{
    (void)state;
    struct sx_pool *pool = make_pool(0);
    char out[20] = "";
    struct letter letters[3];
    for (size_t i = 0; i < 3; i++) {
        letters[i] = (struct letter){.name = 'x', .out = out};
        sx_task_init(&letters[i].task, (enum sx_priority)(i + 1), write_letter, &letters[i]);
        sx_pool_submit(pool, &letters[i].task);
    }
    sx_pool_stop(pool);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(letters[i].task.state, SX_TASK_IDLE);
    assert_false(sx_pool_has_queued(pool));
    sx_pool_destroy(pool);
    assert_string_equal(out, "");
}

/* Counts what was handed to it; tells if it ever ran twice at once. */
struct drain {
    struct sx_task task;
    struct sx_pool *pool;
    atomic_int waiting;
    atomic_int done;
    atomic_bool inside;
    atomic_int overlaps;
};

static bool drain_some(void *context)
{
    struct drain *drain = context;
    if (atomic_exchange(&drain->inside, true))
        atomic_fetch_add(&drain->overlaps, 1);
    int some = atomic_load(&drain->waiting);
    int taken = some > 3 ? 3 : some; /* a bounded step */
    atomic_fetch_sub(&drain->waiting, taken);
    atomic_fetch_add(&drain->done, taken);
    atomic_store(&drain->inside, false);
    return some > taken;
}

#define HAND_COUNT 2000

static void hand_in(void *context)
{
    struct drain *drains = context;
    for (int i = 0; i < HAND_COUNT; i++) {
        struct drain *drain = &drains[i % 3];
        atomic_fetch_add(&drain->waiting, 1);
        sx_pool_submit(drain->pool, &drain->task);
    }
}

static void run_drains(unsigned thread_count)
{
    struct sx_os *os = sx_os_posix();
    struct sx_pool *pool = make_pool(thread_count);
    struct sx_thread *threads[3];
    struct drain drains[3];
    memset(drains, 0, sizeof drains);
    for (size_t i = 0; i < 3; i++) {
        drains[i].pool = pool;
        sx_task_init(&drains[i].task, (enum sx_priority)i, drain_some, &drains[i]);
    }
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(os->ops->thread_start(os, hand_in, drains, &threads[i], NULL), STRIA_OK);
    for (int i = 0; i < 100; i++)
        (void)sx_pool_run_one(pool); /* the host may take part */
    for (size_t i = 0; i < 3; i++)
        os->ops->thread_join(threads[i]);
    sx_pool_wait_idle(pool);
    int done = 0;
    for (size_t i = 0; i < 3; i++) {
        done += atomic_load(&drains[i].done);
        assert_int_equal(atomic_load(&drains[i].waiting), 0);
        assert_int_equal(atomic_load(&drains[i].overlaps), 0);
    }
    assert_int_equal(done, 3 * HAND_COUNT);
    sx_pool_destroy(pool);
}

static void test_no_submit_is_lost_and_no_task_runs_twice_at_once(void **state)
{
    (void)state;
    for (unsigned thread_count = 0; thread_count <= 4; thread_count++)
        run_drains(thread_count);
}

/* ---- failures ------------------------------------------------------------------------------- */

static void test_a_thread_that_does_not_start_fails_create(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 5; n++) {
        struct sx_os *os = sx_os_fault_create(
            sx_os_posix(), &(struct sx_os_fault_options){.fail_at = n, .os_errno = EAGAIN});
        struct sx_pool *pool = NULL;
        stria_error err = {0};
        stria_status st = sx_pool_create(os, &root, 4, &pool, &err);
        assert_int_equal(st, n <= 4 ? STRIA_IO : STRIA_OK);
        assert_int_equal(pool == NULL, n <= 4);
        if (st)
            assert_string_equal(err.text, "start a thread: Resource temporarily unavailable");
        sx_pool_destroy(pool);
        sx_os_fault_destroy(os);
    }
}

static void test_no_memory_fails_create(void **state)
{
    (void)state;
    struct sx_mem_fault fault = {.countdown = 1};
    struct sx_pool *pool = NULL;
    stria_error err = {0};
    root.fault = &fault;
    assert_int_equal(sx_pool_create(sx_os_posix(), &root, 4, &pool, &err), STRIA_NOMEM);
    root.fault = NULL;
    assert_null(pool);
}

static int make_root(void **state)
{
    (void)state;
    sx_mem_init(&root, NULL, "test", 0);
    return 0;
}

static int drop_root(void **state)
{
    (void)state;
    sx_mem_deinit(&root);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_come_in_order_of_class_and_age),
        cmocka_unit_test(test_a_task_is_queued_once),
        cmocka_unit_test(test_a_submit_while_it_runs_means_once_more),
        cmocka_unit_test(test_more_urgent_work_is_told),
        cmocka_unit_test(test_a_thread_takes_the_most_urgent_when_it_is_free),
        cmocka_unit_test(test_withdraw_waits_for_the_step_and_drops_the_rest),
        cmocka_unit_test(test_stop_drops_the_queue_and_waits_for_the_steps),
        cmocka_unit_test(test_stop_leaves_queued_tasks_idle),
        cmocka_unit_test(test_no_submit_is_lost_and_no_task_runs_twice_at_once),
        cmocka_unit_test(test_a_thread_that_does_not_start_fails_create),
        cmocka_unit_test(test_no_memory_fails_create),
    };
    return cmocka_run_group_tests(tests, make_root, drop_root);
}
