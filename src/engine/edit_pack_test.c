/* SPDX-License-Identifier: Apache-2.0 */
/* edit_pack_test.c -- operations that are packed come back; damage and refused memory are told. */
#include "engine/edit_pack.h"

#include "base/golden_test.h"

static uint8_t many[5000]; /* 1,000 operations FLUSHED 300 */

static struct sx_bytes operations(void)
{
    static const uint8_t one[] = {5, 3, 0xac, 0x02, 0};
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = one[i % sizeof one];
    return sx_bytes_make(many, sizeof many);
}

static void test_what_was_packed_comes_back(void **state)
{
    (void)state;
    struct test_mem memory;
    struct sx_buf packed, room;
    struct sx_bytes plain;
    test_mem_init(&memory);
    sx_buf_init(&packed, &memory.mem, 65536);
    sx_buf_init(&room, &memory.mem, 65536);
    assert_true(sx_edit_pack(&packed, operations(), &memory.mem));
    assert_in_range(packed.len, 10, 100);
    /* type, its size in one byte, varint 5000, the magic of a zstd frame */
    static const uint8_t head[] = {0x88, 0x27, 0x28, 0xb5, 0x2f, 0xfd};
    assert_int_equal(packed.ptr[0], SX_OP_PACKED);
    assert_int_equal(packed.ptr[1], packed.len - 2);
    assert_memory_equal(packed.ptr + 2, head, sizeof head);
    assert_int_equal(sx_edit_unpack(sx_buf_bytes(&packed), &room, &plain, NULL), STRIA_OK);
    assert_true(sx_bytes_equal(plain, operations()));
    sx_buf_deinit(&packed);
    sx_buf_deinit(&room);
    test_mem_deinit(&memory);
}

static void test_what_would_be_no_smaller_is_not_packed(void **state)
{
    (void)state;
    struct test_mem memory;
    struct sx_buf out, room;
    struct sx_bytes few = sx_bytes_make("\x05\x01\x07", 3), plain;
    test_mem_init(&memory);
    sx_buf_init(&out, &memory.mem, 65536);
    sx_buf_init(&room, &memory.mem, 65536);
    sx_buf_put_u8(&out, 1);
    assert_false(sx_edit_pack(&out, few, &memory.mem));
    assert_int_equal(out.len, 1);
    assert_false(out.failed);
    assert_int_equal(sx_edit_unpack(few, &room, &plain, NULL), STRIA_OK);
    assert_ptr_equal(plain.ptr, few.ptr);
    assert_int_equal(sx_edit_unpack((struct sx_bytes){0}, &room, &plain, NULL), STRIA_OK);
    assert_int_equal(plain.len, 0);
    sx_buf_deinit(&out);
    sx_buf_deinit(&room);
    test_mem_deinit(&memory);
}

static void test_damage_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int change; /* of the byte at this place; -1: cut; -2: something follows */
    } rows[] = {{"cut", -1}, {"not alone", -2}, {"size", 2}, {"frame", 4}, {"size of it", 1}};
    struct test_mem memory;
    struct sx_buf packed, room;
    struct sx_bytes plain;
    test_mem_init(&memory);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        stria_error err = {0};
        print_message("%s\n", rows[i].name);
        sx_buf_init(&packed, &memory.mem, 65536);
        sx_buf_init(&room, &memory.mem, 65536);
        assert_true(sx_edit_pack(&packed, operations(), &memory.mem));
        if (rows[i].change == -2)
            sx_buf_put_u8(&packed, 1);
        else if (rows[i].change == -1)
            packed.len--;
        else
            packed.ptr[rows[i].change] ^= 2;
        assert_int_equal(sx_edit_unpack(sx_buf_bytes(&packed), &room, &plain, &err), STRIA_CORRUPT);
        assert_int_equal(err.code, STRIA_CORRUPT);
        sx_buf_deinit(&packed);
        sx_buf_deinit(&room);
    }
    test_mem_deinit(&memory);
}

static void test_what_does_not_fit_is_not_packed(void **state)
{
    (void)state;
    struct test_mem memory;
    uint8_t storage[20];
    struct sx_buf out;
    test_mem_init(&memory);
    for (size_t size = 1; size < sizeof storage; size++) {
        sx_buf_init_fixed(&out, storage, size);
        sx_buf_put_u8(&out, 1);
        assert_false(sx_edit_pack(&out, operations(), &memory.mem));
        assert_int_equal(out.len, 1);
        assert_false(out.failed);
    }
    test_mem_deinit(&memory);
}

static void test_packed_operations_that_lie_are_refused_unless_they_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes;
        size_t room_max;
        stria_status st;
        const char *text;
    } rows[] = {
        {"no payload", "13", 65536, STRIA_CORRUPT, "packed operations are cut, or not alone"},
        {"no size", "13 00", 65536, STRIA_CORRUPT, "the size of packed operations"},
        {"a size without an end", "13 02 8080", 65536, STRIA_CORRUPT,
         "the size of packed operations"},
        {"a size beyond the limit", "13 05 8180808001", 65536, STRIA_CORRUPT,
         "the size of packed operations"},
        {"a size beyond what its reader takes", "13 05 8080048080", 65535, STRIA_LIMIT,
         "operations of the manifest"},
        {"nothing at all", "13 01 00", 65536, STRIA_OK, ""},
        {"nothing, and a frame of something", "13 03 00 aabb", 65536, STRIA_CORRUPT, ""},
        {"no frame", "13 03 05 aabb", 65536, STRIA_CORRUPT, ""},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint8_t storage[32];
        struct test_mem memory;
        struct sx_buf packed, room;
        struct sx_bytes plain;
        stria_error err = {0};
        print_message("%s\n", rows[i].name);
        test_mem_init(&memory);
        sx_buf_init_fixed(&packed, storage, sizeof storage);
        golden_put(&packed, rows[i].bytes);
        sx_buf_init(&room, &memory.mem, rows[i].room_max);
        assert_int_equal(sx_edit_unpack(sx_buf_bytes(&packed), &room, &plain, &err), rows[i].st);
        assert_int_equal(err.code, rows[i].st);
        assert_non_null(strstr(err.text, rows[i].text));
        sx_buf_deinit(&room);
        test_mem_deinit(&memory);
    }
}

static void test_refused_memory_is_told(void **state)
{
    (void)state;
    bool fired = true;
    for (int64_t nth = 1; fired; nth++) {
        struct test_mem memory;
        struct sx_buf packed, room;
        struct sx_bytes plain;
        test_mem_init(&memory);
        sx_buf_init(&packed, &memory.mem, 65536);
        sx_buf_init(&room, &memory.mem, 65536);
        test_mem_arm(&memory, nth);
        stria_status st = STRIA_OK;
        if (sx_edit_pack(&packed, operations(), &memory.mem))
            st = sx_edit_unpack(sx_buf_bytes(&packed), &room, &plain, NULL);
        else
            assert_int_equal(packed.len, 0);
        fired = test_mem_fired(&memory);
        assert_true(st == STRIA_OK || (fired && st == STRIA_NOMEM));
        sx_buf_deinit(&packed);
        sx_buf_deinit(&room);
        test_mem_deinit(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_packed_comes_back),
        cmocka_unit_test(test_what_would_be_no_smaller_is_not_packed),
        cmocka_unit_test(test_damage_is_told),
        cmocka_unit_test(test_what_does_not_fit_is_not_packed),
        cmocka_unit_test(test_packed_operations_that_lie_are_refused_unless_they_are_none),
        cmocka_unit_test(test_refused_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
