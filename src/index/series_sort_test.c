/* SPDX-License-Identifier: Apache-2.0 */
/* series_sort_test.c -- slots in the order of their keys, while the index goes on changing. */
#include "base/sort.h"
#include "codec/generators.h"
#include "index/index_fixture_test.h"

static int compare_keys(const void *a, const void *b, void *context)
{
    const struct sx_bytes *keys = context;
    return sx_bytes_compare(keys[*(const uint32_t *)a], keys[*(const uint32_t *)b]);
}

static void test_slots_are_sorted_as_their_keys_are(void **state)
{
    (void)state;
    static const char letters[] = "ab\x01\x02\xff";
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct index_test t;
        struct sx_random random = {seed};
        static uint8_t storage[300][200];
        static struct sx_bytes keys[300];
        uint32_t slots[300], want[300];
        size_t count = 0;
        index_test_init(&t);
        for (int i = 0; i < 300; i++) {
            char text[200] = "";
            size_t len = 0;
            text[len++] = letters[sx_random_below(&random, 5)];
            for (size_t tags = sx_random_below(&random, 4), k = 0; k < tags; k++) {
                text[len++] = ',';
                text[len++] = letters[k];
                text[len++] = '=';
                for (size_t n = 1 + sx_random_below(&random, 3); n; n--)
                    text[len++] = letters[sx_random_below(&random, 5)];
            }
            uint32_t slot = index_test_add(&t, text);
            if (slot < count)
                continue;
            memcpy(storage[count], t.key.ptr, t.key.len);
            keys[count] = sx_bytes_make(storage[count], t.key.len);
            slots[count] = want[count] = slot;
            count++;
        }
        sx_sort(want, count, sizeof *want, compare_keys, keys);
        assert_true(sx_series_index_sort(t.index, &t.memory.mem, slots, count));
        assert_memory_equal(slots, want, count * sizeof *slots);
        index_test_deinit(&t);
    }
}

static void test_long_common_beginnings_are_told_apart(void **state)
{
    (void)state;
    static const char *const ordered[] = {
        "m",
        "m,a=12345678",
        "m,a=123456781234567812345678",
        "m,a=123456781234567812345678,b=1",
        "m,a=123456781234567812345678,b=1,c=2",
        "m,a=123456781234567812345678,b=2",
        "m,a=1234567812345678123456789",
        "m,a=12345679",
        "m,ab=1",
        "m,b=1",
        "mm",
        "mm,a=1",
    };
    struct index_test t;
    uint32_t slots[SX_COUNT_OF(ordered)], sorted[SX_COUNT_OF(ordered)];
    index_test_init(&t);
    for (size_t i = SX_COUNT_OF(ordered); i-- > 0;)
        slots[i] = index_test_add(&t, ordered[i]);
    for (size_t i = 0; i < SX_COUNT_OF(ordered); i++)
        sorted[i] = slots[(i * 7) % SX_COUNT_OF(ordered)];
    assert_true(sx_series_index_sort(t.index, &t.memory.mem, sorted, SX_COUNT_OF(ordered)));
    assert_memory_equal(sorted, slots, sizeof slots);
    assert_true(sx_series_index_sort(t.index, &t.memory.mem, sorted, 0));
    assert_true(sx_series_index_sort(t.index, &t.memory.mem, sorted, 1));
    index_test_deinit(&t);
}

static void test_refused_memory_leaves_the_slots_as_they_were(void **state)
{
    (void)state;
    struct index_test t;
    bool fired = true;
    uint32_t slots[3], before[3];
    index_test_init(&t);
    slots[0] = index_test_add(&t, "m,a=3");
    slots[1] = index_test_add(&t, "m,a=2");
    slots[2] = index_test_add(&t, "m,a=1");
    memcpy(before, slots, sizeof slots);
    for (int64_t nth = 1; fired; nth++) {
        test_mem_arm(&t.memory, nth);
        bool ok = sx_series_index_sort(t.index, &t.memory.mem, slots, 3);
        fired = test_mem_fired(&t.memory);
        assert_int_equal(ok, !fired);
        if (fired)
            assert_memory_equal(slots, before, sizeof slots);
    }
    assert_int_equal(slots[0], before[2]);
    assert_int_equal(slots[2], before[0]);
    index_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots_are_sorted_as_their_keys_are),
        cmocka_unit_test(test_long_common_beginnings_are_told_apart),
        cmocka_unit_test(test_refused_memory_leaves_the_slots_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
