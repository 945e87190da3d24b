/* SPDX-License-Identifier: Apache-2.0 */
/* request_test.c -- a request ends when it is cancelled or late, and not before. */
#include "model/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int64_t now_of(void *clock)
{
    return *(const int64_t *)clock;
}

static void test_a_deadline_is_met_at_its_nanosecond(void **state)
{
    (void)state;
    int64_t now = 999;
    stria_error err;
    struct sx_request request = {.deadline_ns = 1000, .mono_ns = now_of, .clock = &now};
    assert_int_equal(sx_request_check(&request, &err), STRIA_OK);
    now = 1000;
    assert_int_equal(sx_request_check(&request, &err), STRIA_TIMEOUT);
    assert_string_equal(err.text, "query-timeout limit exceeded");
    request.deadline_ns = 0; /* none: the clock is not even asked */
    request.mono_ns = NULL;
    assert_int_equal(sx_request_check(&request, &err), STRIA_OK);
}

static void test_cancelling_comes_before_the_deadline(void **state)
{
    (void)state;
    int64_t now = 2000;
    stria_error err;
    struct sx_request request = {.deadline_ns = 1000, .mono_ns = now_of, .clock = &now};
    atomic_store(&request.cancelled, true);
    assert_int_equal(sx_request_check(&request, &err), STRIA_CANCELLED);
    assert_string_equal(err.text, "query interrupted");
    assert_int_equal(sx_request_check(&request, NULL), STRIA_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_deadline_is_met_at_its_nanosecond),
        cmocka_unit_test(test_cancelling_comes_before_the_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
