/* SPDX-License-Identifier: Apache-2.0 */
/* verify_test.c -- verifying whole stores: sound ones, ones with any byte changed, ones that a
 * process writes to. */
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

struct findings {
    uint64_t count;
    char first[300];
};

static void on_finding(void *user, const stria_finding *finding)
{
    struct findings *f = user;
    assert_non_null(finding->file);
    assert_true(finding->code == STRIA_CORRUPT || finding->code == STRIA_NOT_FOUND ||
                finding->code == STRIA_VERSION || finding->code == STRIA_INVALID);
    if (f->count++ == 0)
        (void)snprintf(f->first, sizeof f->first, "%s:%llu: %s", finding->file,
                       (unsigned long long)finding->offset, finding->text);
}

static stria_status verify(struct small *s, stria_verify_report *report, struct findings *f)
{
    stria_error err = {0};
    *f = (struct findings){0};
    stria_status st = sx_verify(
        s->os, "db", STRIA_VERIFY_OPTIONS(.on_finding = on_finding, .user = f), report, &err);
    assert_int_equal(report->finding_count, f->count);
    assert_int_equal(st, f->count ? STRIA_CORRUPT : STRIA_OK);
    return st;
}

static void write_some(struct small *s)
{
    small_write(s, "cpu,host=a v=1,s=\"x\" 1\ncpu,host=a v=2 2\ncpu,host=b v=3,b=t 1");
    small_write(s, "mem,host=a i=5i,u=7u 3");
    small_compact(s, STRIA_COMPACT_FLUSH);
    small_write(s, "cpu,host=a v=4 4\ncpu,host=c v=5 5");
}

static void a_sound_store_is_sound_at_every_step(void **state)
{
    (void)state;
    static const stria_compact_until steps[] = {STRIA_COMPACT_FLUSH, STRIA_COMPACT_MERGE,
                                                STRIA_COMPACT_SEAL};
    struct small s;
    struct findings f;
    stria_verify_report report;
    small_begin(&s);
    write_some(&s);
    assert_int_equal(verify(&s, &report, &f), STRIA_OK);
    assert_int_equal(report.file_count, 2);
    assert_int_equal(report.row_count, 6);
    assert_int_equal(report.frame_count, 1);
    assert_true(report.chunk_count >= 6);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        small_compact(&s, steps[i]);
        assert_int_equal(verify(&s, &report, &f), STRIA_OK);
        assert_int_equal(report.row_count, 6);
    }
    small_end(&s);
}

static bool all_zeros(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

/* Changes each byte of [from, to) of a file that is not in a block of zeros; returns how many were
 * found. */
static uint64_t change_each(struct small *s, const char *path, size_t from, size_t to,
                            uint64_t *tried)
{
    size_t size;
    uint64_t found = 0;
    stria_verify_report report;
    struct findings f;
    *tried = 0;
    (void)sx_os_mem_bytes(s->os, path, &size);
    for (size_t i = from; i < size && i < to; i++) {
        uint8_t *bytes = sx_os_mem_bytes(s->os, path, &size);
        size_t block = i / 64 * 64;
        if (all_zeros(bytes + block, size - block < 64 ? size - block : 64))
            continue;
        bytes[i] ^= (uint8_t)(1u << i % 8);
        found += verify(s, &report, &f) == STRIA_CORRUPT;
        sx_os_mem_bytes(s->os, path, &size)[i] ^= (uint8_t)(1u << i % 8);
        ++*tried;
    }
    return found;
}

static void every_changed_byte_of_a_segment_is_found(void **state)
{
    (void)state;
    struct small s;
    uint64_t tried;
    small_begin(&s);
    write_some(&s);
    uint64_t found = change_each(&s, "db/seg/0000000000000001.seg", 0, SIZE_MAX, &tried);
    assert_true(tried > 500);
    assert_int_equal(found, tried);
    small_end(&s);
}

/* All but the zeros behind an edit. */
static void changed_bytes_of_the_manifest_are_found(void **state)
{
    (void)state;
    struct small s;
    uint64_t tried;
    small_begin(&s);
    write_some(&s);
    uint64_t found = change_each(&s, "db/manifest/0000000000000001.man", 0, SIZE_MAX, &tried);
    assert_true(tried > 100);
    assert_true(found > tried * 3 / 4);
    small_end(&s);
}

static void a_frame_that_was_durable_and_is_damaged_is_found(void **state)
{
    (void)state;
    struct small s;
    struct findings f;
    stria_verify_report report;
    size_t size;
    small_begin(&s);
    small_write(&s, "m v=1 1");
    small_write(&s, "m v=2 2");
    small_write(&s, "m v=3 3");
    sx_os_mem_bytes(s.os, "db/wal/00000000.wal", &size)[3 * 4096 + 100] ^= 1;
    assert_int_equal(verify(&s, &report, &f), STRIA_CORRUPT);
    assert_int_equal(strncmp(f.first, "wal/00000000.wal:12288:", 23), 0);
    assert_int_equal(report.frame_count, 2);
    assert_int_equal(report.row_count, 2);
    small_end(&s);
}

static void a_missing_segment_is_found(void **state)
{
    (void)state;
    struct small s;
    struct findings f;
    stria_verify_report report;
    small_begin(&s);
    write_some(&s);
    assert_int_equal(s.os->ops->unlink(s.os, "db/seg/0000000000000001.seg", NULL), STRIA_OK);
    assert_int_equal(verify(&s, &report, &f), STRIA_CORRUPT);
    assert_int_equal(f.count, 1);
    assert_int_equal(strncmp(f.first, "seg/0000000000000001.seg:", 25), 0);
    assert_int_equal(report.row_count, 2); /* those in the log */
    small_end(&s);
}

static void without_a_manifest_the_segments_are_still_checked(void **state)
{
    (void)state;
    struct small s;
    struct findings f;
    stria_verify_report report;
    small_begin(&s);
    write_some(&s);
    assert_int_equal(s.os->ops->unlink(s.os, "db/manifest/0000000000000001.man", NULL), STRIA_OK);
    assert_int_equal(verify(&s, &report, &f), STRIA_CORRUPT);
    assert_int_equal(f.count, 1);
    assert_int_equal(strncmp(f.first, "manifest:0: ", 12), 0);
    assert_int_equal(report.row_count, 4);
    small_end(&s);
}

static bool stop(void *user, uint64_t bytes_done, uint64_t bytes_total)
{
    (void)user;
    assert_true(bytes_done <= bytes_total);
    return false;
}

static void a_verification_can_be_stopped(void **state)
{
    (void)state;
    struct small s;
    stria_error err = {0};
    stria_verify_report report;
    small_begin(&s);
    write_some(&s);
    assert_int_equal(
        sx_verify(s.os, "db", STRIA_VERIFY_OPTIONS(.on_progress = stop), &report, &err),
        STRIA_CANCELLED);
    small_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_store_is_sound_at_every_step),
        cmocka_unit_test(every_changed_byte_of_a_segment_is_found),
        cmocka_unit_test(changed_bytes_of_the_manifest_are_found),
        cmocka_unit_test(a_frame_that_was_durable_and_is_damaged_is_found),
        cmocka_unit_test(a_missing_segment_is_found),
        cmocka_unit_test(without_a_manifest_the_segments_are_still_checked),
        cmocka_unit_test(a_verification_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
