/* SPDX-License-Identifier: Apache-2.0 */
/* series_cache_test.c -- tests of series_cache.h. */
#include "ingest/series_cache.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct sx_measurement measurement;

static void test_raw_bytes_are_found_again_in_place(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_series_cache cache;
    enum { COUNT = 5000 };
    static struct sx_raw_series *added[COUNT];
    sx_mem_init(&mem, NULL, "test", 0);
    sx_series_cache_init(&cache, &mem);
    for (int i = 0; i < COUNT; i++) {
        char raw[32];
        struct sx_bytes bytes = sx_bytes_make(raw, (size_t)snprintf(raw, sizeof raw, "m,t=%d", i));
        assert_null(sx_series_cache_find(&cache, bytes));
        added[i] = sx_series_cache_add(&cache, bytes, bytes, &measurement);
        assert_non_null(added[i]);
        memset(raw, 0, sizeof raw); /* the bytes were copied */
    }
    for (int i = 0; i < COUNT; i++) {
        char raw[32];
        struct sx_bytes bytes = sx_bytes_make(raw, (size_t)snprintf(raw, sizeof raw, "m,t=%d", i));
        assert_ptr_equal(sx_series_cache_find(&cache, bytes), added[i]);
        assert_true(added[i]->series->hash == sx_hash(bytes));
        assert_true(sx_bytes_equal(added[i]->series->key, bytes));
    }
    sx_series_cache_clear(&cache);
    assert_null(sx_series_cache_find(&cache, SX_LITERAL("m,t=7")));
    assert_int_equal(sx_mem_size(&mem), 0);
    sx_series_cache_deinit(&cache);
    sx_mem_deinit(&mem);
}

static void test_a_series_written_in_two_ways_is_one(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_series_cache cache;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_series_cache_init(&cache, &mem);
    struct sx_bytes key = SX_LITERAL("m\0a\0"
                                     "1\0b\0"
                                     "2\0");
    struct sx_raw_series *one =
        sx_series_cache_add(&cache, SX_LITERAL("m,a=1,b=2"), key, &measurement);
    struct sx_raw_series *two =
        sx_series_cache_add(&cache, SX_LITERAL("m,b=2,a=1"), key, &measurement);
    assert_ptr_not_equal(one, two);
    assert_ptr_equal(one->series, two->series);
    assert_int_equal(cache.series_count, 1);
    sx_series_cache_deinit(&cache);
    sx_mem_deinit(&mem);
}

static void test_refused_allocations_leave_the_cache_usable(void **state)
{
    (void)state;
    bool fired = true;
    for (int64_t n = 1; fired; n++) {
        struct sx_mem mem;
        struct sx_mem_fault fault = {.countdown = n};
        struct sx_series_cache cache;
        struct sx_bytes raw = SX_LITERAL("m,t=a"), key = SX_LITERAL("m\0t\0a\0");
        sx_mem_init(&mem, NULL, "test", 0);
        mem.fault = &fault;
        sx_series_cache_init(&cache, &mem);
        struct sx_raw_series *entry = sx_series_cache_add(&cache, raw, key, &measurement);
        fired = atomic_load(&fault.fired);
        assert_int_equal(entry != NULL, !fired);
        assert_ptr_equal(sx_series_cache_find(&cache, raw), entry);
        if (!entry)
            assert_non_null(sx_series_cache_add(&cache, raw, key, &measurement));
        assert_int_equal(cache.series_count, 1);
        sx_series_cache_deinit(&cache);
        sx_mem_deinit(&mem);
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_raw_bytes_are_found_again_in_place),
        cmocka_unit_test(test_a_series_written_in_two_ways_is_one),
        cmocka_unit_test(test_refused_allocations_leave_the_cache_usable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
