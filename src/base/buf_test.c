/* SPDX-License-Identifier: Apache-2.0 */
/* buf_test.c -- buffers grow to their maximum, and a refusal stays until the buffer is emptied. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct sx_mem mem;

static int set_up(void **state)
{
    (void)state;
    sx_mem_init(&mem, NULL, "test", 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sx_mem_deinit(&mem);
    return 0;
}

static void test_numbers_are_little_endian(void **state)
{
    (void)state;
    struct sx_buf buf;
    const uint8_t expected[] = {0x01, 0x03, 0x02, 0x07, 0x06, 0x05, 0x04, 0x0f, 0x0e,
                                0x0d, 0x0c, 0x0b, 0x0a, 0x09, 0x08, 'x',  'y'};
    sx_buf_init(&buf, &mem, 100);
    sx_buf_put_u8(&buf, 0x01);
    sx_buf_put_u16(&buf, 0x0203);
    sx_buf_put_u32(&buf, 0x04050607);
    sx_buf_put_u64(&buf, 0x08090a0b0c0d0e0f);
    sx_buf_put_text(&buf, "x");
    sx_buf_put_bytes(&buf, SX_LITERAL("y"));
    sx_buf_put_bytes(&buf, (struct sx_bytes){0});
    assert_int_equal(buf.len, sizeof expected);
    assert_memory_equal(buf.ptr, expected, sizeof expected);
    sx_buf_deinit(&buf);
}

static void test_a_buffer_grows_to_its_maximum_and_not_beyond(void **state)
{
    (void)state;
    struct sx_buf buf;
    stria_error err;
    sx_buf_init(&buf, &mem, 1000);
    for (size_t i = 0; i < 1000; i++)
        sx_buf_put_u8(&buf, (uint8_t)i);
    assert_false(buf.failed);
    assert_int_equal(buf.len, 1000);
    assert_int_equal(buf.capacity, 1000);
    sx_buf_put_u8(&buf, 0);
    assert_true(buf.failed);
    assert_int_equal(buf.len, 1000);
    assert_int_equal(sx_buf_refused(&buf, "a record", &err), STRIA_LIMIT);
    assert_string_equal(err.text, "a record: larger than 1000 bytes");
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(buf.ptr[i], i & 0xff);
    sx_buf_deinit(&buf);
}

static void test_after_a_refusal_nothing_is_appended_until_it_is_emptied(void **state)
{
    (void)state;
    struct sx_buf buf;
    stria_error err;
    sx_buf_init(&buf, &mem, 10);
    sx_buf_put_text(&buf, "123");
    sx_buf_put_text(&buf, "too long for it");
    sx_buf_put_text(&buf, "4");
    sx_buf_put_u64(&buf, 1);
    sx_buf_printf(&buf, "%d", 1);
    assert_null(sx_buf_extend(&buf, 1));
    assert_int_equal(buf.len, 3);
    /* Room was left: it is the maximum that refused all the same. */
    assert_int_equal(sx_buf_refused(&buf, "x", &err), STRIA_LIMIT);
    size_t capacity = buf.capacity;
    sx_buf_clear(&buf);
    sx_buf_put_text(&buf, "4");
    assert_false(buf.failed);
    assert_int_equal(buf.len, 1);
    assert_int_equal(buf.capacity, capacity);
    sx_buf_deinit(&buf);
}

static void test_want_of_memory_is_told_apart(void **state)
{
    (void)state;
    struct sx_buf buf;
    stria_error err;
    struct sx_mem_fault fault = {.countdown = 1};
    sx_buf_init(&buf, &mem, 1000);
    mem.fault = &fault;
    sx_buf_put_u8(&buf, 1);
    mem.fault = NULL;
    assert_true(buf.failed);
    assert_int_equal(sx_buf_refused(&buf, "an answer", &err), STRIA_NOMEM);
    assert_string_equal(err.text, "an answer: no memory for 64 bytes of 'test'");
    sx_buf_put_u8(&buf, 1);
    assert_int_equal(buf.len, 0);
    sx_buf_deinit(&buf);
}

static void test_storage_of_the_caller_does_not_grow(void **state)
{
    (void)state;
    struct sx_buf buf;
    uint8_t storage[4];
    stria_error err;
    sx_buf_init_fixed(&buf, storage, sizeof storage);
    sx_buf_put_u32(&buf, 7);
    assert_ptr_equal(buf.ptr, storage);
    assert_false(buf.failed);
    sx_buf_put_u8(&buf, 1);
    assert_true(buf.failed);
    assert_int_equal(sx_buf_refused(&buf, "x", &err), STRIA_LIMIT);
    sx_buf_deinit(&buf);
    assert_null(buf.ptr);
}

static void test_huge_requests_do_not_wrap_around(void **state)
{
    (void)state;
    struct sx_buf buf;
    sx_buf_init(&buf, &mem, SIZE_MAX);
    sx_buf_put_u64(&buf, 1);
    assert_false(sx_buf_reserve(&buf, SIZE_MAX - 4));
    assert_true(buf.failed);
    sx_buf_deinit(&buf);
}

static void test_formatted_text_is_appended(void **state)
{
    (void)state;
    struct sx_buf buf;
    sx_buf_init(&buf, &mem, 10000);
    sx_buf_printf(&buf, "%s=%d", "a", 1);
    sx_buf_printf(&buf, "%s", "");
    sx_buf_printf(&buf, ",%0500d", 2);
    assert_int_equal(buf.len, 3 + 501);
    assert_memory_equal(buf.ptr, "a=1,000", 7);
    sx_buf_deinit(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_little_endian),
        cmocka_unit_test(test_a_buffer_grows_to_its_maximum_and_not_beyond),
        cmocka_unit_test(test_after_a_refusal_nothing_is_appended_until_it_is_emptied),
        cmocka_unit_test(test_want_of_memory_is_told_apart),
        cmocka_unit_test(test_storage_of_the_caller_does_not_grow),
        cmocka_unit_test(test_huge_requests_do_not_wrap_around),
        cmocka_unit_test(test_formatted_text_is_appended),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
