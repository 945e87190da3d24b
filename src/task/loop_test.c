/* SPDX-License-Identifier: Apache-2.0 */
/* loop_test.c -- every turn once, whatever the threads; which failure is told; loops in loops. */
#include "task/loop.h"

#include "base/error.h"
#include "os/sync.h"

#include <inttypes.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TURN_MAX 1000
#define LANE_MAX 8

static struct sx_mem root;

static struct sx_pool *make_pool(unsigned thread_count)
{
    struct sx_pool *pool = NULL;
    assert_int_equal(sx_pool_create(sx_os_posix(), &root, thread_count, &pool, NULL), STRIA_OK);
    return pool;
}

struct tally {
    unsigned lane_count;
    uint8_t seen[TURN_MAX];   /* by turn; each is written by one turn alone */
    int lane_turns[LANE_MAX]; /* by lane; not atomic: two at once would race */
    atomic_bool inside[LANE_MAX];
    atomic_int errors;
    uint64_t fail_from; /* turns from it on that are odd fail; 0: none */
};

static stria_status count_turn(void *context, uint64_t index, unsigned lane, stria_error *err)
{
    struct tally *tally = context;
    if (lane >= tally->lane_count || atomic_exchange(&tally->inside[lane], true))
        atomic_fetch_add(&tally->errors, 1);
    tally->seen[index]++;
    tally->lane_turns[lane]++;
    atomic_store(&tally->inside[lane], false);
    if (tally->fail_from && index >= tally->fail_from && index % 2)
        return sx_fail(err, STRIA_CORRUPT, "turn %" PRIu64, index);
    return STRIA_OK;
}

static const struct turn_row {
    const char *name;
    unsigned thread_count;
    uint64_t count;
    unsigned helper_count_max;
    unsigned lane_count;
} turn_rows[] = {
    {"no turns", 2, 0, 5, 1},
    {"one turn", 2, 1, 5, 1},
    {"two turns", 4, 2, 5, 2},
    {"no threads", 0, 100, 5, 1},
    {"no helpers wanted", 2, 100, 0, 1},
    {"a helper", 1, 1000, 5, 2},
    {"fewer helpers than threads", 4, 1000, 2, 3},
    {"all threads", 4, 1000, 60, 5},
};

static void test_every_turn_runs_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(turn_rows); i++) {
        const struct turn_row *row = &turn_rows[i];
        static struct tally tally;
        int turns = 0;
        print_message("row %s\n", row->name);
        struct sx_pool *pool = make_pool(row->thread_count);
        memset(&tally, 0, sizeof tally);
        const struct sx_loop loop = {.count = row->count,
                                     .helper_count_max = row->helper_count_max,
                                     .priority = SX_PRIORITY_QUERY,
                                     .body = count_turn,
                                     .context = &tally};
        tally.lane_count = sx_loop_lane_count(pool, &loop);
        assert_int_equal(tally.lane_count, row->lane_count);
        assert_int_equal(sx_loop_run(pool, &loop, NULL), STRIA_OK);
        for (uint64_t k = 0; k < TURN_MAX; k++)
            assert_int_equal(tally.seen[k], k < row->count);
        for (size_t k = 0; k < LANE_MAX; k++)
            turns += tally.lane_turns[k];
        assert_int_equal(turns, row->count);
        assert_int_equal(atomic_load(&tally.errors), 0);
        assert_false(sx_pool_has_queued(pool));
        sx_pool_destroy(pool);
    }
}

static void test_the_failure_of_the_lowest_index_is_told(void **state)
{
    (void)state;
    for (unsigned thread_count = 0; thread_count <= 4; thread_count++) {
        struct sx_pool *pool = make_pool(thread_count);
        for (int round = 0; round < 100; round++) {
            static struct tally tally;
            stria_error err = {0};
            memset(&tally, 0, sizeof tally);
            tally.fail_from = 40;
            const struct sx_loop loop = {.count = TURN_MAX,
                                         .helper_count_max = 7,
                                         .priority = SX_PRIORITY_QUERY,
                                         .body = count_turn,
                                         .context = &tally};
            tally.lane_count = sx_loop_lane_count(pool, &loop);
            assert_int_equal(sx_loop_run(pool, &loop, &err), STRIA_CORRUPT);
            assert_string_equal(err.text, "turn 41");
            for (size_t k = 0; k <= 41; k++)
                assert_int_equal(tally.seen[k], 1);        /* those before it all ran */
            assert_int_equal(tally.seen[TURN_MAX - 1], 0); /* and it ended early */
        }
        sx_pool_destroy(pool);
    }
}

static void test_a_loop_needs_no_pool_and_no_running_one(void **state)
{
    (void)state;
    static struct tally tally;
    struct sx_loop loop = {.count = 10,
                           .helper_count_max = 4,
                           .priority = SX_PRIORITY_QUERY,
                           .body = count_turn,
                           .context = &tally};
    memset(&tally, 0, sizeof tally);
    tally.lane_count = 1;
    assert_int_equal(sx_loop_lane_count(NULL, &loop), 1);
    assert_int_equal(sx_loop_run(NULL, &loop, NULL), STRIA_OK);
    struct sx_pool *pool = make_pool(2);
    sx_pool_stop(pool);
    assert_int_equal(sx_loop_run(pool, &loop, NULL), STRIA_OK);
    for (uint64_t k = 0; k < 10; k++)
        assert_int_equal(tally.seen[k], 2);
    sx_pool_destroy(pool);
}

/* ---- loops in loops ------------------------------------------------------------------------- */

struct nest {
    struct sx_pool *pool;
    atomic_int leaves;
};

static stria_status count_leaf(void *context, uint64_t index, unsigned lane, stria_error *err)
{
    struct nest *nest = context;
    (void)index;
    (void)lane;
    (void)err;
    atomic_fetch_add(&nest->leaves, 1);
    return STRIA_OK;
}

static stria_status run_inner(void *context, uint64_t index, unsigned lane, stria_error *err)
{
    struct nest *nest = context;
    (void)lane;
    return sx_loop_run(nest->pool,
                       &(struct sx_loop){.count = index + 1,
                                         .helper_count_max = 3,
                                         .priority = SX_PRIORITY_QUERY,
                                         .body = count_leaf,
                                         .context = nest},
                       err);
}

static void test_loops_in_loops_end(void **state)
{
    (void)state;
    for (unsigned thread_count = 0; thread_count <= 4; thread_count++) {
        struct nest nest = {.pool = make_pool(thread_count)};
        const struct sx_loop loop = {.count = 60,
                                     .helper_count_max = 4,
                                     .priority = SX_PRIORITY_QUERY,
                                     .body = run_inner,
                                     .context = &nest};
        assert_int_equal(sx_loop_run(nest.pool, &loop, NULL), STRIA_OK);
        assert_int_equal(atomic_load(&nest.leaves), 60 * 61 / 2);
        sx_pool_destroy(nest.pool);
    }
}

/* ---- giving way ----------------------------------------------------------------------------- */

struct way {
    struct sx_pool *pool;
    struct sx_task flush;
    struct sx_mutex lock;
    struct sx_cond changed;
    int helper_turns;   /* guarded by lock */
    int turns_at_flush; /* guarded by lock; -1: it did not run yet */
};

static bool flush(void *context)
{
    struct way *way = context;
    sx_mutex_lock(&way->lock);
    way->turns_at_flush = way->helper_turns;
    sx_cond_broadcast(&way->changed);
    sx_mutex_unlock(&way->lock);
    return false;
}

/* The helper's first turn submits the flush; the caller's turns wait for it. */
static stria_status wait_or_submit(void *context, uint64_t index, unsigned lane, stria_error *err)
{
    struct way *way = context;
    (void)index;
    (void)err;
    sx_mutex_lock(&way->lock);
    bool submits = lane == 1 && way->helper_turns++ == 0;
    while (lane == 0 && way->turns_at_flush < 0)
        sx_cond_wait(&way->changed, &way->lock);
    sx_mutex_unlock(&way->lock);
    if (submits)
        sx_pool_submit(way->pool, &way->flush);
    return STRIA_OK;
}

static void test_a_helper_gives_way_to_a_flush(void **state)
{
    (void)state;
    struct way way = {.pool = make_pool(1), .turns_at_flush = -1};
    sx_mutex_init(&way.lock);
    sx_cond_init(&way.changed);
    sx_task_init(&way.flush, SX_PRIORITY_FLUSH, flush, &way);
    const struct sx_loop loop = {.count = 1000,
                                 .helper_count_max = 1,
                                 .priority = SX_PRIORITY_QUERY,
                                 .body = wait_or_submit,
                                 .context = &way};
    assert_int_equal(sx_loop_run(way.pool, &loop, NULL), STRIA_OK);
    sx_pool_wait_idle(way.pool);
    assert_int_equal(way.turns_at_flush, 1);
    sx_pool_destroy(way.pool);
    sx_cond_deinit(&way.changed);
    sx_mutex_deinit(&way.lock);
}

/* The helper fails at once; the caller fails when that is noted: a later task of the only thread
 * ran. */
static stria_status fail_late_or_early(void *context, uint64_t index, unsigned lane,
                                       stria_error *err)
{
    struct way *way = context;
    if (lane == 1)
        sx_pool_submit(way->pool, &way->flush);
    sx_mutex_lock(&way->lock);
    while (lane == 0 && way->turns_at_flush < 0)
        sx_cond_wait(&way->changed, &way->lock);
    sx_mutex_unlock(&way->lock);
    return sx_fail(err, STRIA_CORRUPT, "turn %" PRIu64, index);
}

static void test_a_lower_failure_replaces_one_noted_before(void **state)
{
    (void)state;
    struct way way = {.pool = make_pool(1)};
    sx_mutex_init(&way.lock);
    sx_cond_init(&way.changed);
    sx_task_init(&way.flush, SX_PRIORITY_FLUSH, flush, &way);
    const struct sx_loop loop = {.count = 2,
                                 .helper_count_max = 1,
                                 .priority = SX_PRIORITY_QUERY,
                                 .body = fail_late_or_early,
                                 .context = &way};
    for (int round = 0; round < 50; round++) { /* in most the caller has turn 0 */
        stria_error err = {0};
        way.turns_at_flush = -1;
        assert_int_equal(sx_loop_run(way.pool, &loop, &err), STRIA_CORRUPT);
        assert_string_equal(err.text, "turn 0");
        sx_pool_wait_idle(way.pool);
    }
    sx_pool_destroy(way.pool);
    sx_cond_deinit(&way.changed);
    sx_mutex_deinit(&way.lock);
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
        cmocka_unit_test(test_every_turn_runs_once),
        cmocka_unit_test(test_the_failure_of_the_lowest_index_is_told),
        cmocka_unit_test(test_a_loop_needs_no_pool_and_no_running_one),
        cmocka_unit_test(test_loops_in_loops_end),
        cmocka_unit_test(test_a_helper_gives_way_to_a_flush),
        cmocka_unit_test(test_a_lower_failure_replaces_one_noted_before),
    };
    return cmocka_run_group_tests(tests, make_root, drop_root);
}
