/* SPDX-License-Identifier: Apache-2.0 */
/* bag_test.c -- triples come out once each and in order, whatever the order they went in. */
#include "influxql/bag.h"

#include "base/golden_test.h"

static struct sx_bytes text(const char *t)
{
    return sx_bytes_of(t);
}

static void test_triples_come_once_and_in_order(void **state)
{
    (void)state;
    static const char *const in[][3] = {
        {"b", "k", "2"}, {"a", "z", ""}, {"b", "k", "1"},     {"a", "", "x"},  {"b", "k", "2"},
        {"", "a", "zx"}, {"a", "z", ""}, {"b", "k\xff", "1"}, {"", "az", "x"},
    };
    static const char *const want[][3] = {
        {"", "a", "zx"}, {"", "az", "x"}, {"a", "", "x"},      {"a", "z", ""},
        {"b", "k", "1"}, {"b", "k", "2"}, {"b", "k\xff", "1"},
    };
    struct test_mem m;
    struct sx_iql_bag bag;
    test_mem_init(&m);
    sx_iql_bag_init(&bag, &m.mem);
    for (size_t i = 0; i < SX_COUNT_OF(in); i++)
        assert_true(sx_iql_bag_add(&bag, text(in[i][0]), text(in[i][1]), text(in[i][2])));
    sx_iql_bag_sort(&bag);
    assert_int_equal(bag.count, SX_COUNT_OF(want));
    for (size_t i = 0; i < bag.count; i++) {
        assert_true(sx_bytes_equal(bag.items[i].name, text(want[i][0])));
        assert_true(sx_bytes_equal(bag.items[i].first, text(want[i][1])));
        assert_true(sx_bytes_equal(bag.items[i].second, text(want[i][2])));
    }
    assert_int_equal(bag.items[3].count, 2); /* a, z */
    assert_int_equal(bag.items[4].count, 1);
    assert_int_equal(sx_iql_bag_end(&bag, 0, false), 2);
    assert_int_equal(sx_iql_bag_end(&bag, 0, true), 1);
    assert_int_equal(sx_iql_bag_end(&bag, 4, false), 7);
    assert_int_equal(sx_iql_bag_end(&bag, 4, true), 6);
    sx_iql_bag_deinit(&bag);
    sx_iql_bag_deinit(&bag);
    test_mem_deinit(&m);
}

static void test_many_triples_and_a_lack_of_memory(void **state)
{
    (void)state;
    struct test_mem m;
    struct sx_iql_bag bag;
    size_t refused = 0;
    test_mem_init(&m);
    sx_iql_bag_init(&bag, &m.mem);
    for (size_t i = 0; i < 3000;) {
        char key[16];
        (void)snprintf(key, sizeof key, "%zu", i * 7919 % 1000);
        test_mem_arm(&m, i % 50 == 7 && refused < 60 ? 1 : 0);
        bool added = sx_iql_bag_add(&bag, text("m"), text(key), text(""));
        bool fired = test_mem_fired(&m);
        refused += fired || i % 50 == 7;
        assert_true(added || fired);
        i += added; /* what was refused can be added later */
    }
    sx_iql_bag_sort(&bag);
    assert_int_equal(bag.count, 1000);
    assert_int_equal(sx_iql_bag_end(&bag, 0, false), 1000);
    sx_iql_bag_deinit(&bag);
    test_mem_deinit(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_triples_come_once_and_in_order),
        cmocka_unit_test(test_many_triples_and_a_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
