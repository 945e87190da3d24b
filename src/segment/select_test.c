/* SPDX-License-Identifier: Apache-2.0 */
/* select_test.c -- which series of a segment a selector asks for; the index in memory is the
 * oracle. */
#include "segment/select.h"

#include "codec/generators.h"
#include "index/filter.h"
#include "segment/segment_fixture_test.h"

#include <errno.h>

static const char *const series[] = {
    ",host=a",    "cpu",  "cpu,host=a", "cpu,host=a,os=linux", "cpu,host=b,os=linux",
    "cpu,host=c", "disk", "mem,host=a", "mem,host=a,os=bsd",   "net,k\x01=\x02"};

#define SERIES_COUNT SX_COUNT_OF(series)

static void write_series(struct seg_test *t)
{
    seg_test_init(t);
    assert_int_equal(seg_test_begin(t, SX_TIER_HOT), STRIA_OK);
    for (size_t i = 0; i < SERIES_COUNT; i++)
        assert_int_equal(seg_test_row(t, series[i], 1, "i2=1"), STRIA_OK);
    assert_int_equal(seg_test_finish(t), STRIA_OK);
    assert_int_equal(seg_test_open(t), STRIA_OK);
}

static const struct row {
    const char *measurement; /* NULL: all; "~x", "^x": matching a pattern, or not */
    const char *condition;
} rows[] = {
    {NULL, ""},
    {"cpu", ""},
    {"", ""},
    {"nothing", ""},
    {"nothing", "host=a"},
    {NULL, "host=a"},
    {NULL, "host!a"},
    {NULL, "host="},
    {NULL, "host!"},
    {NULL, "host=zzz"},
    {NULL, "none=a"},
    {NULL, "none!a"},
    {NULL, "none="},
    {NULL, "none~.*"},
    {NULL, "none~x"},
    {"cpu", "os=linux & host!b"},
    {"mem", "os=bsd | host=z"},
    {NULL, "host~^[ab]$ & os~nu"},
    {NULL, "host~^(a|c)$"},
    {NULL, "host^^(a|c|)$"},
    {NULL, "host~^[b-z]?$ | os=bsd"},
    {NULL, "host=a & os=linux | host=b & os!bsd"},
    {NULL, "k\x01=\x02"},
    {NULL, "k\x01~^.$"},
    {NULL, "1"},
    {NULL, "0"},
    {"~^[cm]", ""},
    {"^^[cm]", ""},
    {"~^$", "host=a"},
    {"~u|k", "host~^[ab]?$"},
};

/* Asks the segment and the index, whose slots are in the same order. */
static stria_status ask(struct seg_test *t, struct index_test *ix, const struct row *row,
                        stria_error *err)
{
    struct sx_bitset got, want;
    struct sx_request request = {.mem = &t->memory.mem};
    struct sx_regex *regex = NULL;
    const char *name = row->measurement;
    bool is_regex = name && (*name == '~' || *name == '^');
    if (is_regex)
        assert_int_equal(sx_regex_create(&ix->memory.mem, sx_bytes_of(name + 1), &regex, NULL),
                         STRIA_OK);
    struct sx_selector selector = {.all_measurements = !name,
                                   .measurement =
                                       is_regex ? (struct sx_bytes){0} : sx_bytes_of(name),
                                   .measurement_regex = regex,
                                   .measurement_regex_not = is_regex && *name == '^',
                                   .tags = index_test_condition(ix, row->condition)};
    stria_status st = sx_segment_select(t->segment, &selector, &request, &got, err);
    if (!st) {
        assert_int_equal(sx_series_index_select(ix->index, &selector, &ix->request, &want, NULL),
                         STRIA_OK);
        for (size_t i = 0; i < want.size; i++)
            if (sx_bitset_has(&want, i) != (got.size && sx_bitset_has(&got, i)))
                fail_msg("%s %s: series %zu", name ? name : "*", row->condition, i);
        sx_bitset_deinit(&want);
    }
    sx_bitset_deinit(&got);
    sx_regex_destroy(regex);
    return st;
}

static void fill_index(struct index_test *ix)
{
    index_test_init(ix);
    for (size_t i = 0; i < SERIES_COUNT; i++)
        assert_int_equal(index_test_add(ix, series[i]), i);
}

static void test_a_segment_chooses_as_the_index_in_memory_does(void **state)
{
    (void)state;
    struct seg_test t;
    struct index_test ix;
    write_series(&t);
    fill_index(&ix);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_int_equal(ask(&t, &ix, &rows[i], NULL), STRIA_OK);
    index_test_deinit(&ix);
    seg_test_deinit(&t);
}

static void test_wrong_yeses_of_the_filter_do_no_harm(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    struct seg_test t;
    struct index_test ix;
    unsigned passed = 0;
    seg_test_init(&t);
    index_test_init(&ix);
    assert_int_equal(seg_test_begin(&t, SX_TIER_HOT), STRIA_OK);
    for (unsigned i = 0; i < COUNT; i++) {
        char text[40];
        (void)snprintf(text, sizeof text, "m,k=v%06u", 2 * i);
        assert_int_equal(seg_test_row(&t, text, 1, "i2=1"), STRIA_OK);
        (void)index_test_add(&ix, text);
    }
    assert_int_equal(seg_test_finish(&t), STRIA_OK);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    for (unsigned i = 0; i < 2 * COUNT; i++) {
        char text[40];
        struct row row = {NULL, text};
        (void)snprintf(text, sizeof text, "k=v%06u", i);
        passed +=
            i % 2 && sx_filter_has(t.segment->filter,
                                   sx_filter_pair_hash(SX_LITERAL("k"), sx_bytes_of(text + 2)));
        if (i % 5 == 0 || (i % 2 && passed))
            assert_int_equal(ask(&t, &ix, &row, NULL), STRIA_OK);
        if (i % 2)
            continue;
        assert_true(sx_filter_has(t.segment->filter,
                                  sx_filter_pair_hash(SX_LITERAL("k"), sx_bytes_of(text + 2))));
    }
    assert_in_range(passed, 1, 60);
    index_test_deinit(&ix);
    seg_test_deinit(&t);
}

static void test_random_conditions_choose_as_the_index_does(void **state)
{
    (void)state;
    static const char *const matches[] = {"host=a",   "host!a", "host=", "host!",
                                          "os=linux", "os~n",   "os^n",  "host~^[ab]?$",
                                          "none=",    "1",      "0"};
    struct seg_test t;
    struct index_test ix;
    struct sx_random random = {4};
    write_series(&t);
    fill_index(&ix);
    for (int round = 0; round < 300; round++) {
        char text[100] = "";
        struct row row = {round % 3 ? NULL : round % 2 ? "cpu" : "~[dm]", text};
        size_t len = 0;
        for (size_t n = 1 + sx_random_below(&random, 4); n; n--)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                                    len == 0                      ? ""
                                    : sx_random_below(&random, 2) ? " & "
                                                                  : " | ",
                                    matches[sx_random_below(&random, SX_COUNT_OF(matches))]);
        assert_int_equal(ask(&t, &ix, &row, NULL), STRIA_OK);
    }
    index_test_deinit(&ix);
    seg_test_deinit(&t);
}

static void test_every_failing_allocation_or_read_is_told(void **state)
{
    (void)state;
    static const struct row hard[] = {{"~[cm]", "host~^[ab].?$ & os! | k\x01!x"},
                                      {"cpu", "os=linux & host!b"}};
    for (size_t i = 0; i < SX_COUNT_OF(hard); i++) {
        struct seg_test t;
        struct index_test ix;
        write_series(&t);
        fill_index(&ix);
        for (int64_t n = 1;; n++) {
            stria_error err = {0};
            test_mem_arm(&t.memory, n);
            stria_status st = ask(&t, &ix, &hard[i], &err);
            bool fired = test_mem_fired(&t.memory);
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
            assert_int_equal(err.code, st);
            if (!fired)
                break;
        }
        for (uint64_t n = 1;; n++) {
            struct sx_os_fault_options options = {.fail_at = n, .os_errno = EIO};
            stria_error err = {0};
            seg_test_close(&t);
            t.os = sx_os_fault_create(t.disk, &options);
            stria_status st = seg_test_open(&t);
            if (!st)
                st = ask(&t, &ix, &hard[i], &err);
            bool fired = sx_os_fault_fired(t.os);
            assert_int_equal(st, fired ? STRIA_IO : STRIA_OK);
            seg_test_close(&t);
            sx_os_fault_destroy(t.os);
            t.os = t.disk;
            if (!fired)
                break;
        }
        index_test_deinit(&ix);
        seg_test_deinit(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_segment_chooses_as_the_index_in_memory_does),
        cmocka_unit_test(test_wrong_yeses_of_the_filter_do_no_harm),
        cmocka_unit_test(test_random_conditions_choose_as_the_index_does),
        cmocka_unit_test(test_every_failing_allocation_or_read_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
