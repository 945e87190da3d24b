/* SPDX-License-Identifier: Apache-2.0 */
/* symbols_test.c -- values of tags come with the first slot that has them and go with the last. */
#include "index/index_fixture_test.h"
#include "index/series_index_priv.h"

#define TAG(text) SX_LITERAL(text)

static uint32_t make(struct index_test *t, const char *tag, const char *value)
{
    uint32_t number = sx_index_make_symbol(t->index, sx_bytes_of(tag), sx_bytes_of(value));
    assert_int_not_equal(number, SX_SYMBOL_NONE);
    return number;
}

static void give(struct index_test *t, uint32_t symbol, uint32_t slot)
{
    assert_true(sx_index_symbol_reserve(t->index, symbol, slot));
    sx_index_symbol_add(t->index, symbol, slot);
}

/* The slots of a symbol, as "1 5 ". */
static const char *slots_of(struct index_test *t, uint32_t symbol)
{
    static char text[200];
    struct sx_bitset set;
    size_t len = 0;
    text[0] = 0;
    assert_true(sx_bitset_init(&set, &t->memory.mem, 1000));
    sx_index_symbol_put(t->index, symbol, &set);
    for (size_t i = sx_bitset_next(&set, 0); i < 1000; i = sx_bitset_next(&set, i + 1))
        len += (size_t)snprintf(text + len, sizeof text - len, "%zu ", i);
    sx_bitset_deinit(&set);
    return text;
}

static void test_a_value_is_found_by_its_tag_and_bytes(void **state)
{
    (void)state;
    struct index_test t;
    index_test_init(&t);
    uint32_t a = make(&t, "host", "a"), b = make(&t, "host", "b"), c = make(&t, "rack", "a");
    assert_true(a != b && b != c && a != c);
    assert_int_equal(make(&t, "host", "a"), a);
    uint32_t host = sx_index_tag(t.index, TAG("host")), rack = sx_index_tag(t.index, TAG("rack"));
    assert_true(host != rack);
    assert_int_equal(sx_index_find_symbol(t.index, host, TAG("b")), b);
    assert_int_equal(sx_index_find_symbol(t.index, rack, TAG("b")), SX_SYMBOL_NONE);
    assert_int_equal(sx_index_tag(t.index, TAG("hos")), SX_MAP_NONE);
    assert_true(sx_bytes_equal(sx_index_symbol_value(t.index, c), TAG("a")));
    index_test_deinit(&t);
}

static void test_slots_join_and_leave(void **state)
{
    (void)state;
    struct index_test t;
    index_test_init(&t);
    uint32_t a = make(&t, "host", "a");
    assert_string_equal(slots_of(&t, a), "");
    give(&t, a, 7);
    assert_string_equal(slots_of(&t, a), "7 ");
    give(&t, a, 900);
    give(&t, a, 3);
    assert_string_equal(slots_of(&t, a), "3 7 900 ");
    sx_index_symbol_remove(t.index, a, 7);
    assert_string_equal(slots_of(&t, a), "3 900 ");
    sx_index_symbol_remove(t.index, a, 900);
    assert_string_equal(slots_of(&t, a), "3 ");
    give(&t, a, 8); /* a list again */
    assert_string_equal(slots_of(&t, a), "3 8 ");
    index_test_deinit(&t);
}

static void test_the_last_slot_takes_the_value_and_the_tag_along(void **state)
{
    (void)state;
    struct index_test t;
    index_test_init(&t);
    uint32_t a = make(&t, "host", "a"), b = make(&t, "host", "b");
    give(&t, a, 1);
    give(&t, b, 2);
    sx_index_drop_symbol(t.index, a); /* a slot has it: it stays */
    assert_string_equal(slots_of(&t, a), "1 ");
    sx_index_symbol_remove(t.index, a, 1);
    uint32_t host = sx_index_tag(t.index, TAG("host"));
    assert_int_equal(sx_index_find_symbol(t.index, host, TAG("a")), SX_SYMBOL_NONE);
    assert_int_equal(t.index->tags[host].count, 1);
    sx_index_symbol_remove(t.index, b, 2);
    assert_int_equal(sx_index_tag(t.index, TAG("host")), SX_MAP_NONE);
    /* Numbers are given again. */
    uint32_t again = make(&t, "other", "x");
    assert_true(again == a || again == b);
    assert_int_equal(sx_index_tag(t.index, TAG("other")), host);
    index_test_deinit(&t);
}

static void test_a_value_without_a_slot_can_be_dropped(void **state)
{
    (void)state;
    struct index_test t;
    index_test_init(&t);
    uint32_t a = make(&t, "host", "a");
    sx_index_drop_symbol(t.index, a);
    assert_int_equal(sx_index_tag(t.index, TAG("host")), SX_MAP_NONE);
    index_test_deinit(&t);
}

static void test_values_stay_whole_when_they_are_moved(void **state)
{
    (void)state;
    struct index_test t;
    enum { COUNT = 3000 };
    static uint32_t numbers[COUNT];
    char value[120];
    index_test_init(&t);
    memset(value, 'v', sizeof value);
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(value + 100, 20, "%d", i);
        numbers[i] = make(&t, "k", value);
        give(&t, numbers[i], (uint32_t)i % 900);
    }
    for (int i = 0; i < COUNT; i++)
        if (i % 10)
            sx_index_symbol_remove(t.index, numbers[i], (uint32_t)i % 900);
    sx_index_symbols_move(t.index);
    uint32_t tag = sx_index_tag(t.index, TAG("k"));
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(value + 100, 20, "%d", i);
        assert_int_equal(sx_index_find_symbol(t.index, tag, sx_bytes_of(value)),
                         i % 10 ? SX_SYMBOL_NONE : numbers[i]);
    }
    index_test_deinit(&t);
}

static void test_refused_memory_makes_no_symbol(void **state)
{
    (void)state;
    struct index_test t;
    bool fired = true;
    index_test_init(&t);
    for (int64_t nth = 1; fired; nth++) {
        char tag[20];
        (void)snprintf(tag, sizeof tag, "tag%d", (int)nth);
        test_mem_arm(&t.memory, nth);
        uint32_t number = sx_index_make_symbol(t.index, sx_bytes_of(tag), TAG("value"));
        fired = test_mem_fired(&t.memory);
        assert_int_equal(number == SX_SYMBOL_NONE, fired);
        assert_int_equal(sx_index_tag(t.index, sx_bytes_of(tag)) == SX_MAP_NONE, fired);
    }
    index_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_value_is_found_by_its_tag_and_bytes),
        cmocka_unit_test(test_slots_join_and_leave),
        cmocka_unit_test(test_the_last_slot_takes_the_value_and_the_tag_along),
        cmocka_unit_test(test_a_value_without_a_slot_can_be_dropped),
        cmocka_unit_test(test_values_stay_whole_when_they_are_moved),
        cmocka_unit_test(test_refused_memory_makes_no_symbol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
