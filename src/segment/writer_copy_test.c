/* SPDX-License-Identifier: Apache-2.0 */
/* writer_copy_test.c -- groups that are copied: what comes of it is what writing their rows gives,
 * in both tiers, beside chunks that are encoded, and when calls or allocations fail. */
#include "segment/check.h"
#include "segment/stored_fixture_test.h"

#include <errno.h>

#define SERIES 12

/* A segment whose groups are copied into another one. */
struct source {
    struct seg_test *t;
    struct sx_segment_cursor cursor;
};

static void source_init(struct source *source, struct seg_test *t, struct sx_mem *mem)
{
    source->t = t;
    sx_segment_cursor_init(&source->cursor, t->segment, mem);
}

/* Copies a group, counted from the first of the segment, if there is room. */
static stria_status copy_group(struct source *source, struct seg_test *to, uint32_t group,
                               bool *has_room)
{
    struct sx_stored_group stored;
    struct sx_segment_cursor *cursor = &source->cursor;
    uint32_t stripe = 0;
    *has_room = false;
    while (group >= source->t->segment->stripes[stripe].group_count)
        group -= source->t->segment->stripes[stripe++].group_count;
    sx_stored_group_init(&stored, &to->memory.mem);
    stria_status st = sx_segment_cursor_stripe(cursor, stripe, &to->err);
    if (!st)
        st = sx_stored_group_find(&stored, cursor, group, &to->err);
    if (!st)
        st = sx_segment_writer_has_room(to->writer, &stored, has_room, &to->err);
    if (!st && *has_room)
        st = sx_stored_group_read(&stored, cursor, &to->err);
    if (!st && *has_room)
        st = sx_segment_writer_copy(to->writer, &stored, &to->err);
    sx_stored_group_deinit(&stored);
    return st;
}

/* Series [first, end) of a source that begins with `first`; encode: of so many series no more than
 * the first is copied. */
static stria_status put_series(struct source *source, struct seg_test *to, unsigned kind,
                               uint32_t first, uint32_t end, uint32_t encode)
{
    stria_status st = STRIA_OK;
    for (uint32_t s = first; s < end && !st; s++) {
        st = stored_begin_series(to, s);
        for (uint32_t g = 0; g < STORED_GROUPS && !st; g++) {
            bool has_room = false;
            if (s % encode == 0)
                st = copy_group(source, to, (s - first) * STORED_GROUPS + g, &has_room);
            if (!st && !has_room)
                st = stored_put_group(to, kind, s, g);
        }
    }
    return st;
}

static void assert_good(struct seg_test *t)
{
    struct sx_segment_check check = {0};
    assert_int_equal(sx_segment_check(t->segment, &t->memory.mem, &check, &t->err), STRIA_OK);
    assert_int_equal(check.found_count, 0);
}

/* Whether two open segments say the same. */
static void assert_same_rows(struct seg_test *a, struct seg_test *b)
{
    assert_int_equal(seg_test_dump(a), STRIA_OK);
    assert_int_equal(seg_test_dump(b), STRIA_OK);
    assert_int_equal(a->out.len, b->out.len);
    assert_memory_equal(a->out.ptr, b->out.ptr, a->out.len);
    assert_good(b);
}

static void end(struct seg_test *from, struct source *source, struct seg_test *to)
{
    sx_segment_cursor_deinit(&source->cursor);
    seg_test_deinit(from);
    seg_test_deinit(to);
}

static void test_a_copied_segment_has_the_bytes_of_a_written_one(void **state)
{
    (void)state;
    static const struct {
        enum sx_tier tier;
        bool no_entropy;
    } rows[] = {{SX_TIER_HOT, false}, {SX_TIER_SEALED, false}, {SX_TIER_SEALED, true}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct seg_test from, to;
        struct source source;
        size_t from_size, to_size;
        seg_test_init(&from);
        seg_test_init(&to);
        from.no_entropy = to.no_entropy = rows[i].no_entropy;
        stored_write(&from, rows[i].tier, 0, 0, SERIES);
        source_init(&source, &from, &to.memory.mem);
        assert_int_equal(seg_test_begin(&to, rows[i].tier), STRIA_OK);
        assert_true(sx_segment_writer_is_alike(to.writer, from.segment));
        assert_int_equal(put_series(&source, &to, 0, 0, SERIES, 1), STRIA_OK);
        assert_int_equal(seg_test_finish(&to), STRIA_OK);
        /* The disks give both the same random numbers, so the segments have one uuid. */
        const uint8_t *from_bytes = sx_os_mem_bytes(from.disk, "a.seg", &from_size);
        const uint8_t *to_bytes = sx_os_mem_bytes(to.disk, "a.seg", &to_size);
        assert_int_equal(to_size, from_size);
        assert_memory_equal(to_bytes, from_bytes, to_size);
        end(&from, &source, &to);
    }
}

static void test_only_segments_of_the_same_coding_are_alike(void **state)
{
    (void)state;
    static const struct {
        enum sx_tier tier;
        bool no_entropy;
    } forms[] = {{SX_TIER_HOT, false}, {SX_TIER_SEALED, false}, {SX_TIER_SEALED, true}};
    for (size_t i = 0; i < SX_COUNT_OF(forms); i++)
        for (size_t j = 0; j < SX_COUNT_OF(forms); j++) {
            struct seg_test from, to;
            seg_test_init(&from);
            seg_test_init(&to);
            from.no_entropy = forms[i].no_entropy;
            to.no_entropy = forms[j].no_entropy;
            stored_write(&from, forms[i].tier, 0, 0, 1);
            assert_int_equal(seg_test_begin(&to, forms[j].tier), STRIA_OK);
            assert_int_equal(sx_segment_writer_is_alike(to.writer, from.segment), i == j);
            seg_test_deinit(&from);
            seg_test_deinit(&to);
        }
}

static void test_copied_and_encoded_chunks_share_stripe_and_tables(void **state)
{
    (void)state;
    for (uint32_t encode = 2; encode < 5; encode++) {
        struct seg_test from, to;
        struct source source;
        seg_test_init(&from);
        seg_test_init(&to);
        stored_write(&from, SX_TIER_SEALED, 0, 0, SERIES);
        source_init(&source, &from, &to.memory.mem);
        assert_int_equal(seg_test_begin(&to, SX_TIER_SEALED), STRIA_OK);
        assert_int_equal(put_series(&source, &to, 0, 0, SERIES, encode), STRIA_OK);
        assert_int_equal(seg_test_finish(&to), STRIA_OK);
        assert_int_equal(seg_test_open(&to), STRIA_OK);
        assert_int_equal(to.segment->stripe_count, 1);
        assert_same_rows(&from, &to);
        struct sx_segment_cursor cursor;
        const struct sx_chunk *chunk;
        unsigned tables = 0;
        sx_segment_cursor_init(&cursor, to.segment, &to.memory.mem);
        assert_int_equal(sx_segment_cursor_stripe(&cursor, 0, NULL), STRIA_OK);
        for (uint32_t c = 0; c < STORED_COLUMNS; c++) {
            assert_int_equal(sx_segment_cursor_chunk(&cursor, 2, c, &chunk, NULL), STRIA_OK);
            assert_int_equal(sx_segment_cursor_chunk(&source.cursor, 2, c, &chunk, NULL), STRIA_OK);
            struct sx_bytes bytes = source.cursor.columns[c].table_bytes;
            assert_true(sx_bytes_equal(cursor.columns[c].table_bytes, bytes));
            tables += bytes.len > 0;
        }
        assert_true(tables >= 3);
        sx_segment_cursor_deinit(&cursor);
        end(&from, &source, &to);
    }
}

static void test_chunks_with_other_tables_have_another_stripe_if_it_pays(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t series;  /* of the first source */
        uint32_t encode;  /* one in so many of them is copied */
        uint32_t stripes; /* of the output; 1: those of the second source are encoded */
    } rows[] = {
        {"a stripe that is large enough", 40, 1, 2},
        {"half of it encoded", 40, 2, 2},
        {"most of it encoded", 40, 3, 1},
        {"a small stripe", 4, 1, 1},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct seg_test one, two, to, want;
        struct source first, second;
        uint32_t count = rows[i].series;
        seg_test_init(&one);
        seg_test_init(&two);
        seg_test_init(&to);
        seg_test_init(&want);
        stored_write(&one, SX_TIER_SEALED, 0, 0, count);
        stored_write(&two, SX_TIER_SEALED, 1, count, count + 8);
        source_init(&first, &one, &to.memory.mem);
        source_init(&second, &two, &to.memory.mem);
        assert_int_equal(seg_test_begin(&to, SX_TIER_SEALED), STRIA_OK);
        assert_int_equal(put_series(&first, &to, 0, 0, count, rows[i].encode), STRIA_OK);
        assert_int_equal(put_series(&second, &to, 1, count, count + 8, 1), STRIA_OK);
        assert_int_equal(seg_test_finish(&to), STRIA_OK);
        assert_int_equal(seg_test_open(&to), STRIA_OK);
        if (to.segment->stripe_count != rows[i].stripes)
            fail_msg("%s: %u stripes", rows[i].name, (unsigned)to.segment->stripe_count);
        assert_int_equal(seg_test_begin(&want, SX_TIER_HOT), STRIA_OK);
        for (uint32_t s = 0; s < count + 8; s++) {
            assert_int_equal(stored_begin_series(&want, s), STRIA_OK);
            for (uint32_t g = 0; g < STORED_GROUPS; g++)
                assert_int_equal(stored_put_group(&want, s >= count, s, g), STRIA_OK);
        }
        assert_int_equal(seg_test_finish(&want), STRIA_OK);
        assert_int_equal(seg_test_open(&want), STRIA_OK);
        assert_same_rows(&want, &to);
        sx_segment_cursor_deinit(&second.cursor);
        seg_test_deinit(&two);
        seg_test_deinit(&want);
        end(&one, &first, &to);
    }
}

static void test_rows_must_follow_those_that_were_copied(void **state)
{
    (void)state;
    struct seg_test from, to;
    struct source source;
    bool has_room;
    seg_test_init(&from);
    seg_test_init(&to);
    stored_write(&from, SX_TIER_HOT, 0, 0, 1);
    source_init(&source, &from, &to.memory.mem);
    assert_int_equal(seg_test_begin(&to, SX_TIER_HOT), STRIA_OK);
    assert_int_equal(stored_begin_series(&to, 0), STRIA_OK);
    assert_int_equal(copy_group(&source, &to, 1, &has_room), STRIA_OK);
    assert_int_equal(copy_group(&source, &to, 0, &has_room), STRIA_INTERNAL);
    end(&from, &source, &to);
}

/* Copies all of `from`, one series encoded, and finishes. */
static stria_status try_copy(struct seg_test *from, struct seg_test *to)
{
    struct source source;
    source_init(&source, from, &to->memory.mem);
    to->err = (stria_error){0};
    stria_status st = seg_test_begin(to, SX_TIER_SEALED);
    if (!st)
        st = put_series(&source, to, 0, 0, 1, 1);
    if (!st)
        st = put_series(&source, to, 0, 1, 2, 2);
    if (!st)
        st = seg_test_finish(to);
    sx_segment_writer_destroy(to->writer);
    to->writer = NULL;
    sx_segment_cursor_deinit(&source.cursor);
    return st;
}

static void test_a_failing_allocation_ends_it_or_costs_bytes(void **state)
{
    (void)state;
    struct seg_test from, to;
    struct sx_file_info info;
    unsigned failures = 0;
    seg_test_init(&from);
    seg_test_init(&to);
    stored_write(&from, SX_TIER_SEALED, 0, 0, 2);
    (void)index_test_key(&to.key, "m,k=000"); /* its memory is the test's own */
    for (int64_t at = 1;; at++) {
        test_mem_arm(&to.memory, at);
        stria_status st = try_copy(&from, &to);
        bool fired = atomic_load(&to.memory.fault.fired);
        test_mem_arm(&to.memory, 0);
        if (!st) {
            assert_int_equal(seg_test_open(&to), STRIA_OK);
            assert_same_rows(&from, &to);
            seg_test_close(&to);
            assert_int_equal(to.disk->ops->unlink(to.disk, "a.seg", NULL), STRIA_OK);
        } else {
            assert_int_equal(st, STRIA_NOMEM);
            assert_int_equal(to.disk->ops->stat(to.disk, "a.seg", &info, NULL), STRIA_NOT_FOUND);
            failures++;
        }
        if (!fired)
            break;
    }
    assert_true(failures > 20);
    seg_test_deinit(&from);
    seg_test_deinit(&to);
}

static void test_a_failing_call_leaves_no_file(void **state)
{
    (void)state;
    struct seg_test from;
    seg_test_init(&from);
    stored_write(&from, SX_TIER_SEALED, 0, 0, 2);
    for (uint64_t n = 1;; n++) {
        struct seg_test to;
        struct sx_file_info info;
        struct sx_os_fault_options options = {.fail_at = n, .os_errno = EIO};
        seg_test_init(&to);
        to.os = sx_os_fault_create(to.disk, &options);
        stria_status st = try_copy(&from, &to);
        bool fired = sx_os_fault_fired(to.os);
        assert_int_equal(st != STRIA_OK, fired);
        assert_int_equal(to.disk->ops->stat(to.disk, "a.seg", &info, NULL),
                         st ? STRIA_NOT_FOUND : STRIA_OK);
        seg_test_deinit(&to);
        if (!fired)
            break;
    }
    seg_test_deinit(&from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_copied_segment_has_the_bytes_of_a_written_one),
        cmocka_unit_test(test_only_segments_of_the_same_coding_are_alike),
        cmocka_unit_test(test_copied_and_encoded_chunks_share_stripe_and_tables),
        cmocka_unit_test(test_chunks_with_other_tables_have_another_stripe_if_it_pays),
        cmocka_unit_test(test_rows_must_follow_those_that_were_copied),
        cmocka_unit_test(test_a_failing_allocation_ends_it_or_costs_bytes),
        cmocka_unit_test(test_a_failing_call_leaves_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
