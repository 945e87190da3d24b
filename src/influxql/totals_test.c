/* SPDX-License-Identifier: Apache-2.0 */
/* totals_test.c -- what is told without reading rows is what the rows say, and is told at all. */
#include "influxql/totals.h"

#include "influxql/select_fixture_test.h"

#define ROWS 2000
#define GROUPS 3

enum { COLUMN_D, COLUMN_F, COLUMN_I, COLUMN_S, COLUMNS };

/* d: tenths, f: whole numbers that some rows lack, i: integers of both signs, s: text. */
static const char *const names[COLUMNS] = {"d", "f", "i", "s"};
static const stria_type types[COLUMNS] = {STRIA_FLOAT, STRIA_FLOAT, STRIA_INT, STRIA_STRING};

static uint64_t value_of(uint32_t column, int64_t ts)
{
    if (column == COLUMN_I)
        return (uint64_t)(ts * 7919 % 1009 - 300);
    return sx_bits_of_f64(column == COLUMN_D ? (double)(ts * 37 % 1013) / 10
                                             : (double)(ts * 31 % 997 + 1));
}

/* Rows of times first, first + 1 ... in one group. */
static void put_group(struct seg_test *segment, int64_t first)
{
    static int64_t ts[ROWS];
    static uint64_t values[COLUMN_S][ROWS], present[(ROWS + 63) / 64];
    static stria_bytes strings[ROWS];
    struct sx_writer_column columns[COLUMNS];
    memset(present, 0, sizeof present);
    for (uint32_t i = 0; i < ROWS; i++) {
        ts[i] = first + i;
        strings[i] = (stria_bytes){.ptr = "x", .len = 1};
        for (uint32_t c = 0; c < COLUMN_S; c++)
            values[c][i] = value_of(c, ts[i]);
        if (i % 5)
            sx_bit_set(present, i);
    }
    for (uint32_t c = 0; c < COLUMNS; c++)
        columns[c] =
            (struct sx_writer_column){.name = sx_bytes_of(names[c]),
                                      .type = types[c],
                                      .values = c == COLUMN_S ? (void *)strings : values[c],
                                      .present = c == COLUMN_F ? present : NULL};
    assert_int_equal(sx_segment_writer_rows(segment->writer, ts, ROWS, columns, COLUMNS, NULL),
                     STRIA_OK);
}

static void begin(struct stored_test *t)
{
    static const char *const series[] = {"m,k=1", "m,k=2"};
    stored_test_init(t);
    struct seg_test *segment = scan_test_begin_segment(&t->policies[0]);
    for (size_t s = 0; s < SX_COUNT_OF(series); s++) {
        struct sx_bytes key = index_test_key(&segment->key, series[s]);
        assert_int_equal(sx_segment_writer_series(segment->writer, key, sx_hash(key), NULL),
                         STRIA_OK);
        for (int64_t g = 0; g < GROUPS; g++)
            put_group(segment, (g * 2 + (int64_t)s) * ROWS);
    }
    scan_test_end_segment(segment);
    for (size_t i = 0; i < STORED_POLICIES; i++)
        scan_test_view(&t->policies[i]);
}

/* Asks of stored totals, and of the rows: a condition that holds for all makes them be read. */
static void assert_same(struct stored_test *t, const char *select, const char *rest)
{
    static char totals[1 << 16];
    char text[400];
    (void)snprintf(text, sizeof text, "%s FROM m WHERE time >= 0 AND time < 100000 %s", select,
                   rest);
    assert_int_equal(stored_test_run(t, stored_test_parse(t, text), 0), STRIA_OK);
    assert_true(t->out.len < sizeof totals);
    memcpy(totals, t->out.ptr, t->out.len);
    totals[t->out.len] = 0;
    (void)snprintf(text, sizeof text,
                   "%s FROM m WHERE time >= 0 AND time < 100000 AND (d >= 0 OR i >= 0 OR i < 0) %s",
                   select, rest);
    assert_int_equal(stored_test_run(t, stored_test_parse(t, text), 0), STRIA_OK);
    sx_buf_put_u8(&t->out, 0);
    if (strcmp((const char *)t->out.ptr, totals) != 0)
        fail_msg("%s %s\n  rows:   %s\n  totals: %s", select, rest, (const char *)t->out.ptr,
                 totals);
}

static void test_totals_are_what_the_rows_say(void **state)
{
    (void)state;
    static const char *const calls[] = {"count", "sum",   "mean", "min",
                                        "max",   "first", "last", "spread"};
    static const char *const rests[] = {"",
                                        "AND time >= 700 AND time < 8888 GROUP BY k",
                                        "GROUP BY k",
                                        "GROUP BY time(2000ns) fill(none)",
                                        "GROUP BY time(500ns), k fill(none)",
                                        "GROUP BY time(900ns) fill(none) ORDER BY time DESC",
                                        "GROUP BY time(5000ns, 100ns), k",
                                        "GROUP BY time(7ns) fill(none) LIMIT 40"};
    struct stored_test t;
    begin(&t);
    for (size_t r = 0; r < SX_COUNT_OF(rests); r++)
        for (size_t i = 0; i < SX_COUNT_OF(calls); i++) {
            char select[200];
            for (uint32_t c = 0; c < COLUMN_S; c++) {
                (void)snprintf(select, sizeof select, "SELECT %s(%s)", calls[i], names[c]);
                assert_same(&t, select, rests[r]);
            }
            (void)snprintf(select, sizeof select, "SELECT %s(i), mean(i), %s(f), count(s), max(d)",
                           calls[i], calls[i]);
            assert_same(&t, select, rests[r]);
            (void)snprintf(select, sizeof select,
                           "SELECT max(x) FROM (SELECT %s(i) AS x FROM m WHERE time >= 0 AND time "
                           "< 100000 GROUP BY time(900ns), k)",
                           calls[i]);
            assert_int_equal(stored_test_run(&t, stored_test_parse(&t, select), 0), STRIA_OK);
        }
    stored_test_deinit(&t);
}

/* Breaks the values of every column. */
static void break_values(struct stored_test *t)
{
    size_t size;
    struct seg_test *source = &t->policies[0].segments[0];
    struct sx_segment *segment = source->segment;
    assert_int_equal(sx_segment_load(segment, NULL), STRIA_OK);
    uint8_t *bytes = sx_os_mem_bytes(source->disk, "a.seg", &size);
    for (uint32_t i = 0; i < segment->stripe_count; i++)
        for (uint32_t k = 1; k < segment->stripes[i].run_count; k++) {
            const struct sx_run *run = &segment->stripes[i].runs[k];
            for (uint64_t at = run->offset; at < run->offset + run->size; at++)
                bytes[at] ^= 1;
        }
}

static void test_whole_groups_are_answered_without_their_values(void **state)
{
    (void)state;
    static const struct {
        const char *statement;
        bool told;
    } rows[] = {
        {"SELECT count(d), count(f), count(s), mean(i), max(f), min(d), spread(i) FROM m", true},
        {"SELECT last(i), first(d) FROM m", true},
        {"SELECT max(i) FROM m GROUP BY time(2000ns) fill(none)", true},
        {"SELECT max(i) FROM m", true},
        {"SELECT sum(f) FROM m GROUP BY time(2000ns) fill(none)", true},
        {"SELECT count(i) FROM m GROUP BY time(500ns) fill(none)",
         true}, /* every row has a value */
        {"SELECT sum(d) FROM m GROUP BY time(2000ns) fill(none)", false}, /* not exact */
        {"SELECT sum(f) FROM m", false}, /* a window of several groups */
        {"SELECT sum(i) FROM m", true},  /* but integers may be added in any order */
        {"SELECT count(f) FROM m GROUP BY time(500ns) fill(none)",
         false},                                           /* which rows have none? */
        {"SELECT max(i) FROM m WHERE time < 1500", false}, /* a part of a group */
        {"SELECT max(i) FROM m GROUP BY time(1000ns) fill(none)", false},
        {"SELECT max(i) FROM m WHERE d >= 0", false},
        {"SELECT median(i) FROM m", false},
        {"SELECT max(i), d FROM m", false},
    };
    struct stored_test t;
    begin(&t);
    break_values(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        print_message("%s\n", rows[i].statement);
        assert_int_equal(stored_test_run(&t, stored_test_parse(&t, rows[i].statement), 0),
                         rows[i].told ? STRIA_OK : STRIA_CORRUPT);
    }
    stored_test_deinit(&t);
}

static void test_every_failing_allocation_is_told(void **state)
{
    (void)state;
    struct stored_test t;
    begin(&t);
    stored_test_sweep(&t, "SELECT sum(i), max(d) FROM m GROUP BY time(500ns), k fill(none)");
    stored_test_sweep(&t, "SELECT max(f) FROM m");
    stored_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals_are_what_the_rows_say),
        cmocka_unit_test(test_whole_groups_are_answered_without_their_values),
        cmocka_unit_test(test_every_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
