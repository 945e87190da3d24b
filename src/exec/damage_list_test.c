/* SPDX-License-Identifier: Apache-2.0 */
/* damage_list_test.c -- what is missing of an answer is told once, in one sentence. */
#include "exec/damage_list.h"

#include "base/golden_test.h"
#include "os/os.h"

static void tell(struct sx_request *request, const char *text)
{
    stria_error what = {.code = STRIA_CORRUPT};
    (void)snprintf(what.text, sizeof what.text, "%s", text);
    request->on_damage(request->damage_context, &what);
}

static void test_nothing_missing_is_ok(void **state)
{
    (void)state;
    struct sx_request request = {0};
    struct sx_damage_list list;
    stria_error err = {0};
    sx_damage_list_init(&list, &request);
    assert_non_null(request.on_damage);
    assert_int_equal(sx_damage_list_take(&list, &err), STRIA_OK);
    assert_int_equal(err.code, STRIA_OK);
    sx_damage_list_deinit(&list);
}

static void test_the_first_is_named_and_the_others_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *told[4];
        const char *text;
    } rows[] = {
        {{"a.seg at 5"}, "a.seg at 5"},
        {{"a.seg at 5", "a.seg at 5"}, "a.seg at 5"},
        {{"a.seg at 5", "b.seg at 6"}, "a.seg at 5 (and 1 more)"},
        {{"a", "b", "b", "c"}, "a (and 2 more)"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_request request = {0};
        struct sx_damage_list list;
        stria_error err = {0};
        sx_damage_list_init(&list, &request);
        for (size_t k = 0; k < 4 && rows[i].told[k]; k++)
            tell(&request, rows[i].told[k]);
        assert_int_equal(sx_damage_list_take(&list, &err), STRIA_PARTIAL);
        assert_int_equal(err.code, STRIA_PARTIAL);
        assert_string_equal(err.text, rows[i].text);
        assert_int_equal(sx_damage_list_take(&list, &err), STRIA_OK); /* it is empty then */
        tell(&request, "d");
        assert_int_equal(sx_damage_list_take(&list, &err), STRIA_PARTIAL);
        assert_string_equal(err.text, "d");
        sx_damage_list_deinit(&list);
    }
}

/* ---- threads ---- */

static void tell_many(void *context)
{
    for (int i = 0; i < 1000; i++)
        tell(context, i % 2 ? "odd" : "even");
}

static void test_any_thread_may_tell(void **state)
{
    (void)state;
    struct sx_request request = {0};
    struct sx_damage_list list;
    struct sx_thread *threads[3];
    struct sx_os *os = sx_os_posix();
    stria_error err = {0};
    sx_damage_list_init(&list, &request);
    for (size_t i = 0; i < SX_COUNT_OF(threads); i++)
        assert_int_equal(os->ops->thread_start(os, tell_many, &request, &threads[i], NULL),
                         STRIA_OK);
    for (size_t i = 0; i < SX_COUNT_OF(threads); i++)
        os->ops->thread_join(threads[i]);
    assert_int_equal(sx_damage_list_take(&list, &err), STRIA_PARTIAL);
    assert_memory_equal(err.text, "even (and ", 10);
    sx_damage_list_deinit(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_missing_is_ok),
        cmocka_unit_test(test_the_first_is_named_and_the_others_are_counted),
        cmocka_unit_test(test_any_thread_may_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
