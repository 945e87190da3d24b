/* SPDX-License-Identifier: Apache-2.0 */
/* map_test.c -- the table against an array of what must be in it; hashes that collide on purpose.
 * */
#include "base/map.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define KEYS_MAX 5000

/* Item i has the key keys[i]; `spread` keeps fewer bits of the hash, so that many meet. */
struct owner {
    uint32_t keys[KEYS_MAX];
    bool in[KEYS_MAX];
    uint64_t spread;
};

static uint64_t hash_of(const struct owner *owner, uint32_t key)
{
    return sx_hash_u64(key + 1) & owner->spread;
}

static uint64_t rehash(const void *owner, uint32_t value)
{
    const struct owner *o = owner;
    return hash_of(o, o->keys[value]);
}

static bool equal(const void *owner, uint32_t value, const void *key)
{
    return ((const struct owner *)owner)->keys[value] == *(const uint32_t *)key;
}

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

static void check_all(const struct sx_map *map, const struct owner *owner, uint32_t count)
{
    size_t in = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t found =
            sx_map_find(map, hash_of(owner, owner->keys[i]), equal, owner, &owner->keys[i]);
        assert_true(found == (owner->in[i] ? i : SX_MAP_NONE));
        in += owner->in[i];
    }
    assert_int_equal(map->count, in);
}

/* 3000 random insertions and removals of 1000 keys. */
static void play(uint64_t spread)
{
    static struct owner owner;
    struct sx_map map;
    owner = (struct owner){.spread = spread};
    sx_map_init(&map, &mem);
    for (uint32_t i = 0; i < 1000; i++)
        owner.keys[i] = i * 7;
    for (uint64_t step = 1; step <= 3000; step++) {
        uint32_t i = (uint32_t)(sx_hash_u64(step * 31) % 1000);
        uint64_t hash = hash_of(&owner, owner.keys[i]);
        if (owner.in[i]) {
            sx_map_remove(&map, hash, i, rehash, &owner);
        } else {
            assert_true(sx_map_reserve(&map, map.count + 1, rehash, &owner));
            sx_map_put(&map, hash, i);
        }
        owner.in[i] = !owner.in[i];
        if (step % 100 == 0)
            check_all(&map, &owner, 1000);
    }
    sx_map_clear(&map);
    memset(owner.in, 0, sizeof owner.in);
    check_all(&map, &owner, 1000);
    sx_map_deinit(&map);
    sx_map_deinit(&map);
}

static void test_random_changes_agree_with_an_array(void **state)
{
    (void)state;
    play(UINT64_MAX);
    play(0xff000000000000ff); /* runs of equal cells, many equal tags */
    play(0x7);                /* eight homes for all, one tag */
}

static void test_it_grows_and_keeps_everything(void **state)
{
    (void)state;
    static struct owner owner;
    struct sx_map map;
    owner = (struct owner){.spread = UINT64_MAX};
    sx_map_init(&map, &mem);
    assert_true(sx_map_find(&map, 1, equal, &owner, &owner.keys[0]) == SX_MAP_NONE);
    for (uint32_t i = 0; i < KEYS_MAX; i++) {
        owner.keys[i] = i;
        owner.in[i] = true;
        assert_true(sx_map_reserve(&map, i + 1, rehash, &owner));
        sx_map_put(&map, hash_of(&owner, i), i);
        assert_true(map.count <= map.capacity / 8 * 7);
    }
    check_all(&map, &owner, KEYS_MAX);
    uint32_t absent = KEYS_MAX;
    assert_true(sx_map_find(&map, hash_of(&owner, absent), equal, &owner, &absent) == SX_MAP_NONE);
    sx_map_deinit(&map);
}

static void test_room_that_was_reserved_is_enough(void **state)
{
    (void)state;
    static struct owner owner;
    struct sx_map map;
    struct sx_mem_fault fault = {.countdown = 1, .for_ever = true};
    owner = (struct owner){.spread = UINT64_MAX};
    sx_map_init(&map, &mem);
    assert_true(sx_map_reserve(&map, KEYS_MAX, rehash, &owner));
    size_t capacity = map.capacity;
    mem.fault = &fault;
    for (uint32_t i = 0; i < KEYS_MAX; i++) {
        owner.keys[i] = i;
        owner.in[i] = true;
        assert_true(sx_map_reserve(&map, i + 1, rehash, &owner));
        sx_map_put(&map, hash_of(&owner, i), i);
    }
    assert_int_equal(map.capacity, capacity);
    assert_false(sx_map_reserve(&map, 2 * capacity, rehash, &owner)); /* refused: nothing changes */
    mem.fault = NULL;
    check_all(&map, &owner, KEYS_MAX);
    assert_false(sx_map_reserve(&map, SIZE_MAX, rehash, &owner));
    sx_map_deinit(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_changes_agree_with_an_array),
        cmocka_unit_test(test_it_grows_and_keeps_everything),
        cmocka_unit_test(test_room_that_was_reserved_is_enough),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
