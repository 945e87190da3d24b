/* SPDX-License-Identifier: Apache-2.0 */
/* rollup_ranges_test.c -- windows are answered by rollups only if nothing newer may be in them. */
#include "scan/rollup_ranges.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define WINDOW 100
#define SEGMENTS_MAX 3

struct source {
    int64_t min_ts, max_ts;
    uint64_t generation;
};

static const struct {
    const char *name;
    struct sx_rollup_mark marks[4];
    struct source segments[SEGMENTS_MAX];
    const char *ranges;
} cases[] = {
    {"no marks", {{0}}, {{0, 99, 1}}, ""},
    {"windows side by side are one range",
     {{0, 5, 0}, {100, 5, 0}, {300, 5, 0}},
     {{0, 399, 5}},
     "0-199 300-399 "},
    {"a newer segment rules out what it reaches into",
     {{0, 5, 0}, {100, 5, 0}, {200, 5, 0}},
     {{0, 299, 5}, {150, 199, 6}},
     "0-99 200-299 "},
    {"an older one does not", {{0, 5, 0}, {100, 7, 0}}, {{150, 160, 7}, {0, 10, 5}}, "0-199 "},
    {"it may begin in a window and end in another",
     {{0, 5, 0}, {100, 5, 0}, {200, 5, 0}},
     {{99, 100, 6}},
     "200-299 "},
    {"stale marks and inexact ones",
     {{0, 5, SX_ROLLUP_STALE}, {100, 5, SX_ROLLUP_INEXACT}, {200, 5, SX_ROLLUP_FINAL}},
     {{0}},
     "200-299 "},
    {"before 1970", {{-200, 5, 0}, {-100, 5, 0}}, {{-1, -1, 6}}, "-200--101 "},
};

/* Makes the view of a case, and its ranges. */
static const char *ranges_of(size_t n, struct sx_mem *mem, const struct sx_memtable *memtable)
{
    static char text[200];
    struct sx_segment *segments[SEGMENTS_MAX];
    struct sx_rollup_marks *marks = NULL;
    struct sx_memtable *memtables[] = {(struct sx_memtable *)(uintptr_t)memtable};
    struct sx_view_parts parts = {
        .segments = segments, .memtables = memtables, .memtable_count = memtable != NULL};
    struct sx_rollup_ranges ranges;
    stria_error err = {0};
    for (size_t i = 0; i < SEGMENTS_MAX && cases[n].segments[i].generation; i++) {
        const struct source *s = &cases[n].segments[i];
        struct sx_segment_info info = {
            .min_ts = s->min_ts, .max_ts = s->max_ts, .last_generation = s->generation};
        segments[parts.segment_count++] = sx_segment_create(NULL, mem, "x", &info);
    }
    for (size_t i = 0; i < SX_COUNT_OF(cases[n].marks) && cases[n].marks[i].generation; i++)
        assert_true(sx_rollup_marks_put(&marks, mem, &cases[n].marks[i]));
    struct sx_view *view = sx_view_create(mem, &parts);
    sx_view_add_rollups(view, WINDOW, SX_ROLLUP_5M_NS, marks,
                        sx_view_create(mem, &(struct sx_view_parts){0}));
    assert_int_equal(sx_rollup_ranges_init(&ranges, mem, view, 0, &err), STRIA_OK);
    text[0] = 0;
    for (size_t i = 0; i < ranges.count; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%lld-%lld ",
                       (long long)ranges.items[i].min_ns, (long long)ranges.items[i].max_ns);
    sx_rollup_ranges_deinit(&ranges);
    sx_view_release(view);
    sx_rollup_marks_release(marks);
    for (size_t i = 0; i < parts.segment_count; i++)
        sx_segment_release(segments[i]);
    return text;
}

static void test_windows_with_good_marks_become_ranges(void **state)
{
    (void)state;
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(ranges_of(i, &mem, NULL), cases[i].ranges) != 0)
            fail_msg("%s: %s", cases[i].name, ranges_of(i, &mem, NULL));
    sx_mem_deinit(&mem);
}

static void test_a_memtable_without_rows_rules_nothing_out(void **state)
{
    (void)state;
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    struct sx_series_index *index = sx_series_index_create(&mem, 1, 1, WINDOW);
    struct sx_memtable *memtable = sx_memtable_create(&mem, 9, index);
    assert_string_equal(ranges_of(1, &mem, memtable), cases[1].ranges);
    sx_memtable_release(memtable);
    sx_series_index_release(index);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_with_good_marks_become_ranges),
        cmocka_unit_test(test_a_memtable_without_rows_rules_nothing_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
