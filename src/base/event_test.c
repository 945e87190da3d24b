/* SPDX-License-Identifier: Apache-2.0 */
/* event_test.c -- an event reaches the host with its text and time, or nobody. */
#include "base/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct seen {
    int count;
    stria_level level;
    char name[32];
    char detail[1100];
    int64_t time_ns;
};

static void note(void *user, const stria_event *event)
{
    struct seen *seen = user;
    seen->count++;
    seen->level = event->level;
    seen->time_ns = event->time_ns;
    (void)snprintf(seen->name, sizeof seen->name, "%s", event->name);
    (void)snprintf(seen->detail, sizeof seen->detail, "%s", event->detail);
}

static int64_t now_of(void *clock)
{
    return *(int64_t *)clock;
}

static void test_an_event_is_told_with_its_time(void **state)
{
    (void)state;
    struct seen seen = {0};
    int64_t now = 42;
    struct sx_event_sink sink = {note, &seen, now_of, &now};
    sx_event(&sink, STRIA_LEVEL_WARN, "flush", "rows=%d file=%s", 7, "0001.seg");
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.level, STRIA_LEVEL_WARN);
    assert_string_equal(seen.name, "flush");
    assert_string_equal(seen.detail, "rows=7 file=0001.seg");
    assert_int_equal(seen.time_ns, 42);
    sink.now_ns = NULL;
    sx_event(&sink, STRIA_LEVEL_WARN, "flush", "x");
    assert_int_equal(seen.time_ns, 0);
}

static void test_long_details_are_cut(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct sx_event_sink sink = {.on_event = note, .user = &seen};
    sx_event(&sink, STRIA_LEVEL_WARN, "x", "%02000d", 1);
    assert_int_equal(strlen(seen.detail), 999);
}

static void test_without_a_host_nothing_happens(void **state)
{
    (void)state;
    struct sx_event_sink sink = {0};
    sx_event(NULL, STRIA_LEVEL_WARN, "x", "y");
    sx_event(&sink, STRIA_LEVEL_WARN, "x", "y");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_event_is_told_with_its_time),
        cmocka_unit_test(test_long_details_are_cut),
        cmocka_unit_test(test_without_a_host_nothing_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
