/* SPDX-License-Identifier: Apache-2.0 */
/* engine_test.c -- the members of the engine: stores, generations, segments in their order, views,
 * handles, the state as operations, figures. */
#include "engine/engine.h"

#include "engine/engine_fixture_test.h"

#include "base/hash.h"

static void test_a_view_keeps_what_it_saw(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_view *view, *later;
    engine_test_init(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_write(&t, "m", 2, "a1=2");
    engine_test_must(&t, sx_engine_view(t.engine, 1, &view, &t.err));
    assert_int_equal(view->source_count, 2);
    assert_non_null(sx_view_segment(view, 0));
    assert_non_null(sx_view_memtable(view, 1));
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    engine_test_must(&t, engine_test_delete(&t, "m", "", INT64_MIN, INT64_MAX));
    engine_test_must(&t, sx_engine_view(t.engine, 1, &later, &t.err));
    assert_int_equal(sx_view_last_tombstone(later), 1);
    assert_int_equal(sx_view_last_tombstone(view), 0);
    sx_view_release(later);
    t.scan.view = view; /* is released with the test's */
    struct scan_test_read all = {.time_min = INT64_MIN, .time_max = INT64_MAX};
    assert_reads_as(&t.scan, &all, "m{1:a1=1 2:a1=2}");
    engine_test_deinit(&t);
}

static void test_a_policy_that_is_not_there_has_no_view(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_view *view;
    engine_test_init(&t);
    assert_int_equal(sx_engine_view(t.engine, 5, &view, &t.err), STRIA_NOT_FOUND);
    assert_null(view);
    engine_test_deinit(&t);
}

static void test_more_generations_than_a_small_array_are_seen(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    for (int i = 0; i < 20; i++) {
        engine_test_write(&t, "m", i, "a1=1");
        engine_test_must(&t, sx_engine_rotate(t.engine, &t.err));
    }
    assert_int_equal(t.engine->frozen_count, 20);
    struct sx_view *view;
    engine_test_must(&t, sx_engine_view(t.engine, 1, &view, &t.err));
    assert_int_equal(view->source_count, 20);
    sx_view_release(view);
    engine_test_deinit(&t);
}

static void test_segments_stand_in_the_order_of_their_generations(void **state)
{
    (void)state;
    static const uint64_t generations[] = {5, 1, 9, 3, 7, 1};
    struct engine_test t;
    engine_test_init(&t);
    struct sx_mem *mem = sx_engine_mem(t.engine, SX_ENGINE_MEM_SEGMENT);
    sx_mutex_lock(&t.engine->state_mutex);
    struct sx_policy_store *store = sx_engine_store(t.engine, 1);
    for (size_t i = 0; i < SX_COUNT_OF(generations); i++) {
        struct sx_segment_info info = {.segment_id = 100 + i,
                                       .policy_id = 1,
                                       .first_generation = generations[i],
                                       .last_generation = generations[i],
                                       .min_ts = (int64_t)i};
        struct sx_segment *segment = sx_segment_create(t.os, mem, "db/seg/none.seg", &info);
        assert_non_null(segment);
        assert_true(sx_engine_add_segment(t.engine, store, segment));
    }
    for (size_t i = 1; i < store->segment_count; i++)
        assert_true(store->segments[i - 1]->info.last_generation <=
                    store->segments[i]->info.last_generation);
    while (store->segment_count)
        sx_engine_retire_segment(t.engine, store, store->segment_count - 1);
    assert_int_equal(t.engine->retired_count, SX_COUNT_OF(generations));
    sx_mutex_unlock(&t.engine->state_mutex);
    engine_test_deinit(&t);
}

static void test_a_handle_keeps_its_slot(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_series_hint hint = {0};
    engine_test_init(&t);
    struct sx_bytes key = index_test_key(&t.scan.mt.ix.key, "m,k=1");
    engine_test_must(&t, sx_engine_pin_series(t.engine, 1, key, sx_hash(key), &hint, &t.err));
    uint32_t slot = hint.slot;
    for (int i = 0; i < 3; i++) {
        engine_test_write(&t, "m,k=1", i, "a1=1");
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    }
    struct sx_series_index *index = engine_test_store(&t)->index;
    key = index_test_key(&t.scan.mt.ix.key, "m,k=1");
    assert_int_equal(sx_series_index_find(index, key, sx_hash(key)), slot);
    sx_engine_unpin_series(t.engine, 1, &hint);
    assert_int_equal(sx_engine_pin_series(t.engine, 7, key, sx_hash(key), &hint, &t.err),
                     STRIA_NOT_FOUND);
    engine_test_deinit(&t);
}

/* Applying the state to an empty engine gives the same state. */
static void test_the_state_as_operations_is_the_whole_state(void **state)
{
    (void)state;
    struct engine_test t, other;
    struct sx_buf first, second;
    engine_test_init(&t);
    engine_test_write(&t, "m,k=1", 1, "a1=1 b5=x");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_write(&t, "n", 2, "c2=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_must(&t, engine_test_delete(&t, NULL, "k=1 & z~x.*", 5, 9));
    struct sx_command policy = {.kind = SX_CREATE_POLICY,
                                .database = SX_LITERAL("d"),
                                .policy = SX_LITERAL("p"),
                                .settings = SX_POLICY_DEFAULT | SX_POLICY_FUTURE_LIMIT,
                                .future_limit_ns = 77};
    engine_test_must(&t, engine_test_execute(&t, &policy));
    sx_buf_init(&first, t.scan.mem, 1 << 20);
    sx_engine_put_state(t.engine, &first);
    other = (struct engine_test){.policy_id = 1};
    other.disk = other.os = sx_os_mem_create(8);
    scan_test_init(&other.scan);
    engine_test_open(&other);
    engine_test_must(&other, sx_engine_apply_edit(other.engine, sx_buf_bytes(&first), &other.err));
    sx_buf_init(&second, other.scan.mem, 1 << 20);
    sx_engine_put_state(other.engine, &second);
    assert_int_equal(second.len, first.len);
    assert_memory_equal(second.ptr, first.ptr, first.len);
    sx_buf_deinit(&first);
    sx_buf_deinit(&second);
    engine_test_deinit(&other);
    engine_test_deinit(&t);
}

/* ---- figures ---- */

static void take(void *user, const stria_stat *stat)
{
    assert_true(stat->name && stat->name[0]);
    assert_true(stat->value >= 0);
    ++*(size_t *)user;
}

static void test_figures_are_told_of_a_store_that_is_open_any_way(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    for (int read_only = 0; read_only < 2; read_only++) {
        size_t count = 0;
        engine_test_must(&t, sx_engine_stats(t.engine, take, &count, &t.err));
        assert_true(count > 20);
        engine_test_close(&t);
        engine_test_must(&t, engine_test_try_open(&t, read_only == 0));
    }
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_view_keeps_what_it_saw),
        cmocka_unit_test(test_a_policy_that_is_not_there_has_no_view),
        cmocka_unit_test(test_more_generations_than_a_small_array_are_seen),
        cmocka_unit_test(test_segments_stand_in_the_order_of_their_generations),
        cmocka_unit_test(test_a_handle_keeps_its_slot),
        cmocka_unit_test(test_the_state_as_operations_is_the_whole_state),
        cmocka_unit_test(test_figures_are_told_of_a_store_that_is_open_any_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
