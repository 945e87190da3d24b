/* SPDX-License-Identifier: Apache-2.0 */
/* view_test.c -- a view holds what it is made of, and knows which deletes speak of which source. */
#include "scan/view.h"

#include "scan/scan_fixture_test.h"

static const struct seg_test_line one[] = {{"m", 1, "a1=1"}};

static void test_a_view_holds_its_sources_after_their_owners_let_go(void **state)
{
    (void)state;
    struct scan_test t;
    scan_test_init(&t);
    scan_test_segment(&t, one, 1);
    scan_test_memtable(&t, one, 1);
    scan_test_delete(&t, "m", "", 5, 6, 3);
    scan_test_view(&t);
    struct sx_catalog *catalog = sx_catalog_copy(t.mem, NULL, 0, 0);
    struct sx_segment *segment = t.segments[0].segment;
    struct sx_view_parts parts = {.catalog = catalog,
                                  .policy_id = 7,
                                  .segments = &segment,
                                  .segment_count = 1,
                                  .memtables = t.memtables,
                                  .memtable_count = 1};
    struct sx_view *view = sx_view_create(t.mem, &parts);
    assert_non_null(view);
    assert_int_equal(view->policy_id, 7);
    assert_int_equal(view->source_count, 2);
    assert_int_equal(sx_view_last_tombstone(view), 0);
    assert_int_equal(sx_view_last_tombstone(t.view), 1);
    sx_catalog_release(catalog);
    struct sx_view *again = sx_view_acquire(view);
    sx_view_release(view);
    assert_int_equal(again->catalog->database_count, 0);
    sx_view_release(again);
    sx_view_release(NULL);
    /* The owners let go; the view still reads. */
    sx_segment_release(t.segments[0].segment);
    t.segments[0].segment = NULL;
    sx_memtable_release(t.memtables[0]);
    t.memtables[0] = NULL;
    assert_reads_as(&t, &scan_everything, "m{1:a1=1}");
    scan_test_deinit(&t);
}

static void test_a_delete_masks_sources_of_earlier_generations(void **state)
{
    (void)state;
    struct scan_test t;
    scan_test_init(&t);
    scan_test_segment(&t, one, 1);  /* generation 1 */
    scan_test_segment(&t, one, 1);  /* 2 */
    scan_test_memtable(&t, one, 1); /* 3 */
    scan_test_memtable(&t, one, 1); /* 4 */
    scan_test_view(&t);
    for (uint64_t generation = 0; generation < 7; generation++) {
        struct sx_tombstone tombstone = {.id = 5, .generation = generation};
        for (uint32_t source = 0; source < 4; source++)
            assert_int_equal(sx_view_masks(t.view, &tombstone, source), source + 1 < generation);
    }
    /* A segment that was written with the delete applied shows what it has. */
    struct sx_tombstone tombstone = {.id = 5, .generation = 9};
    atomic_store(&t.segments[0].segment->tombstone_id, 5);
    assert_false(sx_view_masks(t.view, &tombstone, 0));
    atomic_store(&t.segments[0].segment->tombstone_id, 4);
    assert_true(sx_view_masks(t.view, &tombstone, 0));
    scan_test_deinit(&t);
}

static void test_views_share_a_list_of_segments(void **state)
{
    (void)state;
    struct scan_test t;
    scan_test_init(&t);
    scan_test_segment(&t, one, 1);
    struct sx_segment *segment = t.segments[0].segment;
    struct sx_segment_list *list = sx_segment_list_create(t.mem, &segment, 1);
    struct sx_view_parts parts = {.policy_id = 1, .list = list};
    struct sx_view *first = sx_view_create(t.mem, &parts), *second = sx_view_create(t.mem, &parts);
    assert_non_null(first);
    assert_non_null(second);
    assert_int_equal(atomic_load(&segment->reference_count), 2); /* the owner's, and the list's */
    sx_segment_list_release(list);
    sx_view_release(first);
    assert_ptr_equal(sx_view_segment(second, 0), segment);
    assert_int_equal(atomic_load(&segment->reference_count), 2);
    sx_view_release(second);
    assert_int_equal(atomic_load(&segment->reference_count), 1);
    sx_segment_list_release(NULL);
    scan_test_deinit(&t);
}

static void test_segments_of_other_times_are_passed(void **state)
{
    (void)state;
    static const int64_t starts[] = {10, 50, 20, 90};
    static const struct {
        int64_t min, max;
        const char *want;
    } rows[] = {
        {INT64_MIN, INT64_MAX, "0123"},
        {10, 10, "0"},
        {15, 15, "0"},
        {16, 19, ""},
        {16, 20, "2"},
        {0, 60, "012"},
        {95, 200, "3"},
        {96, 200, ""},
    };
    struct scan_test t;
    scan_test_init(&t);
    for (size_t i = 0; i < SX_COUNT_OF(starts); i++) {
        const struct seg_test_line lines[] = {{"m", starts[i], "a1=1"},
                                              {"m", starts[i] + 5, "a1=1"}};
        scan_test_segment(&t, lines, SX_COUNT_OF(lines));
    }
    scan_test_memtable(&t, one, 1);
    scan_test_view(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        char found[8] = "";
        size_t n = 0, at = 0;
        while ((at = sx_view_next_segment(t.view, at, rows[i].min, rows[i].max)) <
               t.view->source_count)
            found[n++] = (char)('0' + at++);
        assert_string_equal(found, rows[i].want);
    }
    scan_test_deinit(&t);
}

static void test_no_memory_is_told(void **state)
{
    (void)state;
    struct scan_test t;
    struct sx_view_parts parts = {.policy_id = 1};
    scan_test_init(&t);
    for (int nth = 1; nth <= 2; nth++) {
        test_mem_arm(&t.mt.ix.memory, nth);
        assert_null(sx_view_create(t.mem, &parts));
        assert_true(test_mem_fired(&t.mt.ix.memory));
    }
    scan_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_view_holds_its_sources_after_their_owners_let_go),
        cmocka_unit_test(test_a_delete_masks_sources_of_earlier_generations),
        cmocka_unit_test(test_views_share_a_list_of_segments),
        cmocka_unit_test(test_segments_of_other_times_are_passed),
        cmocka_unit_test(test_no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
