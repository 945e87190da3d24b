/* SPDX-License-Identifier: Apache-2.0 */
/* problems_test.c -- tests of problems.h. */
#include "ingest/problems.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_is(struct sx_bytes got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.ptr, want, got.len);
}

static void test_unparsed_lines_are_joined_and_listed(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_ingest_problems problems;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_ingest_problems_init(&problems, &mem);
    assert_true(sx_ingest_problems_refuse(&problems, 3, STRIA_SYNTAX, SX_LITERAL("cpu"),
                                          SX_LITERAL("missing fields")));
    assert_true(sx_ingest_problems_refuse(&problems, 7, STRIA_LIMIT, SX_LITERAL(""),
                                          SX_LITERAL("too long")));
    assert_is(sx_buf_bytes(&problems.text),
              "unable to parse 'cpu': missing fields\nunable to parse '': too long");
    assert_int_equal(problems.rejected_count, 2);
    assert_int_equal(problems.dropped_count, 0);
    assert_int_equal(problems.item_count, 2);
    assert_int_equal(problems.items[0].line, 3);
    assert_int_equal(problems.items[1].code, STRIA_LIMIT);
    assert_is(sx_ingest_problem_text(&problems, &problems.items[0]),
              "unable to parse 'cpu': missing fields");
    assert_is(sx_ingest_problem_text(&problems, &problems.items[1]),
              "unable to parse '': too long");
    sx_ingest_problems_clear(&problems);
    assert_int_equal(problems.rejected_count + problems.item_count + problems.text.len, 0);
    sx_ingest_problems_deinit(&problems);
    sx_mem_deinit(&mem);
}

static void test_the_reason_is_that_of_a_tag_and_else_the_first(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_ingest_problems problems;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_ingest_problems_init(&problems, &mem);
    assert_true(sx_ingest_problems_strip(&problems, 2, SX_LITERAL("stripped")));
    assert_int_equal(problems.rejected_count + problems.dropped_count + problems.item_count, 0);
    assert_int_equal(problems.reason_line, 2);
    assert_true(
        sx_ingest_problems_drop(&problems, 4, STRIA_INVALID, SX_DROP_FIELD, SX_LITERAL("a field")));
    assert_is(sx_buf_bytes(&problems.reason), "stripped");
    assert_true(
        sx_ingest_problems_drop(&problems, 5, STRIA_INVALID, SX_DROP_TAG, SX_LITERAL("a tag")));
    assert_true(sx_ingest_problems_drop(&problems, 6, STRIA_INVALID, SX_DROP_TAG,
                                        SX_LITERAL("another tag")));
    assert_is(sx_buf_bytes(&problems.reason), "a tag");
    assert_int_equal(problems.reason_line, 5);
    assert_int_equal(problems.dropped_count, 3);
    assert_int_equal(problems.rejected_count, 3);
    assert_is(sx_ingest_problem_text(&problems, &problems.items[0]), "a field");
    assert_is(sx_ingest_problem_text(&problems, &problems.items[2]), "another tag");
    sx_ingest_problems_deinit(&problems);
    sx_mem_deinit(&mem);
}

static void test_lists_are_bounded_and_counts_are_not(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_ingest_problems problems;
    static uint8_t line[100000];
    memset(line, 'x', sizeof line);
    sx_mem_init(&mem, NULL, "test", 0);
    sx_ingest_problems_init(&problems, &mem);
    for (uint64_t i = 1; i <= 100; i++) {
        assert_true(sx_ingest_problems_refuse(&problems, i, STRIA_SYNTAX,
                                              sx_bytes_make(line, sizeof line), SX_LITERAL("no")));
        assert_true(sx_ingest_problems_drop(&problems, i, STRIA_INVALID, SX_DROP_FIELD,
                                            sx_bytes_make(line, sizeof line)));
    }
    assert_int_equal(problems.rejected_count, 200);
    assert_int_equal(problems.dropped_count, 100);
    assert_int_equal(problems.item_count, STRIA_PROBLEMS_MAX);
    assert_int_equal(problems.text.len, SX_PROBLEM_TEXT_MAX);
    assert_true(problems.dropped_text.len <= SX_PROBLEM_TEXT_MAX);
    for (size_t i = 0; i < problems.item_count; i++) {
        const struct sx_ingest_problem *item = &problems.items[i];
        struct sx_bytes text = sx_ingest_problem_text(&problems, item);
        size_t size = item->dropped ? problems.dropped_text.len : problems.text.len;
        assert_true(item->text_offset + text.len <= size);
    }
    sx_ingest_problems_deinit(&problems);
    sx_mem_deinit(&mem);
}

static void test_a_refused_allocation_leaves_the_problems_as_they_were(void **state)
{
    (void)state;
    bool fired = true;
    for (int64_t n = 1; fired; n++) {
        struct sx_mem mem;
        struct sx_mem_fault fault = {.countdown = n};
        struct sx_ingest_problems problems;
        sx_mem_init(&mem, NULL, "test", 0);
        mem.fault = &fault;
        sx_ingest_problems_init(&problems, &mem);
        bool ok =
            sx_ingest_problems_refuse(&problems, 1, STRIA_SYNTAX, SX_LITERAL("cpu"),
                                      SX_LITERAL("missing fields, with a reason of some length"));
        assert_int_equal(problems.rejected_count, ok);
        assert_int_equal(problems.text.len > 0, ok);
        assert_int_equal(problems.item_count, ok);
        bool dropped =
            sx_ingest_problems_drop(&problems, 2, STRIA_INVALID, SX_DROP_TAG, SX_LITERAL("a tag"));
        assert_int_equal(problems.dropped_count, dropped);
        fired = atomic_load(&fault.fired);
        assert_int_equal(fired, !(ok && dropped));
        sx_ingest_problems_deinit(&problems);
        sx_mem_deinit(&mem);
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unparsed_lines_are_joined_and_listed),
        cmocka_unit_test(test_the_reason_is_that_of_a_tag_and_else_the_first),
        cmocka_unit_test(test_lists_are_bounded_and_counts_are_not),
        cmocka_unit_test(test_a_refused_allocation_leaves_the_problems_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
