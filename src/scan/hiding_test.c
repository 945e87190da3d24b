/* SPDX-License-Identifier: Apache-2.0 */
/* hiding_test.c -- whether a delete hides all that a source has. */
#include "scan/hiding.h"

#include "scan/scan_fixture_test.h"

static const struct seg_test_line one[] = {{"m,k=1", 1, "a1=1"}};

/* A view of a segment (generation 1) and a memtable (generation 2). */
static void fill(struct scan_test *t)
{
    scan_test_init(t);
    scan_test_segment(t, one, 1);
    scan_test_memtable(t, one, 1);
}

static bool hides_series(struct scan_test *t, uint32_t source, const char *series, int64_t min,
                         int64_t max)
{
    struct sx_hiding hiding;
    bool hidden = false;
    sx_hiding_init(&hiding, t->mem, t->view);
    assert_int_equal(sx_hiding_series(&hiding, source, index_test_key(&t->mt.ix.key, series), min,
                                      max, &hidden, NULL),
                     STRIA_OK);
    sx_hiding_deinit(&hiding);
    sx_hiding_deinit(&hiding);
    return hidden;
}

static bool hides_measurement(struct scan_test *t, uint32_t source, const char *name, int64_t min,
                              int64_t max)
{
    struct sx_hiding hiding;
    bool hidden = false;
    sx_hiding_init(&hiding, t->mem, t->view);
    assert_int_equal(
        sx_hiding_measurement(&hiding, source, sx_bytes_of(name), min, max, &hidden, NULL),
        STRIA_OK);
    sx_hiding_deinit(&hiding);
    return hidden;
}

static void test_nothing_is_hidden_where_nothing_is_deleted(void **state)
{
    (void)state;
    struct scan_test t;
    struct sx_hiding hiding;
    fill(&t);
    scan_test_view(&t);
    sx_hiding_init(&hiding, t.mem, t.view);
    assert_true(sx_hiding_none(&hiding));
    sx_hiding_deinit(&hiding);
    assert_false(hides_series(&t, 0, "m,k=1", 1, 1));
    assert_false(hides_measurement(&t, 0, "m", 1, 1));
    scan_test_deinit(&t);
}

static void test_a_delete_hides_what_it_covers_whole(void **state)
{
    (void)state;
    static const struct {
        const char *measurement, *condition;
        int64_t min, max;
        uint64_t generation;
        bool series[2], whole[2]; /* segment, memtable: hidden at times 10 to 20 */
    } rows[] = {
        {"m", "", 10, 20, 2, {true, false}, {true, false}},
        {"m", "", 10, 20, 3, {true, true}, {true, true}},
        {"m", "", 10, 20, 1, {false, false}, {false, false}},
        {"m", "", 11, 20, 3, {false, false}, {false, false}},
        {"m", "", 10, 19, 3, {false, false}, {false, false}},
        {NULL, "", INT64_MIN, INT64_MAX, 3, {true, true}, {true, true}},
        {"n", "", INT64_MIN, INT64_MAX, 3, {false, false}, {false, false}},
        {"m", "k=1", 10, 20, 3, {true, true}, {false, false}},
        {"m", "k~^[0-9]", 10, 20, 3, {true, true}, {false, false}},
        {"m", "k=2", 10, 20, 3, {false, false}, {false, false}},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct scan_test t;
        fill(&t);
        scan_test_delete(&t, rows[i].measurement, rows[i].condition, rows[i].min, rows[i].max,
                         rows[i].generation);
        scan_test_view(&t);
        for (uint32_t source = 0; source < 2; source++) {
            assert_int_equal(hides_series(&t, source, "m,k=1", 10, 20), rows[i].series[source]);
            assert_int_equal(hides_measurement(&t, source, "m", 10, 20), rows[i].whole[source]);
        }
        scan_test_deinit(&t);
    }
}

static void test_any_of_several_deletes_may_hide(void **state)
{
    (void)state;
    struct scan_test t;
    fill(&t);
    scan_test_delete(&t, "m", "", 10, 14, 3);
    scan_test_delete(&t, "m", "", 15, 20, 3);
    scan_test_view(&t);
    assert_false(hides_series(&t, 0, "m,k=1", 10, 20)); /* two together: not seen */
    assert_true(hides_series(&t, 0, "m,k=1", 10, 14));
    scan_test_delete(&t, "m", "", 0, 30, 3);
    scan_test_view(&t);
    assert_true(hides_series(&t, 0, "m,k=1", 10, 20));
    assert_true(hides_measurement(&t, 1, "m", 10, 20));
    scan_test_deinit(&t);
}

static void test_every_failing_allocation_is_told(void **state)
{
    (void)state;
    struct scan_test t;
    fill(&t);
    scan_test_delete(&t, "m", "k~^[0-9].*x", INT64_MIN, INT64_MAX, 3);
    scan_test_delete(&t, "m", "", INT64_MIN, INT64_MAX, 3);
    scan_test_view(&t);
    for (int whole = 0; whole < 2; whole++)
        for (int64_t n = 1;; n++) {
            struct sx_hiding hiding;
            stria_error err = {0};
            bool hidden;
            struct sx_bytes key = index_test_key(&t.mt.ix.key, "m,k=1");
            sx_hiding_init(&hiding, t.mem, t.view);
            test_mem_arm(&t.mt.ix.memory, n);
            stria_status st =
                whole ? sx_hiding_measurement(&hiding, 0, SX_LITERAL("m"), 1, 1, &hidden, &err)
                      : sx_hiding_series(&hiding, 0, key, 1, 1, &hidden, &err);
            bool fired = test_mem_fired(&t.mt.ix.memory);
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
            assert_int_equal(err.code, st);
            assert_true(fired || hidden);
            sx_hiding_deinit(&hiding);
            if (!fired)
                break;
        }
    scan_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_hidden_where_nothing_is_deleted),
        cmocka_unit_test(test_a_delete_hides_what_it_covers_whole),
        cmocka_unit_test(test_any_of_several_deletes_may_hide),
        cmocka_unit_test(test_every_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
