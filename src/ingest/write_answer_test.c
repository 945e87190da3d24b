/* SPDX-License-Identifier: Apache-2.0 */
/* write_answer_test.c -- tests of write_answer.h. With real lines: line_peer_test.c. */
#include "ingest/write_answer.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define BOUND_NS (INT64_C(1700000000) * 1000000000)

struct request {
    const char *name;
    int unparsed, dropped; /* lines 1 .. */
    bool stripped;         /* line 2 */
    struct sx_write_outcome outcome;
    const char *policy_asked;
    const char *answer;
};

#define POINT(text, ns, which)                                                                     \
    {                                                                                              \
        .key = {(const uint8_t *)(text), sizeof(text) - 1}, .ts_ns = (ns), .bound = (which),       \
        .bound_ns = BOUND_NS                                                                       \
    }
#define TEXT(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
#define HOURS_2 (INT64_C(7200) * 1000000000)

static const struct request requests[] = {
    {.name = "all is stored", .outcome = {.stored_count = 3}, .answer = ""},
    {.name = "nothing was sent", .answer = ""},
    {.name = "nothing could be parsed",
     .unparsed = 2,
     .answer = "unable to parse 'l1': bad\nunable to parse 'l2': bad"},
    {.name = "some could not be parsed",
     .unparsed = 1,
     .outcome = {.stored_count = 1},
     .answer = "partial write: unable to parse 'l1': bad dropped=0 for database: d"},
    {.name = "and the policy was named",
     .unparsed = 1,
     .outcome = {.stored_count = 1},
     .policy_asked = "p",
     .answer = "partial write: unable to parse 'l1': bad dropped=0 for database: d for retention "
               "policy: p"},
    {.name = "a dropped point hides what could not be parsed",
     .unparsed = 1,
     .dropped = 2,
     .answer = "partial write: drop 1 dropped=2 for database: d for retention policy: p"},
    {.name = "a stripped field drops nothing",
     .stripped = true,
     .outcome = {.stored_count = 1},
     .answer = "partial write: strip dropped=0 for database: d for retention policy: p"},
    {.name = "a conflict before a stripped field is told",
     .stripped = true,
     .outcome = {.stored_count = 1,
                 .conflict_count = 2,
                 .conflict_line = 1,
                 .conflict_text = TEXT("conflict")},
     .answer = "partial write: conflict dropped=2 for database: d for retention policy: p"},
    {.name = "and one behind it is counted",
     .stripped = true,
     .outcome = {.conflict_count = 2, .conflict_line = 3, .conflict_text = TEXT("conflict")},
     .answer = "partial write: strip dropped=2 for database: d for retention policy: p"},
    {.name = "a point that is too old",
     .outcome = {.outside_retention_count = 1,
                 .duration_ns = HOURS_2,
                 .oldest = POINT("m\0t\0a b\0", 1000, SX_BOUND_RETENTION)},
     .unparsed = 1,
     .answer =
         "partial write: dropped 1 points outside retention policy of duration 2h0m0s - oldest "
         "point m,t=a\\ b at 1970-01-01T00:00:00.000001Z dropped because it violates a "
         "Retention Policy Lower Bound at 2023-11-14T22:13:20Z dropped=1 for database: d for "
         "retention policy: p"},
    {.name = "two points that are too old",
     .outcome = {.stored_count = 1,
                 .outside_retention_count = 2,
                 .duration_ns = HOURS_2,
                 .oldest = POINT("m\0", 1000, SX_BOUND_RETENTION),
                 .newest = POINT("n\0", 2000, SX_BOUND_RETENTION)},
     .answer =
         "partial write: dropped 2 points outside retention policy of duration 2h0m0s - oldest "
         "point m at 1970-01-01T00:00:00.000001Z dropped because it violates a Retention "
         "Policy Lower Bound at 2023-11-14T22:13:20Z, newest point n at "
         "1970-01-01T00:00:00.000002Z dropped because it violates a Retention Policy Lower "
         "Bound at 2023-11-14T22:13:20Z dropped=2 for database: d for retention policy: p"},
    {.name = "a conflict hides points that are too old",
     .outcome = {.outside_retention_count = 2,
                 .conflict_count = 1,
                 .conflict_line = 9,
                 .conflict_text = TEXT("conflict")},
     .answer = "partial write: conflict dropped=1 for database: d for retention policy: p"},
    {.name = "points outside of the window of writes",
     .outcome = {.outside_retention_count = 1,
                 .outside_window_count = 1,
                 .duration_ns = HOURS_2,
                 .oldest = POINT("m\n\0", 0, SX_BOUND_RETENTION),
                 .newest = POINT("n\0", 2, SX_BOUND_FUTURE)},
     .answer = "partial write: dropped 1 points outside retention policy of duration 2h0m0s and 1 "
               "points outside write window - oldest point m\n at 1970-01-01T00:00:00Z dropped "
               "because it violates a Retention Policy Lower Bound at 2023-11-14T22:13:20Z, newest "
               "point n at 1970-01-01T00:00:00.000000002Z dropped because it violates a Write "
               "Window Upper Bound at 2023-11-14T22:13:20Z dropped=2 for database: d for retention "
               "policy: p"},
};

static void fill(struct sx_ingest_problems *problems, const struct request *request)
{
    for (int i = 1; i <= request->unparsed; i++) {
        uint8_t line[] = {'l', (uint8_t)('0' + i)};
        assert_true(sx_ingest_problems_refuse(problems, (uint64_t)i, STRIA_SYNTAX,
                                              sx_bytes_make(line, 2), SX_LITERAL("bad")));
    }
    for (int i = 1; i <= request->dropped; i++) {
        uint8_t reason[] = {'d', 'r', 'o', 'p', ' ', (uint8_t)('0' + i)};
        assert_true(sx_ingest_problems_drop(problems, (uint64_t)i, STRIA_INVALID, SX_DROP_FIELD,
                                            sx_bytes_make(reason, 6)));
    }
    if (request->stripped)
        assert_true(sx_ingest_problems_strip(problems, 2, SX_LITERAL("strip")));
}

static void test_the_answer_tells_the_first_thing_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(requests); i++) {
        struct sx_mem mem;
        struct sx_ingest_problems problems;
        struct sx_buf text;
        struct sx_write_target target = {.database = SX_LITERAL("d"),
                                         .policy = SX_LITERAL("p"),
                                         .policy_asked = sx_bytes_of(requests[i].policy_asked)};
        print_message("%s\n", requests[i].name);
        sx_mem_init(&mem, NULL, "test", 0);
        sx_ingest_problems_init(&problems, &mem);
        sx_buf_init(&text, &mem, 4096);
        fill(&problems, &requests[i]);
        assert_int_equal(sx_write_answer(&text, &problems, &requests[i].outcome, &target, NULL),
                         STRIA_OK);
        print_message("%.*s\n", (int)text.len, text.len ? (const char *)text.ptr : "");
        assert_int_equal(text.len, strlen(requests[i].answer));
        if (text.len)
            assert_memory_equal(text.ptr, requests[i].answer, text.len);
        sx_buf_deinit(&text);
        sx_ingest_problems_deinit(&problems);
        sx_mem_deinit(&mem);
    }
}

static void test_a_long_answer_is_cut_before_its_end(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_ingest_problems problems;
    struct sx_write_outcome outcome = {.stored_count = 1};
    struct sx_write_target target = {.database = SX_LITERAL("d"), .policy_asked = SX_LITERAL("p")};
    static const char tail[] = " dropped=0 for database: d for retention policy: p";
    static uint8_t line[5000];
    memset(line, 'x', sizeof line);
    sx_mem_init(&mem, NULL, "test", 0);
    sx_ingest_problems_init(&problems, &mem);
    assert_true(sx_ingest_problems_refuse(&problems, 1, STRIA_SYNTAX,
                                          sx_bytes_make(line, sizeof line), SX_LITERAL("bad")));
    for (int partial = 0; partial < 2; partial++) {
        struct sx_buf text;
        outcome.stored_count = (uint64_t)partial;
        sx_buf_init(&text, &mem, 1000);
        assert_int_equal(sx_write_answer(&text, &problems, &outcome, &target, NULL), STRIA_OK);
        assert_true(text.len > 900 && text.len <= 1000);
        if (partial)
            assert_memory_equal(text.ptr + text.len - (sizeof tail - 1), tail, sizeof tail - 1);
        sx_buf_deinit(&text);
    }
    sx_ingest_problems_deinit(&problems);
    sx_mem_deinit(&mem);
}

static void test_a_refused_allocation_is_told(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_mem_fault fault = {.countdown = 1};
    struct sx_ingest_problems problems;
    struct sx_write_outcome outcome = requests[SX_COUNT_OF(requests) - 1].outcome;
    struct sx_write_target target = {.database = SX_LITERAL("d")};
    struct sx_buf text;
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "test", 0);
    mem.fault = &fault;
    sx_ingest_problems_init(&problems, &mem);
    sx_buf_init(&text, &mem, 4096);
    assert_int_equal(sx_write_answer(&text, &problems, &outcome, &target, &err), STRIA_NOMEM);
    assert_int_equal(err.code, STRIA_NOMEM);
    sx_buf_deinit(&text);
    sx_ingest_problems_deinit(&problems);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_answer_tells_the_first_thing_only),
        cmocka_unit_test(test_a_long_answer_is_cut_before_its_end),
        cmocka_unit_test(test_a_refused_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
