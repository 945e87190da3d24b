/* SPDX-License-Identifier: Apache-2.0 */
/* catalog_test.c -- snapshots are copied whole, shared by count, and looked up by name and id. */
#include "model/catalog.h"

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

static void test_windows_fit_the_duration_of_a_policy(void **state)
{
    (void)state;
    assert_true(sx_window_ns_of(0) == SX_DAY_NS); /* kept for ever */
    assert_true(sx_window_ns_of(SX_HOUR_NS) == SX_HOUR_NS);
    assert_true(sx_window_ns_of(2 * SX_DAY_NS - 1) == SX_HOUR_NS);
    assert_true(sx_window_ns_of(2 * SX_DAY_NS) == SX_DAY_NS);
}

static void test_a_window_starts_at_a_multiple_at_or_before_the_time(void **state)
{
    (void)state;
    const struct {
        int64_t ts_ns, window_ns, start;
    } rows[] = {
        {0, 10, 0},
        {9, 10, 0},
        {10, 10, 10},
        {-1, 10, -10},
        {-10, 10, -10},
        {-11, 10, -20},
        {SX_DAY_NS + 5, SX_DAY_NS, SX_DAY_NS},
        {INT64_MAX, SX_DAY_NS, INT64_MAX / SX_DAY_NS * SX_DAY_NS},
        {INT64_MIN, SX_DAY_NS, INT64_MIN},
        {INT64_MIN + 1, SX_HOUR_NS, INT64_MIN},
        {INT64_MIN / SX_DAY_NS * SX_DAY_NS, SX_DAY_NS, INT64_MIN / SX_DAY_NS * SX_DAY_NS},
        {INT64_MIN / SX_DAY_NS * SX_DAY_NS - 1, SX_DAY_NS, INT64_MIN},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_true(sx_window_start(rows[i].ts_ns, rows[i].window_ns) == rows[i].start);
}

/* Adds what copy made room for. The names die with the caller: a further copy must not need them.
 * */
static void add(struct sx_catalog *catalog, const char *name, uint32_t id)
{
    struct sx_database *db = &catalog->databases[catalog->database_count++];
    *db = (struct sx_database){.id = id, .name = sx_bytes_of(name), .default_policy_id = id * 10};
    db->policies = sx_arena_array(&catalog->arena, 2, sizeof *db->policies);
    assert_non_null(db->policies);
    db->policies[0] = (struct sx_policy){.id = id * 10, .name = sx_bytes_of("autogen")};
    db->policies[1] = (struct sx_policy){.id = id * 10 + 1, .name = sx_bytes_of("short")};
    db->policy_count = 2;
}

static struct sx_catalog *example(void)
{
    struct sx_catalog *first = sx_catalog_copy(&mem, NULL, 2, 0);
    char name_a[] = "alpha", name_b[] = "beta";
    assert_non_null(first);
    add(first, name_a, 1);
    add(first, name_b, 2);
    struct sx_catalog *copy = sx_catalog_copy(&mem, first, 1, 1);
    assert_non_null(copy);
    sx_catalog_release(first);
    name_a[0] = name_b[0] = '?';
    return copy;
}

static void test_a_copy_stands_alone_and_has_room(void **state)
{
    (void)state;
    struct sx_catalog *catalog = example();
    assert_int_equal(catalog->database_count, 2);
    assert_true(sx_bytes_equal(catalog->databases[1].name, SX_LITERAL("beta")));
    struct sx_database *beta = &catalog->databases[1];
    beta->policies[beta->policy_count++] =
        (struct sx_policy){.id = 22, .name = SX_LITERAL("third")};
    add(catalog, "gamma", 3);
    assert_non_null(sx_catalog_policy_by_id(catalog, 22, NULL));
    assert_non_null(sx_catalog_database(catalog, SX_LITERAL("gamma")));
    sx_catalog_release(catalog);
}

static void test_names_and_ids_are_found(void **state)
{
    (void)state;
    struct sx_catalog *catalog = example();
    const struct sx_database *db = sx_catalog_database(catalog, SX_LITERAL("alpha")), *found;
    assert_int_equal(db->id, 1);
    assert_null(sx_catalog_database(catalog, SX_LITERAL("alph")));
    assert_null(sx_catalog_database(catalog, SX_LITERAL("")));
    assert_int_equal(sx_database_policy(db, SX_LITERAL("short"))->id, 11);
    assert_int_equal(sx_database_policy(db, SX_LITERAL(""))->id, 10);
    assert_null(sx_database_policy(db, SX_LITERAL("long")));
    assert_int_equal(sx_catalog_policy_by_id(catalog, 21, &found)->id, 21);
    assert_int_equal(found->id, 2);
    assert_null(sx_catalog_policy_by_id(catalog, 30, &found));
    catalog->databases[0].default_policy_id = 0;
    assert_null(sx_database_policy(db, SX_LITERAL("")));
    sx_catalog_release(catalog);
}

static void test_what_is_not_found_is_told_as_the_peer_does(void **state)
{
    (void)state;
    struct sx_catalog *catalog = example();
    const struct sx_database *db = NULL;
    const struct sx_policy *policy = NULL;
    stria_error err;
    assert_int_equal(sx_catalog_find(catalog, SX_LITERAL("x"), SX_LITERAL(""), &db, &policy, &err),
                     STRIA_NOT_FOUND);
    assert_string_equal(err.text, "database not found: x");
    assert_int_equal(
        sx_catalog_find(catalog, SX_LITERAL("alpha"), SX_LITERAL("y"), &db, &policy, &err),
        STRIA_NOT_FOUND);
    assert_string_equal(err.text, "retention policy not found: y");
    assert_int_equal(
        sx_catalog_find(catalog, SX_LITERAL("beta"), SX_LITERAL("short"), &db, &policy, &err),
        STRIA_OK);
    assert_true(db->id == 2 && policy->id == 21);
    assert_int_equal(
        sx_catalog_find(catalog, SX_LITERAL("beta"), SX_LITERAL(""), NULL, &policy, NULL),
        STRIA_OK);
    assert_int_equal(policy->id, 20);
    sx_catalog_release(catalog);
}

static void test_the_last_release_frees(void **state)
{
    (void)state;
    struct sx_catalog *catalog = example();
    assert_ptr_equal(sx_catalog_acquire(catalog), catalog);
    sx_catalog_release(catalog);
    assert_int_equal(catalog->database_count, 2);
    sx_catalog_release(catalog);
    assert_int_equal(sx_mem_size(&mem), 0);
    sx_catalog_release(NULL);
}

static void test_every_allocation_of_a_copy_may_fail(void **state)
{
    (void)state;
    struct sx_mem_fault fault = {0};
    struct sx_catalog *catalog = example();
    size_t before = sx_mem_size(&mem);
    for (int64_t n = 1; n == 1 || atomic_load(&fault.fired); n++) {
        fault = (struct sx_mem_fault){.countdown = n};
        mem.fault = &fault;
        struct sx_catalog *copy = sx_catalog_copy(&mem, catalog, 100, 50);
        mem.fault = NULL;
        assert_int_equal(copy != NULL, !atomic_load(&fault.fired));
        sx_catalog_release(copy);
        assert_int_equal(sx_mem_size(&mem), before);
    }
    sx_catalog_release(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_fit_the_duration_of_a_policy),
        cmocka_unit_test(test_a_window_starts_at_a_multiple_at_or_before_the_time),
        cmocka_unit_test(test_a_copy_stands_alone_and_has_room),
        cmocka_unit_test(test_names_and_ids_are_found),
        cmocka_unit_test(test_what_is_not_found_is_told_as_the_peer_does),
        cmocka_unit_test(test_the_last_release_frees),
        cmocka_unit_test(test_every_allocation_of_a_copy_may_fail),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
