/* SPDX-License-Identifier: Apache-2.0 */
/* batch_test.c -- rows, runs and strings of a batch, to its limits and under refused memory. */
#include "model/batch.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct sx_mem mem;
static const struct sx_batch_column columns[] = {
    {.name = {(const uint8_t *)"active", 6}, .type = STRIA_BOOL},
    {.name = {(const uint8_t *)"text", 4}, .type = STRIA_STRING},
    {.name = {(const uint8_t *)"value", 5}, .type = STRIA_FLOAT},
};

static int set_up(void **state)
{
    (void)state;
    sx_mem_init(&mem, NULL, "test", 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sx_mem_deinit(&mem);
    return 0;
}

static void begin(struct sx_batch *batch)
{
    sx_batch_init(batch, &mem);
    assert_true(sx_batch_add_series(batch, SX_LITERAL("m\0"), 1, NULL));
    assert_true(sx_batch_add_schema(batch, SX_LITERAL("m"), columns, 3));
    assert_true(sx_batch_add_schema(batch, SX_LITERAL("m"), columns, 2));
}

static void test_sizes_of_rows(void **state)
{
    (void)state;
    assert_int_equal(sx_presence_size(1), 8);
    assert_int_equal(sx_presence_size(64), 8);
    assert_int_equal(sx_presence_size(65), 16);
    assert_int_equal(sx_row_size(3, false), 12 + 24);
    assert_int_equal(sx_row_size(3, true), 12 + 8 + 24);
    assert_int_equal(sx_row_size(SX_COLUMN_COUNT_MAX, true), 12 + 512 + 32768);
}

static void test_rows_have_their_golden_bytes(void **state)
{
    (void)state;
    struct sx_batch batch;
    uint64_t word;
    begin(&batch);
    assert_true(sx_batch_add_string(&batch, SX_LITERAL("ab"), &word));
    assert_int_equal(word, 0);
    assert_true(sx_batch_add_string(&batch, SX_LITERAL("hello"), &word));
    assert_int_equal(word, 3);
    uint8_t *values = sx_batch_add_row(&batch, 0, true, -2, 0x01020304, 9);
    assert_non_null(values);
    sx_put_u64(values, 6);
    sx_put_u64(values + 16, word);
    const uint8_t expected[] = {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 4, 3, 2,
                                1,    6,    0,    0,    0,    0,    0,    0,    0, 0, 0,
                                0,    0,    0,    0,    0,    0,    3,    0,    0, 0, 0,
                                0,    0,    0,    0,    0,    0,    0,    0,    0, 0, 0};
    assert_int_equal(batch.rows.len, sizeof expected);
    assert_memory_equal(batch.rows.ptr, expected, sizeof expected);
    assert_int_equal(batch.strings.len, 9);
    assert_memory_equal(batch.strings.ptr, "\2ab\5hello", 9);
    assert_int_equal(batch.lines[0], 9);
    sx_batch_deinit(&batch);
    sx_batch_deinit(&batch);
}

static void test_runs_break_where_schema_or_presence_change(void **state)
{
    (void)state;
    const struct {
        uint32_t schema;
        bool has_presence;
        size_t runs;
    } steps[] = {{0, false, 1}, {0, false, 1}, {0, true, 2}, {0, true, 2},
                 {1, true, 3},  {1, false, 4}, {0, false, 5}};
    struct sx_batch batch;
    size_t offset = 0;
    begin(&batch);
    for (size_t i = 0; i < SX_COUNT_OF(steps); i++) {
        size_t before = batch.run_count;
        assert_non_null(sx_batch_add_row(&batch, steps[i].schema, steps[i].has_presence, (int64_t)i,
                                         0, (uint32_t)i + 1));
        assert_int_equal(batch.run_count, steps[i].runs);
        if (batch.run_count > before)
            assert_int_equal(batch.runs[batch.run_count - 1].offset, offset);
        offset += sx_row_size(steps[i].schema ? 2 : 3, steps[i].has_presence);
        assert_int_equal(batch.rows.len, offset);
        assert_int_equal(batch.lines[i], i + 1);
    }
    assert_int_equal(batch.row_count, SX_COUNT_OF(steps));
    assert_int_equal(batch.runs[0].row_count, 2);
    assert_int_equal(batch.runs[1].row_count, 2);
    assert_int_equal(batch.runs[4].row_count, 1);
    sx_batch_deinit(&batch);
}

static void test_clearing_keeps_storage_but_not_much(void **state)
{
    (void)state;
    struct sx_batch batch;
    begin(&batch);
    for (uint32_t i = 0; i < 1000; i++)
        assert_non_null(sx_batch_add_row(&batch, 0, false, i, 0, i));
    size_t size = sx_mem_size(&mem);
    sx_batch_clear(&batch);
    assert_true(batch.row_count == 0 && batch.run_count == 0 && batch.series_count == 0 &&
                batch.schema_count == 0 && batch.rows.len == 0 && batch.strings.len == 0);
    assert_int_equal(sx_mem_size(&mem), size);
    assert_true(sx_batch_add_schema(&batch, SX_LITERAL("m"), columns, 3));
    for (uint32_t i = 0; i < 200000; i++)
        assert_non_null(sx_batch_add_row(&batch, 0, false, i, 0, i));
    assert_true(sx_mem_size(&mem) > 7000000);
    sx_batch_clear(&batch);
    assert_int_equal(sx_mem_size(&mem), 0);
    sx_batch_deinit(&batch);
}

static void test_a_full_batch_keeps_its_whole_rows(void **state)
{
    (void)state;
    struct sx_batch batch;
    begin(&batch);
    batch.rows.max = 100; /* two rows of 36 bytes and a part of one */
    assert_non_null(sx_batch_add_row(&batch, 0, false, 1, 0, 1));
    assert_non_null(sx_batch_add_row(&batch, 0, false, 2, 0, 2));
    assert_null(sx_batch_add_row(&batch, 0, false, 3, 0, 3));
    assert_null(sx_batch_add_row(&batch, 1, false, 3, 0, 3)); /* nor a new run */
    assert_int_equal(batch.row_count, 2);
    assert_int_equal(batch.run_count, 1);
    assert_int_equal(batch.runs[0].row_count, 2);
    assert_int_equal(batch.rows.len, 72);
    sx_batch_deinit(&batch);
}

static bool fill(struct sx_batch *batch)
{
    uint64_t word;
    bool ok = sx_batch_add_series(batch, SX_LITERAL("m\0"), 1, NULL) &&
              sx_batch_add_schema(batch, SX_LITERAL("m"), columns, 3) &&
              sx_batch_add_schema(batch, SX_LITERAL("m"), columns, 2);
    for (uint32_t i = 0; ok && i < 100; i++)
        ok = sx_batch_add_string(batch, SX_LITERAL("0123456789"), &word) &&
             sx_batch_add_row(batch, i % 2, i % 3 == 0, i, 0, i + 1) != NULL;
    return ok;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    struct sx_mem_fault fault = {0};
    size_t refusals = 0;
    for (int64_t n = 1; n == 1 || atomic_load(&fault.fired); n++) {
        struct sx_batch batch;
        size_t rows = 0;
        fault = (struct sx_mem_fault){.countdown = n};
        sx_batch_init(&batch, &mem);
        mem.fault = &fault;
        bool ok = fill(&batch);
        mem.fault = NULL;
        assert_int_equal(ok, !atomic_load(&fault.fired));
        refusals += !ok;
        for (size_t i = 0; i < batch.run_count; i++) {
            assert_true(batch.runs[i].row_count > 0);
            rows += batch.runs[i].row_count;
        }
        assert_int_equal(rows, batch.row_count);
        sx_batch_deinit(&batch);
        assert_int_equal(sx_mem_size(&mem), 0);
    }
    assert_true(refusals > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_of_rows),
        cmocka_unit_test(test_rows_have_their_golden_bytes),
        cmocka_unit_test(test_runs_break_where_schema_or_presence_change),
        cmocka_unit_test(test_clearing_keeps_storage_but_not_much),
        cmocka_unit_test(test_a_full_batch_keeps_its_whole_rows),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
