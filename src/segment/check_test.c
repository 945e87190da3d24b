/* SPDX-License-Identifier: Apache-2.0 */
/* check_test.c -- checking segments: good ones, ones with any bit changed, ones that lie. */
#include "segment/check.h"

#include "segment/segment_fixture_test.h"

#include <errno.h>

static const struct seg_test_line lines[] = {
    {"cpu,host=a,os=x", 1, "f1=1.5 s5=on"},
    {"cpu,host=a,os=x", 2, "f1=2.5 s5"},
    {NULL, 0, NULL},
    {"cpu,host=a,os=x", 9, "f1=1"},
    {"cpu,host=b", 1, "f1=7 b4=1"},
    {"mem,host=b", 5, "i2=-3"},
};

struct found {
    unsigned count;
    stria_status code;
    uint64_t offset;
    char text[400];
    unsigned progress_count;
    bool stop;
};

static void found(void *context, stria_status code, uint64_t offset, const char *text)
{
    struct found *f = context;
    if (f->count++)
        return;
    f->code = code;
    f->offset = offset;
    (void)snprintf(f->text, sizeof f->text, "%s", text);
}

static bool progress(void *context, uint64_t byte_count)
{
    struct found *f = context;
    assert_true(byte_count > 0);
    f->progress_count++;
    return !f->stop;
}

/* Checks the file as it is now on the disk. */
static stria_status check(struct seg_test *t, struct sx_segment_check *check, struct found *f)
{
    seg_test_close(t);
    t->segment = sx_segment_create(t->os, &t->memory.mem, "a.seg", &t->info);
    if (!t->segment)
        return STRIA_NOMEM;
    *check = (struct sx_segment_check){.found = found, .progress = progress, .context = f};
    return sx_segment_check(t->segment, &t->memory.mem, check, &t->err);
}

static void test_a_good_segment_has_nothing_to_tell(void **state)
{
    (void)state;
    static const enum sx_tier tiers[] = {SX_TIER_HOT, SX_TIER_SEALED};
    for (size_t i = 0; i < SX_COUNT_OF(tiers); i++) {
        struct seg_test t;
        struct sx_segment_check c;
        struct found f = {0};
        seg_test_init(&t);
        seg_test_write(&t, tiers[i], lines, SX_COUNT_OF(lines));
        assert_int_equal(check(&t, &c, &f), STRIA_OK);
        assert_int_equal(f.count, 0);
        assert_int_equal(c.found_count, 0);
        assert_int_equal(c.row_count, 5);
        assert_int_equal(c.chunk_count, t.info.chunk_count);
        seg_test_deinit(&t);
    }
}

static void test_every_changed_bit_is_found(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_check c;
    size_t size;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, lines, SX_COUNT_OF(lines));
    for (size_t offset = 0; offset < t.info.file_size; offset++) {
        struct found f = {0};
        uint8_t mask = (uint8_t)(1u << offset % 8);
        sx_os_mem_bytes(t.disk, "a.seg", &size)[offset] ^= mask;
        assert_int_equal(check(&t, &c, &f), STRIA_OK);
        if (f.count == 0)
            fail_msg("byte %zu", offset);
        assert_true(f.offset < t.info.file_size);
        assert_int_equal(f.count, c.found_count);
        assert_non_null(strstr(f.text, "a.seg"));
        sx_os_mem_bytes(t.disk, "a.seg", &size)[offset] ^= mask;
    }
    seg_test_deinit(&t);
}

static void test_what_is_good_is_read_behind_what_is_damaged(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_check c;
    struct found f = {0};
    size_t size;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, lines, SX_COUNT_OF(lines));
    uint64_t chunk_count = t.info.chunk_count;
    /* The first chunk of the file is the times of the first group. */
    sx_os_mem_bytes(t.disk, "a.seg", &size)[SX_SEGMENT_HEADER_SIZE] ^= 1;
    assert_int_equal(check(&t, &c, &f), STRIA_OK);
    assert_int_equal(f.code, STRIA_CORRUPT);
    assert_int_equal(f.offset, SX_SEGMENT_HEADER_SIZE);
    assert_int_equal(c.row_count, 5);
    assert_true(c.chunk_count >= chunk_count - 1);
    assert_non_null(strstr(f.text,
                           "; lost: cpu,host=a,os=x all fields 1970-01-01T00:00:00.000000001Z "
                           "to 1970-01-01T00:00:00.000000002Z"));
    seg_test_deinit(&t);
}

static void test_a_missing_file_is_found(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_check c;
    struct found f = {0};
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, lines, SX_COUNT_OF(lines));
    assert_int_equal(t.disk->ops->unlink(t.disk, "a.seg", NULL), STRIA_OK);
    assert_int_equal(check(&t, &c, &f), STRIA_OK);
    assert_int_equal(f.count, 1);
    assert_int_equal(f.code, STRIA_NOT_FOUND);
    seg_test_deinit(&t);
}

/* More than one report's bytes of keys, of tag values or of rows. */
static const struct large {
    const char *name;
    int series, rows;
    int value_size; /* of the tag of each series */
} large[] = {
    {"many series", 2100, 1, 4},
    {"long tag values", 20, 1, 2000},
    {"many rows", 1, 20000, 1},
};

static void write_large(struct seg_test *t, const struct large *shape)
{
    static char texts[20000][16];
    char series[2100], value[32];
    seg_test_init(t);
    assert_int_equal(seg_test_begin(t, SX_TIER_HOT), STRIA_OK);
    for (int s = 0; s < shape->series; s++) {
        (void)snprintf(series, sizeof series, "cpu,host=%-*d", shape->value_size, 10000 + s);
        for (int i = 0; i < shape->rows; i++) { /* numbers that hardly pack */
            (void)snprintf(texts[i], sizeof texts[i], "%d", (int)((unsigned)i * 2654435761u >> 1));
            (void)snprintf(value, sizeof value, "i1=%s", texts[i]);
            assert_int_equal(seg_test_row(t, series, i, value), STRIA_OK);
        }
    }
    assert_int_equal(seg_test_finish(t), STRIA_OK);
}

static void test_a_check_can_be_stopped(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(large); i++) {
        struct seg_test t;
        struct sx_segment_check c;
        struct found f = {.stop = true};
        write_large(&t, &large[i]);
        if (check(&t, &c, &f) != STRIA_CANCELLED)
            fail_msg("%s", large[i].name);
        assert_int_equal(t.err.code, STRIA_CANCELLED);
        assert_int_equal(f.progress_count, 1);
        assert_true(c.chunk_count < t.info.chunk_count);
        f.stop = false;
        assert_int_equal(check(&t, &c, &f), STRIA_OK);
        assert_int_equal(c.row_count, (uint64_t)large[i].series * (uint64_t)large[i].rows);
        seg_test_deinit(&t);
    }
}

static void test_a_column_that_is_lost_is_told_up_to_the_series_of_the_next_stripe(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_check c;
    struct found f = {0};
    size_t size;
    char series[32];
    seg_test_init(&t);
    assert_int_equal(seg_test_begin(&t, SX_TIER_HOT), STRIA_OK);
    for (int s = 0; s < 9000; s++) { /* a stripe has 8,192 chunks */
        (void)snprintf(series, sizeof series, "cpu,host=%04d", s);
        assert_int_equal(seg_test_row(&t, series, 1, "i1=1"), STRIA_OK);
    }
    assert_int_equal(seg_test_finish(&t), STRIA_OK);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    assert_int_equal(t.segment->stripe_count, 2);
    uint64_t offset = t.segment->stripes[0].runs[1].directory.offset;
    sx_os_mem_bytes(t.disk, "a.seg", &size)[offset] ^= 1;
    assert_int_equal(check(&t, &c, &f), STRIA_OK);
    assert_int_equal(f.count, 1);
    assert_int_equal(f.offset, offset);
    assert_non_null(strstr(f.text, "; lost: cpu,host=0000 to cpu,host=8192 (8193 series) i "));
    seg_test_deinit(&t);
}

/* ---- failures ---- */

/* Damages the first chunks. */
static void damage(struct seg_test *t, bool is_damaged)
{
    size_t size;
    uint8_t *bytes = sx_os_mem_bytes(t->disk, "a.seg", &size);
    for (size_t at = SX_SEGMENT_HEADER_SIZE; is_damaged && at < SX_SEGMENT_HEADER_SIZE + 16;
         at += 8)
        bytes[at] ^= 1;
}

static void test_every_failing_allocation_is_told(void **state)
{
    (void)state;
    for (unsigned k = 0; k < 4; k++) {
        struct seg_test t;
        struct sx_segment_check c;
        unsigned failures = 0;
        seg_test_init(&t);
        seg_test_write(&t, k & 1 ? SX_TIER_SEALED : SX_TIER_HOT, lines, SX_COUNT_OF(lines));
        damage(&t, k & 2);
        for (int64_t n = 1;; n++) {
            struct found f = {0};
            t.err = (stria_error){0};
            test_mem_arm(&t.memory, n);
            stria_status st = check(&t, &c, &f);
            bool fired = test_mem_fired(&t.memory);
            assert_true(st == STRIA_OK || (fired && st == STRIA_NOMEM));
            failures += st != STRIA_OK;
            if (!t.segment) /* the allocation of the segment itself */
                continue;
            assert_int_equal(t.err.code, st);
            assert_int_equal(f.count, c.found_count);
            assert_true(k & 2 ? st != STRIA_OK || f.count > 0 : f.count == 0);
            if (!fired)
                break;
        }
        assert_true(failures > 20);
        seg_test_deinit(&t);
    }
}

static void test_every_failing_read_is_told_as_one(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_check c;
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, lines, SX_COUNT_OF(lines));
    for (uint64_t n = 1;; n++) {
        struct sx_os_fault_options options = {.fail_at = n, .os_errno = EIO};
        struct found f = {0};
        t.os = sx_os_fault_create(t.disk, &options);
        assert_int_equal(check(&t, &c, &f), STRIA_OK);
        bool fired = sx_os_fault_fired(t.os);
        assert_int_equal(f.count > 0, fired);
        assert_int_equal(f.code, fired ? STRIA_IO : STRIA_OK);
        seg_test_close(&t);
        sx_os_fault_destroy(t.os);
        t.os = t.disk;
        if (!fired)
            break;
    }
    seg_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_good_segment_has_nothing_to_tell),
        cmocka_unit_test(test_every_changed_bit_is_found),
        cmocka_unit_test(test_what_is_good_is_read_behind_what_is_damaged),
        cmocka_unit_test(test_a_missing_file_is_found),
        cmocka_unit_test(test_a_check_can_be_stopped),
        cmocka_unit_test(test_a_column_that_is_lost_is_told_up_to_the_series_of_the_next_stripe),
        cmocka_unit_test(test_every_failing_allocation_is_told),
        cmocka_unit_test(test_every_failing_read_is_told_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
