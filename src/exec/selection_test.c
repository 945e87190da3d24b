/* SPDX-License-Identifier: Apache-2.0 */
/* selection_test.c -- what matchers select, and how many series, rows, samples and bytes it is. */
#include "exec/selection.h"

#include "scan/scan_fixture_test.h"

#define BYTES(text)                                                                                \
    {                                                                                              \
        .ptr = (text), .len = sizeof(text) - 1                                                     \
    }

static const stria_matcher host_a = {BYTES("host"), STRIA_MATCH_EQUAL, BYTES("a")};
static const stria_matcher host_not_b = {BYTES("host"), STRIA_MATCH_NOT_EQUAL, BYTES("b")};
static const stria_matcher host_ab = {BYTES("host"), STRIA_MATCH_REGEX, BYTES("[ab]")};
static const stria_matcher not_web = {BYTES("role"), STRIA_MATCH_NOT_REGEX, BYTES("^web$")};
static const stria_bytes cpu = BYTES("cpu"), none = BYTES("none");

static void fill(struct scan_test *t)
{
    static const struct seg_test_line segment[] = {{"cpu,host=a", 10, "v1=1 w2=2"},
                                                   {"cpu,host=a", 20, "v1=1 w2"},
                                                   {"cpu,host=b,role=web", 10, "v1=1 w2"},
                                                   {"mem,host=a", 30, "v1=1"}};
    static const struct seg_test_line memtable[] = {
        {"cpu,host=a", 20, "v1=5"}, {"cpu,host=a", 40, "v1=6"}, {"cpu,host=c", 50, "v1=7"}};
    scan_test_init(t);
    scan_test_segment(t, segment, SX_COUNT_OF(segment));
    scan_test_memtable(t, memtable, SX_COUNT_OF(memtable));
    scan_test_view(t);
}

struct ask {
    const stria_bytes *measurement;
    const stria_matcher *matchers[2];
    int64_t min, max;
};

/* Counts; allocation `nth` fails, 0: none. */
static stria_status count(struct scan_test *t, const struct ask *ask, int64_t nth,
                          struct sx_selection_counts *counts)
{
    stria_matcher matchers[2];
    size_t matcher_count = 0;
    struct sx_selection selection;
    while (matcher_count < 2 && ask->matchers[matcher_count]) {
        matchers[matcher_count] = *ask->matchers[matcher_count];
        matcher_count++;
    }
    *counts = (struct sx_selection_counts){0};
    t->err = (stria_error){0};
    test_mem_arm(&t->mt.ix.memory, nth);
    stria_status st = sx_selection_init(&selection, t->mem, ask->measurement, matchers,
                                        matcher_count, ask->min, ask->max, &t->err);
    if (!st)
        st = sx_selection_count(&selection.selector, t->view, &t->request, counts, &t->err);
    sx_selection_deinit(&selection);
    sx_selection_deinit(&selection);
    (void)test_mem_fired(&t->mt.ix.memory);
    assert_int_equal(st, t->err.code);
    return st;
}

static void test_what_is_selected_is_counted_as_a_reader_sees_it(void **state)
{
    (void)state;
    static const struct {
        struct ask ask;
        uint64_t series_count, row_count, sample_count, stored_count;
    } rows[] = {
        {{NULL, {NULL}, 0, 0}, 4, 6, 7, 4},
        {{&cpu, {NULL}, 0, 0}, 3, 5, 6, 3},
        {{&none, {NULL}, 0, 0}, 0, 0, 0, 0},
        {{NULL, {&host_a}, 0, 0}, 2, 4, 5, 3},
        {{&cpu, {&host_a}, INT64_MIN, 20}, 1, 2, 3, 2},
        {{&cpu, {&host_a}, 11, 20}, 1, 1, 1, 1},
        {{&cpu, {&host_not_b, &host_ab}, 0, 0}, 1, 3, 4, 2},
        {{&cpu, {&not_web}, 0, 0}, 2, 4, 5, 2},
        {{&cpu, {NULL}, 21, 39}, 0, 0, 0, 0},
        {{&cpu, {NULL}, 40, 50}, 2, 2, 2, 0},
    };
    struct scan_test t;
    fill(&t);
    const struct sx_segment_info *info = &t.segments[0].segment->info;
    assert_int_equal(info->row_count, 4);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_selection_counts counts;
        if (count(&t, &rows[i].ask, 0, &counts))
            fail_msg("row %zu: %s", i, t.err.text);
        if (counts.series_count != rows[i].series_count || counts.row_count != rows[i].row_count ||
            counts.sample_count != rows[i].sample_count ||
            counts.byte_count != info->file_size * rows[i].stored_count / 4)
            fail_msg("row %zu: %" PRIu64 " series, %" PRIu64 " rows, %" PRIu64 " samples, %" PRIu64
                     " of %" PRIu64 " bytes",
                     i, counts.series_count, counts.row_count, counts.sample_count,
                     counts.byte_count, info->file_size);
    }
    scan_test_deinit(&t);
}

static void test_deleted_rows_do_not_count(void **state)
{
    (void)state;
    struct ask all = {NULL, {NULL}, 0, 0};
    struct sx_selection_counts counts;
    struct scan_test t;
    fill(&t);
    scan_test_delete(&t, "cpu", "host=a", 10, 20, 2); /* of the segment alone */
    scan_test_delete(&t, "mem", "", INT64_MIN, INT64_MAX, 2);
    scan_test_view(&t);
    assert_int_equal(count(&t, &all, 0, &counts), STRIA_OK);
    assert_int_equal(counts.series_count, 3);
    assert_int_equal(counts.row_count, 4);
    scan_test_deinit(&t);
}

static void test_a_bad_pattern_or_a_lack_of_memory_is_an_error(void **state)
{
    (void)state;
    static const stria_matcher bad = {BYTES("host"), STRIA_MATCH_REGEX, BYTES("(")};
    struct ask ask = {NULL, {&host_a, &bad}, 0, 0}, good = {&cpu, {&host_not_b, &host_ab}, 11, 60};
    struct sx_selection_counts counts;
    struct scan_test t;
    fill(&t);
    assert_int_equal(count(&t, &ask, 0, &counts), STRIA_SYNTAX);
    for (int64_t nth = 1;; nth++) {
        stria_status st = count(&t, &good, nth, &counts);
        if (!st && !atomic_load(&t.mt.ix.memory.fault.fired))
            break;
        assert_true(!st || st == STRIA_NOMEM);
    }
    assert_int_equal(counts.row_count, 2);
    scan_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_selected_is_counted_as_a_reader_sees_it),
        cmocka_unit_test(test_deleted_rows_do_not_count),
        cmocka_unit_test(test_a_bad_pattern_or_a_lack_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
