/* SPDX-License-Identifier: Apache-2.0 */
/* series_select_test.c -- which slots a selector asks for, against a walk over all keys. */
#include "index/index_fixture_test.h"

#include "codec/generators.h"
#include "index/series_index_priv.h"

static const char *const series[] = {"cpu,host=a,os=linux",
                                     "cpu,host=b,os=linux",
                                     "cpu,host=c",
                                     "mem,host=a",
                                     "mem,host=a,os=bsd",
                                     "disk",
                                     ",host=a",
                                     "cpu",
                                     "cpu,host=a"};

#define SERIES_COUNT SX_COUNT_OF(series)

/* The chosen series as digits. */
static void assert_chosen(struct index_test *t, const struct sx_selector *selector,
                          const char *want)
{
    struct sx_bitset set;
    char got[SERIES_COUNT + 1] = "";
    size_t count = 0;
    assert_int_equal(sx_series_index_select(t->index, selector, &t->request, &set, NULL), STRIA_OK);
    for (size_t i = sx_bitset_next(&set, 0); i < set.size; i = sx_bitset_next(&set, i + 1))
        got[count++] = (char)('0' + i);
    got[count] = '\0';
    assert_string_equal(got, want);
    sx_bitset_deinit(&set);
}

static void test_selectors_choose_by_measurement_and_tags(void **state)
{
    (void)state;
    static const struct {
        const char *measurement; /* NULL: all; "~x", "^x": matching a pattern, or not */
        const char *condition, *want;
    } rows[] = {
        {NULL, "", "012345678"},
        {"cpu", "", "01278"},
        {"", "", "6"},
        {"nothing", "", ""},
        {NULL, "host=a", "03468"},
        {"cpu", "host=a", "08"},
        {"cpu", "host!a", "127"},
        {"cpu", "os=", "278"},
        {"cpu", "host=", "7"},
        {"cpu", "os=linux & host!b", "0"},
        {"mem", "os=bsd | host=z", "4"},
        {"cpu", "os=bsd", ""},
        {"~^[cm]", "", "0123478"},
        {"^^[cm]", "", "56"},
        {"~", "", "012345678"},
        {"~^$", "host=a", "6"},
        {"~cpu|disk", "host~^[ab]?$", "01578"},
    };
    struct index_test t;
    index_test_init(&t);
    for (size_t i = 0; i < SERIES_COUNT; i++)
        assert_int_equal(index_test_add(&t, series[i]), i);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const char *name = rows[i].measurement;
        struct sx_regex *regex = NULL;
        bool is_regex = name && (*name == '~' || *name == '^');
        print_message("%s %s\n", name ? name : "*", rows[i].condition);
        if (is_regex)
            assert_int_equal(sx_regex_create(&t.memory.mem, sx_bytes_of(name + 1), &regex, NULL),
                             STRIA_OK);
        struct sx_selector selector = {.all_measurements = !name,
                                       .measurement =
                                           is_regex ? (struct sx_bytes){0} : sx_bytes_of(name),
                                       .measurement_regex = regex,
                                       .measurement_regex_not = is_regex && *name == '^',
                                       .tags = index_test_condition(&t, rows[i].condition)};
        assert_chosen(&t, &selector, rows[i].want);
        sx_regex_destroy(regex);
    }
    index_test_deinit(&t);
}

static void test_an_empty_index_gives_an_empty_set(void **state)
{
    (void)state;
    struct index_test t;
    index_test_init(&t);
    struct sx_selector selector = {.all_measurements = true,
                                   .tags = index_test_condition(&t, "host!a")};
    assert_chosen(&t, &selector, "");
    index_test_deinit(&t);
}

static void test_tags_with_bytes_0_and_1_are_chosen(void **state)
{
    (void)state;
    struct index_test t;
    struct sx_bitset set;
    static const stria_tag tag = {.key = {"k\0\1", 3}, .value = {"\1\0v", 3}};
    struct sx_buf key;
    uint32_t slot;
    index_test_init(&t);
    (void)index_test_add(&t, "m");
    sx_buf_init(&key, &t.memory.mem, 100);
    assert_int_equal(sx_key_make(&key, SX_LITERAL("\0m"), &tag, 1, NULL), STRIA_OK);
    struct sx_bytes bytes = sx_buf_bytes(&key);
    assert_int_equal(sx_series_index_resolve(t.index, bytes, sx_hash(bytes), NULL, &slot, NULL),
                     STRIA_OK);
    sx_buf_deinit(&key);
    struct sx_tag_expr match = {.kind = SX_TAG_MATCH,
                                .op = STRIA_MATCH_EQUAL,
                                .key = SX_LITERAL("k\0\1"),
                                .value = SX_LITERAL("\1\0v")};
    struct sx_selector selector = {.measurement = SX_LITERAL("\0m"), .tags = &match};
    struct sx_regex *regex = NULL;
    assert_int_equal(sx_regex_create(&t.memory.mem, SX_LITERAL("^\\x01\\x00[v]"), &regex, NULL),
                     STRIA_OK);
    match.regex = regex;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sx_series_index_select(t.index, &selector, &t.request, &set, NULL),
                         STRIA_OK);
        assert_int_equal(sx_bitset_count(&set), 1);
        assert_true(sx_bitset_has(&set, slot));
        sx_bitset_deinit(&set);
        match.op = STRIA_MATCH_REGEX;
    }
    sx_regex_destroy(regex);
    index_test_deinit(&t);
}

static void test_every_failing_allocation_is_told(void **state)
{
    (void)state;
    struct index_test t;
    struct sx_regex *regex = NULL;
    index_test_init(&t);
    for (size_t i = 0; i < SERIES_COUNT; i++)
        (void)index_test_add(&t, series[i]);
    assert_int_equal(sx_regex_create(&t.memory.mem, SX_LITERAL("^[cm].*"), &regex, NULL), STRIA_OK);
    for (int by_name = 0; by_name < 2; by_name++)
        for (int64_t n = 1;; n++) {
            struct sx_bitset set;
            struct sx_selector selector = {
                .measurement = SX_LITERAL("cpu"),
                .measurement_regex = by_name ? NULL : regex,
                .tags = index_test_condition(&t, "host!a & os~^l.*x$ | os=")};
            test_mem_arm(&t.memory, n);
            stria_error err = {0};
            stria_status st = sx_series_index_select(t.index, &selector, &t.request, &set, &err);
            bool fired = test_mem_fired(&t.memory);
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
            assert_int_equal(err.code, st);
            sx_bitset_deinit(&set);
            if (!fired)
                break;
        }
    sx_regex_destroy(regex);
    index_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selectors_choose_by_measurement_and_tags),
        cmocka_unit_test(test_an_empty_index_gives_an_empty_set),
        cmocka_unit_test(test_tags_with_bytes_0_and_1_are_chosen),
        cmocka_unit_test(test_every_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
