/* SPDX-License-Identifier: Apache-2.0 */
/* damage_test.c -- damage of a segment costs what was there and nothing else, and is always told.
 *
 * Algorithm   A store with one segment; single bytes of its file are changed, one after the other.
 *             What is then read must be right, or damage must have been told; nothing may be there
 *             that was never written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "os/os_mem.h"
#include "small.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENT "db/seg/0000000000000001.seg"
#define SERIES 24

static void count_damage(void *context, const stria_error *what)
{
    assert_non_null(strstr(what->text, ".seg"));
    (*(unsigned *)context)++;
}

static void make(struct small *s, unsigned *damage)
{
    static char lines[SERIES * 128];
    stria_error err = {0};
    size_t len = 0;
    small_begin(s);
    s->on_damage = count_damage;
    s->damage_context = damage;
    /* Two rows of a series, unlike each other: a constant column has no chunk to damage. */
    for (int i = 0; i < SERIES; i++)
        len += (size_t)snprintf(lines + len, sizeof lines - len,
                                "m,h=%c a=%d,b=%d.5 10\nm,h=%c a=9,b=9.5 20\n", 'a' + i, i, 3 * i,
                                'a' + i);
    small_write(s, lines);
    assert_int_equal(sx_engine_compact(s->engine, STRIA_COMPACT_FLUSH, NULL, &err), STRIA_OK);
}

static void reopen(struct small *s)
{
    stria_error err = {0};
    assert_int_equal(sx_engine_close(s->engine, &err), STRIA_OK);
    small_open(s);
}

/* Changes one byte of a file; returns what it was. */
static uint8_t change(struct sx_os *os, const char *path, uint64_t offset, uint8_t mask)
{
    struct sx_file *file;
    stria_error err = {0};
    uint8_t byte, changed;
    if (os->ops->open(os, path, SX_OPEN_WRITE, &file, &err))
        fail_msg("%s", err.text);
    assert_int_equal(sx_file_read(file, path, &byte, 1, offset, &err), STRIA_OK);
    changed = byte ^ mask;
    assert_int_equal(sx_file_pwrite(file, &changed, 1, offset, &err), STRIA_OK);
    sx_file_close(file);
    return byte;
}

static uint64_t file_size(struct sx_os *os, const char *path)
{
    struct sx_file *file;
    struct sx_file_info info;
    stria_error err = {0};
    assert_int_equal(os->ops->open(os, path, 0, &file, &err), STRIA_OK);
    assert_int_equal(sx_file_info(file, &info, &err), STRIA_OK);
    sx_file_close(file);
    return info.size;
}

/* How many series of the dump are there with both values; fails if one has a value that it never
 * had. */
static int whole_series(const char *dump)
{
    char text[64];
    int whole = 0;
    for (int i = 0; i < SERIES; i++) {
        char head[16];
        snprintf(head, sizeof head, "m,h,%c ", 'a' + i);
        const char *at = strstr(dump, head);
        if (!at)
            continue;
        snprintf(text, sizeof text, "10:a=%gb=%g 20:a=9b=9.5;", (double)i, 3 * i + 0.5);
        bool both = strncmp(at + strlen(head), text, strlen(text)) == 0;
        snprintf(text, sizeof text, "10:a=%g 20:a=9;", (double)i);
        bool only_a = strncmp(at + strlen(head), text, strlen(text)) == 0;
        snprintf(text, sizeof text, "10:b=%g 20:b=9.5;", 3 * i + 0.5);
        bool only_b = strncmp(at + strlen(head), text, strlen(text)) == 0;
        bool row = strncmp(at + strlen(head), "10: 20:;", 8) == 0 || at[strlen(head)] == ';';
        if (!both && !only_a && !only_b && !row)
            fail_msg("a value that was never written: %.40s", at);
        whole += both;
    }
    return whole;
}

static void every_changed_byte_is_told_or_does_no_harm(void **state)
{
    (void)state;
    struct small s;
    unsigned damage = 0;
    make(&s, &damage);
    char *before = strdup(small_dump(&s));
    assert_int_equal(whole_series(before), SERIES);
    uint64_t size = file_size(s.os, SEGMENT), told = 0, cheap = 0;
    for (uint64_t i = 0; i < size; i++) {
        uint8_t mask = (uint8_t)(1 << i % 8);
        change(s.os, SEGMENT, i, mask);
        reopen(&s);
        damage = 0;
        small_dump(&s);
        if (damage == 0)
            assert_string_equal(s.text, before);
        else
            cheap += whole_series(s.text) > SERIES / 2;
        told += damage > 0;
        change(s.os, SEGMENT, i, mask);
    }
    /* Chunks are most of what is not padding: losing one must leave most of the rest. */
    assert_true(told > size / 8);
    assert_true(cheap > 0);
    free(before);
    small_end(&s);
}

/* The first byte that, when changed, costs some values but not the whole file. */
static uint64_t find_chunk(struct small *s, unsigned *damage)
{
    for (uint64_t i = 64; i < file_size(s->os, SEGMENT); i += 3) {
        change(s->os, SEGMENT, i, 0xff);
        reopen(s);
        *damage = 0;
        small_dump(s);
        if (*damage && strlen(s->text) > 100)
            return i;
        change(s->os, SEGMENT, i, 0xff);
    }
    fail_msg("no chunk was found");
    return 0;
}

static void merges_leave_a_damaged_segment_alone(void **state)
{
    (void)state;
    struct small s;
    unsigned damage = 0;
    stria_error err = {0};
    make(&s, &damage);
    char *whole = strdup(small_dump(&s));
    uint64_t at = find_chunk(&s, &damage);
    char *rest = strdup(s.text);
    /* It is met by the merge itself, after a new start. */
    reopen(&s);
    (void)sx_engine_compact(s.engine, STRIA_COMPACT_SEAL, NULL, &err);
    assert_int_equal(sx_engine_compact(s.engine, STRIA_COMPACT_SEAL, NULL, &err), STRIA_OK);
    small_assert(&s, rest);
    /* What was damaged is whole again: so is the answer. */
    change(s.os, SEGMENT, at, 0xff);
    reopen(&s);
    damage = 0;
    small_assert(&s, whole);
    assert_int_equal(damage, 0);
    free(whole);
    free(rest);
    small_end(&s);
}

static void newer_values_that_are_lost_do_not_bring_older_ones_back(void **state)
{
    (void)state;
    struct small s;
    unsigned damage = 0;
    stria_error err = {0};
    small_begin(&s);
    s.on_damage = count_damage;
    s.damage_context = &damage;
    small_write(&s, "m v=111 10\nm v=222 20");
    assert_int_equal(sx_engine_compact(s.engine, STRIA_COMPACT_FLUSH, NULL, &err), STRIA_OK);
    small_write(&s, "m v=333 10");
    assert_int_equal(sx_engine_compact(s.engine, STRIA_COMPACT_FLUSH, NULL, &err), STRIA_OK);
    small_assert(&s, "m 10:v=333 20:v=222; m/1 ");
    const char *second = "db/seg/0000000000000002.seg";
    int value_lost = 0;
    for (uint64_t i = 64; i < file_size(s.os, second); i++) {
        change(s.os, second, i, 0xff);
        reopen(&s);
        damage = 0;
        small_dump(&s);
        if (damage == 0)
            small_assert(&s, "m 10:v=333 20:v=222; m/1 ");
        value_lost += strstr(s.text, "m 10: 20:v=222") != NULL;
        change(s.os, second, i, 0xff);
    }
    assert_true(value_lost > 0);
    small_end(&s);
}

static void a_segment_that_cannot_be_opened_is_set_aside_and_taken_back(void **state)
{
    (void)state;
    struct small s;
    unsigned damage = 0;
    bool more = true;
    stria_error err = {0};
    make(&s, &damage);
    char *before = strdup(small_dump(&s));
    uint64_t footer = file_size(s.os, SEGMENT) - 100;
    change(s.os, SEGMENT, footer, 0xff);
    for (int i = 0; i < 2; i++) { /* also after a new start */
        reopen(&s);
        damage = 0;
        small_assert(&s, "");
        assert_true(damage > 0);
        for (int j = 0; j < 20; j++)
            assert_int_equal(sx_engine_poll(s.engine, &more, &err), STRIA_OK);
    }
    change(s.os, SEGMENT, footer, 0xff);
    small_assert(&s, before);
    for (int j = 0; j < 20; j++)
        assert_int_equal(sx_engine_poll(s.engine, &more, &err), STRIA_OK);
    reopen(&s);
    small_assert(&s, before);
    free(before);
    small_end(&s);
}

/* Merging around a damaged segment must keep the order of what was written, for when the segment is
 * whole again: first it lies in the middle, then at the beginning. */
static void what_lay_damaged_comes_back_at_its_place_in_the_order(void **state)
{
    (void)state;
    static const char *const lines[] = {"m v=1 10\nm v=1 20\nm v=1 30", "m v=2 20\nm v=2 30",
                                        "m v=3 30"};
    for (int damaged = 0; damaged < 3; damaged++)
        for (int later = 0; later < 2; later++) {
            struct small s;
            char path[64];
            stria_error err = {0};
            small_begin(&s);
            for (int i = 0; i < 3; i++) {
                small_write(&s, lines[i]);
                small_compact(&s, STRIA_COMPACT_FLUSH);
            }
            (void)snprintf(path, sizeof path, "db/seg/%016x.seg", damaged + 1);
            uint64_t footer = file_size(s.os, path) - 100;
            change(s.os, path, footer, 0xff);
            reopen(&s);
            for (int i = 0; i < 3; i++) /* the first one finds the damage */
                (void)sx_engine_compact(s.engine, STRIA_COMPACT_SEAL, NULL, &err);
            change(s.os, path, footer, 0xff);
            if (later)
                small_write(&s, "m v=4 40");
            reopen(&s);
            const char *expected =
                later ? "m 10:v=1 20:v=2 30:v=3 40:v=4; m/1 " : "m 10:v=1 20:v=2 30:v=3; m/1 ";
            small_assert(&s, expected);
            small_compact(&s, STRIA_COMPACT_SEAL);
            small_assert(&s, expected);
            assert_true(small_stat(&s, "segments") == 1);
            small_end(&s);
        }
}

static bool add_path(void *context, const char *name, bool is_directory)
{
    (void)is_directory;
    (*(int *)context) += strstr(name, ".wal") != NULL;
    return true;
}

static void a_damaged_log_costs_its_frame_and_is_kept(void **state)
{
    (void)state;
    struct small s;
    stria_error err = {0};
    int files = 0;
    small_begin(&s);
    small_write(&s, "m v=1 1");
    small_write(&s, "m v=2 2");
    small_write(&s, "m v=3 3");
    /* Frames are at multiples of 4096, the header takes the first two. */
    change(s.os, "db/wal/00000000.wal", 3 * 4096 + 100, 0xff);
    for (int i = 0; i < 3; i++) {
        reopen(&s);
        small_assert(&s, "m 1:v=1 3:v=3; m/1 ");
        if (i == 0)
            assert_true(small_stat(&s, "log_damage_total") == 1);
        small_compact(&s, STRIA_COMPACT_FLUSH);
        small_write(&s, "m v=3 3");
    }
    assert_int_equal(s.os->ops->list(s.os, "db/wal", add_path, &files, &err), STRIA_OK);
    struct sx_file *file;
    assert_int_equal(s.os->ops->open(s.os, "db/wal/00000000.wal", 0, &file, &err), STRIA_OK);
    sx_file_close(file);
    assert_true(files <= 4);
    small_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_changed_byte_is_told_or_does_no_harm),
        cmocka_unit_test(merges_leave_a_damaged_segment_alone),
        cmocka_unit_test(newer_values_that_are_lost_do_not_bring_older_ones_back),
        cmocka_unit_test(what_lay_damaged_comes_back_at_its_place_in_the_order),
        cmocka_unit_test(a_damaged_log_costs_its_frame_and_is_kept),
        cmocka_unit_test(a_segment_that_cannot_be_opened_is_set_aside_and_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
