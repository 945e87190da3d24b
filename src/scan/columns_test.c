/* SPDX-License-Identifier: Apache-2.0 */
/* columns_test.c -- measurements and columns of a view: sorted, once, in the range, not deleted. */
#include "scan/columns.h"

#include "scan/scan_fixture_test.h"

/* Tells "NAME(column type,column type) ". */
static stria_status tell(struct scan_test *t, const char *only, int64_t min, int64_t max)
{
    struct sx_view_columns columns;
    struct sx_bytes name = sx_bytes_of(only);
    t->err = (stria_error){0};
    sx_buf_clear(&t->out);
    stria_status st = sx_view_columns_init(&columns, t->view, only ? &name : NULL, min, max,
                                           &t->request, &t->err);
    for (size_t i = 0; i < columns.measurement_count && !st; i++) {
        const struct sx_view_measurement *m = &columns.measurements[i];
        assert_ptr_equal(sx_view_columns_find(&columns, m->name), m);
        sx_buf_printf(&t->out, "%s%.*s(", i ? " " : "", (int)m->name.len,
                      (const char *)m->name.ptr);
        for (size_t k = 0; k < m->column_count; k++)
            sx_buf_printf(&t->out, "%s%.*s%d", k ? "," : "", (int)m->columns[k].name.len,
                          (const char *)m->columns[k].name.ptr, (int)m->columns[k].type);
        sx_buf_put_u8(&t->out, ')');
    }
    if (!st)
        assert_null(sx_view_columns_find(&columns, SX_LITERAL("no such thing")));
    sx_view_columns_deinit(&columns);
    sx_view_columns_deinit(&columns);
    assert_int_equal(st, t->err.code);
    return st;
}

static void assert_tells(struct scan_test *t, const char *only, int64_t min, int64_t max,
                         const char *want)
{
    if (tell(t, only, min, max))
        fail_msg("%s", t->err.text);
    assert_rows(&t->out, want);
}

static void fill(struct scan_test *t)
{
    static const struct seg_test_line first[] = {
        {"cpu,h=1", 10, "z1=1 a1=1"}, {"cpu,h=2", 10, "a2=1"}, {"m\x01", 20, "f4=1"}};
    static const struct seg_test_line second[] = {{"", 100, "e5=x"}, {"cpu", 100, "a5=x b1=1"}};
    static const struct seg_test_line third[] = {{"cpu", 500, "c3=1 a1=3"}, {"disk", 500, "d1=1"}};
    scan_test_init(t);
    scan_test_segment(t, first, SX_COUNT_OF(first));
    scan_test_segment(t, second, SX_COUNT_OF(second));
    scan_test_memtable(t, third, SX_COUNT_OF(third));
    scan_test_view(t);
}

static void test_measurements_and_columns_are_sorted_and_told_once(void **state)
{
    (void)state;
    struct scan_test t;
    fill(&t);
    assert_tells(&t, NULL, INT64_MIN, INT64_MAX, "(e5) cpu(a1,a2,a5,b1,c3,z1) disk(d1) m\x01(f4)");
    assert_tells(&t, "cpu", INT64_MIN, INT64_MAX, "cpu(a1,a2,a5,b1,c3,z1)");
    assert_tells(&t, "m\x01", INT64_MIN, INT64_MAX, "m\x01(f4)");
    assert_tells(&t, "", INT64_MIN, INT64_MAX, "(e5)");
    assert_tells(&t, "nothing", INT64_MIN, INT64_MAX, "");
    scan_test_deinit(&t);
}

static void test_segments_out_of_the_range_do_not_count(void **state)
{
    (void)state;
    struct scan_test t;
    fill(&t);
    /* A memtable always does: its times are not known by measurement. */
    assert_tells(&t, NULL, 15, 20, "cpu(a1,a2,c3,z1) disk(d1) m\x01(f4)");
    assert_tells(&t, NULL, 21, 100, "(e5) cpu(a1,a5,b1,c3) disk(d1)");
    assert_tells(&t, NULL, 101, 400, "cpu(a1,c3) disk(d1)");
    scan_test_deinit(&t);
}

static void test_deleted_measurements_are_not_told(void **state)
{
    (void)state;
    struct scan_test t;
    fill(&t);
    scan_test_delete(&t, "cpu", "", INT64_MIN, INT64_MAX, 3);     /* of the segments */
    scan_test_delete(&t, "disk", "h=1", INT64_MIN, INT64_MAX, 9); /* some series of it */
    scan_test_delete(&t, "m\x01", "", 10, 20, 9);
    scan_test_view(&t);
    assert_tells(&t, NULL, INT64_MIN, INT64_MAX, "(e5) cpu(a1,c3) disk(d1)");
    scan_test_deinit(&t);
}

static void test_damage_and_missing_memory_are_told(void **state)
{
    (void)state;
    struct scan_test t;
    size_t size;
    fill(&t);
    scan_test_delete(&t, "cpu", "", INT64_MIN, INT64_MAX, 2);
    scan_test_view(&t);
    sx_buf_reserve(&t.out, 1000);
    for (int only = 0; only < 2; only++)
        for (int64_t n = 1;; n++) {
            test_mem_arm(&t.mt.ix.memory, n);
            stria_status st = tell(&t, only ? "cpu" : NULL, INT64_MIN, INT64_MAX);
            bool fired = test_mem_fired(&t.mt.ix.memory);
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
            if (!fired)
                break;
        }
    sx_os_mem_bytes(t.segments[1].disk, "a.seg", &size)[0] ^= 1;
    assert_int_equal(seg_test_open(&t.segments[1]), STRIA_CORRUPT);
    scan_test_view(&t);
    assert_int_equal(tell(&t, NULL, INT64_MIN, INT64_MAX), STRIA_CORRUPT);
    t.request.on_damage = scan_test_on_damage;
    t.request.damage_context = &t;
    assert_tells(&t, NULL, INT64_MIN, INT64_MAX, "cpu(a1,c3) disk(d1) m\x01(f4)");
    assert_string_equal(t.damage, "3 ");
    atomic_store(&t.request.cancelled, true);
    assert_int_equal(tell(&t, NULL, INT64_MIN, INT64_MAX), STRIA_CANCELLED);
    scan_test_deinit(&t);
}

/* A view whose index knows the types of its fields; no segment is loaded. */
static void see_with_types(struct scan_test *t)
{
    struct sx_segment *segments[SCAN_SOURCES];
    for (size_t i = 0; i < t->segment_count; i++) {
        segments[i] = t->segments[i].segment;
        sx_segment_unload(segments[i]);
    }
    struct sx_view_parts parts = {.policy_id = 1,
                                  .index = t->mt.ix.index,
                                  .index_knows_types = true,
                                  .tombstones = t->tombstones,
                                  .segments = segments,
                                  .segment_count = t->segment_count};
    sx_view_release(t->view);
    t->view = sx_view_create(t->mem, &parts);
    assert_non_null(t->view);
}

static void note_type(struct scan_test *t, const char *field, stria_type type, int64_t first,
                      int64_t last)
{
    assert_int_equal(sx_series_index_note_type(t->mt.ix.index, SX_LITERAL("cpu"),
                                               sx_bytes_of(field), type, first, last, false, NULL),
                     STRIA_OK);
}

/* Which segments were looked at. */
static void assert_loaded(const struct scan_test *t, const char *want)
{
    char loaded[SCAN_SOURCES + 1] = "";
    for (size_t i = 0; i < t->segment_count; i++)
        loaded[i] = atomic_load(&t->segments[i].segment->loaded) ? 'x' : '-';
    assert_string_equal(loaded, want);
}

static void test_segments_are_looked_at_until_all_known_columns_were_seen(void **state)
{
    (void)state;
    struct scan_test t;
    scan_test_init(&t);
    int64_t w = sx_series_index_window_ns(t.mt.ix.index);
    const struct seg_test_line rows[][1] = {{{"cpu", w, "a1=1 c1=1"}},
                                            {{"cpu", 2 * w, "a1=1"}},
                                            {{"cpu", 3 * w, "b2=1"}},
                                            {{"cpu", 4 * w, "a1=1 b2=1"}}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        scan_test_segment(&t, rows[i], 1);
    note_type(&t, "a", STRIA_FLOAT, w, 4 * w);
    note_type(&t, "b", STRIA_INT, 3 * w, 4 * w);
    see_with_types(&t);
    assert_tells(&t, "cpu", INT64_MIN, INT64_MAX, "cpu(a1,b2)");
    assert_loaded(&t, "---x"); /* the newest shows all that is known */
    assert_tells(&t, "no such thing", INT64_MIN, INT64_MAX, "");
    assert_loaded(&t, "---x");
    note_type(&t, "c", STRIA_FLOAT, w, w);
    see_with_types(&t);
    assert_tells(&t, NULL, INT64_MIN, INT64_MAX, "cpu(a1,b2,c1)");
    assert_loaded(&t, "x--x"); /* the others are of times when there was no c */
    note_type(&t, "gone", STRIA_INT, 2 * w, 3 * w); /* its rows were deleted since */
    see_with_types(&t);
    assert_tells(&t, NULL, INT64_MIN, INT64_MAX, "cpu(a1,b2,c1)");
    assert_loaded(&t, "xxxx");
    scan_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measurements_and_columns_are_sorted_and_told_once),
        cmocka_unit_test(test_segments_out_of_the_range_do_not_count),
        cmocka_unit_test(test_deleted_measurements_are_not_told),
        cmocka_unit_test(test_damage_and_missing_memory_are_told),
        cmocka_unit_test(test_segments_are_looked_at_until_all_known_columns_were_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
