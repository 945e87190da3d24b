/* SPDX-License-Identifier: Apache-2.0 */
/* stored_test.c -- groups as they are stored: all their chunks, their bytes checked. */
#include "segment/stored.h"

#include "segment/stored_fixture_test.h"

static void open_stripe(struct seg_test *t, struct sx_segment_cursor *cursor,
                        struct sx_stored_group *stored)
{
    sx_segment_cursor_init(cursor, t->segment, &t->memory.mem);
    sx_stored_group_init(stored, &t->memory.mem);
    assert_int_equal(sx_segment_cursor_stripe(cursor, 0, NULL), STRIA_OK);
}

static void close_all(struct sx_segment_cursor *cursor, struct sx_stored_group *stored)
{
    sx_stored_group_deinit(stored);
    sx_stored_group_deinit(stored);
    sx_segment_cursor_deinit(cursor);
}

static void test_a_group_has_the_chunks_of_its_columns(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_cursor cursor;
    struct sx_stored_group stored;
    size_t size;
    seg_test_init(&t);
    stored_write(&t, SX_TIER_HOT, 0, 0, 5);
    open_stripe(&t, &cursor, &stored);
    const uint8_t *file = sx_os_mem_bytes(t.disk, "a.seg", &size);
    for (uint32_t g = 0; g < 5 * STORED_GROUPS; g++) {
        assert_int_equal(sx_stored_group_find(&stored, &cursor, g, &t.err), STRIA_OK);
        assert_int_equal(sx_stored_group_read(&stored, &cursor, &t.err), STRIA_OK);
        assert_int_equal(stored.chunk_count, STORED_COLUMNS - (g / STORED_GROUPS % 3 == 0 ? 1 : 0));
        assert_ptr_equal(stored.group, &cursor.groups[g]);
        assert_memory_equal(sx_stored_times(&stored).ptr, file + stored.group->times.offset,
                            sx_stored_times(&stored).len);
        for (size_t i = 0; i < stored.chunk_count; i++) {
            const struct sx_stored_chunk *chunk = &stored.chunks[i];
            struct sx_bytes bytes = sx_stored_bytes(&stored, i);
            bool constant = sx_bytes_equal(chunk->name, sx_bytes_of("c"));
            assert_int_equal(bytes.len == 0, constant);
            assert_int_equal(bytes.len, chunk->chunk.values.size);
            if (bytes.len)
                assert_memory_equal(bytes.ptr, file + chunk->chunk.values.offset, bytes.len);
            assert_int_equal(chunk->tables.len, 0);
        }
    }
    close_all(&cursor, &stored);
    seg_test_deinit(&t);
}

static void flip(struct seg_test *t, uint64_t offset)
{
    size_t size;
    sx_os_mem_bytes(t->disk, "a.seg", &size)[offset] ^= 0x20;
}

static void test_every_flipped_byte_of_a_group_is_found(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_cursor cursor;
    struct sx_stored_group stored;
    char place[40];
    seg_test_init(&t);
    stored_write(&t, SX_TIER_SEALED, 0, 0, 2);
    open_stripe(&t, &cursor, &stored);
    assert_int_equal(sx_stored_group_find(&stored, &cursor, 1, &t.err), STRIA_OK);
    for (size_t i = 0; i <= stored.chunk_count; i++) {
        struct sx_block_ref ref =
            i < stored.chunk_count ? stored.chunks[i].chunk.values : stored.group->times;
        for (uint64_t at = ref.offset; at < ref.offset + ref.size; at++) {
            flip(&t, at);
            assert_int_equal(sx_stored_group_read(&stored, &cursor, &t.err), STRIA_CORRUPT);
            flip(&t, at);
        }
        (void)snprintf(place, sizeof place, "%" PRIu64, ref.offset);
        if (ref.size)
            assert_non_null(strstr(t.err.text, place));
    }
    assert_int_equal(sx_stored_group_read(&stored, &cursor, &t.err), STRIA_OK);
    cursor.groups[1].times.size = 0; /* no column is so short */
    assert_int_equal(sx_stored_group_read(&stored, &cursor, &t.err), STRIA_CORRUPT);
    close_all(&cursor, &stored);
    seg_test_deinit(&t);
}

static void test_a_damaged_directory_is_found(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_cursor cursor;
    struct sx_stored_group stored;
    seg_test_init(&t);
    stored_write(&t, SX_TIER_HOT, 0, 0, 2);
    open_stripe(&t, &cursor, &stored);
    flip(&t, t.segment->stripes[0].runs[2].directory.offset);
    assert_int_equal(sx_stored_group_find(&stored, &cursor, 0, &t.err), STRIA_CORRUPT);
    close_all(&cursor, &stored);
    seg_test_deinit(&t);
}

static void test_memory_may_fail_at_every_step(void **state)
{
    (void)state;
    struct seg_test t;
    unsigned failures = 0;
    seg_test_init(&t);
    stored_write(&t, SX_TIER_HOT, 0, 0, 2);
    for (int64_t at = 1;; at++) {
        struct sx_segment_cursor cursor;
        struct sx_stored_group stored;
        open_stripe(&t, &cursor, &stored);
        test_mem_arm(&t.memory, at);
        stria_status st = sx_stored_group_find(&stored, &cursor, 0, &t.err);
        if (!st)
            st = sx_stored_group_read(&stored, &cursor, &t.err);
        bool fired = atomic_load(&t.memory.fault.fired);
        test_mem_arm(&t.memory, 0);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        close_all(&cursor, &stored);
        failures += fired;
        if (!fired)
            break;
    }
    assert_true(failures > 2);
    seg_test_deinit(&t);
}

static void test_the_memory_of_long_strings_is_not_kept(void **state)
{
    (void)state;
    struct seg_test t;
    struct sx_segment_cursor cursor;
    struct sx_stored_group stored;
    static uint8_t text[(size_t)3 << 20];
    struct sx_random random = {1};
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)sx_random_next(&random);
    const stria_bytes values[] = {{(const char *)text, sizeof text}, {"short", 5}};
    seg_test_init(&t);
    assert_int_equal(seg_test_begin(&t, SX_TIER_HOT), STRIA_OK);
    assert_int_equal(stored_begin_series(&t, 0), STRIA_OK);
    for (int64_t i = 0; i < 2; i++) {
        struct sx_writer_column column = {SX_LITERAL("s"), STRIA_STRING, &values[i], NULL};
        assert_int_equal(sx_segment_writer_rows(t.writer, &i, 1, &column, 1, &t.err), STRIA_OK);
    }
    assert_int_equal(seg_test_finish(&t), STRIA_OK);
    assert_int_equal(seg_test_open(&t), STRIA_OK);
    open_stripe(&t, &cursor, &stored);
    for (uint32_t g = 0; g < 2; g++) { /* each in a stripe of its own */
        assert_int_equal(sx_segment_cursor_stripe(&cursor, g, &t.err), STRIA_OK);
        assert_int_equal(sx_stored_group_find(&stored, &cursor, 0, &t.err), STRIA_OK);
        assert_int_equal(sx_stored_group_read(&stored, &cursor, &t.err), STRIA_OK);
        assert_int_equal(stored.bytes.capacity > sizeof text, g == 0);
    }
    close_all(&cursor, &stored);
    seg_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_group_has_the_chunks_of_its_columns),
        cmocka_unit_test(test_every_flipped_byte_of_a_group_is_found),
        cmocka_unit_test(test_a_damaged_directory_is_found),
        cmocka_unit_test(test_memory_may_fail_at_every_step),
        cmocka_unit_test(test_the_memory_of_long_strings_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
