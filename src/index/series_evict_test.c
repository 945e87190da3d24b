/* SPDX-License-Identifier: Apache-2.0 */
/* series_evict_test.c -- series come and go: what nobody holds is given back, and nothing else. */
#include "index/series_index.h"

#include "codec/generators.h"
#include "index/index_fixture_test.h"
#include "os/os.h"

static void make_key(struct sx_buf *key, unsigned i)
{
    char text[120];
    (void)snprintf(text, sizeof text, "m%u,host=host_%u,rack=r%u,os=o%u", i % 3, i, i % 40, i % 2);
    (void)index_test_key(key, text);
}

/* Finds or makes series i; it is pinned. */
static uint32_t add(struct index_test *t, unsigned i, struct sx_series_hint *hint)
{
    uint32_t slot;
    make_key(&t->key, i);
    struct sx_bytes key = sx_buf_bytes(&t->key);
    assert_int_equal(sx_series_index_resolve(t->index, key, sx_hash(key), hint, &slot, NULL),
                     STRIA_OK);
    return slot;
}

static uint32_t find(struct index_test *t, unsigned i)
{
    make_key(&t->key, i);
    struct sx_bytes key = sx_buf_bytes(&t->key);
    return sx_series_index_find(t->index, key, sx_hash(key));
}

static size_t count_matches(struct index_test *t, const char *condition)
{
    struct sx_selector selector = {.all_measurements = true,
                                   .tags = index_test_condition(t, condition)};
    struct sx_bitset set;
    assert_int_equal(sx_series_index_select(t->index, &selector, &t->request, &set, NULL),
                     STRIA_OK);
    size_t count = sx_bitset_count(&set);
    sx_bitset_deinit(&set);
    return count;
}

static size_t evict_all(struct index_test *t)
{
    return sx_series_index_evict(t->index, UINT32_MAX, sx_series_index_slot_count(t->index));
}

static void test_only_what_nobody_holds_is_evicted(void **state)
{
    (void)state;
    struct index_test t;
    struct sx_series_hint hints[10] = {0};
    index_test_init(&t);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(add(&t, i, &hints[i]), i);
    sx_series_index_pin(t.index, 4); /* twice */
    for (unsigned i = 0; i < 10; i += 2)
        sx_series_index_unpin(t.index, i);
    assert_int_equal(evict_all(&t), 4);
    for (unsigned i = 0; i < 10; i++) {
        bool gone = i % 2 == 0 && i != 4;
        assert_int_equal(find(&t, i), gone ? SX_SLOT_NONE : i);
        assert_int_equal(sx_series_index_hinted(t.index, &hints[i]), gone ? SX_SLOT_NONE : i);
    }
    assert_int_equal(sx_series_index_series_count(t.index), 6);
    assert_int_equal(evict_all(&t), 0);
    assert_int_equal(count_matches(&t, "host=host_6"), 0);
    assert_int_equal(count_matches(&t, "host=host_4"), 1);
    assert_int_equal(count_matches(&t, "os=o0"), 1);
    assert_int_equal(count_matches(&t, "os=o1"), 5);
    assert_int_equal(count_matches(&t, "host~^host"), 6);
    index_test_deinit(&t);
}

static void test_a_slot_that_is_used_again_is_not_mistaken_for_what_it_was(void **state)
{
    (void)state;
    struct index_test t;
    struct sx_series_hint old = {0}, new = {0};
    struct sx_buf key;
    index_test_init(&t);
    uint32_t slot = add(&t, 1, &old);
    sx_series_index_slot(t.index, slot)->defined_generation = 7;
    sx_series_index_unpin(t.index, slot);
    assert_int_equal(evict_all(&t), 1);
    assert_int_equal(add(&t, 2, &new), slot);
    assert_int_equal(sx_series_index_slot(t.index, slot)->defined_generation, 0);
    assert_int_equal(sx_series_index_hinted(t.index, &old), SX_SLOT_NONE);
    assert_int_equal(sx_series_index_hinted(t.index, &new), slot);
    sx_buf_init(&key, &t.memory.mem, 1 << 16);
    sx_series_index_key(t.index, slot, &key);
    make_key(&t.key, 2);
    assert_true(sx_bytes_equal(sx_buf_bytes(&key), sx_buf_bytes(&t.key)));
    sx_buf_deinit(&key);
    /* The pin that the old hint did not get was given back. */
    sx_series_index_unpin(t.index, slot);
    sx_series_index_unpin(t.index, slot);
    assert_int_equal(evict_all(&t), 1);
    assert_int_equal(add(&t, 1, &old), slot);
    index_test_deinit(&t);
}

static void test_what_was_used_of_late_stays(void **state)
{
    (void)state;
    struct index_test t;
    index_test_init(&t);
    for (unsigned i = 0; i < 10; i++) {
        uint32_t slot = add(&t, i, NULL);
        sx_series_index_slot(t.index, slot)->used_generation = i;
        sx_series_index_unpin(t.index, slot);
    }
    assert_int_equal(sx_series_index_evict(t.index, 4, 100), 4);
    assert_int_equal(sx_series_index_evict(t.index, 4, 100), 0);
    assert_int_equal(find(&t, 3), SX_SLOT_NONE);
    assert_int_equal(find(&t, 4), 4);
    /* The hand goes on where it was. */
    assert_int_equal(sx_series_index_evict(t.index, 100, 6), 2);
    assert_int_equal(sx_series_index_evict(t.index, 100, 3), 3);
    assert_int_equal(sx_series_index_evict(t.index, 100, 3), 1);
    index_test_deinit(&t);
}

/* ---- a model ---- */

#define MODEL 2000

struct model {
    struct index_test t;
    uint32_t slots[MODEL]; /* SX_SLOT_NONE: not held */
    bool in[MODEL];        /* perhaps not held, but not evicted either */
    struct sx_series_hint hints[MODEL];
};

static void assert_same(struct model *m)
{
    size_t count = 0, racks = 0;
    for (unsigned i = 0; i < MODEL; i++) {
        assert_int_equal(find(&m->t, i) != SX_SLOT_NONE, m->in[i]);
        count += m->in[i];
        racks += m->in[i] && i % 40 == 7;
    }
    assert_int_equal(sx_series_index_series_count(m->t.index), count);
    assert_int_equal(count_matches(&m->t, "rack=r7"), racks);
    assert_int_equal(count_matches(&m->t, "host~."), count);
}

static void test_a_random_history_of_series_leaves_what_is_held(void **state)
{
    (void)state;
    static struct model m;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct sx_random random = {seed};
        memset(&m, 0, sizeof m);
        index_test_init(&m.t);
        for (unsigned i = 0; i < MODEL; i++)
            m.slots[i] = SX_SLOT_NONE;
        for (size_t step = 0; step < 30000; step++) {
            unsigned i = (unsigned)sx_random_below(&random, MODEL);
            if (m.slots[i] == SX_SLOT_NONE) {
                m.slots[i] = sx_series_index_hinted(m.t.index, &m.hints[i]);
                assert_int_equal(m.slots[i] != SX_SLOT_NONE, m.in[i]);
                if (m.slots[i] == SX_SLOT_NONE)
                    m.slots[i] = add(&m.t, i, &m.hints[i]);
                m.in[i] = true;
            } else {
                sx_series_index_unpin(m.t.index, m.slots[i]);
                m.slots[i] = SX_SLOT_NONE;
            }
            if (sx_random_below(&random, 500) == 0) {
                (void)evict_all(&m.t);
                for (unsigned k = 0; k < MODEL; k++)
                    m.in[k] = m.slots[k] != SX_SLOT_NONE;
            }
            if (step % 3000 == 0)
                assert_same(&m);
        }
        (void)evict_all(&m.t);
        for (unsigned k = 0; k < MODEL; k++)
            m.in[k] = m.slots[k] != SX_SLOT_NONE;
        assert_same(&m);
        index_test_deinit(&m.t);
    }
}

static void test_the_memory_of_series_that_went_comes_back(void **state)
{
    (void)state;
    struct index_test t;
    index_test_init(&t);
    size_t full = 0;
    for (unsigned round = 0; round < 10; round++) {
        uint32_t first = 0;
        for (unsigned i = 0; i < 20000; i++) {
            uint32_t slot = add(&t, round * 20000 + i, NULL);
            first = i ? first : slot;
            if (i % 50)
                sx_series_index_unpin(t.index, slot);
        }
        if (round == 0)
            full = sx_mem_size(&t.memory.mem);
        assert_int_equal(evict_all(&t), 20000 / 50 * 49);
        /* A few that stay do not hold the place of those that went. */
        assert_true(sx_mem_size(&t.memory.mem) < full * 6 / 5 + (size_t)round * 400 * 200);
    }
    assert_int_equal(sx_series_index_slot_count(t.index), 20000 + 9 * 400);
    for (uint32_t i = 0; i < sx_series_index_slot_count(t.index); i++)
        if (sx_series_index_slot(t.index, i)->pins == 1)
            sx_series_index_unpin(t.index, i);
    (void)evict_all(&t);
    assert_int_equal(sx_series_index_series_count(t.index), 0);
    assert_int_equal(count_matches(&t, "host~."), 0);
    index_test_deinit(&t);
}

static void test_series_with_ten_tags_take_150_bytes_each(void **state)
{
    (void)state;
    static const char *const systems[] = {"Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10"};
    static const char *const regions[] = {"us-east-1", "us-west-1", "eu-west-1", "sa-east-1"};
    struct index_test t;
    index_test_init(&t);
    size_t count = 20000, empty = sx_mem_size(&t.memory.mem);
    for (unsigned i = 0; i < count; i++) {
        char text[300];
        uint64_t r = sx_hash_u64(i);
        const char *region = regions[r % 4];
        (void)snprintf(text, sizeof text,
                       "cpu,hostname=host_%u,region=%s,datacenter=%s%c,rack=%u,os=%s,arch=%s,"
                       "team=%s,service=%u,service_version=%u,service_environment=%s",
                       i, region, region, (char)('a' + r / 8 % 3), (unsigned)(r / 32 % 100),
                       systems[r / 4096 % 3], r >> 20 & 1 ? "x64" : "x86",
                       r >> 21 & 1 ? "SF" : "NYC", (unsigned)(r >> 22) % 20,
                       (unsigned)(r >> 30) & 1, r >> 31 & 1 ? "test" : "production");
        assert_int_equal(index_test_add(&t, text), i);
    }
    size_t each = (sx_mem_size(&t.memory.mem) - empty) / count;
    print_message("%zu bytes a series\n", each);
    assert_true(each <= 150);
    index_test_deinit(&t);
}

/* ---- threads ---- */

#define SERIES 64

struct shared {
    struct sx_series_index *index;
    struct sx_mem *mem;
    atomic_bool stop;
    _Atomic uint64_t evicted, wrong;
};

/* Writes to series through hints; a slot that is pinned is that of the series. */
static void write_series(void *context)
{
    struct shared *shared = context;
    struct sx_series_hint hints[SERIES] = {0};
    struct sx_random random = {(uint64_t)(uintptr_t)&hints};
    struct sx_buf key, got;
    sx_buf_init(&key, shared->mem, 1 << 16);
    sx_buf_init(&got, shared->mem, 1 << 16);
    for (size_t step = 0; step < 20000; step++) {
        unsigned i = (unsigned)sx_random_below(&random, SERIES);
        uint32_t slot = sx_series_index_hinted(shared->index, &hints[i]);
        make_key(&key, i);
        uint64_t hash = sx_hash(sx_buf_bytes(&key));
        if (slot == SX_SLOT_NONE && sx_series_index_resolve(shared->index, sx_buf_bytes(&key), hash,
                                                            &hints[i], &slot, NULL)) {
            atomic_fetch_add(&shared->wrong, 1);
            break;
        }
        if (sx_series_index_slot(shared->index, slot)->hash != hash)
            atomic_fetch_add(&shared->wrong, 1);
        if (step % 16 == 0) {
            sx_buf_clear(&got);
            sx_series_index_key(shared->index, slot, &got);
            if (!sx_bytes_equal(sx_buf_bytes(&got), sx_buf_bytes(&key)))
                atomic_fetch_add(&shared->wrong, 1);
        }
        sx_series_index_unpin(shared->index, slot);
    }
    sx_buf_deinit(&key);
    sx_buf_deinit(&got);
}

static void evict_series(void *context)
{
    struct shared *shared = context;
    while (!atomic_load(&shared->stop))
        atomic_fetch_add(&shared->evicted, sx_series_index_evict(shared->index, UINT32_MAX, 32));
}

static void test_writers_never_hold_a_slot_of_another_series(void **state)
{
    (void)state;
    struct index_test t;
    struct sx_os *os = sx_os_posix();
    struct sx_thread *writers[3], *evictor;
    index_test_init(&t);
    struct shared shared = {.index = t.index, .mem = &t.memory.mem};
    assert_int_equal(os->ops->thread_start(os, evict_series, &shared, &evictor, NULL), STRIA_OK);
    for (size_t i = 0; i < SX_COUNT_OF(writers); i++)
        assert_int_equal(os->ops->thread_start(os, write_series, &shared, &writers[i], NULL),
                         STRIA_OK);
    for (size_t i = 0; i < SX_COUNT_OF(writers); i++)
        os->ops->thread_join(writers[i]);
    atomic_store(&shared.stop, true);
    os->ops->thread_join(evictor);
    assert_int_equal(shared.wrong, 0);
    assert_true(shared.evicted > 0);
    (void)evict_all(&t);
    assert_int_equal(sx_series_index_series_count(t.index), 0);
    index_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_nobody_holds_is_evicted),
        cmocka_unit_test(test_a_slot_that_is_used_again_is_not_mistaken_for_what_it_was),
        cmocka_unit_test(test_what_was_used_of_late_stays),
        cmocka_unit_test(test_a_random_history_of_series_leaves_what_is_held),
        cmocka_unit_test(test_the_memory_of_series_that_went_comes_back),
        cmocka_unit_test(test_series_with_ten_tags_take_150_bytes_each),
        cmocka_unit_test(test_writers_never_hold_a_slot_of_another_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
