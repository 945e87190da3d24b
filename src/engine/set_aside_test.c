/* SPDX-License-Identifier: Apache-2.0 */
/* set_aside_test.c -- a segment that cannot be opened is marked, and taken back when it can. */
#include "engine/engine_fixture_test.h"

#include <stdlib.h>

struct lost {
    struct engine_test t;
    char path[SX_PATH_MAX];
    uint8_t *bytes; /* as they were */
    size_t size;
};

/* A store with two segments, the first of which is then destroyed and the store opened again. */
static void lose(struct lost *l, size_t from_end)
{
    engine_test_init(&l->t);
    engine_test_write(&l->t, "m,k=1", 1, "a1=1");
    engine_test_compact(&l->t, STRIA_COMPACT_FLUSH);
    assert_int_equal(engine_test_files(&l->t, "db/seg", ".seg", l->path), 1);
    engine_test_write(&l->t, "m,k=2", 1, "a1=2");
    engine_test_compact(&l->t, STRIA_COMPACT_FLUSH);
    engine_test_close(&l->t);
    uint8_t *bytes = sx_os_mem_bytes(l->t.disk, l->path, &l->size);
    l->bytes = malloc(l->size);
    assert_non_null(l->bytes);
    memcpy(l->bytes, bytes, l->size);
    memset(bytes + l->size - from_end, 0x55, from_end);
    engine_test_open(&l->t);
}

static void forget(struct lost *l)
{
    free(l->bytes);
    engine_test_deinit(&l->t);
}

/* Reads all; damage is told to `scan.damage`. */
static void read_all(struct engine_test *t)
{
    t->scan.request.on_damage = scan_test_on_damage;
    t->scan.request.damage_context = &t->scan;
    assert_holds(t, "m,k=2{1:a1=2}");
    t->scan.request.on_damage = NULL;
}

static void test_a_segment_without_its_footer_is_set_aside(void **state)
{
    (void)state;
    struct lost l;
    lose(&l, SX_SEGMENT_FOOTER_SIZE);
    engine_test_must(&l.t, sx_engine_set_aside_lost(l.t.engine, &l.t.err));
    assert_false(engine_test_heard(&l.t, "segment_set_aside")); /* nobody looked yet */
    read_all(&l.t);
    assert_true(l.t.scan.damage[0] != 0);
    engine_test_must(&l.t, sx_engine_set_aside_lost(l.t.engine, &l.t.err));
    assert_true(engine_test_heard(&l.t, "segment_set_aside"));
    assert_true(engine_test_store(&l.t)->segments[0]->set_aside);
    assert_false(engine_test_store(&l.t)->segments[1]->set_aside);
    l.t.events[0] = 0;
    engine_test_must(&l.t, sx_engine_set_aside_lost(l.t.engine, &l.t.err));
    assert_string_equal(l.t.events, ""); /* once is enough */
    engine_test_reopen(&l.t);
    assert_true(engine_test_store(&l.t)->segments[0]->set_aside);
    forget(&l);
}

static void test_a_segment_that_was_put_back_is_taken_back(void **state)
{
    (void)state;
    struct lost l;
    size_t size;
    lose(&l, SX_SEGMENT_FOOTER_SIZE);
    read_all(&l.t);
    engine_test_must(&l.t, sx_engine_set_aside_lost(l.t.engine, &l.t.err));
    engine_test_close(&l.t);
    memcpy(sx_os_mem_bytes(l.t.disk, l.path, &size), l.bytes, l.size);
    engine_test_open(&l.t);
    assert_holds(&l.t, "m,k=1{1:a1=1} m,k=2{1:a1=2}");
    engine_test_must(&l.t, sx_engine_set_aside_lost(l.t.engine, &l.t.err));
    assert_true(engine_test_heard(&l.t, "segment_taken_back"));
    assert_false(engine_test_store(&l.t)->segments[0]->set_aside);
    engine_test_reopen(&l.t);
    assert_false(engine_test_store(&l.t)->segments[0]->set_aside);
    forget(&l);
}

static void test_merges_leave_it_where_it_is(void **state)
{
    (void)state;
    struct lost l;
    size_t size;
    lose(&l, SX_SEGMENT_FOOTER_SIZE);
    read_all(&l.t);
    engine_test_must(&l.t, sx_engine_set_aside_lost(l.t.engine, &l.t.err));
    for (int i = 0; i < 3; i++) {
        engine_test_write(&l.t, "m,k=3", i, "a1=3");
        engine_test_compact(&l.t, STRIA_COMPACT_SEAL);
    }
    assert_non_null(sx_os_mem_bytes(l.t.disk, l.path, &size));
    assert_int_equal(size, l.size);
    forget(&l);
}

static void test_without_memory_the_mark_is_made_later(void **state)
{
    (void)state;
    struct lost l;
    lose(&l, SX_SEGMENT_FOOTER_SIZE);
    engine_test_close(&l.t);
    struct sx_mem_fault fault = {.countdown = -1};
    l.t.fault = &fault;
    engine_test_open(&l.t);
    read_all(&l.t);
    atomic_store(&fault.countdown, 1);
    assert_int_equal(sx_engine_set_aside_lost(l.t.engine, &l.t.err), STRIA_NOMEM);
    assert_false(engine_test_store(&l.t)->segments[0]->set_aside);
    atomic_store(&fault.countdown, -1);
    engine_test_must(&l.t, sx_engine_set_aside_lost(l.t.engine, &l.t.err));
    assert_true(engine_test_store(&l.t)->segments[0]->set_aside);
    l.t.fault = NULL;
    forget(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_segment_without_its_footer_is_set_aside),
        cmocka_unit_test(test_a_segment_that_was_put_back_is_taken_back),
        cmocka_unit_test(test_merges_leave_it_where_it_is),
        cmocka_unit_test(test_without_memory_the_mark_is_made_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
