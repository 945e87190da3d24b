/* SPDX-License-Identifier: Apache-2.0 */
/* writer_shapes_test.c -- segments that strain the format: wide, sparse, of many series, of many
 * stripes. */
#include "segment/writer.h"

#include "codec/generators.h"
#include "segment/segment_fixture_test.h"
#include "segment/writer_priv.h"

static stria_status add_series(struct seg_test *t, const char *series)
{
    struct sx_bytes key = index_test_key(&t->key, series);
    return sx_segment_writer_series(t->writer, key, sx_hash(key), &t->err);
}

static int64_t row_ts[SX_COLUMN_VALUES_MAX];
static int64_t row_values[SX_COLUMN_VALUES_MAX];
static uint64_t row_present[SX_COLUMN_VALUES_MAX / 64];

/* Rows [0, count) from `start` with column v of chance. */
static void add_random(struct seg_test *t, int64_t start, uint32_t count, struct sx_random *random)
{
    struct sx_writer_column column = {
        .name = SX_LITERAL("v"), .type = STRIA_INT, .values = row_values};
    for (uint32_t i = 0; i < count; i++) {
        row_ts[i] = start + i;
        row_values[i] = (int64_t)sx_random_next(random);
    }
    assert_int_equal(sx_segment_writer_rows(t->writer, row_ts, count, &column, 1, &t->err),
                     STRIA_OK);
}

/* Reads the column of a group and compares it with chance. */
static void check_random(struct sx_segment_cursor *cursor, uint32_t g, int64_t start,
                         struct sx_random *random)
{
    static int64_t values[SX_COLUMN_VALUES_MAX];
    const struct sx_chunk *chunk;
    const int64_t *ts;
    bool all;
    uint32_t count = cursor->groups[g].row_count;
    assert_int_equal(sx_segment_cursor_times(cursor, g, &ts, NULL), STRIA_OK);
    assert_int_equal(ts[0], start);
    assert_int_equal(ts[count - 1], start + count - 1);
    assert_int_equal(sx_segment_cursor_chunk(cursor, g, 0, &chunk, NULL), STRIA_OK);
    assert_non_null(chunk);
    assert_int_equal(sx_segment_cursor_values(cursor, chunk, count, STRIA_INT, 0, count, values,
                                              row_present, &all, NULL, NULL),
                     STRIA_OK);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(values[i], (int64_t)sx_random_next(random));
}

static void test_a_series_may_span_several_stripes(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_random random = {1};
    struct sx_segment_cursor cursor;
    uint32_t first, count, groups = 0;
    seg_test_init(&t);
    assert_int_equal(seg_test_begin(&t, SX_TIER_HOT), STRIA_OK);
    assert_int_equal(add_series(&t, "m,a=1"), STRIA_OK);
    add_random(&t, 0, 10, &random);
    assert_int_equal(add_series(&t, "m,a=2"), STRIA_OK);
    for (int i = 0; i < 60; i++) /* 128 KiB each: a stripe has 2 MiB */
        add_random(&t, (int64_t)i * 20000, SX_COLUMN_VALUES_MAX, &random);
    assert_int_equal(add_series(&t, "m,a=3"), STRIA_OK);
    add_random(&t, 0, 10, &random);
    assert_int_equal(add_series(&t, "n,a=2"), STRIA_OK);
    add_random(&t, 0, 10, &random);
    assert_int_equal(seg_test_finish(&t), STRIA_OK);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    assert_int_equal(t.segment->stripe_count, 5);
    random.state = 1;
    sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
    for (uint32_t series = 0; series < 4; series++) {
        const struct sx_segment_measurement *m = sx_segment_measurement_of(t.segment, series);
        sx_segment_stripes_of(t.segment, m, series, &first, &count);
        assert_int_equal(count, series == 1 ? 4 : 1);
        uint32_t of_series = 0;
        for (uint32_t i = first; i < first + count; i++) {
            assert_int_equal(sx_segment_cursor_stripe(&cursor, i, NULL), STRIA_OK);
            for (uint32_t g = 0; g < t.segment->stripes[i].group_count; g++)
                if (cursor.groups[g].series == series) {
                    check_random(&cursor, g, (int64_t)of_series++ * 20000, &random);
                    groups++;
                }
        }
        assert_int_equal(of_series, series == 1 ? 60 : 1);
    }
    assert_int_equal(groups, 63);
    sx_segment_cursor_deinit(&cursor);
    seg_test_deinit(&t);
}

static void test_a_stripe_has_at_most_8192_chunks(void **state)
{
    (void)state;
    enum { COUNT = 12000, STRIPE = SX_STRIPE_CHUNKS_MAX };
    struct seg_test t;
    struct sx_segment_cursor cursor;
    struct sx_random random = {2};
    seg_test_init(&t);
    assert_int_equal(seg_test_begin(&t, SX_TIER_SEALED), STRIA_OK);
    for (unsigned i = 0; i < COUNT; i++) {
        char series[20];
        (void)snprintf(series, sizeof series, "m,k=%05u", i);
        assert_int_equal(add_series(&t, series), STRIA_OK);
        add_random(&t, i % 3, 1, &random);
    }
    assert_int_equal(seg_test_finish(&t), STRIA_OK);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    assert_int_equal(t.segment->stripe_count, 2);
    assert_int_equal(t.segment->stripes[0].group_count, STRIPE);
    assert_int_equal(t.segment->stripes[1].group_count, COUNT - STRIPE);
    random.state = 2;
    sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t first, count, g = i % STRIPE;
        sx_segment_stripes_of(t.segment, &t.segment->measurements[0], i, &first, &count);
        /* Where a stripe begins with it, the one before may have it as well. */
        assert_int_equal(first, i == STRIPE ? 0 : i / STRIPE);
        assert_int_equal(sx_segment_cursor_stripe(&cursor, i / STRIPE, NULL), STRIA_OK);
        assert_int_equal(cursor.groups[g].series, i);
        check_random(&cursor, g, i % 3, &random);
    }
    sx_segment_cursor_deinit(&cursor);
    seg_test_deinit(&t);
}

static void test_4096_columns_of_a_row_come_back(void **state)
{
    (void)state;
    enum { COUNT = 4096 };
    static char names[COUNT][8];
    static struct sx_writer_column columns[COUNT];
    struct seg_test t;
    struct sx_segment_cursor cursor;
    int64_t ts = 9;
    seg_test_init(&t);
    assert_int_equal(seg_test_begin(&t, SX_TIER_HOT), STRIA_OK);
    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(names[i], sizeof names[i], "c%05zu", i);
        row_values[i] = (int64_t)(i * i);
        columns[i] = (struct sx_writer_column){
            .name = sx_bytes_of(names[i]), .type = STRIA_INT, .values = &row_values[i]};
    }
    for (int series = 0; series < 2; series++) {
        assert_int_equal(add_series(&t, series ? "m,a=2" : "m,a=1"), STRIA_OK);
        assert_int_equal(sx_segment_writer_rows(t.writer, &ts, 1, columns, COUNT, NULL), STRIA_OK);
    }
    assert_int_equal(seg_test_finish(&t), STRIA_OK);
    assert_int_equal(t.info.chunk_count, 2 * COUNT);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
    assert_int_equal(sx_segment_cursor_stripe(&cursor, 0, NULL), STRIA_OK);
    for (uint32_t c = 0; c < COUNT; c++)
        for (uint32_t g = 0; g < 2; g++) {
            const struct sx_chunk *chunk;
            int64_t value;
            uint64_t present;
            bool all;
            assert_int_equal(sx_segment_cursor_chunk(&cursor, g, c, &chunk, NULL), STRIA_OK);
            assert_int_equal(sx_segment_cursor_values(&cursor, chunk, 1, STRIA_INT, 0, 1, &value,
                                                      &present, &all, NULL, NULL),
                             STRIA_OK);
            assert_int_equal(value, (int64_t)c * c);
        }
    sx_segment_cursor_deinit(&cursor);
    seg_test_deinit(&t);
}

static void test_a_column_may_have_one_value_in_16384_rows(void **state)
{
    (void)state;
    static const uint32_t places[] = {0, 1, 63, 64, 8191, 16382, 16383};
    static int64_t values[SX_COLUMN_VALUES_MAX];
    static uint64_t present[SX_COLUMN_VALUES_MAX / 64];
    for (size_t p = 0; p < SX_COUNT_OF(places); p++) {
        struct seg_test t;
        struct sx_segment_cursor cursor;
        const struct sx_chunk *chunk;
        bool all;
        struct sx_writer_column columns[] = {
            {.name = SX_LITERAL("dense"), .type = STRIA_INT, .values = row_values},
            {.name = SX_LITERAL("sparse"),
             .type = STRIA_INT,
             .values = row_values,
             .present = row_present},
            {.name = SX_LITERAL("none"),
             .type = STRIA_INT,
             .values = row_values,
             .present = (uint64_t[SX_COLUMN_VALUES_MAX / 64]){0}},
        };
        seg_test_init(&t);
        memset(row_present, 0, sizeof row_present);
        sx_bit_set(row_present, places[p]);
        for (uint32_t i = 0; i < SX_COLUMN_VALUES_MAX; i++) {
            row_ts[i] = (int64_t)i * 10;
            row_values[i] = (int64_t)i * 3;
        }
        assert_int_equal(seg_test_begin(&t, SX_TIER_HOT), STRIA_OK);
        assert_int_equal(add_series(&t, "m"), STRIA_OK);
        assert_int_equal(
            sx_segment_writer_rows(t.writer, row_ts, SX_COLUMN_VALUES_MAX, columns, 3, NULL),
            STRIA_OK);
        assert_int_equal(seg_test_finish(&t), STRIA_OK);
        assert_int_equal(t.info.sample_count, SX_COLUMN_VALUES_MAX + 1);
        assert_int_equal(t.info.chunk_count, 2); /* a column without values is left out */
        assert_int_equal(seg_test_open(&t), STRIA_OK);
        assert_int_equal(t.segment->measurements[0].column_count, 2);
        sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
        assert_int_equal(sx_segment_cursor_stripe(&cursor, 0, NULL), STRIA_OK);
        assert_int_equal(sx_segment_cursor_chunk(&cursor, 0, 1, &chunk, NULL), STRIA_OK);
        assert_true(chunk->has_absent);
        assert_int_equal(chunk->stats.count, 1);
        assert_int_equal(chunk->stats.min_row, places[p]);
        assert_int_equal(chunk->stats.max_row, places[p]);
        assert_int_equal(sx_segment_cursor_values(&cursor, chunk, SX_COLUMN_VALUES_MAX, STRIA_INT,
                                                  0, SX_COLUMN_VALUES_MAX, values, present, &all,
                                                  NULL, NULL),
                         STRIA_OK);
        assert_false(all);
        assert_memory_equal(present, row_present, sizeof present);
        assert_int_equal(values[places[p]], (int64_t)places[p] * 3);
        sx_segment_cursor_deinit(&cursor);
        seg_test_deinit(&t);
    }
}

static void test_equal_times_are_stored_once_in_a_stripe_and_beyond(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_random random = {3};
    struct sx_segment_cursor cursor;
    seg_test_init(&t);
    assert_int_equal(seg_test_begin(&t, SX_TIER_HOT), STRIA_OK);
    for (unsigned i = 0; i < 40; i++) { /* 128 KiB each: several stripes, two measurements */
        char series[20];
        (void)snprintf(series, sizeof series, "m%u,k=%02u", i / 30, i);
        assert_int_equal(add_series(&t, series), STRIA_OK);
        add_random(&t, 1000, SX_COLUMN_VALUES_MAX, &random);
        add_random(&t, 1000 + SX_COLUMN_VALUES_MAX, 7, &random);
        add_random(&t, 2000 + SX_COLUMN_VALUES_MAX, 7 + i % 2, &random);
    }
    assert_int_equal(seg_test_finish(&t), STRIA_OK);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    assert_true(t.segment->stripe_count > 2);
    random.state = 3;
    uint64_t offsets[4] = {0};
    sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
    for (uint32_t s = 0, n = 0; s < t.segment->stripe_count; s++) {
        assert_int_equal(sx_segment_cursor_stripe(&cursor, s, NULL), STRIA_OK);
        for (uint32_t g = 0; g < t.segment->stripes[s].group_count; g++, n++) {
            static const int64_t starts[] = {1000, 1000 + SX_COLUMN_VALUES_MAX,
                                             2000 + SX_COLUMN_VALUES_MAX};
            check_random(&cursor, g, starts[n % 3], &random);
            uint64_t *offset = &offsets[n % 3 + (n % 3 == 2 && cursor.groups[g].row_count == 8)];
            if (*offset)
                assert_int_equal(cursor.groups[g].times.offset, *offset);
            *offset = cursor.groups[g].times.offset;
        }
    }
    sx_segment_cursor_deinit(&cursor);
    seg_test_deinit(&t);
}

static void test_times_that_were_forgotten_are_stored_again(void **state)
{
    (void)state;
    enum { COUNT = SX_WRITER_TIMES_MAX + 500 };
    struct seg_test t;
    struct sx_random random = {5};
    struct sx_segment_cursor cursor;
    seg_test_init(&t);
    assert_int_equal(seg_test_begin(&t, SX_TIER_HOT), STRIA_OK);
    for (int i = 0; i < COUNT + 2; i++) { /* a stripe begins with times that are new: too many */
        char series[20];
        (void)snprintf(series, sizeof series, "%c,k=%05d", i < COUNT ? 'm' : 'n', i);
        assert_int_equal(add_series(&t, series), STRIA_OK);
        add_random(&t, i <= COUNT ? i : 0, 1, &random);
    }
    assert_int_equal(seg_test_finish(&t), STRIA_OK);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    assert_int_equal(t.segment->stripe_count, 2);
    random.state = 5;
    sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
    assert_int_equal(sx_segment_cursor_stripe(&cursor, 0, NULL), STRIA_OK);
    uint64_t offset = cursor.groups[0].times.offset;
    for (uint32_t i = 0; i < COUNT; i++)
        check_random(&cursor, i, i, &random);
    assert_int_equal(sx_segment_cursor_stripe(&cursor, 1, NULL), STRIA_OK);
    assert_true(cursor.groups[1].times.offset > offset);
    check_random(&cursor, 0, COUNT, &random);
    check_random(&cursor, 1, 0, &random);
    sx_segment_cursor_deinit(&cursor);
    seg_test_deinit(&t);
}

static void test_equal_chunks_are_shared_until_too_many_bytes_were_remembered(void **state)
{
    (void)state;
    enum { COUNT = 20, SIZE = 60000 };
    static uint8_t texts[COUNT][SIZE];
    static const unsigned wants[COUNT + 2] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10,
                                              11, 12, 13, 14, 15, 16, 17, 18, 19, 0, 19};
    struct seg_test t;
    struct sx_random random = {6};
    struct sx_segment_cursor cursor;
    const struct sx_chunk *chunks[COUNT + 2];
    seg_test_init(&t);
    assert_int_equal(seg_test_begin(&t, SX_TIER_SEALED), STRIA_OK);
    for (size_t i = 0; i < (size_t)COUNT * SIZE; i++)
        texts[i / SIZE][i % SIZE] = (uint8_t)sx_random_next(&random);
    for (uint32_t i = 0; i < COUNT + 2; i++) {
        stria_bytes value = {.ptr = (const char *)texts[wants[i]], .len = SIZE};
        struct sx_writer_column column = {
            .name = SX_LITERAL("s"), .type = STRIA_STRING, .values = &value};
        char series[20];
        int64_t ts = i;
        (void)snprintf(series, sizeof series, "m,k=%02u", i);
        assert_int_equal(add_series(&t, series), STRIA_OK);
        assert_int_equal(sx_segment_writer_rows(t.writer, &ts, 1, &column, 1, NULL), STRIA_OK);
    }
    assert_int_equal(seg_test_finish(&t), STRIA_OK);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
    assert_int_equal(sx_segment_cursor_stripe(&cursor, 0, NULL), STRIA_OK);
    for (uint32_t i = 0; i < COUNT + 2; i++) {
        struct sx_arena strings;
        stria_bytes value;
        bool all;
        sx_arena_init(&strings, &t.memory.mem, 0);
        assert_int_equal(sx_segment_cursor_chunk(&cursor, i, 0, &chunks[i], NULL), STRIA_OK);
        assert_int_equal(sx_segment_cursor_values(&cursor, chunks[i], 1, STRIA_STRING, 0, 1, &value,
                                                  row_present, &all, &strings, NULL),
                         STRIA_OK);
        assert_int_equal(value.len, SIZE);
        assert_memory_equal(value.ptr, texts[wants[i]], SIZE);
        sx_arena_deinit(&strings);
    }
    assert_true(chunks[COUNT]->values.offset > chunks[0]->values.offset); /* it was forgotten */
    assert_int_equal(chunks[COUNT + 1]->values.offset, chunks[COUNT - 1]->values.offset);
    sx_segment_cursor_deinit(&cursor);
    seg_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_series_may_span_several_stripes),
        cmocka_unit_test(test_a_stripe_has_at_most_8192_chunks),
        cmocka_unit_test(test_4096_columns_of_a_row_come_back),
        cmocka_unit_test(test_a_column_may_have_one_value_in_16384_rows),
        cmocka_unit_test(test_equal_times_are_stored_once_in_a_stripe_and_beyond),
        cmocka_unit_test(test_times_that_were_forgotten_are_stored_again),
        cmocka_unit_test(test_equal_chunks_are_shared_until_too_many_bytes_were_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
