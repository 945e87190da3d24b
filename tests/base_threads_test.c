/* SPDX-License-Identifier: Apache-2.0 */
/* base_threads_test.c -- what of base many threads share: budgets of memory, and regexes. */
#include "base/mem.h"
#include "base/regex.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void *allocate_and_free(void *query)
{
    for (size_t i = 1; i <= 2000; i++) {
        void *p = sx_mem_alloc(query, i % 200 + 1);
        if (p)
            p = sx_mem_resize(query, p, i % 300 + 300);
        sx_mem_free(query, p);
        if (sx_mem_reserve(query, i))
            sx_mem_release(query, i);
    }
    return NULL;
}

static void test_threads_leave_the_account_at_zero(void **state)
{
    (void)state;
    struct sx_mem store, query;
    pthread_t threads[4];
    sx_mem_init(&store, NULL, "store", 4000); /* so that some are refused */
    sx_mem_init(&query, &store, "query", 0);
    for (size_t i = 0; i < SX_COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, allocate_and_free, &query), 0);
    for (size_t i = 0; i < SX_COUNT_OF(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(atomic_load(&store.size_max) > 1000);
    sx_mem_deinit(&query);
    sx_mem_deinit(&store);
}

struct job {
    struct sx_mem *mem;
    const struct sx_regex *regex;
    size_t right;
};

/* Each thread has a scratch of its own. */
static void *match_often(void *argument)
{
    struct job *job = argument;
    struct sx_regex_scratch *own = sx_regex_scratch_create(job->mem);
    for (int i = 0; own && i < 500; i++) {
        bool yes;
        struct sx_bytes text = i % 2 ? SX_LITERAL("cpu12\xff-load") : SX_LITERAL("cpu-load");
        if (!sx_regex_match(job->regex, own, text, &yes, NULL))
            job->right += yes == (i % 2 != 0);
    }
    sx_regex_scratch_destroy(own);
    return NULL;
}

static void test_threads_share_a_regex(void **state)
{
    (void)state;
    struct sx_regex *regex;
    struct sx_mem mem;
    pthread_t threads[4];
    struct job jobs[SX_COUNT_OF(threads)];
    sx_mem_init(&mem, NULL, "test", 0);
    assert_int_equal(sx_regex_create(&mem, SX_LITERAL("^cpu[0-9]+.-(load|idle)$"), &regex, NULL),
                     STRIA_OK);
    for (size_t i = 0; i < SX_COUNT_OF(threads); i++) {
        jobs[i] = (struct job){.mem = &mem, .regex = regex};
        assert_int_equal(pthread_create(&threads[i], NULL, match_often, &jobs[i]), 0);
    }
    for (size_t i = 0; i < SX_COUNT_OF(threads); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(jobs[i].right, 500);
    }
    sx_regex_destroy(regex);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_leave_the_account_at_zero),
        cmocka_unit_test(test_threads_share_a_regex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
