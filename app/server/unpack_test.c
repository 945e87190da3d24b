/* SPDX-License-Identifier: Apache-2.0 */
/* unpack_test.c -- gzip bodies: members, cuts, lies about their size, and the memory they take. */
#include "app/server/unpack.h"

#include "base/compress.h"
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct account {
    size_t size, size_max, limit;
};

static stria_status reserve(void *context, size_t size, stria_error *err)
{
    struct account *account = context;
    if (size > account->limit - account->size)
        return sx_fail(err, STRIA_NOMEM, "no more");
    account->size += size;
    account->size_max = SX_MAX(account->size_max, account->size);
    return STRIA_OK;
}

static void give_back(void *context, size_t size)
{
    struct account *account = context;
    assert_true(account->size >= size);
    account->size -= size;
}

static struct sx_mem mem;

/* Appends a member that unpacks to `size` letters a. */
static void put_member(struct sx_buf *out, size_t size)
{
    struct sx_deflate *deflate;
    char *text = malloc(size + 1);
    memset(text, 'a', size + 1);
    assert_int_equal(sx_deflate_create(&mem, SX_STREAM_GZIP, 6, &deflate, NULL), STRIA_OK);
    assert_int_equal(sx_deflate_put(deflate, sx_bytes_make(text, size), out, NULL), STRIA_OK);
    assert_int_equal(sx_deflate_end(deflate, out, NULL), STRIA_OK);
    sx_deflate_destroy(deflate);
    free(text);
}

static stria_status unpack(struct account *account, struct sx_bytes in, size_t max, size_t *size,
                           stria_error *err)
{
    const struct sx_budget budget = {.context = account, .reserve = reserve, .release = give_back};
    struct sx_unpacked unpacked;
    stria_status st = sx_unpack_gzip(&mem, &budget, in, max, &unpacked, err);
    *size = unpacked.bytes.len;
    for (size_t i = 0; !st && i < unpacked.bytes.len; i++)
        assert_int_equal(unpacked.bytes.ptr[i], 'a');
    sx_unpacked_deinit(&unpacked);
    assert_int_equal(account->size, 0);
    return st;
}

static void test_one_member_takes_what_it_tells(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 100, 65536, 1000000};
    for (size_t i = 0; i < SX_COUNT_OF(sizes); i++) {
        struct account account = {.limit = 1 << 30};
        struct sx_buf packed;
        size_t size;
        sx_buf_init(&packed, &mem, 1 << 24);
        put_member(&packed, sizes[i]);
        assert_int_equal(unpack(&account, sx_buf_bytes(&packed), 1 << 24, &size, NULL), STRIA_OK);
        assert_int_equal(size, sizes[i]);
        assert_int_equal(account.size_max, SX_MAX(sizes[i], 1));
        sx_buf_deinit(&packed);
    }
}

static void test_members_follow_each_other(void **state)
{
    (void)state;
    struct account account = {.limit = 1 << 30};
    struct sx_buf packed;
    size_t size;
    sx_buf_init(&packed, &mem, 1 << 24);
    put_member(&packed, 100000);
    put_member(&packed, 5);
    assert_int_equal(unpack(&account, sx_buf_bytes(&packed), 1 << 24, &size, NULL), STRIA_OK);
    assert_int_equal(size, 100005);
    sx_buf_deinit(&packed);
}

static void test_a_bomb_stops_at_the_limit(void **state)
{
    (void)state;
    struct account account = {.limit = 1 << 30};
    struct sx_buf packed;
    size_t size;
    sx_buf_init(&packed, &mem, 1 << 24);
    put_member(&packed, 10000000);
    assert_true(packed.len < 20000);
    assert_int_equal(unpack(&account, sx_buf_bytes(&packed), 1 << 20, &size, NULL), STRIA_LIMIT);
    assert_true(account.size_max <= 1 << 20);
    account.limit = 1000;
    assert_int_equal(unpack(&account, sx_buf_bytes(&packed), 1 << 24, &size, NULL), STRIA_NOMEM);
    sx_buf_deinit(&packed);
}

static void test_what_is_no_gzip_is_told_as_go_does(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t size;
        const char *bytes, *text;
    } rows[] = {
        {"nothing", 0, "", "EOF"},
        {"a part of a header", 9, "gz5 v=1 1", "unexpected EOF"},
        {"text", 15, "not gzip at all", "gzip: invalid header"},
        {"another method", 18, "\x1f\x8b\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
         "gzip: invalid header"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct account account = {.limit = 1 << 30};
        stria_error err = {0};
        size_t size;
        assert_int_equal(
            unpack(&account, sx_bytes_make(rows[i].bytes, rows[i].size), 1000, &size, &err),
            STRIA_INVALID);
        assert_string_equal(err.text, rows[i].text);
    }
}

static void test_every_cut_is_refused(void **state)
{
    (void)state;
    struct sx_buf packed;
    sx_buf_init(&packed, &mem, 1 << 24);
    put_member(&packed, 3000);
    for (size_t i = 0; i < packed.len; i++) {
        struct account account = {.limit = 1 << 30};
        stria_error err = {0};
        size_t size;
        assert_int_equal(unpack(&account, sx_bytes_make(packed.ptr, i), 1 << 20, &size, &err),
                         STRIA_INVALID);
        assert_string_equal(err.text, i ? "unexpected EOF" : "EOF");
    }
    sx_buf_deinit(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_member_takes_what_it_tells),
        cmocka_unit_test(test_members_follow_each_other),
        cmocka_unit_test(test_a_bomb_stops_at_the_limit),
        cmocka_unit_test(test_what_is_no_gzip_is_told_as_go_does),
        cmocka_unit_test(test_every_cut_is_refused),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sx_mem_deinit(&mem);
    return failed;
}
