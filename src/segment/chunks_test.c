/* SPDX-License-Identifier: Apache-2.0 */
/* chunks_test.c -- finding and decoding chunks: any part of any column, in any order. */
#include "segment/chunks.h"

#include "codec/generators.h"
#include "segment/segment_fixture_test.h"

#define ROWS 3000

static int64_t ts_ns[ROWS], ints[ROWS];
static double floats[ROWS];
static uint64_t uints[ROWS];
static uint8_t bools[ROWS];
static stria_bytes strings[ROWS];
static uint64_t presents[5][(ROWS + 63) / 64];

static const void *const values_of[] = {floats, ints, uints, bools, strings};

/* One series with a column of each type; `sparse`: about every third value is there. */
static void write_columns(struct seg_test *t, bool sparse)
{
    static char heap[ROWS][12];
    struct sx_random random = {5};
    struct sx_writer_column columns[5];
    static const char *const names[] = {"f", "i", "u", "b", "s"};
    for (uint32_t i = 0; i < ROWS; i++) {
        ts_ns[i] = (int64_t)i * 1000 + (int64_t)sx_random_below(&random, 999);
        ints[i] = (int64_t)sx_random_next(&random);
        uints[i] = sx_random_next(&random) >> 40;
        floats[i] = (double)(int64_t)sx_random_below(&random, 100000) / 100;
        bools[i] = (uint8_t)sx_random_below(&random, 2);
        strings[i] = (stria_bytes){
            .ptr = heap[i],
            .len = (size_t)snprintf(heap[i], 12, "t%u", (unsigned)(random.state >> 50) % 5000)};
    }
    memset(presents, 0, sizeof presents);
    for (size_t c = 0; c < 5; c++) {
        for (uint32_t i = 0; i < ROWS; i++)
            if (sx_random_below(&random, 3) == 0)
                sx_bit_set(presents[c], i);
        columns[c] = (struct sx_writer_column){.name = sx_bytes_of(names[c]),
                                               .type = (stria_type)(STRIA_FLOAT + c),
                                               .values = values_of[c],
                                               .present = sparse ? presents[c] : NULL};
    }
    assert_int_equal(seg_test_begin(t, SX_TIER_HOT), STRIA_OK);
    struct sx_bytes key = index_test_key(&t->key, "m,k=v");
    assert_int_equal(sx_segment_writer_series(t->writer, key, sx_hash(key), NULL), STRIA_OK);
    assert_int_equal(sx_segment_writer_rows(t->writer, ts_ns, ROWS, columns, 5, NULL), STRIA_OK);
    assert_int_equal(seg_test_finish(t), STRIA_OK);
    assert_int_equal(seg_test_open(t), STRIA_OK);
}

static void check_value(size_t c, const void *values, uint32_t at, uint32_t row)
{
    size_t size = sx_type_size((stria_type)(STRIA_FLOAT + c));
    if (c == 4) {
        const stria_bytes *text = (const stria_bytes *)values + at;
        assert_int_equal(text->len, strings[row].len);
        assert_memory_equal(text->ptr, strings[row].ptr, text->len);
        return;
    }
    assert_memory_equal((const uint8_t *)values + at * size,
                        (const uint8_t *)values_of[c] + row * size, size);
}

static void check_range(struct sx_segment_cursor *cursor, size_t c, uint32_t first, uint32_t count,
                        bool sparse)
{
    static stria_bytes values[ROWS + 1]; /* room for the widest type */
    static uint64_t present[(ROWS + 63) / 64 + 1];
    const struct sx_chunk *chunk;
    struct sx_arena arena;
    bool all;
    size_t words = (count + 63) / 64;
    sx_arena_init(&arena, cursor->mem, 0);
    present[words] = 0x1234;
    assert_int_equal(sx_segment_cursor_chunk(cursor, 0, (uint32_t)c, &chunk, NULL), STRIA_OK);
    assert_non_null(chunk);
    assert_int_equal(sx_segment_cursor_values(cursor, chunk, ROWS, (stria_type)(STRIA_FLOAT + c),
                                              first, count, values, present, &all, &arena, NULL),
                     STRIA_OK);
    assert_int_equal(all, !sparse);
    assert_int_equal(present[words], 0x1234);
    for (uint32_t i = 0; i < count; i++) {
        bool want = !sparse || sx_bit_get(presents[c], first + i);
        assert_int_equal(sx_bit_get(present, i), want);
        if (want)
            check_value(c, values, i, first + i);
    }
    if (count % 64)
        assert_int_equal(present[count / 64] >> (count % 64), 0);
    sx_arena_deinit(&arena);
}

static void test_any_part_of_a_column_of_any_type_is_decoded(void **state)
{
    (void)state;
    static const struct {
        uint32_t first, count;
    } ranges[] = {{0, ROWS}, {0, 1}, {ROWS - 1, 1}, {1, 63},     {63, 2},
                  {64, 64},  {5, 0}, {1000, 1024},  {777, 1111}, {ROWS, 0}};
    for (int sparse = 0; sparse < 2; sparse++) {
        struct seg_test t;
        struct sx_segment_cursor cursor;
        struct sx_random random = {9};
        seg_test_init(&t);
        write_columns(&t, sparse);
        sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
        assert_int_equal(sx_segment_cursor_stripe(&cursor, 0, NULL), STRIA_OK);
        for (size_t c = 0; c < 5; c++) {
            for (size_t r = 0; r < SX_COUNT_OF(ranges); r++)
                check_range(&cursor, c, ranges[r].first, ranges[r].count, sparse);
            for (int i = 0; i < 20; i++) {
                uint32_t first = (uint32_t)sx_random_below(&random, ROWS);
                check_range(&cursor, c, first, (uint32_t)sx_random_below(&random, ROWS - first),
                            sparse);
            }
        }
        const int64_t *times;
        assert_int_equal(sx_segment_cursor_times(&cursor, 0, &times, NULL), STRIA_OK);
        assert_memory_equal(times, ts_ns, sizeof ts_ns);
        sx_segment_cursor_deinit(&cursor);
        sx_segment_cursor_deinit(&cursor);
        seg_test_deinit(&t);
    }
}

static void test_groups_and_stripes_may_be_read_in_any_order(void **state)
{
    (void)state;
    static const struct seg_test_line lines[] = {
        {"a,k=1", 1, "f1=1"}, {NULL, 0, NULL},      {"a,k=1", 5, "g1=2"}, {"a,k=2", 1, "f1=3 g1=4"},
        {"b,k=1", 1, "f1=5"}, {"b,k=2", 9, "h1=6"}, {"c", 3, "f1=7"},
    };
    /* stripe, group, column, value (0: no chunk) */
    static const struct {
        uint32_t stripe, group, column;
        double value;
        int64_t ts_ns;
    } reads[] = {
        {1, 1, 1, 6, 9}, {0, 0, 0, 1, 1}, {0, 1, 0, 0, 5}, {0, 1, 1, 2, 5}, {0, 2, 1, 4, 1},
        {0, 2, 0, 3, 1}, {2, 0, 0, 7, 3}, {1, 0, 1, 0, 1}, {1, 0, 0, 5, 1}, {0, 0, 1, 0, 1},
    };
    struct seg_test t;
    struct sx_segment_cursor cursor;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, lines, SX_COUNT_OF(lines));
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < SX_COUNT_OF(reads); i++) {
            const struct sx_chunk *chunk;
            const int64_t *ts;
            double value;
            uint64_t present;
            bool all;
            assert_int_equal(sx_segment_cursor_stripe(&cursor, reads[i].stripe, NULL), STRIA_OK);
            assert_int_equal(sx_segment_cursor_times(&cursor, reads[i].group, &ts, NULL), STRIA_OK);
            assert_int_equal(ts[0], reads[i].ts_ns);
            assert_int_equal(
                sx_segment_cursor_chunk(&cursor, reads[i].group, reads[i].column, &chunk, NULL),
                STRIA_OK);
            assert_int_equal(chunk != NULL, reads[i].value != 0);
            if (!chunk)
                continue;
            assert_int_equal(sx_segment_cursor_values(&cursor, chunk, 1, STRIA_FLOAT, 0, 1, &value,
                                                      &present, &all, NULL, NULL),
                             STRIA_OK);
            assert_true(value == reads[i].value);
        }
    sx_segment_cursor_deinit(&cursor);
    seg_test_deinit(&t);
}

static void test_strings_outlive_the_next_read(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_cursor cursor;
    struct sx_arena arena;
    const struct sx_chunk *chunk;
    static stria_bytes first[ROWS], second[ROWS];
    uint64_t present[(ROWS + 63) / 64];
    bool all;
    seg_test_init(&t);
    write_columns(&t, false);
    sx_arena_init(&arena, &t.memory.mem, 0);
    sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
    assert_int_equal(sx_segment_cursor_stripe(&cursor, 0, NULL), STRIA_OK);
    assert_int_equal(sx_segment_cursor_chunk(&cursor, 0, 4, &chunk, NULL), STRIA_OK);
    assert_int_equal(sx_segment_cursor_values(&cursor, chunk, ROWS, STRIA_STRING, 0, 10, first,
                                              present, &all, &arena, NULL),
                     STRIA_OK);
    assert_int_equal(sx_segment_cursor_values(&cursor, chunk, ROWS, STRIA_STRING, 10, 2000, second,
                                              present, &all, &arena, NULL),
                     STRIA_OK);
    for (uint32_t i = 0; i < 10; i++)
        check_value(4, first, i, i);
    sx_segment_cursor_deinit(&cursor);
    sx_arena_deinit(&arena);
    seg_test_deinit(&t);
}

static void test_damage_of_one_chunk_hurts_only_who_reads_it(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_cursor cursor;
    const struct sx_chunk *chunks[5];
    const int64_t *ts;
    struct sx_arena arena;
    static stria_bytes values[ROWS];
    static uint64_t present[(ROWS + 63) / 64];
    size_t size;
    bool all;
    seg_test_init(&t);
    write_columns(&t, false);
    sx_arena_init(&arena, &t.memory.mem, 0);
    sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
    assert_int_equal(sx_segment_cursor_stripe(&cursor, 0, NULL), STRIA_OK);
    for (uint32_t c = 0; c < 5; c++)
        assert_int_equal(sx_segment_cursor_chunk(&cursor, 0, c, &chunks[c], NULL), STRIA_OK);
    sx_os_mem_bytes(t.disk, "a.seg", &size)[chunks[1]->values.offset] ^= 1;
    for (uint32_t c = 0; c < 5; c++) {
        t.err = (stria_error){0};
        assert_int_equal(sx_segment_cursor_values(&cursor, chunks[c], ROWS,
                                                  (stria_type)(STRIA_FLOAT + c), 0, ROWS, values,
                                                  present, &all, &arena, &t.err),
                         c == 1 ? STRIA_CORRUPT : STRIA_OK);
        assert_int_equal(t.err.code, c == 1 ? STRIA_CORRUPT : STRIA_OK);
    }
    assert_int_equal(sx_segment_cursor_times(&cursor, 0, &ts, NULL), STRIA_OK);
    sx_os_mem_bytes(t.disk, "a.seg", &size)[cursor.groups[0].times.offset] ^= 1;
    assert_int_equal(sx_segment_cursor_times(&cursor, 0, &ts, NULL), STRIA_OK); /* at hand */
    sx_segment_cursor_deinit(&cursor);
    sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
    assert_int_equal(sx_segment_cursor_stripe(&cursor, 0, NULL), STRIA_OK);
    assert_int_equal(sx_segment_cursor_times(&cursor, 0, &ts, &t.err), STRIA_CORRUPT);
    sx_segment_cursor_deinit(&cursor);
    sx_arena_deinit(&arena);
    seg_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_part_of_a_column_of_any_type_is_decoded),
        cmocka_unit_test(test_groups_and_stripes_may_be_read_in_any_order),
        cmocka_unit_test(test_strings_outlive_the_next_read),
        cmocka_unit_test(test_damage_of_one_chunk_hurts_only_who_reads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
