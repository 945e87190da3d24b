/* SPDX-License-Identifier: Apache-2.0 */
/* merge_plan_test.c -- how the output of a merge is cut along time. */
#include "engine/merge_plan.h"

#include "model/catalog.h"
#include "segment/segment_fixture_test.h"

#define WINDOW 100
#define MIB ((uint64_t)1 << 20)
#define NEVER INT64_MAX

struct window {
    int64_t start;
    uint64_t mib;
};

static void set_windows(struct sx_merge_plan *plan, const struct window *windows, size_t count)
{
    assert_true(SX_GROW(plan->mem, plan->windows, plan->window_capacity, count));
    for (size_t i = 0; i < count; i++)
        plan->windows[i] =
            (struct sx_merge_window){.start = windows[i].start, .size = windows[i].mib * MIB};
    plan->window_count = count;
}

static void test_small_windows_stay_together(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct window windows[8];
        int64_t now;
        uint32_t window_max;
        struct sx_merge_span spans[8];
    } rows[] = {
        {"none", {{0, 0}}, NEVER, 0, {{0, 99, 1}}},
        {"the header's example",
         {{0, 40}, {100, 1}, {200, 2}, {300, 3}, {400, 50}},
         NEVER,
         0,
         {{0, 99, 1}, {100, 399, 3}, {400, 499, 1}}},
        {"a gap is part of a span", {{0, 1}, {500, 1}}, NEVER, 0, {{0, 599, 2}}},
        {"what is not over stands alone",
         {{0, 1}, {100, 1}, {200, 1}},
         299,
         0,
         {{0, 199, 2}, {200, 299, 1}}},
        {"nothing is over", {{0, 1}, {100, 1}}, -5, 0, {{0, 99, 1}, {100, 199, 1}}},
        {"as many as are allowed",
         {{0, 1}, {100, 0}, {200, 0}, {300, 0}},
         NEVER,
         2,
         {{0, 199, 2}, {200, 399, 2}}},
        {"a large one ends a span",
         {{0, 1}, {100, 9}, {200, 1}},
         NEVER,
         0,
         {{0, 99, 1}, {100, 199, 1}, {200, 299, 1}}},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct test_mem memory;
        struct sx_merge_plan plan;
        size_t window_count = 1, span_count = 1;
        print_message("%s\n", rows[i].name);
        while (window_count < 8 && rows[i].windows[window_count].start)
            window_count++;
        while (span_count < 8 && rows[i].spans[span_count].window_count)
            span_count++;
        test_mem_init(&memory);
        sx_merge_plan_init(&plan, &memory.mem, WINDOW);
        set_windows(&plan, rows[i].windows, window_count);
        struct sx_merge_plan_options options = {
            .now_ns = rows[i].now, .span_size_min = 4 * MIB, .window_max = rows[i].window_max};
        assert_int_equal(sx_merge_plan_finish(&plan, &options, NULL), STRIA_OK);
        assert_int_equal(plan.span_count, span_count);
        for (size_t j = 0; j < span_count; j++) {
            assert_int_equal(plan.spans[j].min_ts, rows[i].spans[j].min_ts);
            assert_int_equal(plan.spans[j].max_ts, rows[i].spans[j].max_ts);
            assert_int_equal(plan.spans[j].window_count, rows[i].spans[j].window_count);
        }
        sx_merge_plan_deinit(&plan);
        sx_merge_plan_deinit(&plan);
        test_mem_deinit(&memory);
    }
}

static void test_the_ends_of_time_have_windows(void **state)
{
    (void)state;
    struct test_mem memory;
    struct sx_merge_plan plan;
    int64_t last = sx_window_start(INT64_MAX, WINDOW);
    const struct window windows[] = {{INT64_MIN, 9}, {last, 9}};
    struct sx_merge_plan_options options = {.now_ns = 0, .span_size_min = MIB};
    test_mem_init(&memory);
    sx_merge_plan_init(&plan, &memory.mem, WINDOW);
    set_windows(&plan, windows, 2);
    assert_int_equal(sx_merge_plan_finish(&plan, &options, NULL), STRIA_OK);
    assert_int_equal(plan.span_count, 2);
    /* The first window is a short one, up to the first multiple that there is. */
    assert_int_equal(plan.spans[0].min_ts, INT64_MIN);
    assert_int_equal(sx_window_start(plan.spans[0].max_ts, WINDOW), INT64_MIN);
    assert_int_equal(sx_window_start(plan.spans[0].max_ts + 1, WINDOW), plan.spans[0].max_ts + 1);
    assert_int_equal(plan.spans[1].min_ts, last);
    assert_int_equal(plan.spans[1].max_ts, INT64_MAX);
    sx_merge_plan_deinit(&plan);
    test_mem_deinit(&memory);
}

/* A segment of groups in the windows at 0, 100, 100, 300. */
static void make_segment(struct seg_test *t)
{
    static const struct seg_test_line lines[] = {
        {"m,k=1", 1, "a1=1 b1=2"}, {NULL, 0, NULL},        {"m,k=1", 150, "a1=3"},
        {NULL, 0, NULL},           {"m,k=2", 199, "a1=4"}, {"n,k=1", 300, "a1=5 b5=x"},
    };
    seg_test_init(t);
    assert_int_equal(seg_test_begin(t, SX_TIER_HOT), STRIA_OK);
    for (size_t i = 0; i < SX_COUNT_OF(lines); i++)
        assert_int_equal(lines[i].series
                             ? seg_test_row(t, lines[i].series, lines[i].ts_ns, lines[i].fields)
                             : seg_test_group(t),
                         STRIA_OK);
    if (seg_test_finish(t) || seg_test_open(t))
        fail_msg("%s", t->err.text);
}

static void test_a_segment_tells_what_it_has_in_which_windows(void **state)
{
    (void)state;
    static const int64_t starts[] = {0, 100, 300};
    struct seg_test t;
    struct sx_merge_plan plan;
    uint64_t size = 0, chunks = 0;
    make_segment(&t);
    sx_merge_plan_init(&plan, &t.memory.mem, WINDOW);
    assert_int_equal(sx_merge_plan_add(&plan, t.segment, &t.err), STRIA_OK);
    assert_int_equal(plan.window_count, SX_COUNT_OF(starts));
    for (size_t i = 0; i < plan.window_count; i++) {
        assert_int_equal(plan.windows[i].start, starts[i]);
        assert_true(plan.windows[i].size > 0);
        size += plan.windows[i].size;
    }
    for (uint32_t i = 0; i < t.segment->stripe_count; i++)
        for (uint32_t r = 0; r < t.segment->stripes[i].run_count; r++)
            chunks += t.segment->stripes[i].runs[r].size;
    assert_in_range(size, chunks - 4, chunks); /* shares are rounded down */
    assert_int_equal(sx_merge_plan_add(&plan, t.segment, &t.err), STRIA_OK);
    assert_int_equal(plan.window_count, SX_COUNT_OF(starts)); /* twice as much in the same */
    sx_merge_plan_deinit(&plan);
    seg_test_deinit(&t);
}

static void test_refused_memory_leaves_a_plan_that_can_be_freed(void **state)
{
    (void)state;
    bool fired = true;
    for (int64_t nth = 1; fired; nth++) {
        struct seg_test t;
        struct sx_merge_plan plan;
        struct sx_merge_plan_options options = {.now_ns = NEVER, .span_size_min = 1};
        make_segment(&t);
        sx_merge_plan_init(&plan, &t.memory.mem, WINDOW);
        test_mem_arm(&t.memory, nth);
        stria_status st = sx_merge_plan_add(&plan, t.segment, &t.err);
        if (!st)
            st = sx_merge_plan_finish(&plan, &options, &t.err);
        fired = test_mem_fired(&t.memory);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        sx_merge_plan_deinit(&plan);
        seg_test_deinit(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_windows_stay_together),
        cmocka_unit_test(test_the_ends_of_time_have_windows),
        cmocka_unit_test(test_a_segment_tells_what_it_has_in_which_windows),
        cmocka_unit_test(test_refused_memory_leaves_a_plan_that_can_be_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
