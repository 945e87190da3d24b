/* SPDX-License-Identifier: Apache-2.0 */
/* drop_race_test.c -- a measurement is dropped while it is written to: its fields never have rows
 * of the old type and of a new one.
 *
 * Limits      STRIA_SWEEP=N: N times as many drops.
 * Threads     Two that write, and one that drops. */
#include "script.h"
#include "share_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#define DROPS 60
#define WRITERS 2

struct race {
    struct share_store store;
    atomic_bool stop;
    atomic_uint write_count;
    stria_status st; /* of a write that failed */
    stria_error err;
};

static void *write_floats(void *context)
{
    struct race *r = context;
    while (!atomic_load(&r->stop)) {
        stria_error err = {0};
        stria_status st = share_try_write(&r->store, "d", "m v=1 1", STRIA_SYNC, &err);
        if (st && st != STRIA_BUSY) {
            r->st = st;
            r->err = err;
            break;
        }
        atomic_fetch_add(&r->write_count, 1);
    }
    return NULL;
}

static void drop(struct race *r)
{
    stria_error err = {0};
    struct sx_command command = {.kind = SX_DROP_MEASUREMENT,
                                 .database = SX_LITERAL("d"),
                                 .selector = {.measurement = SX_LITERAL("m"),
                                              .time_min_ns = INT64_MIN,
                                              .time_max_ns = INT64_MAX}};
    share_must(sx_engine_execute(r->store.engine, &command, &err), &err);
}

/* One of the two types is there, whichever came first; both never are. */
static void assert_one_type(struct race *r)
{
    struct sx_mem mem;
    struct sx_buf text;
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&text, &mem, (size_t)1 << 20);
    share_must(share_put_all(&r->store, &text, &err), &err);
    assert_false(text.failed);
    if (strstr((const char *)text.ptr, "v=1") && strstr((const char *)text.ptr, "v=\"x\""))
        fail_msg("%s", (const char *)text.ptr);
    sx_buf_deinit(&text);
    sx_mem_deinit(&mem);
}

static void test_a_dropped_measurement_never_has_rows_of_two_types(void **state)
{
    (void)state;
    static struct race r;
    pthread_t threads[WRITERS];
    struct sx_os *disk = sx_os_mem_create(13);
    uint64_t drops = DROPS * script_number("STRIA_SWEEP", 1);
    share_open(&r.store, disk, "db", false);
    share_run(&r.store, "CREATE DATABASE d");
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_floats, &r), 0);
    for (uint64_t i = 0; i < drops; i++) {
        unsigned seen = atomic_load(&r.write_count);
        while (atomic_load(&r.write_count) == seen && !r.st)
            (void)sched_yield();
        drop(&r);
        share_write(&r.store, "d", "m v=\"x\" 1");
        assert_one_type(&r);
    }
    atomic_store(&r.stop, true);
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    share_must(r.st, &r.err);
    assert_one_type(&r);
    share_close(&r.store);
    share_open(&r.store, disk, "db", false);
    assert_one_type(&r);
    share_close(&r.store);
    sx_os_mem_destroy(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_dropped_measurement_never_has_rows_of_two_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
