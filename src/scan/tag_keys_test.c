/* SPDX-License-Identifier: Apache-2.0 */
/* tag_keys_test.c -- the tag keys of a measurement, from all sources. */
#include "scan/tag_keys.h"

#include "scan/scan_fixture_test.h"

static const struct seg_test_line segment_lines[] = {
    {"m,b=1,z=1", 1, "a1=1"}, {NULL, 0, NULL},  {"n,x=1", 1, "a1=1"},
    {NULL, 0, NULL},          {"o", 1, "a1=1"},
};
static const struct seg_test_line memtable_lines[] = {
    {"m,a=1,b=2", 1, "a1=1"},
    {"mm,q=1", 1, "a1=1"},
};

static void fill(struct scan_test *t)
{
    scan_test_init(t);
    scan_test_segment(t, segment_lines, SX_COUNT_OF(segment_lines));
    scan_test_memtable(t, memtable_lines, 1);
    scan_test_memtable(t, memtable_lines + 1, 1);
    scan_test_view(t);
}

static stria_status list(struct scan_test *t, const char *measurement, char *text, size_t size)
{
    struct sx_arena arena;
    const struct sx_bytes *keys;
    size_t count, len = 0;
    sx_arena_init(&arena, t->mem, 1024);
    text[0] = 0;
    stria_status st = sx_view_tag_keys(t->view, sx_bytes_of(measurement), &t->request, &arena,
                                       &keys, &count, &t->err);
    for (size_t i = 0; !st && i < count; i++)
        len += (size_t)snprintf(text + len, size - len, "%.*s ", (int)keys[i].len, keys[i].ptr);
    /* each of them is had, and what is not among them is not */
    for (size_t i = 0; !st && !t->request.on_damage && i <= count; i++) {
        bool has;
        struct sx_bytes key = i < count ? keys[i] : SX_LITERAL("no such key");
        st = sx_view_has_tag_key(t->view, sx_bytes_of(measurement), key, &t->request, &arena, &has,
                                 &t->err);
        assert_true(st || has == (i < count));
    }
    sx_arena_deinit(&arena);
    return st;
}

static void test_keys_come_sorted_and_once(void **state)
{
    (void)state;
    static const struct {
        const char *measurement, *keys;
    } rows[] = {{"m", "a b z "}, {"n", "x "}, {"o", ""}, {"mm", "q "}, {"none", ""}, {"", ""}};
    struct scan_test t;
    char text[100];
    fill(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        assert_int_equal(list(&t, rows[i].measurement, text, sizeof text), STRIA_OK);
        assert_string_equal(text, rows[i].keys);
    }
    scan_test_deinit(&t);
}

static void test_keys_of_a_dropped_measurement_are_not_told(void **state)
{
    (void)state;
    struct scan_test t;
    char text[100];
    fill(&t);
    scan_test_delete(&t, "m", "", INT64_MIN, INT64_MAX, 2); /* of the segment */
    scan_test_delete(&t, "n", "", 2, INT64_MAX, 9);         /* not its row */
    scan_test_view(&t);
    assert_int_equal(list(&t, "m", text, sizeof text), STRIA_OK);
    assert_string_equal(text, "a b ");
    assert_int_equal(list(&t, "n", text, sizeof text), STRIA_OK);
    assert_string_equal(text, "x ");
    scan_test_delete(&t, "m", "", INT64_MIN, INT64_MAX, 9); /* of the memtable as well */
    scan_test_view(&t);
    assert_int_equal(list(&t, "m", text, sizeof text), STRIA_OK);
    assert_string_equal(text, "");
    scan_test_deinit(&t);
}

static void test_a_damaged_segment_costs_its_keys(void **state)
{
    (void)state;
    struct scan_test t;
    size_t size;
    char text[100];
    fill(&t);
    sx_os_mem_bytes(t.segments[0].disk, "a.seg", &size)[0] ^= 1;
    assert_int_equal(seg_test_open(&t.segments[0]), STRIA_CORRUPT);
    scan_test_view(&t);
    assert_int_equal(list(&t, "m", text, sizeof text), STRIA_CORRUPT);
    t.request.on_damage = scan_test_on_damage;
    t.request.damage_context = &t;
    assert_int_equal(list(&t, "m", text, sizeof text), STRIA_OK);
    assert_string_equal(text, "a b ");
    assert_int_equal(list(&t, "mm", text, sizeof text), STRIA_OK);
    assert_string_equal(text, "q ");
    assert_string_equal(t.damage, "3 3 ");
    scan_test_deinit(&t);
}

static void test_a_long_key_is_whole(void **state)
{
    (void)state;
    struct scan_test t;
    char series[700] = "m,", text[700];
    scan_test_init(&t);
    memset(series + 2, 'k', 600);
    (void)snprintf(series + 602, 20, "=v");
    const struct seg_test_line lines[] = {{series, 1, "a1=1"}};
    scan_test_memtable(&t, lines, 1);
    scan_test_view(&t);
    assert_int_equal(list(&t, "m", text, sizeof text), STRIA_OK);
    assert_int_equal(strlen(text), 601);
    scan_test_deinit(&t);
}

static void test_a_request_that_was_cancelled_ends(void **state)
{
    (void)state;
    struct scan_test t;
    char text[100];
    fill(&t);
    atomic_store(&t.request.cancelled, true);
    assert_int_equal(list(&t, "m", text, sizeof text), STRIA_CANCELLED);
    scan_test_deinit(&t);
}

static void test_refused_memory_is_told(void **state)
{
    (void)state;
    bool fired = true;
    struct scan_test t;
    char text[100];
    fill(&t);
    scan_test_delete(&t, "n", "", INT64_MIN, INT64_MAX, 9);
    scan_test_view(&t);
    assert_int_equal(list(&t, "m", text, sizeof text), STRIA_OK); /* the segment is loaded */
    for (int64_t nth = 1; fired; nth++) {
        test_mem_arm(&t.mt.ix.memory, nth);
        stria_status st = list(&t, "m", text, sizeof text);
        fired = test_mem_fired(&t.mt.ix.memory);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
    }
    assert_string_equal(text, "a b z ");
    scan_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_come_sorted_and_once),
        cmocka_unit_test(test_keys_of_a_dropped_measurement_are_not_told),
        cmocka_unit_test(test_a_damaged_segment_costs_its_keys),
        cmocka_unit_test(test_a_long_key_is_whole),
        cmocka_unit_test(test_a_request_that_was_cancelled_ends),
        cmocka_unit_test(test_refused_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
