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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measurements_and_columns_are_sorted_and_told_once),
        cmocka_unit_test(test_segments_out_of_the_range_do_not_count),
        cmocka_unit_test(test_deleted_measurements_are_not_told),
        cmocka_unit_test(test_damage_and_missing_memory_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
