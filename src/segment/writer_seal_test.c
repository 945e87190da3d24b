/* SPDX-License-Identifier: Apache-2.0 */
/* writer_seal_test.c -- sealed stripes: coder tables are shared by the series of a field, and what
 * was written comes back, whole or in part; failures and damage stay where they are. */
#include "segment/writer.h"

#include "codec/generators.h"
#include "segment/segment_fixture_test.h"

#define SERIES 24
#define ROWS 2000
#define COLUMNS 4

enum { COLUMN_FLOAT, COLUMN_INT, COLUMN_UINT, COLUMN_SPARSE };

static int64_t ts_ns[ROWS];
static double floats[SERIES][ROWS];
static int64_t ints[SERIES][ROWS];
static uint64_t uints[SERIES][ROWS];
static uint64_t present[SERIES][(ROWS + 63) / 64];

static void make_values(void)
{
    struct sx_random random = {77};
    for (uint32_t i = 0; i < ROWS; i++)
        ts_ns[i] = (int64_t)i * 10000000000;
    memset(present, 0, sizeof present);
    for (size_t s = 0; s < SERIES; s++) {
        int64_t gauge = 50, level = (int64_t)sx_random_below(&random, 1000000);
        uint64_t counter = sx_random_below(&random, 100000);
        for (uint32_t i = 0; i < ROWS; i++) {
            /* small steps are much more frequent than large ones: worth a code */
            gauge += (int64_t)(sx_random_below(&random, 4) + sx_random_below(&random, 4)) - 3;
            level += (int64_t)sx_random_below(&random, 3) - 1;
            counter += sx_random_below(&random, 10) ? 0 : sx_random_below(&random, 500);
            floats[s][i] = (double)gauge;
            ints[s][i] = level;
            uints[s][i] = counter;
            if (sx_random_below(&random, 5))
                sx_bit_set(present[s], i);
        }
    }
    floats[3][100] = sx_f64_of_bits(0x7ff0000000000002); /* a stale one among them */
    floats[4][0] = -0.0;
}

static const void *values_of(uint32_t column, size_t series)
{
    switch (column) {
    case COLUMN_INT:
        return ints[series];
    case COLUMN_UINT:
        return uints[series];
    default:
        return floats[series];
    }
}

static stria_type type_of(uint32_t column)
{
    return column == COLUMN_INT ? STRIA_INT : column == COLUMN_UINT ? STRIA_UINT : STRIA_FLOAT;
}

/* Writes `series_count` series of all columns. */
static stria_status write_all(struct seg_test *t, enum sx_tier tier, size_t series_count)
{
    static const char *const names[COLUMNS] = {"f", "i", "u", "sparse"};
    stria_status st = seg_test_begin(t, tier);
    for (size_t s = 0; s < series_count && !st; s++) {
        struct sx_writer_column columns[COLUMNS];
        char text[32];
        for (uint32_t c = 0; c < COLUMNS; c++)
            columns[c] =
                (struct sx_writer_column){.name = sx_bytes_of(names[c]),
                                          .type = type_of(c),
                                          .values = values_of(c, s),
                                          .present = c == COLUMN_SPARSE ? present[s] : NULL};
        (void)snprintf(text, sizeof text, "m,k=%02zu", s);
        struct sx_bytes key = index_test_key(&t->key, text);
        st = sx_segment_writer_series(t->writer, key, sx_hash(key), &t->err);
        if (!st)
            st = sx_segment_writer_rows(t->writer, ts_ns, ROWS, columns, COLUMNS, &t->err);
    }
    if (!st)
        st = seg_test_finish(t);
    sx_segment_writer_destroy(t->writer);
    t->writer = NULL;
    return st;
}

/* Reads rows [first, first + count) of a column of a series, and compares. */
static stria_status check_part(struct sx_segment_cursor *cursor, uint32_t series, uint32_t column,
                               uint32_t first, uint32_t count)
{
    static uint64_t values[ROWS], has[(ROWS + 63) / 64];
    const struct sx_chunk *chunk;
    bool all;
    stria_status st = sx_segment_cursor_chunk(cursor, series, column, &chunk, NULL);
    if (!st)
        st = sx_segment_cursor_values(cursor, chunk, ROWS, type_of(column), first, count, values,
                                      has, &all, NULL, NULL);
    for (uint32_t i = 0; i < count && !st; i++) {
        bool want = column != COLUMN_SPARSE || sx_bit_get(present[series], first + i);
        assert_int_equal(sx_bit_get(has, i), want);
        if (want)
            assert_memory_equal(&values[i], (const uint64_t *)values_of(column, series) + first + i,
                                8);
    }
    return st;
}

static void open_stripe(struct seg_test *t, struct sx_segment_cursor *cursor)
{
    assert_int_equal(seg_test_open(t), STRIA_OK);
    sx_segment_cursor_init(cursor, t->segment, &t->memory.mem);
    assert_int_equal(sx_segment_cursor_stripe(cursor, 0, NULL), STRIA_OK);
}

static void test_sealed_columns_share_tables_and_come_back(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_cursor cursor;
    struct sx_random random = {5};
    uint64_t sizes[2];
    make_values();
    seg_test_init(&t);
    for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++) {
        assert_int_equal(write_all(&t, (enum sx_tier)tier, SERIES), STRIA_OK);
        sizes[tier] = t.info.file_size;
        open_stripe(&t, &cursor);
        for (uint32_t s = 0; s < SERIES; s++)
            for (uint32_t c = 0; c < COLUMNS; c++) {
                uint32_t first = (uint32_t)sx_random_below(&random, ROWS);
                uint32_t count = (uint32_t)sx_random_below(&random, ROWS - first);
                assert_int_equal(check_part(&cursor, s, c, 0, ROWS), STRIA_OK);
                assert_int_equal(check_part(&cursor, s, c, first, count), STRIA_OK);
            }
        for (uint32_t c = 0; c < COLUMNS; c++)
            assert_int_equal(cursor.columns[c].tables != NULL, tier == SX_TIER_SEALED);
        sx_segment_cursor_deinit(&cursor);
        assert_int_equal(t.disk->ops->unlink(t.disk, "a.seg", NULL), STRIA_OK);
    }
    assert_true(sizes[SX_TIER_SEALED] * 10 < sizes[SX_TIER_HOT] * 9);
    seg_test_deinit(&t);
}

static void test_without_entropy_a_sealed_segment_is_like_a_hot_one(void **state)
{
    (void)state;
    struct seg_test t;
    uint64_t size;
    make_values();
    seg_test_init(&t);
    assert_int_equal(write_all(&t, SX_TIER_HOT, SERIES), STRIA_OK);
    size = t.info.file_size;
    assert_int_equal(t.disk->ops->unlink(t.disk, "a.seg", NULL), STRIA_OK);
    t.no_entropy = true;
    assert_int_equal(write_all(&t, SX_TIER_SEALED, SERIES), STRIA_OK);
    assert_int_equal(t.info.file_size, size);
    seg_test_deinit(&t);
}

static void test_a_failing_allocation_ends_sealing_or_costs_the_tables(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_cursor cursor;
    struct sx_file_info info;
    make_values();
    seg_test_init(&t);
    (void)index_test_key(&t.key, "m,k=00"); /* its memory is the test's own */
    unsigned without = 0;
    for (int64_t at = 1;; at++) {
        test_mem_arm(&t.memory, at);
        stria_status st = write_all(&t, SX_TIER_SEALED, 2);
        bool fired = atomic_load(&t.memory.fault.fired);
        test_mem_arm(&t.memory, 0);
        if (!fired)
            break;
        if (!st) { /* what is written is good */
            assert_int_equal(t.err.code, STRIA_OK);
            open_stripe(&t, &cursor);
            for (uint32_t c = 0; c < COLUMNS; c++)
                assert_int_equal(check_part(&cursor, 1, c, 0, ROWS), STRIA_OK);
            sx_segment_cursor_deinit(&cursor);
            assert_int_equal(t.disk->ops->unlink(t.disk, "a.seg", NULL), STRIA_OK);
            without++;
            continue;
        }
        assert_int_equal(st, STRIA_NOMEM);
        assert_int_equal(t.err.code, STRIA_NOMEM);
        assert_int_equal(t.disk->ops->stat(t.disk, "a.seg", &info, NULL), STRIA_NOT_FOUND);
    }
    assert_true(without > 0);
    seg_test_deinit(&t);
}

static void test_memory_may_fail_while_tables_are_made_ready(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_cursor cursor;
    unsigned failures = 0;
    make_values();
    seg_test_init(&t);
    assert_int_equal(write_all(&t, SX_TIER_SEALED, SERIES), STRIA_OK);
    for (int64_t at = 1;; at++) {
        open_stripe(&t, &cursor);
        test_mem_arm(&t.memory, at);
        stria_status st = check_part(&cursor, 2, COLUMN_SPARSE, 0, ROWS);
        test_mem_arm(&t.memory, 0);
        if (st) { /* and the cursor is as good as before */
            assert_int_equal(st, STRIA_NOMEM);
            assert_int_equal(check_part(&cursor, 2, COLUMN_SPARSE, 0, ROWS), STRIA_OK);
            failures++;
        }
        sx_segment_cursor_deinit(&cursor);
        if (!st)
            break;
    }
    assert_true(failures > 2);
    seg_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sealed_columns_share_tables_and_come_back),
        cmocka_unit_test(test_without_entropy_a_sealed_segment_is_like_a_hot_one),
        cmocka_unit_test(test_a_failing_allocation_ends_sealing_or_costs_the_tables),
        cmocka_unit_test(test_memory_may_fail_while_tables_are_made_ready),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
