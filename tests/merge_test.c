/* SPDX-License-Identifier: Apache-2.0 */
/* merge_test.c -- which segments there are after merges, for rows in any order of time.
 *
 * Algorithm   Small stores without threads; the clock is set by hand. Windows are days. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "os/os_mem.h"
#include "small.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_NS ((int64_t)86400 * 1000000000)
#define NOW_NS (20000 * DAY_NS + DAY_NS / 2)

static void begin(struct small *s)
{
    small_begin(s);
    sx_os_mem_set_now(s->os, NOW_NS);
}

/* One row of a series, and a flush: a segment of its own. */
static void flush_row(struct small *s, const char *series, int64_t ts_ns)
{
    char line[128];
    (void)snprintf(line, sizeof line, "%s v=1 %lld", series, (long long)ts_ns);
    small_write(s, line);
    small_compact(s, STRIA_COMPACT_FLUSH);
}

static void sixteen_flushes_become_one_segment(void **state)
{
    (void)state;
    struct small s;
    begin(&s);
    for (int i = 0; i < 15; i++)
        flush_row(&s, "m", NOW_NS + i);
    small_compact(&s, STRIA_COMPACT_MERGE);
    assert_true(small_stat(&s, "segments") == 15);
    flush_row(&s, "m", NOW_NS + 15);
    small_compact(&s, STRIA_COMPACT_MERGE);
    assert_true(small_stat(&s, "segments") == 1);
    small_end(&s);
}

static void the_number_of_segments_stays_small_however_many_flushes_there_are(void **state)
{
    (void)state;
    struct small s;
    double most = 0, memory = 0;
    begin(&s);
    for (int i = 0; i < 600; i++) {
        if (i == 100)
            memory = small_stat(&s, "memory_used_bytes");
        flush_row(&s, "m", NOW_NS + i);
        small_compact(&s, STRIA_COMPACT_MERGE);
        most = most > small_stat(&s, "segments") ? most : small_stat(&s, "segments");
    }
    assert_true(most <= 15 + 15 + 15 + 1);
    /* Of the others, only their names wait for being unlinked. */
    assert_true(small_stat(&s, "memory_used_bytes") < memory + (1 << 20));
    /* Each row is written once a level. */
    assert_true(small_stat(&s, "segment_rows") == 600);
    small_end(&s);
}

static void years_series_by_series_make_few_files(void **state)
{
    (void)state;
    struct small s;
    char *lines = malloc(1000 * 64);
    begin(&s);
    for (int series = 0; series < 32; series++) {
        size_t len = 0;
        for (int day = 0; day < 1000; day++)
            len += (size_t)snprintf(lines + len, 64, "m,s=%d v=%d %lld\n", series, day,
                                    (long long)(NOW_NS - (1001 - day) * DAY_NS));
        small_write(&s, lines);
        small_compact(&s, STRIA_COMPACT_FLUSH);
        small_compact(&s, STRIA_COMPACT_MERGE);
        assert_true(small_stat(&s, "segments") <= 16 + 2);
    }
    small_compact(&s, STRIA_COMPACT_SEAL);
    assert_true(small_stat(&s, "segments") == 1);
    assert_true(small_stat(&s, "segment_rows") == 32000);
    free(lines);
    small_end(&s);
}

static void an_import_is_not_sealed_before_it_is_quiet(void **state)
{
    (void)state;
    struct small s;
    begin(&s);
    for (int i = 0; i < 64; i++) {
        flush_row(&s, "m", NOW_NS - 30 * DAY_NS + i);
        small_compact(&s, STRIA_COMPACT_MERGE);
    }
    assert_true(small_stat(&s, "merges_total") == 4);
    sx_os_mem_set_now(s.os, NOW_NS + 11 * 60 * (int64_t)1000000000);
    small_compact(&s, STRIA_COMPACT_MERGE);
    assert_true(small_stat(&s, "merges_total") == 5);
    assert_true(small_stat(&s, "segments") == 1);
    /* And then not again. */
    sx_os_mem_set_now(s.os, NOW_NS + 10 * DAY_NS);
    small_compact(&s, STRIA_COMPACT_MERGE);
    assert_true(small_stat(&s, "merges_total") == 5);
    small_end(&s);
}

static void today_is_not_sealed(void **state)
{
    (void)state;
    struct small s;
    begin(&s);
    for (int i = 0; i < 16; i++)
        flush_row(&s, i % 2 ? "m,s=1" : "m,s=2", NOW_NS - i % 3 * DAY_NS / 2);
    small_compact(&s, STRIA_COMPACT_MERGE);
    /* Yesterday and today are apart, so that yesterday can be sealed. */
    assert_true(small_stat(&s, "segments") == 2);
    sx_os_mem_set_now(s.os, NOW_NS + DAY_NS / 4);
    small_compact(&s, STRIA_COMPACT_MERGE);
    assert_true(small_stat(&s, "merges_total") == 2);
    sx_os_mem_set_now(s.os, NOW_NS + DAY_NS);
    small_compact(&s, STRIA_COMPACT_MERGE);
    assert_true(small_stat(&s, "merges_total") == 3);
    small_end(&s);
}

static void small_days_side_by_side_come_together(void **state)
{
    (void)state;
    struct small s;
    begin(&s);
    for (int day = 0; day < 40; day++) {
        sx_os_mem_set_now(s.os, NOW_NS + day * DAY_NS);
        for (int i = 0; i < 16; i++)
            flush_row(&s, "m", NOW_NS + day * DAY_NS + i);
        small_compact(&s, STRIA_COMPACT_MERGE);
    }
    assert_true(small_stat(&s, "segments") <= 2 + 16);
    assert_true(small_stat(&s, "segment_rows") == 640);
    small_end(&s);
}

/* Without an end to it, the same segments would be written for ever. */
static void neighbours_that_stay_apart_are_left_alone(void **state)
{
    (void)state;
    struct small s;
    begin(&s);
    for (int day = 0; day < 20; day++)
        flush_row(&s, "m", NOW_NS + day * DAY_NS);
    small_compact(&s, STRIA_COMPACT_SEAL);
    assert_true(small_stat(&s, "segments") == 20);
    double merges = small_stat(&s, "merges_total");
    small_poll(&s, 200);
    assert_true(small_stat(&s, "merges_total") == merges);
    small_end(&s);
}

/* Days that are sealed, each alone, and hold the value 17. */
static void seal_days(struct small *s, int first, int count)
{
    for (int day = first; day < first + count; day++) {
        for (int i = 0; i < 16; i++) {
            char line[64];
            (void)snprintf(line, sizeof line, "m v=%d %lld", i + 2,
                           (long long)(NOW_NS + day * DAY_NS));
            small_write(s, line);
            small_compact(s, STRIA_COMPACT_FLUSH);
        }
        sx_os_mem_set_now(s->os, sx_os_now_ns(s->os) + 11 * 60 * (int64_t)1000000000);
        small_compact(s, STRIA_COMPACT_MERGE);
    }
}

static void neighbours_are_not_merged_past_late_rows_between_them(void **state)
{
    (void)state;
    struct small s;
    char text[40];
    begin(&s);
    sx_os_mem_set_now(s.os, NOW_NS + 100 * DAY_NS);
    seal_days(&s, 0, 14);
    assert_true(small_stat(&s, "segments") == 14);
    for (int i = 0; i < 16; i++)
        flush_row(&s, "m", NOW_NS + (1 + i % 9) * DAY_NS);
    small_compact(&s, STRIA_COMPACT_MERGE);
    assert_true(small_stat(&s, "segments") == 15);
    seal_days(&s, 20, 6);
    small_dump(&s);
    for (int day = 1; day <= 9; day++) {
        (void)snprintf(text, sizeof text, " %lld:v=1 ", (long long)(NOW_NS + day * DAY_NS));
        assert_non_null(strstr(s.text, text));
    }
    small_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixteen_flushes_become_one_segment),
        cmocka_unit_test(the_number_of_segments_stays_small_however_many_flushes_there_are),
        cmocka_unit_test(years_series_by_series_make_few_files),
        cmocka_unit_test(an_import_is_not_sealed_before_it_is_quiet),
        cmocka_unit_test(today_is_not_sealed),
        cmocka_unit_test(small_days_side_by_side_come_together),
        cmocka_unit_test(neighbours_that_stay_apart_are_left_alone),
        cmocka_unit_test(neighbours_are_not_merged_past_late_rows_between_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
