/* SPDX-License-Identifier: Apache-2.0 */
/* reader_years_test.c -- a series that is in very many segments, as years of it are: reading it
 * takes little more memory than reading one of them, and rows and stretches are all there. */
#define SCAN_SOURCES 150

#include "scan/scan_fixture_test.h"
#include "scan/stretch.h"

#define ROWS 8192
#define WINDOW ((int64_t)1000 * 1000 * 1000)
#define BUDGET ((size_t)3 << 20) /* the times alone are 150 * 64 KiB */

static int64_t time_of(size_t segment, uint32_t row)
{
    return (int64_t)segment * WINDOW + row * (int64_t)1000 + row * (uint64_t)7919 % 997;
}

/* Few values, unevenly: when sealed they share a coder table. */
static int64_t value_of(uint32_t row)
{
    uint64_t mixed = row * (uint64_t)2654435761 % 1000003;
    return mixed % 4 ? 7 : (int64_t)(mixed % 23);
}

static void add_window(struct scan_test *t, size_t number)
{
    static int64_t ts[ROWS], values[ROWS];
    struct sx_writer_column column = {.name = SX_LITERAL("v"), .type = STRIA_INT, .values = values};
    t->tier = number % 2 ? SX_TIER_SEALED : SX_TIER_HOT;
    struct seg_test *segment = scan_test_begin_segment(t);
    for (uint32_t i = 0; i < ROWS; i++) {
        ts[i] = time_of(number, i);
        values[i] = value_of(i);
    }
    struct sx_bytes key = index_test_key(&segment->key, "m");
    assert_int_equal(sx_segment_writer_series(segment->writer, key, sx_hash(key), NULL), STRIA_OK);
    assert_int_equal(sx_segment_writer_rows(segment->writer, ts, ROWS, &column, 1, NULL), STRIA_OK);
    scan_test_end_segment(segment);
}

/* Every row, in order; those of every `skip_every`th piece are skipped once their times were seen
 * (0: none). */
static void check_rows(struct scan_test *t, struct sx_reader *reader, bool descending,
                       size_t skip_every)
{
    const struct sx_stretch *stretch = NULL;
    const struct sx_rows *rows;
    const int64_t *ts;
    size_t taken = 0;
    for (size_t i = 0; i < SCAN_SOURCES; i++) {
        size_t segment = descending ? SCAN_SOURCES - 1 - i : i;
        if (skip_every && i % skip_every == 0) {
            assert_int_equal(sx_reader_stretch(reader, &stretch, &t->err), STRIA_OK);
            assert_non_null(stretch);
            assert_int_equal(sx_reader_stretch_times(reader, &ts, &t->err), STRIA_OK);
            assert_non_null(ts);
            assert_int_equal(ts[ROWS - 1], time_of(segment, ROWS - 1));
            sx_reader_skip(reader);
            continue;
        }
        for (taken = 0; taken < ROWS; taken += rows->row_count) {
            assert_int_equal(sx_reader_next(reader, &rows, &t->err), STRIA_OK);
            assert_non_null(rows);
            for (uint32_t j = 0; j < rows->row_count; j++) {
                uint32_t row = (uint32_t)(descending ? ROWS - 1 - taken - j : taken + j);
                assert_int_equal(rows->ts_ns[j], time_of(segment, row));
                assert_int_equal(((const int64_t *)rows->columns[0].values)[j], value_of(row));
            }
        }
    }
    assert_int_equal(sx_reader_next(reader, &rows, &t->err), STRIA_OK);
    assert_null(rows);
}

static void test_years_of_a_series_are_read_in_little_memory(void **state)
{
    static struct scan_test t;
    (void)state;
    scan_test_init(&t);
    for (size_t i = 0; i < SCAN_SOURCES; i++)
        add_window(&t, i);
    scan_test_view(&t);
    struct sx_mem budget;
    struct sx_selector selector = {
        .all_measurements = true, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    sx_mem_init(&budget, t.mem, "this query", BUDGET);
    t.request.mem = &budget;
    for (unsigned way = 0; way < 6; way++) {
        struct sx_reader_options options = {.view = t.view,
                                            .time_min_ns = INT64_MIN,
                                            .time_max_ns = INT64_MAX,
                                            .descending = way % 2,
                                            .request = &t.request};
        struct sx_series_set set;
        struct sx_reader *reader;
        assert_int_equal(sx_series_set_init(&set, t.view, &selector, 0, &t.request, &t.err),
                         STRIA_OK);
        assert_int_equal(set.series_count, 1);
        assert_int_equal(sx_reader_create(&options, &reader, &t.err), STRIA_OK);
        if (sx_reader_series(reader, &set.series[0], &t.err))
            fail_msg("%s", t.err.text);
        check_rows(&t, reader, way % 2, way / 2);
        sx_reader_destroy(reader);
        sx_series_set_deinit(&set);
    }
    sx_mem_deinit(&budget);
    scan_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_years_of_a_series_are_read_in_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
