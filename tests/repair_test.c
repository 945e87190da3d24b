/* SPDX-License-Identifier: Apache-2.0 */
/* repair_test.c -- damaged stores that are mended: what is left is all there, what is lost is told,
 * what was there before is put by. */
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/verify.h"
#include "os/os_mem.h"

#include <stdio.h>
#include <string.h>

#define SEGMENT "db/seg/0000000000000001.seg"

struct findings {
    uint64_t count;
    char text[2000];
};

static void on_finding(void *user, const stria_finding *finding)
{
    struct findings *f = user;
    size_t len = strlen(f->text);
    (void)snprintf(f->text + len, sizeof f->text - len, "%s:%s\n", finding->file, finding->text);
    f->count++;
}

static stria_status verify(struct small *s, bool repair, stria_verify_report *report,
                           struct findings *f)
{
    stria_error err = {0};
    *f = (struct findings){0};
    stria_status st = sx_verify(
        s->os, "db", STRIA_VERIFY_OPTIONS(.on_finding = on_finding, .user = f, .repair = repair),
        report, &err);
    assert_int_equal(st, f->count ? STRIA_CORRUPT : STRIA_OK);
    return st;
}

static void make(struct small *s)
{
    small_begin(s);
    small_write(s, "m,h=a v=1 1\nm,h=b v=2 1\nm,h=c v=3,w=8 1\nn v=4i 9");
    small_compact(s, STRIA_COMPACT_FLUSH);
    small_write(s, "m,h=a v=5 5\nm,h=d v=6 6");
}

static const char whole[] =
    "m,h,a 1:v=1 5:v=5; m,h,b 1:v=2; m,h,c 1:v=3w=8; m,h,d 6:v=6; n 9:v=4; ";

static void close_store(struct small *s)
{
    stria_error err = {0};
    assert_int_equal(sx_engine_close(s->engine, &err), STRIA_OK);
    s->engine = NULL;
}

static void change(struct small *s, const char *path, uint64_t offset)
{
    size_t size;
    uint8_t *bytes = sx_os_mem_bytes(s->os, path, &size);
    assert_non_null(bytes);
    assert_true(offset < size);
    bytes[offset] ^= 0x10;
}

/* The one manifest there is: closing may begin a shorter one. */
static const char *manifest(struct small *s)
{
    static char path[64];
    size_t size;
    for (int i = 1; i < 10; i++) {
        (void)snprintf(path, sizeof path, "db/manifest/%016x.man", (unsigned)i);
        if (sx_os_mem_bytes(s->os, path, &size))
            return path;
    }
    fail_msg("there is no manifest");
    return NULL;
}

static bool exists(struct small *s, const char *path)
{
    size_t size;
    return sx_os_mem_bytes(s->os, path, &size) != NULL;
}

static void a_sound_store_is_left_alone(void **state)
{
    (void)state;
    struct small s;
    struct findings f;
    stria_verify_report report;
    make(&s);
    char before[sizeof s.text];
    (void)snprintf(before, sizeof before, "%s", small_dump(&s));
    close_store(&s);
    assert_int_equal(verify(&s, true, &report, &f), STRIA_OK);
    assert_int_equal(report.mended_count, 0);
    assert_true(exists(&s, SEGMENT));
    small_open(&s);
    small_assert(&s, before);
    small_end(&s);
}

/* Every byte of a segment is changed in turn: after the repair the store is sound, holds nothing
 * that was not written, and has the file that it was. */
static void whatever_byte_is_damaged_the_store_is_sound_afterwards(void **state)
{
    (void)state;
    unsigned whole_again = 0;
    uint64_t offset = 0;
    for (bool more = true; more; offset += 7) {
        struct small s;
        struct findings f;
        stria_verify_report report;
        size_t size;
        make(&s);
        close_store(&s);
        (void)sx_os_mem_bytes(s.os, SEGMENT, &size);
        more = offset + 7 < size;
        change(&s, SEGMENT, offset);
        assert_int_equal(verify(&s, true, &report, &f), STRIA_CORRUPT);
        assert_int_equal(report.mended_count, 1);
        assert_true(exists(&s, "db/damaged/0000000000000001.seg"));
        if (verify(&s, false, &report, &f))
            fail_msg("byte %llu: %s", (unsigned long long)offset, f.text);
        small_open(&s);
        small_dump(&s);
        /* Those behind the damaged segment are never lost. */
        assert_non_null(strstr(s.text, "5:v=5"));
        assert_non_null(strstr(s.text, "m,h,d 6:v=6"));
        whole_again += strstr(s.text, "m,h,b 1:v=2") && strstr(s.text, "n 9:v=4");
        small_end(&s);
    }
    assert_true(whole_again > 0);
}

static void what_is_lost_is_told(void **state)
{
    (void)state;
    struct small s;
    struct findings f;
    stria_verify_report report;
    make(&s);
    close_store(&s);
    change(&s, SEGMENT, 64); /* the first chunk: times, which all series of m share */
    assert_int_equal(verify(&s, true, &report, &f), STRIA_CORRUPT);
    assert_non_null(strstr(f.text, "; lost: m,h=a all fields 1970-01-01T00:00:00.000000001Z to "));
    assert_non_null(strstr(f.text, "seg/0000000000000001.seg:"));
    small_open(&s);
    small_assert(&s, "m,h,a 5:v=5; m,h,d 6:v=6; n 9:v=4; *");
    small_end(&s);
}

static void a_missing_segment_is_taken_out(void **state)
{
    (void)state;
    struct small s;
    struct findings f;
    stria_verify_report report;
    make(&s);
    close_store(&s);
    assert_int_equal(s.os->ops->unlink(s.os, SEGMENT, NULL), STRIA_OK);
    assert_int_equal(verify(&s, true, &report, &f), STRIA_CORRUPT);
    assert_int_equal(report.mended_count, 1);
    assert_int_equal(verify(&s, false, &report, &f), STRIA_OK);
    small_open(&s);
    small_assert(&s, "m,h,a 5:v=5; m,h,d 6:v=6; *");
    small_end(&s);
}

static void a_manifest_that_is_gone_is_made_from_the_segments(void **state)
{
    (void)state;
    for (int gone = 0; gone < 2; gone++) {
        struct small s;
        struct findings f;
        stria_verify_report report;
        make(&s);
        close_store(&s);
        if (gone) {
            assert_int_equal(s.os->ops->unlink(s.os, manifest(&s), NULL), STRIA_OK);
        } else {
            change(&s, manifest(&s), 0);
            change(&s, manifest(&s), 4096);
        }
        assert_int_equal(verify(&s, true, &report, &f), STRIA_CORRUPT);
        assert_int_equal(report.mended_count, 1);
        assert_non_null(strstr(f.text, "recovered"));
        if (!gone)
            assert_true(exists(&s, "db/damaged/0000000000000001.man") ||
                        exists(&s, "db/damaged/0000000000000002.man"));
        assert_int_equal(verify(&s, false, &report, &f), STRIA_OK);
        small_open(&s);
        small_dump(&s);
        s.text[strlen(whole)] = 0;
        assert_string_equal(s.text, whole);
        /* Types are known: a conflict is still one, and a new store goes on. */
        assert_int_equal(small_write(&s, "m,h=a v=\"text\" 7"), 1);
        assert_int_equal(small_write(&s, "m,h=a v=7 7"), 0);
        small_compact(&s, STRIA_COMPACT_SEAL);
        assert_non_null(strstr(small_dump(&s), "7:v=7"));
        small_end(&s);
    }
}

static void a_store_that_is_open_is_refused(void **state)
{
    (void)state;
    struct small s;
    stria_error err = {0};
    stria_verify_report report;
    make(&s);
    assert_int_equal(sx_verify(s.os, "db", STRIA_VERIFY_OPTIONS(.repair = true), &report, &err),
                     STRIA_LOCKED);
    small_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_store_is_left_alone),
        cmocka_unit_test(whatever_byte_is_damaged_the_store_is_sound_afterwards),
        cmocka_unit_test(what_is_lost_is_told),
        cmocka_unit_test(a_missing_segment_is_taken_out),
        cmocka_unit_test(a_manifest_that_is_gone_is_made_from_the_segments),
        cmocka_unit_test(a_store_that_is_open_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
