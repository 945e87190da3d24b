/* SPDX-License-Identifier: Apache-2.0 */
/* report_test.c -- a report is counts, a text and problems, in one block that the caller frees. */
#include "api/report.h"

#include "base/golden_test.h"

static void test_counts_are_added_up(void **state)
{
    (void)state;
    stria_report report = {0};
    struct test_mem memory;
    struct sx_ingest_problems problems;
    struct sx_write_result result = {.row_count = 5,
                                     .sample_count = 9,
                                     .conflict_count = 1,
                                     .outside_retention_count = 2,
                                     .outside_window_count = 3};
    test_mem_init(&memory);
    sx_ingest_problems_init(&problems, &memory.mem);
    problems.rejected_count = 4;
    sx_report_fill(&report, &problems, &result, (struct sx_bytes){0});
    assert_int_equal(report.row_count, 5);
    assert_int_equal(report.sample_count, 9);
    assert_int_equal(report.rejected_row_count, 10);
    assert_null(report.text); /* nothing to say */
    assert_int_equal(report.problem_count, 0);
    sx_report_fill(&report, NULL, NULL, (struct sx_bytes){0});
    assert_int_equal(report.rejected_row_count, 0); /* it begins anew */
    sx_report_fill(NULL, &problems, &result, SX_LITERAL("text"));
    sx_ingest_problems_deinit(&problems);
    test_mem_deinit(&memory);
}

static void test_a_conflict_is_a_problem_with_its_line(void **state)
{
    (void)state;
    stria_report report = {0};
    struct sx_write_result result = {.conflict_count = 2, .conflict_line = 17};
    sx_report_fill(&report, NULL, &result, SX_LITERAL("partial write: a conflict"));
    assert_string_equal(report.text, "partial write: a conflict");
    assert_int_equal(report.text_size, strlen(report.text));
    assert_int_equal(report.problem_count, 1);
    assert_int_equal(report.problems[0].line, 17);
    assert_int_equal(report.problems[0].code, STRIA_CONFLICT);
    assert_string_equal(report.problems[0].text, report.text);
    stria_report_release(&report);
    assert_null(report.text);
    assert_int_equal(report.problem_count, 0);
    stria_report_release(&report);
    stria_report_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_are_added_up),
        cmocka_unit_test(test_a_conflict_is_a_problem_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
