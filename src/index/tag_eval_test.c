/* SPDX-License-Identifier: Apache-2.0 */
/* tag_eval_test.c -- conditions on tags over a source of the test's own, and what ends them. */
#include "index/tag_eval.h"

#include "index/index_fixture_test.h"

/* A source of 70 series: series i has tag "n" with value i % 7 ("" for 0: absent), and "all" with
 * "x". */
struct numbers {
    unsigned each_calls, equal_calls;
    stria_status fail; /* of the next call */
};

#define UNIVERSE 70

static stria_status add_digit(struct numbers *n, struct sx_bytes key, unsigned digit,
                              struct sx_bitset *set)
{
    for (size_t i = 0; i < UNIVERSE; i++)
        if (key.ptr[0] == 'a' || i % 7 == digit)
            sx_bitset_add(set, i);
    return n->fail;
}

static stria_status add_equal(void *index, struct sx_bytes key, struct sx_bytes value,
                              struct sx_bitset *set, stria_error *err)
{
    struct numbers *n = index;
    (void)err;
    n->equal_calls++;
    if (sx_bytes_equal(key, SX_LITERAL("all")))
        return sx_bytes_equal(value, SX_LITERAL("x")) ? add_digit(n, key, 0, set) : n->fail;
    if (!sx_bytes_equal(key, SX_LITERAL("n")) || value.len != 1 || value.ptr[0] < '1' ||
        value.ptr[0] > '6')
        return n->fail;
    return add_digit(n, key, (unsigned)(value.ptr[0] - '0'), set);
}

static stria_status each_value(void *index, struct sx_bytes key, sx_value_each each, void *context,
                               stria_error *err)
{
    struct numbers *n = index;
    stria_status st = n->fail;
    n->each_calls++;
    if (!st && sx_bytes_equal(key, SX_LITERAL("all")))
        return each(context, SX_LITERAL("x"), 0, err);
    if (!sx_bytes_equal(key, SX_LITERAL("n")))
        return st;
    for (uint32_t i = 1; i < 7 && !st; i++) {
        char digit = (char)('0' + i);
        st = each(context, sx_bytes_make(&digit, 1), i, err);
    }
    return st;
}

static stria_status add_value(void *index, struct sx_bytes key, uint32_t value_id,
                              struct sx_bitset *set, stria_error *err)
{
    (void)err;
    return add_digit(index, key, value_id, set);
}

static struct sx_tag_source source_of(struct numbers *n)
{
    return (struct sx_tag_source){.index = n,
                                  .universe = UNIVERSE,
                                  .add_equal = add_equal,
                                  .each_value = each_value,
                                  .add_value = add_value};
}

static const struct row {
    const char *condition;
    const char *digits; /* i % 7 of the series that are wanted */
} rows[] = {
    {"1", "0123456"},
    {"0", ""},
    {"n=3", "3"},
    {"n!3", "012456"},
    {"n=9", ""},
    {"n!9", "0123456"},
    {"n=", "0"}, /* the tag is absent */
    {"n!", "123456"},
    {"none=", "0123456"},
    {"none!", ""},
    {"none=x", ""},
    {"none!x", "0123456"},
    {"none~x", ""},
    {"none^x", "0123456"},
    {"none~.*", "0123456"},
    {"none~^$", "0123456"},
    {"none^^$", ""},
    {"all=x", "0123456"},
    {"all=", ""},
    {"n~[2-4]", "234"},
    {"n^[2-4]", "0156"},
    {"n~.*", "0123456"},
    {"n^.*", ""},
    {"n~.+", "123456"},
    {"n^.+", "0"},
    {"n~^$", "0"},
    {"n~^(3|5)$", "35"},
    {"n~^(3|5|)$", "035"},
    {"n^^(3|5|)$", "1246"},
    {"n~^[4-9]?$", "0456"},
    {"n~^.$", "123456"},
    {"n~(?i)X", ""},
    {"n=3 & all=x", "3"},
    {"n=3 & all=y", ""},
    {"n=3 | n=4", "34"},
    {"n=3 | n=4 & n!3", "4"},
    {"n~[1-4] & n~[3-6] & n!4", "3"},
    {"n=1 | n=2 | n= | 0", "012"},
    {"n=1 & 1", "1"},
    {"n=1 & 0", ""},
};

static void test_conditions_choose_what_they_say(void **state)
{
    (void)state;
    struct index_test t;
    index_test_init(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct numbers numbers = {0};
        struct sx_tag_source source = source_of(&numbers);
        struct sx_bitset set;
        assert_true(sx_bitset_init(&set, &t.memory.mem, UNIVERSE));
        assert_int_equal(sx_tag_eval(&source, index_test_condition(&t, rows[i].condition),
                                     &t.request, &set, NULL),
                         STRIA_OK);
        for (size_t k = 0; k < UNIVERSE; k++)
            if (sx_bitset_has(&set, k) != (strchr(rows[i].digits, (char)('0' + k % 7)) != NULL))
                fail_msg("%s: series %zu", rows[i].condition, k % 7);
        sx_bitset_deinit(&set);
    }
    index_test_deinit(&t);
}

static void test_no_condition_chooses_all(void **state)
{
    (void)state;
    struct index_test t;
    struct numbers numbers = {0};
    struct sx_tag_source source = source_of(&numbers);
    struct sx_bitset set;
    index_test_init(&t);
    assert_true(sx_bitset_init(&set, &t.memory.mem, UNIVERSE));
    assert_int_equal(sx_tag_eval(&source, NULL, &t.request, &set, NULL), STRIA_OK);
    assert_int_equal(sx_bitset_count(&set), UNIVERSE);
    sx_bitset_deinit(&set);
    index_test_deinit(&t);
}

static void test_lists_of_texts_are_looked_up_and_not_walked(void **state)
{
    (void)state;
    static const struct {
        const char *condition;
        unsigned equal_calls, each_calls;
    } cases[] = {
        {"n=3", 1, 0}, {"n~^(3|5)$", 2, 0}, {"n~.*", 0, 0}, {"n~[35]", 0, 1}, {"n=", 0, 1}};
    struct index_test t;
    index_test_init(&t);
    for (size_t i = 0; i < SX_COUNT_OF(cases); i++) {
        struct numbers numbers = {0};
        struct sx_tag_source source = source_of(&numbers);
        struct sx_bitset set;
        assert_true(sx_bitset_init(&set, &t.memory.mem, UNIVERSE));
        assert_int_equal(sx_tag_eval(&source, index_test_condition(&t, cases[i].condition),
                                     &t.request, &set, NULL),
                         STRIA_OK);
        assert_int_equal(numbers.equal_calls, cases[i].equal_calls);
        assert_int_equal(numbers.each_calls, cases[i].each_calls);
        sx_bitset_deinit(&set);
    }
    index_test_deinit(&t);
}

static void test_errors_of_the_source_and_of_the_request_end_it(void **state)
{
    (void)state;
    static const char *const conditions[] = {"n=3", "n~[35]", "n=", "n!", "0 | n=3", "n^[35] & 1"};
    struct index_test t;
    index_test_init(&t);
    for (size_t i = 0; i < SX_COUNT_OF(conditions); i++) {
        struct numbers numbers = {.fail = STRIA_IO};
        struct sx_tag_source source = source_of(&numbers);
        struct sx_bitset set;
        assert_true(sx_bitset_init(&set, &t.memory.mem, UNIVERSE));
        const struct sx_tag_expr *expr = index_test_condition(&t, conditions[i]);
        assert_int_equal(sx_tag_eval(&source, expr, &t.request, &set, NULL), STRIA_IO);
        sx_bitset_deinit(&set);
    }
    struct numbers numbers = {0};
    struct sx_tag_source source = source_of(&numbers);
    struct sx_bitset set;
    stria_error err = {0};
    assert_true(sx_bitset_init(&set, &t.memory.mem, UNIVERSE));
    atomic_store(&t.request.cancelled, true);
    const struct sx_tag_expr *expr = index_test_condition(&t, "n~[35]");
    assert_int_equal(sx_tag_eval(&source, expr, &t.request, &set, &err), STRIA_CANCELLED);
    assert_int_equal(err.code, STRIA_CANCELLED);
    sx_bitset_deinit(&set);
    index_test_deinit(&t);
}

static void test_every_failing_allocation_is_told(void **state)
{
    (void)state;
    struct index_test t;
    index_test_init(&t);
    for (int64_t n = 1;; n++) {
        struct numbers numbers = {0};
        struct sx_tag_source source = source_of(&numbers);
        struct sx_bitset set;
        const struct sx_tag_expr *expr = index_test_condition(&t, "n!3 & n~^[4-9]?$ | n= & none^x");
        assert_true(sx_bitset_init(&set, &t.memory.mem, UNIVERSE));
        test_mem_arm(&t.memory, n);
        stria_error err = {0};
        stria_status st = sx_tag_eval(&source, expr, &t.request, &set, &err);
        bool fired = test_mem_fired(&t.memory);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        assert_int_equal(err.code, st);
        sx_bitset_deinit(&set);
        if (!fired)
            break;
    }
    index_test_deinit(&t);
}

static void test_a_pattern_that_takes_too_many_steps_meets_the_limit(void **state)
{
    (void)state;
    struct index_test t;
    index_test_init(&t);
    char value[2000];
    memset(value, 'a', sizeof value - 1);
    value[sizeof value - 2] = 'x';
    value[sizeof value - 1] = '\0';
    char text[2100];
    (void)snprintf(text, sizeof text, "m,k=%s", value);
    (void)index_test_add(&t, text);
    struct sx_selector selector = {.all_measurements = true,
                                   .tags = index_test_condition(&t, "k~^(a|aa)+$")};
    struct sx_bitset set;
    stria_error err = {0};
    assert_int_equal(sx_series_index_select(t.index, &selector, &t.request, &set, &err),
                     STRIA_LIMIT);
    assert_int_equal(err.code, STRIA_LIMIT);
    sx_bitset_deinit(&set);
    index_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions_choose_what_they_say),
        cmocka_unit_test(test_no_condition_chooses_all),
        cmocka_unit_test(test_lists_of_texts_are_looked_up_and_not_walked),
        cmocka_unit_test(test_errors_of_the_source_and_of_the_request_end_it),
        cmocka_unit_test(test_every_failing_allocation_is_told),
        cmocka_unit_test(test_a_pattern_that_takes_too_many_steps_meets_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
