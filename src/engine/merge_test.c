/* SPDX-License-Identifier: Apache-2.0 */
/* merge_test.c -- many segments become few, and say the same. */
#include "engine/engine_fixture_test.h"

#include <errno.h>

/* Flushes one row of "m,k=1" at time `i` (or always at 1) `count` times. */
static void flush_rows(struct engine_test *t, int count, bool same_time)
{
    for (int i = 0; i < count; i++) {
        char fields[40];
        (void)snprintf(fields, sizeof fields, "a1=%d s5=text%d", i, i);
        engine_test_write(t, "m,k=1", same_time ? 1 : i, fields);
        engine_test_compact(t, STRIA_COMPACT_FLUSH);
    }
}

static void test_sixteen_flushes_are_merged(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    flush_rows(&t, 15, false);
    engine_test_compact(&t, STRIA_COMPACT_MERGE);
    assert_int_equal(engine_test_segment_count(&t), 15);
    engine_test_write(&t, "m,k=1", 15, "a1=15 s5=text15");
    engine_test_compact(&t, STRIA_COMPACT_MERGE);
    assert_int_equal(engine_test_segment_count(&t), 1);
    const struct sx_segment_info *info = &engine_test_store(&t)->segments[0]->info;
    assert_int_equal(info->row_count, 16);
    assert_int_equal(info->level, 1);
    assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 1);
    engine_test_deinit(&t);
}

static void test_of_one_time_the_newest_value_of_each_field_stays(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m,k=1", 1, "a1=1 b2=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_write(&t, "m,k=1", 1, "a1=2");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_write(&t, "m,k=1", 1, "c5=x");
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    assert_int_equal(engine_test_segment_count(&t), 1);
    assert_holds(&t, "m,k=1{1:a1=2,b2=1,c5=x}");
    assert_int_equal(engine_test_store(&t)->segments[0]->info.row_count, 1);
    engine_test_deinit(&t);
}

static void test_a_merge_that_dies_on_the_way_changes_nothing(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    flush_rows(&t, 4, true);
    bool more = true;
    engine_test_must(&t, sx_engine_merge_step(t.engine, SX_MERGE_ALL, &more, &t.err));
    engine_test_crash(&t);
    assert_holds(&t, "m,k=1{1:a1=3,s5=text3}");
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    assert_int_equal(engine_test_segment_count(&t), 1);
    assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 1);
    assert_holds(&t, "m,k=1{1:a1=3,s5=text3}");
    engine_test_deinit(&t);
}

static void test_windows_that_hold_much_get_files_of_their_own(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    int64_t window = engine_test_store(&t)->window_ns;
    for (int i = 0; i < 3; i++)
        engine_test_write(&t, "m,k=1", window * (i + 1), "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    assert_int_equal(engine_test_segment_count(&t), 1); /* there is little in them */
    assert_int_equal(engine_test_store(&t)->segments[0]->info.row_count, 3);
    engine_test_deinit(&t);
}

static void test_a_damaged_segment_is_left_alone(void **state)
{
    (void)state;
    struct engine_test t;
    char path[SX_PATH_MAX];
    size_t size;
    engine_test_init(&t);
    flush_rows(&t, 1, true);
    (void)engine_test_files(&t, "db/seg", ".seg", path);
    flush_rows(&t, 1, true);
    engine_test_close(&t);
    uint8_t *bytes = sx_os_mem_bytes(t.disk, path, &size);
    bytes[SX_SEGMENT_HEADER_SIZE + 4] ^= 0x10; /* in a chunk */
    engine_test_open(&t);
    bool more = true;
    stria_status st = STRIA_OK;
    for (int i = 0; i < 10 && more && !st; i++)
        st = sx_engine_merge_step(t.engine, SX_MERGE_ALL, &more, &t.err);
    assert_int_equal(st, STRIA_CORRUPT);
    assert_int_equal(atomic_load(&engine_test_store(&t)->segments[0]->damage), SX_DAMAGE_PART);
    assert_int_equal(engine_test_segment_count(&t), 2);
    assert_non_null(sx_os_mem_bytes(t.disk, path, &size));
    engine_test_deinit(&t);
}

/* Sixteen flushes; what is due then is done with so much memory for merges. */
static void merge_sixteen(struct engine_test *t, size_t limit)
{
    struct sx_mem *mem = &t->engine->mems[SX_ENGINE_MEM_MERGE];
    bool more = true;
    atomic_store(&mem->limit, 0);
    flush_rows(t, 15, true);
    atomic_store(&t->engine->root.limit, 0); /* so nobody expects what will not fit */
    atomic_store(&mem->limit, limit);
    atomic_store(&mem->size_max, 0);
    t->err = (stria_error){0};
    flush_rows(t, 1, true);
    while (more)
        engine_test_must(t, sx_engine_merge_step(t->engine, SX_MERGE_DUE, &more, &t->err));
    assert_int_equal(t->err.code, STRIA_OK);
    assert_true(engine_test_segment_count(t) < 16);
    assert_holds(t, "m,k=1{1:a1=0,s5=text0}");
}

/* What sixteen of them take at once does not fit; what fewer take does. */
static void test_a_merge_that_finds_no_memory_is_tried_with_fewer_runs(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    merge_sixteen(&t, 0);
    size_t needed = atomic_load(&t.engine->mems[SX_ENGINE_MEM_MERGE].size_max);
    assert_int_equal(t.engine->merge_runs_max, 0);
    /* Codecs may do without some of it. */
    for (size_t limit = needed; !t.engine->merge_runs_max; limit = limit / 4 * 3) {
        engine_test_deinit(&t);
        engine_test_init(&t);
        merge_sixteen(&t, limit);
    }
    struct sx_mem *mem = &t.engine->mems[SX_ENGINE_MEM_MERGE];
    /* Not even two: it is told, and merges rest. */
    flush_rows(&t, 2, true);
    atomic_store(&mem->limit, 2000);
    for (bool more = true; more && !t.err.code;)
        (void)sx_engine_merge_step(t.engine, SX_MERGE_ALL, &more, &t.err);
    assert_int_equal(t.err.code, STRIA_NOMEM);
    atomic_store(&mem->limit, 0);
    t.err = (stria_error){0};
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    assert_int_equal(engine_test_segment_count(&t), 1);
    engine_test_deinit(&t);
}

/* How many calls opening a store makes, and merging its three segments then. */
static void count_calls(struct engine_test *t, uint64_t *opening, uint64_t *merging)
{
    struct sx_os_fault_options options = {0};
    bool more = true;
    t->os = sx_os_fault_create(t->disk, &options);
    engine_test_open(t);
    *opening = sx_os_fault_calls(t->os);
    while (more)
        engine_test_must(t, sx_engine_merge_step(t->engine, SX_MERGE_ALL, &more, &t->err));
    *merging = sx_os_fault_calls(t->os) - *opening;
    engine_test_close(t);
    sx_os_fault_destroy(t->os);
    t->os = t->disk;
}

static void test_a_call_that_fails_loses_nothing(void **state)
{
    (void)state;
    struct engine_test t;
    uint64_t opening, merging;
    engine_test_init(&t);
    flush_rows(&t, 3, true);
    engine_test_close(&t);
    count_calls(&t, &opening, &merging);
    assert_in_range(merging, 10, 1000);
    for (uint64_t nth = 1; nth <= merging; nth++) {
        struct sx_os_fault_options options = {.fail_at = opening + nth, .os_errno = EIO};
        bool more = true;
        engine_test_open(&t);
        if (engine_test_segment_count(&t) == 1) /* it is done: begin again */
            flush_rows(&t, 3, true);
        engine_test_close(&t);
        t.os = sx_os_fault_create(t.disk, &options);
        engine_test_open(&t);
        for (int i = 0; i < 4 && more; i++)
            if (sx_engine_merge_step(t.engine, SX_MERGE_ALL, &more, &t.err))
                break;
        (void)engine_test_try_close(&t);
        sx_os_fault_destroy(t.os);
        t.os = t.disk;
        engine_test_open(&t);
        assert_holds(&t, "m,k=1{1:a1=2,s5=text2}");
        engine_test_close(&t);
    }
    engine_test_deinit(&t);
}

/* ---- what is copied ---- */

/* A sealed segment of three series, one of which is deleted then. */
static void seal_and_delete(struct engine_test *t)
{
    static const char *const series[] = {"m,k=1", "m,k=2", "m,k=3"};
    for (size_t i = 0; i < SX_COUNT_OF(series); i++)
        engine_test_write(t, series[i], 1, "a1=2 s5=text2");
    engine_test_compact(t, STRIA_COMPACT_SEAL);
    engine_test_must(t, engine_test_delete(t, "m", "k=2", INT64_MIN, INT64_MAX));
}

#define LEFT "m,k=1{1:a1=2,s5=text2} m,k=3{1:a1=2,s5=text2}"

static void test_what_is_not_deleted_is_copied(void **state)
{
    (void)state;
    struct engine_test t;
    stria_compact_report report;
    engine_test_init(&t);
    seal_and_delete(&t);
    assert_int_equal(atomic_load(&t.engine->counts.merge_bytes_copied), 0);
    engine_test_must(&t, sx_engine_compact(t.engine, STRIA_COMPACT_RECLAIM, &report, &t.err));
    assert_in_range(report.bytes_copied, 1, report.bytes_out);
    assert_int_equal(atomic_load(&t.engine->counts.merge_bytes_copied), report.bytes_copied);
    assert_holds(&t, LEFT);
    assert_int_equal(engine_test_store(&t)->segments[0]->info.row_count, 2);
    engine_test_deinit(&t);
}

static void test_what_is_copied_is_checked(void **state)
{
    (void)state;
    struct engine_test t;
    char path[SX_PATH_MAX];
    size_t size;
    engine_test_init(&t);
    seal_and_delete(&t);
    engine_test_close(&t);
    (void)engine_test_files(&t, "db/seg", ".seg", path);
    sx_os_mem_bytes(t.disk, path, &size)[SX_SEGMENT_HEADER_SIZE + 1] ^= 0x10; /* in a chunk */
    engine_test_open(&t);
    assert_int_equal(sx_engine_compact(t.engine, STRIA_COMPACT_RECLAIM, NULL, &t.err),
                     STRIA_CORRUPT);
    assert_int_equal(engine_test_segment_count(&t), 1);
    assert_int_equal(atomic_load(&engine_test_store(&t)->segments[0]->damage), SX_DAMAGE_PART);
    assert_non_null(sx_os_mem_bytes(t.disk, path, &size));
    assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 1);
    engine_test_deinit(&t);
}

static void test_a_call_that_fails_while_copying_loses_nothing(void **state)
{
    (void)state;
    uint64_t opening = 0, nth = 0;
    bool fired = true;
    for (; fired; nth++) { /* the first time nothing fails */
        struct engine_test t;
        struct sx_os_fault_options options = {.fail_at = nth ? opening + nth : 0, .os_errno = EIO};
        engine_test_init(&t);
        seal_and_delete(&t);
        engine_test_close(&t);
        t.os = sx_os_fault_create(t.disk, &options);
        engine_test_open(&t);
        if (nth == 0)
            opening = sx_os_fault_calls(t.os);
        (void)sx_engine_compact(t.engine, STRIA_COMPACT_RECLAIM, NULL, &t.err);
        (void)engine_test_try_close(&t);
        fired = nth == 0 || sx_os_fault_fired(t.os);
        sx_os_fault_destroy(t.os);
        t.os = t.disk;
        engine_test_open(&t);
        assert_holds(&t, LEFT);
        engine_test_deinit(&t);
    }
    assert_in_range(nth, 20, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sixteen_flushes_are_merged),
        cmocka_unit_test(test_of_one_time_the_newest_value_of_each_field_stays),
        cmocka_unit_test(test_a_merge_that_dies_on_the_way_changes_nothing),
        cmocka_unit_test(test_windows_that_hold_much_get_files_of_their_own),
        cmocka_unit_test(test_a_merge_that_finds_no_memory_is_tried_with_fewer_runs),
        cmocka_unit_test(test_a_damaged_segment_is_left_alone),
        cmocka_unit_test(test_a_call_that_fails_loses_nothing),
        cmocka_unit_test(test_what_is_not_deleted_is_copied),
        cmocka_unit_test(test_what_is_copied_is_checked),
        cmocka_unit_test(test_a_call_that_fails_while_copying_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
