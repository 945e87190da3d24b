/* SPDX-License-Identifier: Apache-2.0 */
/* slot_list_test.c -- sets of slots in all their forms, against an array of booleans. */
#include "index/slot_list.h"

#include "base/golden_test.h"
#include "codec/generators.h"

#define UNIVERSE 300000

struct model {
    struct test_mem memory;
    struct sx_slot_list list;
    struct sx_random random;
    size_t count;
    bool in[UNIVERSE];
};

static void model_init(struct model *m, uint64_t seed)
{
    memset(m, 0, sizeof *m);
    m->random = (struct sx_random){seed};
    test_mem_init(&m->memory);
}

static void model_deinit(struct model *m)
{
    sx_slot_list_deinit(&m->list, &m->memory.mem);
    test_mem_deinit(&m->memory);
}

static void add(struct model *m, uint32_t slot)
{
    if (m->in[slot])
        return;
    assert_true(sx_slot_list_reserve(&m->list, &m->memory.mem, slot));
    sx_slot_list_add(&m->list, slot);
    m->in[slot] = true;
    m->count++;
}

static void remove_slot(struct model *m, uint32_t slot)
{
    if (!m->in[slot])
        return;
    sx_slot_list_remove(&m->list, &m->memory.mem, slot);
    m->in[slot] = false;
    m->count--;
}

static void assert_same(struct model *m)
{
    struct sx_bitset set;
    assert_int_equal(m->list.count, m->count);
    assert_true(sx_bitset_init(&set, &m->memory.mem, UNIVERSE));
    sx_slot_list_put(&m->list, &set);
    for (size_t i = 0; i < UNIVERSE; i++)
        assert_int_equal(sx_bitset_has(&set, i), m->in[i]);
    sx_bitset_deinit(&set);
}

static void test_slots_are_in_a_list_whatever_comes_and_goes(void **state)
{
    (void)state;
    static struct model m;
    /* Slots come from `spread` of them; of ten steps `grow` add, then 10 - `grow` do. */
    static const struct {
        const char *name;
        uint32_t spread;
        size_t steps;
        unsigned grow;
    } rows[] = {
        {"one or two", 2, 100, 5},          {"a few", 40, 1000, 6},
        {"up to groups", 600, 4000, 8},     {"sparse groups", UNIVERSE, 20000, 8},
        {"dense groups", 70000, 300000, 9},
    };
    for (size_t r = 0; r < SX_COUNT_OF(rows); r++) {
        print_message("row %s\n", rows[r].name);
        model_init(&m, r + 1);
        for (size_t step = 0; step < 2 * rows[r].steps; step++) {
            uint32_t slot = (uint32_t)sx_random_below(&m.random, rows[r].spread);
            bool grows = sx_random_below(&m.random, 10) < rows[r].grow;
            if (grows == (step < rows[r].steps))
                add(&m, slot);
            else
                remove_slot(&m, slot);
            if (step % (rows[r].steps / 5) == 0)
                assert_same(&m);
        }
        assert_same(&m);
        for (uint32_t i = 0; i < UNIVERSE; i++)
            remove_slot(&m, i);
        assert_int_equal(m.list.count, 0);
        assert_int_equal(sx_mem_size(&m.memory.mem), 0);
        model_deinit(&m);
    }
}

#define BLOCK_ROUNDING 24

static void test_a_list_takes_as_little_memory_as_its_form_can(void **state)
{
    (void)state;
    static struct model m;
    static const struct {
        const char *name;
        uint32_t count, stride;
        size_t size_max;
    } rows[] = {
        {"one slot", 1, 1, 0},
        {"ten slots", 10, 7, 10 * 4 * 3 / 2},
        {"a group", 3000, 20, 3000 * 2 * 3 / 2},
        {"a bitmap", 60000, 1, 9000},
        {"all", UNIVERSE, 1, UNIVERSE / 8 * 5 / 4},
    };
    for (size_t r = 0; r < SX_COUNT_OF(rows); r++) {
        print_message("row %s\n", rows[r].name);
        model_init(&m, 1);
        for (uint32_t i = 0; i < rows[r].count; i++)
            add(&m, i * rows[r].stride);
        assert_same(&m);
        /* The C library rounds a block up, a sanitizer does not. */
        assert_true(sx_mem_size(&m.memory.mem) <=
                    rows[r].size_max + (rows[r].size_max ? BLOCK_ROUNDING : 0));
        model_deinit(&m);
    }
}

/* Whatever allocation fails, at whatever size: the list is as it was, and goes on. */
static void test_a_refused_reservation_changes_nothing(void **state)
{
    (void)state;
    static struct model m;
    size_t refused = 0;
    model_init(&m, 5);
    for (uint32_t i = 0; i < 5000; i++) {
        uint32_t slot = i * 131 % UNIVERSE;
        test_mem_arm(&m.memory, 1 + (int64_t)(i % 3));
        bool ok = sx_slot_list_reserve(&m.list, &m.memory.mem, slot);
        bool fired = test_mem_fired(&m.memory);
        assert_int_equal(ok, !fired);
        refused += fired;
        if (fired && refused % 10 == 0)
            assert_same(&m);
        add(&m, slot);
    }
    assert_true(refused > 10);
    /* A bitmap that gets no memory for an array stays one. */
    for (uint32_t i = 0; i < 65536; i++)
        add(&m, i);
    m.memory.fault.for_ever = true;
    test_mem_arm(&m.memory, 1);
    for (uint32_t i = 100; i < 65536; i++)
        remove_slot(&m, i);
    assert_true(test_mem_fired(&m.memory));
    m.memory.fault.for_ever = false;
    assert_same(&m);
    model_deinit(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots_are_in_a_list_whatever_comes_and_goes),
        cmocka_unit_test(test_a_list_takes_as_little_memory_as_its_form_can),
        cmocka_unit_test(test_a_refused_reservation_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
