/* SPDX-License-Identifier: Apache-2.0 */
/* wide_test.c -- memory that fails while a segment is written, opened and checked that is wide in
 * every way: measurements, tags, columns, groups. Where a small one needs one block of an arena,
 * each list of it needs its own. */
#include "segment/check.h"

#include "segment/segment_fixture_test.h"

#define NARROW 200 /* measurements with one series */
#define COLUMNS 400
#define GROUPS 1200
#define TAGS 2100

static char names[COLUMNS][8];
static int64_t values[COLUMNS];

static stria_status put_series(struct seg_test *t, const char *series)
{
    struct sx_bytes key = index_test_key(&t->key, series);
    return sx_segment_writer_series(t->writer, key, sx_hash(key), &t->err);
}

/* A row of the first columns. */
static stria_status put_row(struct seg_test *t, int64_t ts_ns, size_t column_count)
{
    struct sx_writer_column columns[COLUMNS];
    for (size_t i = 0; i < column_count; i++) {
        (void)snprintf(names[i], sizeof names[i], "c%03zu", i);
        values[i] = (int64_t)i * 1000 + ts_ns;
        columns[i] = (struct sx_writer_column){
            .name = sx_bytes_of(names[i]), .type = STRIA_INT, .values = &values[i]};
    }
    return sx_segment_writer_rows(t->writer, &ts_ns, 1, columns, column_count, &t->err);
}

static stria_status put_all(struct seg_test *t)
{
    char series[32];
    stria_status st = put_series(t, "g");
    for (int i = 0; i < GROUPS && !st; i++)
        st = put_row(t, i, 3);
    for (int i = 0; i < NARROW && !st; i++) {
        (void)snprintf(series, sizeof series, "m%03d", i);
        st = put_series(t, series);
        if (!st)
            st = put_row(t, i, 1);
    }
    if (!st)
        st = put_series(t, "w");
    if (!st)
        st = put_row(t, 1, COLUMNS);
    for (int i = 0; i < TAGS && !st; i++) {
        (void)snprintf(series, sizeof series, "z,k%04d=v", i);
        st = put_series(t, series);
        if (!st)
            st = put_row(t, 1, 1);
    }
    return st;
}

static stria_status write_wide(struct seg_test *t, enum sx_tier tier)
{
    stria_status st = seg_test_begin(t, tier);
    if (!st)
        st = put_all(t);
    if (!st)
        st = seg_test_finish(t);
    sx_segment_writer_destroy(t->writer);
    t->writer = NULL;
    return st;
}

static const enum sx_tier tiers[] = {SX_TIER_HOT, SX_TIER_SEALED};

static void test_no_failing_allocation_leaves_a_part_of_a_wide_segment(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(tiers); i++)
        for (int64_t n = 1;; n += 1 + n / 8) {
            struct seg_test t;
            struct sx_file_info info;
            seg_test_init(&t);
            sx_buf_reserve(&t.key, 1000);
            test_mem_arm(&t.memory, n);
            stria_status st = write_wide(&t, tiers[i]);
            bool fired = test_mem_fired(&t.memory);
            assert_true(st == STRIA_OK || (fired && st == STRIA_NOMEM));
            assert_int_equal(t.err.code, st);
            assert_int_equal(t.disk->ops->stat(t.disk, "a.seg", &info, NULL),
                             st ? STRIA_NOT_FOUND : STRIA_OK);
            seg_test_deinit(&t);
            if (!fired)
                break;
        }
}

static void test_every_failing_allocation_of_opening_a_wide_segment_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(tiers); i++) {
        struct seg_test t;
        unsigned failures = 0;
        seg_test_init(&t);
        assert_int_equal(write_wide(&t, tiers[i]), STRIA_OK);
        assert_int_equal(seg_test_open(&t), STRIA_OK);
        assert_int_equal(t.segment->measurement_count, NARROW + 3);
        assert_int_equal(t.segment->tag_count, TAGS);
        for (int64_t n = 1;; n++) {
            seg_test_close(&t);
            test_mem_arm(&t.memory, n);
            stria_status st = seg_test_open(&t);
            bool fired = test_mem_fired(&t.memory);
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
            failures += fired;
            if (t.segment) {
                assert_int_equal(t.err.code, st);
                assert_int_equal(sx_segment_load(t.segment, NULL), STRIA_OK);
                assert_int_equal(t.segment->stripe_count, NARROW + 3);
            }
            if (!fired)
                break;
        }
        assert_true(failures > 12);
        seg_test_deinit(&t);
    }
}

/* The groups and the first columns of a stripe. */
static stria_status read_stripe(struct seg_test *t, struct sx_segment_cursor *cursor,
                                uint32_t stripe, uint32_t column_count)
{
    stria_status st = sx_segment_cursor_stripe(cursor, stripe, &t->err);
    for (uint32_t c = 0; c < column_count && !st; c++) {
        const struct sx_chunk *chunk;
        st = sx_segment_cursor_chunk(cursor, 0, c, &chunk, &t->err);
        if (!st)
            assert_int_equal(chunk->stats.first, c * 1000 + cursor->groups[0].min_ts);
    }
    return st;
}

static void test_every_failing_allocation_of_a_large_stripe_is_told(void **state)
{
    (void)state;
    struct seg_test t;
    seg_test_init(&t);
    assert_int_equal(write_wide(&t, SX_TIER_HOT), STRIA_OK);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    static const struct {
        uint32_t stripe, columns;
    } rows[] = {{0, 3}, {NARROW + 1, COLUMNS}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        assert_int_equal(t.segment->stripes[rows[i].stripe].run_count, rows[i].columns + 1);
        for (int64_t n = 1;; n++) {
            struct sx_segment_cursor cursor;
            t.err = (stria_error){0};
            sx_segment_cursor_init(&cursor, t.segment, &t.memory.mem);
            test_mem_arm(&t.memory, n);
            stria_status st = read_stripe(&t, &cursor, rows[i].stripe, rows[i].columns);
            bool fired = test_mem_fired(&t.memory);
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
            assert_int_equal(t.err.code, st);
            if (st) /* and the cursor is as good as before */
                assert_int_equal(read_stripe(&t, &cursor, rows[i].stripe, rows[i].columns),
                                 STRIA_OK);
            sx_segment_cursor_deinit(&cursor);
            if (!fired)
                break;
        }
    }
    seg_test_deinit(&t);
}

static void found(void *context, stria_status code, uint64_t offset, const char *text)
{
    (void)context, (void)code, (void)offset;
    fail_msg("%s", text);
}

static void
test_a_check_of_a_wide_segment_ends_where_it_finds_no_memory_or_does_with_less(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(tiers); i++) {
        struct seg_test t;
        unsigned failures = 0;
        seg_test_init(&t);
        assert_int_equal(write_wide(&t, tiers[i]), STRIA_OK);
        for (int64_t n = 1;; n += 1 + n / 8) {
            struct sx_segment_check check = {.found = found};
            assert_int_equal(seg_test_open(&t), STRIA_OK);
            test_mem_arm(&t.memory, n);
            stria_status st = sx_segment_check(t.segment, &t.memory.mem, &check, &t.err);
            bool fired = test_mem_fired(&t.memory);
            assert_true(st == STRIA_OK || (fired && st == STRIA_NOMEM));
            assert_int_equal(t.err.code, st);
            failures += st != STRIA_OK;
            if (!fired)
                break;
        }
        assert_true(failures > 8);
        seg_test_deinit(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_failing_allocation_leaves_a_part_of_a_wide_segment),
        cmocka_unit_test(test_every_failing_allocation_of_opening_a_wide_segment_is_told),
        cmocka_unit_test(test_every_failing_allocation_of_a_large_stripe_is_told),
        cmocka_unit_test(
            test_a_check_of_a_wide_segment_ends_where_it_finds_no_memory_or_does_with_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
