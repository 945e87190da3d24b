/* SPDX-License-Identifier: Apache-2.0 */
/* body_test.c -- bodies: their room is reserved first, given back always, and bounded. */
#include "app/server/body.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct account {
    size_t size, limit;
};

static stria_status reserve(void *context, size_t size, stria_error *err)
{
    struct account *account = context;
    if (size > account->limit - account->size)
        return sx_fail(err, STRIA_NOMEM, "no more");
    account->size += size;
    return STRIA_OK;
}

static void give_back(void *context, size_t size)
{
    struct account *account = context;
    assert_true(account->size >= size);
    account->size -= size;
}

static struct sx_budget budget_of(struct account *account)
{
    return (struct sx_budget){.context = account, .reserve = reserve, .release = give_back};
}

static void test_a_body_of_known_size_is_one_reservation(void **state)
{
    (void)state;
    struct account account = {.limit = 1000};
    struct sx_budget budget = budget_of(&account);
    struct sx_mem mem;
    struct sx_body body;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_body_init(&body, &mem, &budget);
    assert_int_equal(sx_body_reserve(&body, 600, NULL), STRIA_OK);
    assert_int_equal(account.size, 601);
    const char *at = body.ptr;
    for (int i = 0; i < 60; i++)
        assert_int_equal(sx_body_append(&body, "0123456789", 10, 600, NULL), STRIA_OK);
    assert_ptr_equal(body.ptr, at);
    assert_int_equal(body.size, 600);
    assert_int_equal(body.ptr[600], 0);
    assert_int_equal(account.size, 601);
    assert_int_equal(sx_body_append(&body, "x", 1, 600, NULL), STRIA_LIMIT);
    sx_body_deinit(&body);
    assert_int_equal(account.size, 0);
    sx_mem_deinit(&mem);
}

static void test_a_body_of_unknown_size_grows_to_its_maximum(void **state)
{
    (void)state;
    struct account account = {.limit = 1 << 20};
    struct sx_budget budget = budget_of(&account);
    struct sx_mem mem;
    struct sx_body body;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_body_init(&body, &mem, &budget);
    assert_int_equal(sx_body_append(&body, "", 0, 10000, NULL), STRIA_OK);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(sx_body_append(&body, "0123456789", 10, 10000, NULL), STRIA_OK);
    assert_int_equal(body.size, 10000);
    assert_int_equal(account.size, 10001);
    assert_int_equal(sx_body_append(&body, "x", 1, 10000, NULL), STRIA_LIMIT);
    for (size_t i = 0; i < body.size; i++)
        assert_int_equal(body.ptr[i], '0' + (int)(i % 10));
    sx_body_deinit(&body);
    assert_int_equal(account.size, 0);
    sx_mem_deinit(&mem);
}

static void test_a_refused_reservation_changes_nothing(void **state)
{
    (void)state;
    struct account account = {.limit = 5000};
    struct sx_budget budget = budget_of(&account);
    struct sx_mem mem;
    struct sx_body body;
    char text[4096] = "front";
    sx_mem_init(&mem, NULL, "test", 0);
    sx_body_init(&body, &mem, &budget);
    assert_int_equal(sx_body_append(&body, text, sizeof text, 100000, NULL), STRIA_OK);
    assert_int_equal(sx_body_append(&body, text, sizeof text, 100000, NULL), STRIA_NOMEM);
    assert_int_equal(body.size, sizeof text);
    assert_memory_equal(body.ptr, text, sizeof text);
    sx_body_deinit(&body);
    assert_int_equal(account.size, 0);
    sx_mem_deinit(&mem);
}

static void test_a_failed_allocation_gives_the_reservation_back(void **state)
{
    (void)state;
    struct account account = {.limit = 5000};
    struct sx_budget budget = budget_of(&account);
    struct sx_mem mem;
    struct sx_mem_fault fault = {.countdown = 1};
    struct sx_body body;
    sx_mem_init(&mem, NULL, "test", 0);
    mem.fault = &fault;
    sx_body_init(&body, &mem, &budget);
    assert_int_equal(sx_body_reserve(&body, 100, NULL), STRIA_NOMEM);
    assert_int_equal(account.size, 0);
    assert_int_equal(sx_body_reserve(&body, SIZE_MAX, NULL), STRIA_LIMIT);
    sx_body_deinit(&body);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_body_of_known_size_is_one_reservation),
        cmocka_unit_test(test_a_body_of_unknown_size_grows_to_its_maximum),
        cmocka_unit_test(test_a_refused_reservation_changes_nothing),
        cmocka_unit_test(test_a_failed_allocation_gives_the_reservation_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
