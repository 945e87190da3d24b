/* SPDX-License-Identifier: Apache-2.0 */
/* budget_test.c -- shares of memory: what each class may take, and what it must leave. */
#include "engine/budget.h"

#include "base/error.h"
#include "engine/engine_fixture_test.h"

#define MIB ((size_t)1 << 20)

static void test_nobody_may_take_what_another_needs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum sx_engine_mem full, other;
        size_t takes_mib, leaves_mib; /* of 256 */
    } rows[] = {
        {"queries leave room for writes", SX_ENGINE_MEM_QUERY, SX_ENGINE_MEM_INGEST, 128, 70},
        {"series leave room for rows", SX_ENGINE_MEM_INDEX, SX_ENGINE_MEM_MEMTABLE, 160, 40},
        {"writes leave room for their flush", SX_ENGINE_MEM_INGEST, SX_ENGINE_MEM_FLUSH, 208, 30},
        {"writes leave room for merges", SX_ENGINE_MEM_INGEST, SX_ENGINE_MEM_MERGE, 208, 14},
        {"merges leave room for queries", SX_ENGINE_MEM_MERGE, SX_ENGINE_MEM_QUERY, 128, 90},
    };
    struct engine_test t;
    engine_test_init(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_mem *full = sx_engine_mem(t.engine, rows[i].full);
        struct sx_mem *other = sx_engine_mem(t.engine, rows[i].other);
        size_t used = sx_mem_size(full), taken = 0;
        while (sx_mem_reserve(full, MIB))
            taken += MIB;
        bool room = sx_mem_reserve(other, rows[i].leaves_mib * MIB);
        if (taken + used > rows[i].takes_mib * MIB || taken + used < (rows[i].takes_mib - 4) * MIB)
            fail_msg("%s: %zu bytes were taken", rows[i].name, taken);
        if (!room)
            fail_msg("%s: no room", rows[i].name);
        sx_mem_release(full, taken);
        sx_mem_release(other, rows[i].leaves_mib * MIB);
    }
    engine_test_deinit(&t);
}

static void test_a_refused_write_asks_for_a_flush(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    (void)sx_fail(&t.err, STRIA_NOMEM, "as it was");
    assert_int_equal(sx_engine_come_again(t.engine, &t.err), STRIA_NOMEM); /* nothing to flush */
    assert_string_equal(t.err.text, "as it was");
    engine_test_write(&t, "m", 1, "a1=1");
    assert_int_equal(sx_engine_come_again(t.engine, &t.err), STRIA_BUSY);
    assert_non_null(strstr(t.err.text, "bytes of"));
    assert_int_equal(engine_test_segment_count(&t), 1);
    assert_holds(&t, "m{1:a1=1}");
    engine_test_deinit(&t);
}

static void test_a_write_that_finds_no_memory_finds_it_the_next_time(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    struct sx_mem *ingest = sx_engine_mem(t.engine, SX_ENGINE_MEM_INGEST);
    size_t taken = 0;
    while (sx_mem_reserve(ingest, 64))
        taken += 64;
    struct sx_batch batch;
    struct sx_write_options how = {0};
    struct test_field field = {.name = SX_LITERAL("a"), .type = STRIA_FLOAT, .present = true};
    sx_batch_init(&batch, &t.scan.mt.ix.memory.mem);
    for (int i = 0; i < 20000; i++)
        mem_test_add_row(&batch, &t.scan.mt.ix.key, "m", 100 + i, &field, 1);
    stria_status st = sx_engine_write(t.engine, 1, &batch, &how, &t.result, &t.err);
    assert_true(st == STRIA_BUSY || st == STRIA_NOMEM);
    assert_int_equal(t.result.row_count, 0);
    sx_batch_deinit(&batch);
    sx_mem_release(ingest, taken);
    engine_test_write(&t, "m", 2, "a1=2");
    assert_holds(&t, "m{1:a1=1 2:a1=2}");
    engine_test_deinit(&t);
}

/* Looks at all series once. */
static void evict(struct engine_test *t)
{
    while (sx_budget_evict_step(t->engine)) {
    }
}

static void test_series_that_nobody_writes_to_leave_memory(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    struct engine_test t;
    struct sx_series_hint hint = {0};
    engine_test_init(&t);
    for (int i = 0; i < COUNT; i++) {
        char series[24];
        (void)snprintf(series, sizeof series, "m,k=%d", i);
        engine_test_write(&t, series, 1, "a1=1");
    }
    struct sx_bytes held = index_test_key(&t.scan.mt.ix.key, "m,k=7");
    engine_test_must(&t, sx_engine_pin_series(t.engine, 1, held, sx_hash(held), &hint, &t.err));
    struct sx_series_index *index = engine_test_store(&t)->index;
    evict(&t);
    assert_int_equal(sx_series_index_series_count(index), COUNT); /* they have rows */
    for (int i = 0; i < 12; i++) {
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
        evict(&t);
        assert_int_equal(sx_series_index_series_count(index), i < 9 ? COUNT + (i > 0) : 2);
        engine_test_write(&t, "now", i, "a1=1");
    }
    sx_engine_unpin_series(t.engine, 1, &hint);
    evict(&t);
    assert_int_equal(sx_series_index_series_count(index), 1);
    assert_non_null(strstr(engine_test_holds(&t), "m,k=99{1:a1=1}"));
    engine_test_write(&t, "m,k=99", 2, "a1=2"); /* it comes back */
    assert_non_null(strstr(engine_test_holds(&t), "m,k=99{1:a1=1 2:a1=2}"));
    engine_test_crash(&t);
    assert_non_null(strstr(engine_test_holds(&t), "m,k=99{1:a1=1 2:a1=2}"));
    engine_test_deinit(&t);
}

static void test_all_idle_series_leave_when_memory_for_series_is_scarce(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m,k=1", 1, "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    struct sx_mem *mem = sx_engine_mem(t.engine, SX_ENGINE_MEM_INDEX);
    size_t taken = atomic_load(&mem->limit) / 10 * 9;
    assert_true(sx_mem_reserve(mem, taken));
    evict(&t);
    assert_int_equal(sx_series_index_series_count(engine_test_store(&t)->index), 0);
    sx_mem_release(mem, taken);
    assert_holds(&t, "m,k=1{1:a1=1}");
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_may_take_what_another_needs),
        cmocka_unit_test(test_a_refused_write_asks_for_a_flush),
        cmocka_unit_test(test_a_write_that_finds_no_memory_finds_it_the_next_time),
        cmocka_unit_test(test_series_that_nobody_writes_to_leave_memory),
        cmocka_unit_test(test_all_idle_series_leave_when_memory_for_series_is_scarce),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
