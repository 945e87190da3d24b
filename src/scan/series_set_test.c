/* SPDX-License-Identifier: Apache-2.0 */
/* series_set_test.c -- which series a selector finds over all sources, in order of keys, in time,
 * within limits, and what damage and deletes do. */
#include "scan/series_set.h"

#include "scan/scan_fixture_test.h"

struct ask {
    const char *measurement; /* NULL: all */
    const char *condition;
    int64_t min, max;
    unsigned flags;
};

/* Tells each series as "KEY@SOURCE,SOURCE "; allocation `nth` from then on fails, 0: none. */
static stria_status tell_armed(struct scan_test *t, const struct ask *ask, int64_t nth)
{
    struct sx_series_set set;
    struct sx_selector selector = {.all_measurements = !ask->measurement,
                                   .measurement = sx_bytes_of(ask->measurement),
                                   .tags = index_test_condition(&t->mt.ix, ask->condition),
                                   .time_min_ns = ask->min,
                                   .time_max_ns = ask->max};
    test_mem_arm(&t->mt.ix.memory, nth);
    t->err = (stria_error){0};
    sx_buf_clear(&t->out);
    stria_status st =
        sx_series_set_init(&set, t->view, &selector, ask->flags, &t->request, &t->err);
    for (size_t i = 0; i < set.series_count && !st; i++) {
        const struct sx_scan_series *series = &set.series[i];
        struct sx_bytes key = series->key, part;
        assert_int_equal(series->hash, sx_hash(series->key));
        for (unsigned k = 0; sx_key_take(&key, &part); k++) {
            sx_buf_put_text(&t->out, k == 0 ? (t->out.len ? " " : "") : k % 2 ? "," : "=");
            sx_buf_put_bytes(&t->out, part);
        }
        for (uint32_t k = 0; k < series->source_count; k++)
            sx_buf_printf(&t->out, "%s%u", k ? "," : "@", series->sources[k].source);
    }
    sx_series_set_deinit(&set);
    sx_series_set_deinit(&set);
    assert_int_equal(st, t->err.code);
    return st;
}

static stria_status tell(struct scan_test *t, const struct ask *ask)
{
    return tell_armed(t, ask, 0);
}

static void assert_finds(struct scan_test *t, const struct ask *ask, const char *want)
{
    if (tell(t, ask))
        fail_msg("%s", t->err.text);
    assert_rows(&t->out, want);
}

static void fill(struct scan_test *t)
{
    static const struct seg_test_line first[] = {{"a,k=1", 10, "v1=1"},
                                                 {"a,k=2", 50, "v1=1"},
                                                 {NULL, 0, NULL},
                                                 {"a,k=2", 90, "v1=1"},
                                                 {"b,k=1", 10, "v1=1"}};
    static const struct seg_test_line second[] = {{"a,k=2", 60, "v1=1"}, {"c", 60, "v1=1"}};
    static const struct seg_test_line third[] = {
        {"c", 70, "v1=1"}, {"a,k=3", 5, "v1=1"}, {"a,k=3", 100, "v1=1"}, {"", 1, "v1=1"}};
    scan_test_init(t);
    scan_test_segment(t, first, SX_COUNT_OF(first));
    scan_test_segment(t, second, SX_COUNT_OF(second));
    scan_test_memtable(t, third, SX_COUNT_OF(third));
    scan_test_view(t);
}

static void test_series_of_all_sources_come_once_in_order_of_keys(void **state)
{
    (void)state;
    static const struct {
        struct ask ask;
        const char *want;
    } rows[] = {
        {{NULL, "", INT64_MIN, INT64_MAX, 0}, "@2 a,k=1@0 a,k=2@0,1 a,k=3@2 b,k=1@0 c@1,2"},
        {{"a", "", INT64_MIN, INT64_MAX, 0}, "a,k=1@0 a,k=2@0,1 a,k=3@2"},
        {{"", "", INT64_MIN, INT64_MAX, 0}, "@2"},
        {{"nothing", "", INT64_MIN, INT64_MAX, 0}, ""},
        {{NULL, "k=1", INT64_MIN, INT64_MAX, 0}, "a,k=1@0 b,k=1@0"},
        {{NULL, "k=", INT64_MIN, INT64_MAX, 0}, "@2 c@1,2"},
        {{"a", "k~[13]", INT64_MIN, INT64_MAX, 0}, "a,k=1@0 a,k=3@2"},
        /* A source out of the range is left out, of the others all series are given ... */
        {{NULL, "", 100, 200, 0}, "a,k=3@2"},
        {{NULL, "", 55, 65, 0}, "a,k=1@0 a,k=2@0,1 a,k=3@2 b,k=1@0 c@1"},
        /* ... or those with rows near it. */
        {{NULL, "", 55, 65, SX_SELECT_IN_TIME}, "a,k=2@1 a,k=3@2 c@1"},
        {{NULL, "", 90, 90, SX_SELECT_IN_TIME}, "a,k=2@0 a,k=3@2"},
        {{NULL, "", 10, 10, SX_SELECT_IN_TIME}, "a,k=1@0 a,k=3@2 b,k=1@0"},
        {{NULL, "", 101, INT64_MAX, SX_SELECT_IN_TIME}, ""},
        {{NULL, "", INT64_MIN, INT64_MAX, SX_SELECT_IN_TIME},
         "@2 a,k=1@0 a,k=2@0,1 a,k=3@2 b,k=1@0 c@1,2"},
    };
    struct scan_test t;
    fill(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_finds(&t, &rows[i].ask, rows[i].want);
    scan_test_deinit(&t);
}

static void test_series_whose_rows_are_all_deleted_are_not_listed_in_time(void **state)
{
    (void)state;
    struct ask ask = {NULL, "", INT64_MIN, INT64_MAX, SX_SELECT_IN_TIME};
    struct scan_test t;
    fill(&t);
    scan_test_delete(&t, "a", "k=2", INT64_MIN, INT64_MAX, 2);
    scan_test_delete(&t, "b", "", 10, 10, 2);
    scan_test_delete(&t, "c", "", INT64_MIN, INT64_MAX, 4);
    scan_test_delete(&t, "a", "k=3", 6, INT64_MAX, 4); /* not all of it */
    scan_test_view(&t);
    assert_finds(&t, &ask, "@2 a,k=1@0 a,k=2@1 a,k=3@2");
    ask.flags = 0; /* a reader finds out itself */
    assert_finds(&t, &ask, "@2 a,k=1@0 a,k=2@0,1 a,k=3@2 b,k=1@0 c@1,2");
    scan_test_deinit(&t);
}

static void test_the_limit_of_series_is_told_with_its_figures(void **state)
{
    (void)state;
    struct ask ask = {NULL, "", INT64_MIN, INT64_MAX, 0};
    struct scan_test t;
    fill(&t);
    t.request.series_count_max = 6;
    assert_int_equal(tell(&t, &ask), STRIA_OK);
    t.request.series_count_max = 5;
    assert_int_equal(tell(&t, &ask), STRIA_LIMIT);
    assert_string_equal(t.err.text, "max-select-series limit exceeded: (6/5)");
    atomic_store(&t.request.cancelled, true);
    assert_int_equal(tell(&t, &ask), STRIA_CANCELLED);
    scan_test_deinit(&t);
}

static void test_damage_leaves_the_rest_or_fails(void **state)
{
    (void)state;
    static const struct {
        const char *name, *want;
        int part; /* 0: file, 1: series block of a, 2: directory of the stripe, 3: the dictionary */
    } rows[] = {
        {"the footer", "@2 a,k=2@1 a,k=3@2 c@1,2", 0},
        {"keys of a measurement", "@2 a,k=2@1 a,k=3@2 b,k=1@0 c@1,2", 1},
        {"groups of a stripe", "@2 a,k=2@1 a,k=3@2 b,k=1@0 c@1,2", 2},
        {"values of a tag", "@2 a,k=2@1 a,k=3@2 c@1,2", 3},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct ask ask = {NULL, "", INT64_MIN, INT64_MAX, SX_SELECT_IN_TIME};
        struct scan_test t;
        size_t size;
        print_message("%s\n", rows[i].name);
        fill(&t);
        struct sx_segment *segment = t.segments[0].segment;
        uint64_t offset = rows[i].part == 0   ? segment->info.file_size - 1
                          : rows[i].part == 1 ? segment->measurements[0].series_block.offset
                          : rows[i].part == 2 ? segment->stripes[0].runs[0].directory.offset
                                              : segment->tags[0].dictionary.offset;
        sx_os_mem_bytes(t.segments[0].disk, "a.seg", &size)[offset] ^= 1;
        assert_int_equal(seg_test_open(&t.segments[0]), rows[i].part ? STRIA_OK : STRIA_CORRUPT);
        scan_test_view(&t);
        segment = t.segments[0].segment;
        assert_int_equal(tell(&t, &ask), STRIA_CORRUPT);
        assert_int_equal(atomic_load(&segment->damage),
                         rows[i].part ? SX_DAMAGE_PART : SX_DAMAGE_WHOLE);
        t.request.on_damage = scan_test_on_damage;
        t.request.damage_context = &t;
        assert_finds(&t, &ask, rows[i].want);
        assert_true(t.damage[0] == '3');
        scan_test_deinit(&t);
    }
}

static void test_every_failing_allocation_is_told(void **state)
{
    (void)state;
    struct scan_test t;
    fill(&t);
    scan_test_delete(&t, "a", "k~^[2-9]", 6, INT64_MAX, 2);
    scan_test_view(&t);
    t.request.on_damage = scan_test_on_damage; /* no memory is no damage */
    t.request.damage_context = &t;
    sx_buf_reserve(&t.out, 1000);
    for (unsigned flags = 0; flags < 2; flags++)
        for (int64_t n = 1;; n++) {
            struct ask ask = {NULL, "k~^[1-9]|^$ & k!9", INT64_MIN, INT64_MAX, flags};
            stria_status st = tell_armed(&t, &ask, n);
            bool fired = test_mem_fired(&t.mt.ix.memory);
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
            if (!fired)
                break;
        }
    assert_string_equal(t.damage, "");
    scan_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series_of_all_sources_come_once_in_order_of_keys),
        cmocka_unit_test(test_series_whose_rows_are_all_deleted_are_not_listed_in_time),
        cmocka_unit_test(test_the_limit_of_series_is_told_with_its_figures),
        cmocka_unit_test(test_damage_leaves_the_rest_or_fails),
        cmocka_unit_test(test_every_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
