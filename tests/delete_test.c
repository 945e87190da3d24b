/* SPDX-License-Identifier: Apache-2.0 */
/* delete_test.c -- deletes: what they hide at once, and that neither flushes, merges, a crash nor a
 * new start bring anything back.
 *
 * Algorithm   A script of lines of line protocol, deletes and other steps runs on a store in
 *             memory; what the store then holds is printed and compared as text. Each script runs
 *             with several kinds of work between its steps: the answer may not depend on that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "os/os_mem.h"
#include "small.h"

#include <stdio.h>

static void must(stria_status st, const stria_error *err)
{
    if (st)
        fail_msg("%d: %s", (int)st, err->text);
}

/* ---- deletes ---- */

static const struct sx_tag_expr host_a = {.kind = SX_TAG_MATCH,
                                          .op = STRIA_MATCH_EQUAL,
                                          .key = {(const uint8_t *)"host", 4},
                                          .value = {(const uint8_t *)"a", 1}};

static struct sx_command delete_of(const char *measurement, const struct sx_tag_expr *tags,
                                   int64_t min_ns, int64_t max_ns)
{
    struct sx_command command = {.kind = SX_DELETE_ROWS, .database = SX_LITERAL("d")};
    command.selector = (struct sx_selector){.all_measurements = !measurement,
                                            .tags = tags,
                                            .time_min_ns = min_ns,
                                            .time_max_ns = max_ns};
    if (measurement)
        command.selector.measurement = sx_bytes_of(measurement);
    return command;
}

/* What happens between the steps of a script. */
enum between { NOTHING, FLUSH, MERGE, SEAL, RECLAIM, REOPEN, CRASH, BETWEEN_COUNT };

static void between(struct small *s, enum between what)
{
    static const stria_compact_until until[] = {[FLUSH] = STRIA_COMPACT_FLUSH,
                                                [MERGE] = STRIA_COMPACT_MERGE,
                                                [SEAL] = STRIA_COMPACT_SEAL,
                                                [RECLAIM] = STRIA_COMPACT_RECLAIM};
    stria_error err = {0};
    if (what >= FLUSH && what <= RECLAIM)
        must(sx_engine_compact(s->engine, until[what], NULL, &err), &err);
    if (what == REOPEN) {
        must(sx_engine_close(s->engine, &err), &err);
        small_open(s);
    }
    if (what == CRASH) {
        struct sx_os *copy = sx_os_mem_crash(s->os, NULL, NULL);
        assert_non_null(copy);
        must(sx_engine_close(s->engine, &err), &err);
        sx_os_mem_destroy(s->os);
        s->os = copy;
        small_open(s);
    }
}

#define ALL INT64_MIN, INT64_MAX

static void deleted_rows_stay_away_and_later_ones_are_there(void **state)
{
    (void)state;
    static const char first[] =
        "cpu,host=a v=1 10\ncpu,host=a v=2 20\ncpu,host=b v=3 10\nmem f=4 5";
    const struct {
        struct sx_command command;
        const char *after, *then; /* after the delete; after the same rows but v=9 at 20 */
    } cases[] = {
        {delete_of("cpu", NULL, ALL), "mem 5:f=4; mem/1 ",
         "cpu,host,a 20:v=9; mem 5:f=4; cpu/1 mem/1 "},
        {delete_of("cpu", &host_a, ALL), "cpu,host,b 10:v=3; mem 5:f=4; cpu/1 mem/1 ",
         "cpu,host,a 20:v=9; cpu,host,b 10:v=3; mem 5:f=4; cpu/1 mem/1 "},
        {delete_of("cpu", &host_a, 11, 30),
         "cpu,host,a 10:v=1; cpu,host,b 10:v=3; mem 5:f=4; cpu/1 mem/1 ",
         "cpu,host,a 10:v=1 20:v=9; cpu,host,b 10:v=3; mem 5:f=4; cpu/1 mem/1 "},
        /* Whether mem's columns are still listed depends on whether a merge has been there. */
        {delete_of(NULL, NULL, INT64_MIN, 10), "cpu,host,a 20:v=2; cpu/1 *",
         "cpu,host,a 20:v=9; cpu/1 *"},
        {delete_of("nothing", NULL, ALL),
         "cpu,host,a 10:v=1 20:v=2; cpu,host,b 10:v=3; mem 5:f=4; cpu/1 mem/1 ",
         "cpu,host,a 10:v=1 20:v=9; cpu,host,b 10:v=3; mem 5:f=4; cpu/1 mem/1 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int one = 0; one < BETWEEN_COUNT; one++)
            for (int two = 0; two < BETWEEN_COUNT; two++) {
                struct small s;
                small_begin(&s);
                small_write(&s, first);
                between(&s, (enum between)one);
                small_execute(&s, &cases[i].command);
                small_assert(&s, cases[i].after);
                between(&s, (enum between)two);
                small_assert(&s, cases[i].after);
                small_write(&s, "cpu,host=a v=9 20");
                between(&s, (enum between)two);
                between(&s, (enum between)one);
                small_assert(&s, cases[i].then);
                small_end(&s);
            }
}

static void a_dropped_measurement_may_come_back_with_other_types(void **state)
{
    (void)state;
    for (int what = 0; what < BETWEEN_COUNT; what++) {
        struct small s;
        small_begin(&s);
        small_write(&s, "cpu v=1 10");
        between(&s, (enum between)what);
        assert_int_equal(small_write(&s, "cpu v=1i 11"), 1);
        struct sx_command command = delete_of("cpu", NULL, ALL);
        command.kind = SX_DROP_MEASUREMENT;
        small_execute(&s, &command);
        between(&s, (enum between)what);
        assert_int_equal(small_write(&s, "cpu v=2i 11"), 0);
        between(&s, (enum between)what);
        assert_string_equal(small_dump(&s), "cpu 11:v=2; cpu/1 ");
        small_end(&s);
    }
}

static void space_is_given_back_when_asked_for(void **state)
{
    (void)state;
    struct small s;
    small_begin(&s);
    for (int i = 0; i < 40; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "cpu,host=%c%d v=%d %d", i % 8 ? 'a' : 'b', i, 7 * i, i);
        small_write(&s, line);
    }
    small_compact(&s, STRIA_COMPACT_FLUSH);
    double before = small_stat(&s, "segment_bytes");
    static const struct sx_tag_expr b8 = {.kind = SX_TAG_MATCH,
                                          .op = STRIA_MATCH_EQUAL,
                                          .key = {(const uint8_t *)"host", 4},
                                          .value = {(const uint8_t *)"b8", 2}};
    struct sx_command command = delete_of("cpu", &b8, ALL);
    small_execute(&s, &command);
    /* One of forty is not worth a merge by itself, and the tombstone stays. */
    small_poll(&s, 50);
    assert_true(small_stat(&s, "segment_rows") == 40);
    assert_true(small_stat(&s, "tombstones") == 1);
    small_compact(&s, STRIA_COMPACT_RECLAIM);
    assert_true(small_stat(&s, "segment_rows") == 39);
    assert_true(small_stat(&s, "tombstones") == 0);
    assert_true(small_stat(&s, "segment_bytes") <= before);
    small_end(&s);
}

static void much_that_is_deleted_goes_by_itself_and_nothing_costs_nothing(void **state)
{
    (void)state;
    struct small s;
    small_begin(&s);
    small_write(&s, "cpu,host=a v=1 1\ncpu,host=b v=1 1\ncpu,host=c v=1 1");
    small_compact(&s, STRIA_COMPACT_FLUSH);
    struct sx_command command = delete_of("mem", NULL, ALL);
    small_execute(&s, &command);
    small_poll(&s, 50);
    assert_true(small_stat(&s, "tombstones") == 0);
    assert_true(small_stat(&s, "merges_total") == 0);
    command = delete_of("cpu", &host_a, ALL);
    small_execute(&s, &command);
    small_poll(&s, 50);
    assert_true(small_stat(&s, "merges_total") == 1);
    assert_true(small_stat(&s, "segment_rows") == 2);
    assert_true(small_stat(&s, "tombstones") == 0);
    small_end(&s);
}

/* Without threads and without being polled. */
static void any_number_of_deletes_takes_neither_memory_nor_log_files(void **state)
{
    (void)state;
    struct small s;
    small_begin(&s);
    double memory = 0, files = 0;
    for (int i = 0; i < 200; i++) {
        struct sx_command command = delete_of("cpu", &host_a, ALL);
        small_write(&s, "cpu,host=a v=1 10\ncpu,host=b v=1 10");
        small_execute(&s, &command);
        if (i == 20)
            memory = small_stat(&s, "memory_used_bytes");
        files = small_stat(&s, "wal_files");
    }
    assert_true(files < 10);
    assert_true(small_stat(&s, "memory_used_bytes") < memory + (1 << 20));
    small_assert(&s, "cpu,host,b 10:v=1; cpu/1 ");
    small_end(&s);
}

static void deletes_of_what_is_not_there_are_told(void **state)
{
    (void)state;
    struct small s;
    stria_error err = {0};
    small_begin(&s);
    struct sx_command command = delete_of("cpu", NULL, ALL);
    command.database = sx_bytes_of("none");
    assert_int_equal(sx_engine_execute(s.engine, &command, &err), STRIA_NOT_FOUND);
    assert_string_equal(err.text, "database not found: none");
    command.database = sx_bytes_of("d");
    command.policy = sx_bytes_of("weekly");
    assert_int_equal(sx_engine_execute(s.engine, &command, &err), STRIA_NOT_FOUND);
    assert_string_equal(err.text, "retention policy not found: weekly");
    small_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deleted_rows_stay_away_and_later_ones_are_there),
        cmocka_unit_test(a_dropped_measurement_may_come_back_with_other_types),
        cmocka_unit_test(space_is_given_back_when_asked_for),
        cmocka_unit_test(much_that_is_deleted_goes_by_itself_and_nothing_costs_nothing),
        cmocka_unit_test(any_number_of_deletes_takes_neither_memory_nor_log_files),
        cmocka_unit_test(deletes_of_what_is_not_there_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
