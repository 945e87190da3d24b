/* SPDX-License-Identifier: Apache-2.0 */
/* reader_parts_test.c -- a piece that is decoded in parts gives the rows that it gives as a
 * whole. */
#include "scan/reader.h"

#include "scan/scan_fixture_test.h"

#define ROWS 5000

enum { COLUMN_F, COLUMN_I, COLUMN_P, COLUMN_S, COLUMNS };

static const struct sx_scan_column wanted[COLUMNS] = {
    {.name = {(const uint8_t *)"f", 1}, .type = STRIA_FLOAT},
    {.name = {(const uint8_t *)"i", 1}, .type = STRIA_INT},
    {.name = {(const uint8_t *)"p", 1}, .type = STRIA_INT}, /* missing in every third row */
    {.name = {(const uint8_t *)"s", 1}, .type = STRIA_STRING},
};

static const char *const texts[] = {"", "one", "two"};

static uint64_t value_of(uint32_t column, int64_t ts)
{
    if (column == COLUMN_F) /* with a NaN among them */
        return ts % 1000 == 7 ? 0x7ff8000000000001 : sx_bits_of_f64((double)(ts * 37 % 101) / 10);
    return (uint64_t)(ts * 7919 % 1009 - 300);
}

static bool has_value(uint32_t column, int64_t ts)
{
    return column != COLUMN_P || ts % 3 != 0;
}

/* A segment with one group of so many rows. */
static void add_segment(struct scan_test *t, int64_t first, uint32_t count)
{
    static int64_t ts[ROWS];
    static uint64_t values[COLUMN_S][ROWS], present[(ROWS + 63) / 64];
    static stria_bytes strings[ROWS];
    struct seg_test *segment = scan_test_begin_segment(t);
    memset(present, 0, sizeof present);
    for (uint32_t i = 0; i < count; i++) {
        const char *text = texts[(first + i) % 3];
        ts[i] = first + i;
        strings[i] = (stria_bytes){.ptr = text, .len = strlen(text)};
        for (uint32_t c = 0; c < COLUMN_S; c++)
            values[c][i] = value_of(c, ts[i]);
        if (has_value(COLUMN_P, ts[i]))
            sx_bit_set(present, i);
    }
    struct sx_writer_column columns[COLUMNS];
    for (uint32_t c = 0; c < COLUMNS; c++)
        columns[c] =
            (struct sx_writer_column){.name = wanted[c].name,
                                      .type = wanted[c].type,
                                      .values = c == COLUMN_S ? (void *)strings : values[c],
                                      .present = c == COLUMN_P ? present : NULL};
    struct sx_bytes key = index_test_key(&segment->key, "m,k=1");
    assert_int_equal(sx_segment_writer_series(segment->writer, key, sx_hash(key), &t->err),
                     STRIA_OK);
    assert_int_equal(sx_segment_writer_rows(segment->writer, ts, count, columns, COLUMNS, &t->err),
                     STRIA_OK);
    scan_test_end_segment(segment);
}

static void assert_row(const struct sx_rows *rows, uint32_t row, int64_t ts)
{
    assert_int_equal(rows->ts_ns[row], ts);
    for (uint32_t c = 0; c < COLUMNS; c++) {
        const struct sx_vector *vector = &rows->columns[c];
        assert_int_equal(sx_vector_has(vector, row), has_value(c, ts));
        if (c == COLUMN_S)
            assert_int_equal(((const stria_bytes *)vector->values)[row].len, strlen(texts[ts % 3]));
        else if (has_value(c, ts))
            assert_int_equal(((const uint64_t *)vector->values)[row], value_of(c, ts));
    }
}

/* Reads the rows of some times. */
static void read_rows(struct scan_test *t, int64_t min, int64_t max, bool descending,
                      uint32_t first_rows)
{
    struct sx_selector selector = {
        .all_measurements = true, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    struct sx_reader_options options = {.view = t->view,
                                        .columns = wanted,
                                        .column_count = COLUMNS,
                                        .time_min_ns = min,
                                        .time_max_ns = max,
                                        .descending = descending,
                                        .first_rows = first_rows,
                                        .request = &t->request};
    struct sx_series_set set;
    struct sx_reader *reader;
    const struct sx_rows *rows;
    int64_t read = 0;
    assert_int_equal(sx_series_set_init(&set, t->view, &selector, 0, &t->request, &t->err),
                     STRIA_OK);
    assert_int_equal(sx_reader_create(&options, &reader, &t->err), STRIA_OK);
    assert_int_equal(sx_reader_series(reader, &set.series[0], &t->err), STRIA_OK);
    for (;;) {
        assert_int_equal(sx_reader_next(reader, &rows, &t->err), STRIA_OK);
        if (!rows)
            break;
        for (uint32_t i = 0; i < rows->row_count; i++, read++)
            assert_row(rows, i, descending ? max - read : min + read);
    }
    assert_int_equal(read, max - min + 1);
    sx_reader_destroy(reader);
    sx_series_set_deinit(&set);
}

static void test_parts_of_a_piece_are_its_rows(void **state)
{
    (void)state;
    static const uint32_t first_rows[] = {0, 1, 2, 100, 256, 257, 4000, ROWS, UINT32_MAX};
    static const int64_t ranges[][2] = {{0, ROWS - 1}, {1, ROWS - 1},     {0, ROWS - 2},
                                        {300, 4321},   {4999, 4999},      {0, 0},
                                        {255, 256},    {0, 2 * ROWS - 1}, {4000, 6000}};
    struct scan_test t;
    scan_test_init(&t);
    add_segment(&t, 0, ROWS);
    add_segment(&t, ROWS, ROWS);
    scan_test_view(&t);
    for (size_t i = 0; i < SX_COUNT_OF(first_rows); i++)
        for (size_t j = 0; j < SX_COUNT_OF(ranges); j++)
            for (int descending = 0; descending < 2; descending++)
                read_rows(&t, ranges[j][0], ranges[j][1], descending, first_rows[i]);
    scan_test_deinit(&t);
}

static void test_the_end_of_a_piece_is_told_without_its_values(void **state)
{
    (void)state;
    static const struct sx_scan_column two[] = {
        {.name = {(const uint8_t *)"f", 1}, .type = STRIA_FLOAT},
        {.name = {(const uint8_t *)"i", 1}, .type = STRIA_INT}};
    struct scan_test t;
    scan_test_init(&t);
    add_segment(&t, 0, ROWS);
    scan_test_view(&t);
    struct sx_segment *segment = t.segments[0].segment;
    size_t size;
    assert_int_equal(sx_segment_load(segment, &t.err), STRIA_OK);
    for (uint32_t run = 1; run <= SX_COUNT_OF(two); run++) /* whoever reads values hears of it */
        sx_os_mem_bytes(t.segments[0].disk, "a.seg", &size)[segment->stripes[0].runs[run].offset] ^=
            1;
    struct scan_test_read read = {.columns = two,
                                  .column_count = SX_COUNT_OF(two),
                                  .time_min = ROWS - 1,
                                  .time_max = ROWS - 1,
                                  .descending = true,
                                  .first_rows = 1};
    assert_int_equal(scan_test_read_all(&t, &read), STRIA_OK);
    read.time_min = ROWS - 2;
    assert_int_equal(scan_test_read_all(&t, &read), STRIA_CORRUPT);
    scan_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_of_a_piece_are_its_rows),
        cmocka_unit_test(test_the_end_of_a_piece_is_told_without_its_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
