/* SPDX-License-Identifier: Apache-2.0 */
/* stretch_test.c -- rows added up as they are stored come to what their values come to; what lies
 * over one another, is deleted, in memory or damaged is read as rows. */
#include "scan/stretch.h"

#include "codec/generators.h"
#include "scan/scan_fixture_test.h"

/* Columns d (a tenth of the time), f (three times it), i (minus seven times it), in this order; of
 * doubles there is no zero. */
enum { COLUMN_D, COLUMN_F, COLUMN_I, COLUMNS };

static const struct sx_scan_column wanted[COLUMNS] = {
    {.name = {(const uint8_t *)"d", 1}, .type = STRIA_FLOAT},
    {.name = {(const uint8_t *)"f", 1}, .type = STRIA_FLOAT},
    {.name = {(const uint8_t *)"i", 1}, .type = STRIA_INT},
};

static uint64_t value_of(uint32_t column, int64_t ts)
{
    if (column == COLUMN_I)
        return (uint64_t)(-7 * ts);
    return sx_bits_of_f64(column == COLUMN_D ? (double)(ts + 1) / 10 : (double)(3 * ts + 3));
}

/* Rows of times first, first + 1 ...; without: a column that the row in the middle lacks. */
static void put_rows(struct seg_test *segment, int64_t first, int64_t count, uint32_t without)
{
    for (int64_t ts = first; ts < first + count; ts++) {
        struct test_field fields[COLUMNS];
        for (uint32_t c = 0; c < COLUMNS; c++)
            fields[c] = (struct test_field){.name = wanted[c].name,
                                            .type = wanted[c].type,
                                            .bits = value_of(c, ts),
                                            .present = c != without || ts != first + count / 2};
        assert_int_equal(seg_test_put_fields(segment, "m,k=1", ts, fields, COLUMNS), STRIA_OK);
    }
    assert_int_equal(seg_test_group(segment), STRIA_OK);
}

/* What the values themselves come to. */
static struct sx_column_totals naive(uint32_t column, int64_t first, uint32_t count)
{
    struct sx_column_totals totals = {.min = value_of(column, first), .max = totals.min};
    double sum = 0;
    uint64_t integers = 0;
    for (int64_t ts = first; ts < first + count; ts++) {
        uint64_t v = value_of(column, ts);
        bool less = column == COLUMN_I ? (int64_t)v < (int64_t)totals.min
                                       : sx_f64_of_bits(v) < sx_f64_of_bits(totals.min);
        bool more = column == COLUMN_I ? (int64_t)v > (int64_t)totals.max
                                       : sx_f64_of_bits(v) > sx_f64_of_bits(totals.max);
        totals.min = less ? v : totals.min;
        totals.max = more ? v : totals.max;
        sum += sx_f64_of_bits(v);
        integers += v;
    }
    totals.sum = column == COLUMN_I ? integers : sx_bits_of_f64(sum);
    return totals;
}

/* Compares rows [first, first + count) of a stretch; whether they were known. */
static bool check_part(struct sx_reader *reader, const int64_t *ts, uint32_t column, uint32_t first,
                       uint32_t count, unsigned want)
{
    struct sx_stretch_totals totals;
    uint32_t end = first + count;
    struct sx_column_ranges range = {.first = first, .ends = &end, .count = 1};
    bool known;
    assert_int_equal(sx_reader_stretch_totals(reader, column, &range, want, &known, &totals, NULL),
                     STRIA_OK);
    if (!known || totals.count < count) /* some row has no value */
        return false;
    struct sx_column_totals right = naive(column, ts[first], count);
    assert_int_equal(totals.min, right.min);
    assert_int_equal(totals.max, right.max);
    if (want & SX_TOTAL_SUM)
        assert_int_equal(totals.sum, right.sum);
    return true;
}

/* Compares all parts of some lengths; tells into t->out which columns are known. */
static void check_stretch(struct scan_test *t, struct sx_reader *reader,
                          const struct sx_stretch *stretch)
{
    const int64_t *ts;
    assert_int_equal(sx_reader_stretch_times(reader, &ts, NULL), STRIA_OK);
    assert_int_equal(ts[0], stretch->min_ts);
    assert_int_equal(ts[stretch->row_count - 1], stretch->max_ts);
    assert_true(sx_reader_stretch_is_alone(reader, stretch->min_ts, stretch->max_ts));
    sx_buf_printf(&t->out, "%" PRId64 "-%" PRId64 ":", stretch->min_ts, stretch->max_ts);
    for (uint32_t c = 0; c < COLUMNS; c++) {
        unsigned want = SX_TOTAL_COUNT | SX_TOTAL_RANGE | (c == COLUMN_D ? 0 : SX_TOTAL_SUM);
        bool all_known = true;
        for (uint32_t first = 0; first < stretch->row_count; first += 3)
            for (uint32_t count = stretch->row_count - first; count > 0; count /= 2)
                all_known = check_part(reader, ts, c, first, count, want) && all_known;
        sx_buf_put_u8(&t->out, all_known ? "dfi"[c] : '-');
    }
    sx_buf_put_u8(&t->out, ' ');
}

/* Goes through the series, adding up what it can: every second stretch is read as rows as well. */
static void tell(struct scan_test *t, struct sx_reader *reader)
{
    for (unsigned i = 0;; i++) {
        const struct sx_stretch *stretch;
        const struct sx_rows *rows;
        assert_int_equal(sx_reader_stretch(reader, &stretch, &t->err), STRIA_OK);
        if (stretch) {
            check_stretch(t, reader, stretch);
            if (i % 2 == 0) {
                sx_reader_skip(reader);
                continue;
            }
        }
        assert_int_equal(sx_reader_next(reader, &rows, &t->err), STRIA_OK);
        if (!rows)
            break;
        sx_buf_printf(&t->out, "(%" PRId64 "-%" PRId64 ") ", rows->ts_ns[0],
                      rows->ts_ns[rows->row_count - 1]);
    }
}

static void assert_tells(struct scan_test *t, struct sx_reader_options options, const char *want)
{
    struct sx_selector selector = {
        .all_measurements = true, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    struct sx_series_set set;
    struct sx_reader *reader = NULL;
    sx_buf_clear(&t->out);
    t->damage[0] = 0;
    assert_int_equal(sx_series_set_init(&set, t->view, &selector, 0, &t->request, &t->err), 0);
    options.view = t->view;
    options.columns = wanted;
    options.column_count = COLUMNS;
    options.request = &t->request;
    assert_int_equal(sx_reader_create(&options, &reader, &t->err), STRIA_OK);
    for (size_t i = 0; i < set.series_count; i++) {
        assert_int_equal(sx_reader_series(reader, &set.series[i], &t->err), STRIA_OK);
        tell(t, reader);
    }
    sx_reader_destroy(reader);
    sx_series_set_deinit(&set);
    sx_buf_put_u8(&t->out, 0);
    assert_string_equal((const char *)t->out.ptr, want);
}

static const struct sx_reader_options all = {.time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};

static void test_rows_are_added_up_as_they_are_stored(void **state)
{
    (void)state;
    struct scan_test t;
    scan_test_init(&t);
    struct seg_test *segment = scan_test_begin_segment(&t);
    put_rows(segment, 0, 64, COLUMNS);
    put_rows(segment, 100, 50, COLUMNS);
    put_rows(segment, 200, 40, COLUMN_F);
    put_rows(segment, 300, 1, COLUMNS);
    scan_test_end_segment(segment);
    scan_test_view(&t);
    assert_tells(&t, all, "0-63:dfi 100-149:dfi (100-149) 200-239:d-i 300-300:dfi (300-300) ");
    struct sx_reader_options part = {.time_min_ns = 10, .time_max_ns = 120, .descending = true};
    assert_tells(&t, part, "100-120:dfi 10-63:dfi (63-10) ");
    part = (struct sx_reader_options){.time_min_ns = 70, .time_max_ns = 90};
    assert_tells(&t, part, "");
    scan_test_deinit(&t);
}

static void test_what_overlaps_or_is_deleted_or_in_memory_is_read_as_rows(void **state)
{
    (void)state;
    static const struct seg_test_line fresh[] = {{"m,k=1", 400, "f1=1"}, {"m,k=1", 401, "f1=1"}};
    struct scan_test t;
    scan_test_init(&t);
    struct seg_test *segment = scan_test_begin_segment(&t);
    put_rows(segment, 0, 20, COLUMNS);
    put_rows(segment, 100, 20, COLUMNS);
    put_rows(segment, 200, 20, COLUMNS);
    put_rows(segment, 300, 20, COLUMNS);
    scan_test_end_segment(segment);
    segment = scan_test_begin_segment(&t);
    put_rows(segment, 110, 20, COLUMNS);
    scan_test_end_segment(segment);
    scan_test_memtable(&t, fresh, SX_COUNT_OF(fresh));
    scan_test_delete(&t, "m", "", 210, 212, 9);
    scan_test_view(&t);
    assert_tells(&t, all, "0-19:dfi (100-129) (200-219) 300-319:dfi (300-319) (400-401) ");
    scan_test_deinit(&t);
}

static void test_damage_is_told_by_who_reads_the_rows(void **state)
{
    (void)state;
    struct scan_test t;
    size_t size;
    scan_test_init(&t);
    t.request.on_damage = scan_test_on_damage;
    t.request.damage_context = &t;
    struct seg_test *segment = scan_test_begin_segment(&t);
    put_rows(segment, 0, 60, COLUMNS);
    put_rows(segment, 100, 60, COLUMNS);
    scan_test_end_segment(segment);
    scan_test_view(&t);
    assert_tells(&t, all, "0-59:dfi 100-159:dfi (100-159) ");
    /* the run of d, which is the first behind the header and the times */
    uint8_t *bytes = sx_os_mem_bytes(segment->disk, "a.seg", &size);
    const struct sx_run *run = &segment->segment->stripes[0].runs[1];
    bytes[run->offset + 1] ^= 1;
    assert_tells(&t, all, "0-59:-fi 100-159:dfi (100-159) ");
    assert_string_equal(t.damage, "");
    scan_test_deinit(&t);
}

/* ---- what the directory knows of whole groups ----------------------------------------------- */

struct special {
    const char *name;
    double values[4];
    const char *want; /* of each total: c(ount), s(um), r(ange), p(laces), f(irst), l(ast), or - */
    const char *part; /* of the first three rows; NULL: whatever the codec can tell */
};

static void put_special(struct seg_test *segment, const double *values)
{
    for (int64_t ts = 0; ts < 4; ts++) {
        struct test_field fields[] = {{.name = SX_LITERAL("f"), .type = STRIA_FLOAT}};
        fields[0].present = values[ts] != 77; /* stands for none */
        fields[0].bits = sx_bits_of_f64(values[ts]);
        assert_int_equal(seg_test_put_fields(segment, "m,k=1", ts, fields, 1), STRIA_OK);
    }
}

static void tell_totals(struct sx_reader *reader, uint32_t end, char *out)
{
    struct sx_column_ranges range = {.ends = &end, .count = 1};
    for (unsigned i = 0; i < 6; i++) {
        struct sx_stretch_totals totals;
        bool known;
        assert_int_equal(
            sx_reader_stretch_totals(reader, 0, &range, 1u << i, &known, &totals, NULL), STRIA_OK);
        out[i] = known ? "csrpfl"[i] : '-';
    }
    out[6] = 0;
}

static void test_what_cannot_be_told_bit_for_bit_is_not_told(void **state)
{
    (void)state;
    static const struct special rows[] = {
        {"integers", {3, 1, 4, 1}, "csrpfl", "csr-f-"},
        {"decimals have no exact sum", {.5, .25, .1, 7}, "c-rpfl", "c-r-f-"},
        {"one row without a value", {3, 77, 4, 1}, "csrp--", "------"},
        {"a NaN is no value to a query", {3, __builtin_nan(""), 4, 1}, "------", "------"},
        {"nor is an infinity", {3, 1, __builtin_inf(), 1}, "------", "------"},
        {"nor a negative one", {3, 1, 1, -__builtin_inf()}, "------", "------"},
        {"zeros of both signs, a negative one first", {-0.0, 0, 0, -0.0}, "c-rpfl", "c---f-"},
        {"a zero among parts", {0, 1, 2, 3}, "csrpfl", "cs--f-"},
        {"zeros", {0, 0, 0, 0}, "csrpfl", "cs--f-"},
        {"too large for an exact sum",
         {0x1p52, 0x1p52 + 2, 0x1p52 + 4, 0x1p52 + 7},
         "c-rpfl",
         NULL},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct scan_test t;
        struct sx_series_set set;
        struct sx_reader *reader;
        const struct sx_stretch *stretch;
        char text[7];
        static const struct sx_scan_column f = {.name = {(const uint8_t *)"f", 1},
                                                .type = STRIA_FLOAT};
        struct sx_selector selector = {
            .all_measurements = true, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
        print_message("%s\n", rows[i].name);
        scan_test_init(&t);
        struct seg_test *segment = scan_test_begin_segment(&t);
        put_special(segment, rows[i].values);
        scan_test_end_segment(segment);
        scan_test_view(&t);
        struct sx_reader_options options = {.view = t.view,
                                            .columns = &f,
                                            .column_count = 1,
                                            .time_min_ns = INT64_MIN,
                                            .time_max_ns = INT64_MAX,
                                            .request = &t.request};
        assert_int_equal(sx_series_set_init(&set, t.view, &selector, 0, &t.request, &t.err), 0);
        assert_int_equal(sx_reader_create(&options, &reader, &t.err), STRIA_OK);
        assert_int_equal(sx_reader_series(reader, &set.series[0], &t.err), STRIA_OK);
        assert_int_equal(sx_reader_stretch(reader, &stretch, &t.err), STRIA_OK);
        tell_totals(reader, 4, text);
        assert_string_equal(text, rows[i].want);
        tell_totals(reader, 3, text);
        if (rows[i].part)
            assert_string_equal(text, rows[i].part);
        sx_reader_destroy(reader);
        sx_series_set_deinit(&set);
        scan_test_deinit(&t);
    }
}

/* Tells, as "FIRST-LAST(rows) " and "r(rows) ", which rows can be taken as a group and which must
 * be read, from `time_min` to `time_max`. */
static void tell_groups(struct scan_test *t, int64_t time_min, int64_t time_max, char *text)
{
    struct sx_selector selector = {
        .all_measurements = true, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    struct sx_reader_options options = {
        .view = t->view, .time_min_ns = time_min, .time_max_ns = time_max, .request = &t->request};
    struct sx_series_set set;
    struct sx_reader *reader;
    const struct sx_rows *rows = NULL;
    assert_int_equal(sx_series_set_init(&set, t->view, &selector, 0, &t->request, &t->err), 0);
    assert_int_equal(sx_reader_create(&options, &reader, &t->err), STRIA_OK);
    assert_int_equal(sx_reader_series(reader, &set.series[0], &t->err), STRIA_OK);
    text[0] = 0;
    for (bool more = true; more;) {
        struct sx_stretch_group group;
        bool found;
        size_t len = strlen(text);
        assert_int_equal(sx_reader_group(reader, &group, &found, &t->err), STRIA_OK);
        if (found) {
            assert_int_equal(group.cursor->groups[group.number].min_ts, group.min_ts);
            (void)snprintf(text + len, 200 - len, "%" PRId64 "-%" PRId64 "(%u) ", group.min_ts,
                           group.max_ts, (unsigned)group.row_count);
            sx_reader_skip(reader);
            continue;
        }
        assert_int_equal(sx_reader_next(reader, &rows, &t->err), STRIA_OK);
        more = rows != NULL;
        if (more)
            (void)snprintf(text + len, 200 - len, "r(%u) ", (unsigned)rows->row_count);
    }
    sx_reader_destroy(reader);
    sx_series_set_deinit(&set);
}

static void test_whole_groups_that_nothing_touches_are_told(void **state)
{
    (void)state;
    static const struct {
        int64_t time_min, time_max;
        const char *want;
    } rows[] = {
        {INT64_MIN, INT64_MAX, "0-9(10) r(12) 40-49(10) r(9) r(5) "},
        {0, 49, "0-9(10) r(12) 40-49(10) "},
        {1, 48, "r(9) r(12) r(9) "},
    };
    struct scan_test t;
    char text[200];
    scan_test_init(&t);
    struct seg_test *segment = scan_test_begin_segment(&t);
    put_rows(segment, 0, 10, COLUMNS);
    put_rows(segment, 20, 10, COLUMNS); /* overlapped below */
    put_rows(segment, 40, 10, COLUMNS);
    put_rows(segment, 60, 10, COLUMNS); /* a row is deleted */
    scan_test_end_segment(segment);
    segment = scan_test_begin_segment(&t);
    put_rows(segment, 28, 4, COLUMNS);
    scan_test_end_segment(segment);
    const struct seg_test_line lines[] = {{"m,k=1", 80, "d1=1"},
                                          {"m,k=1", 81, "d1=1"},
                                          {"m,k=1", 82, "d1=1"},
                                          {"m,k=1", 83, "d1=1"},
                                          {"m,k=1", 84, "d1=1"}};
    scan_test_memtable(&t, lines, SX_COUNT_OF(lines));
    scan_test_delete(&t, NULL, "", 65, 65, 3);
    scan_test_view(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        tell_groups(&t, rows[i].time_min, rows[i].time_max, text);
        assert_string_equal(text, rows[i].want);
    }
    scan_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_added_up_as_they_are_stored),
        cmocka_unit_test(test_what_overlaps_or_is_deleted_or_in_memory_is_read_as_rows),
        cmocka_unit_test(test_what_cannot_be_told_bit_for_bit_is_not_told),
        cmocka_unit_test(test_whole_groups_that_nothing_touches_are_told),
        cmocka_unit_test(test_damage_is_told_by_who_reads_the_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
