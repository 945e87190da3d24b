/* SPDX-License-Identifier: Apache-2.0 */
/* new_store_test.c -- a store is there when it is finished, and not before. */
#include "engine/new_store.h"

#include "engine/edit.h"
#include "engine/engine_priv.h"
#include "os/os_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const uint8_t uuid[16] = {1, 2, 3};
static const struct sx_event_sink silent;

struct new_test {
    struct sx_os *os;
    struct sx_mem mem;
    struct sx_buf state;
    struct sx_new_store store;
};

static void begin(struct new_test *t)
{
    struct sx_counters counters = sx_counters_first();
    *t = (struct new_test){.os = sx_os_mem_create(2)};
    sx_mem_init(&t->mem, NULL, "test", 0);
    sx_buf_init(&t->state, &t->mem, 4096);
    sx_edit_put_counters(&t->state, &counters);
    struct sx_database made = sx_database_make(1, SX_LITERAL("d"));
    sx_edit_put_database(&t->state, &made);
    t->store = (struct sx_new_store){.os = t->os, .mem = &t->mem, .path = "new", .events = &silent};
}

static void end(struct new_test *t)
{
    sx_buf_deinit(&t->state);
    sx_mem_deinit(&t->mem);
    sx_os_mem_destroy(t->os);
}

static stria_status open_it(struct new_test *t, size_t *database_count)
{
    struct sx_engine_options options = {.os = t->os, .path = "new", .read_only = true};
    struct sx_engine *engine = NULL;
    stria_status st = sx_engine_open(&options, &engine, NULL);
    if (!st) {
        *database_count = engine->catalog->database_count;
        (void)sx_engine_close(engine, NULL);
    }
    return st;
}

static void test_it_is_a_store_with_that_state_when_it_is_finished(void **state)
{
    (void)state;
    struct new_test t;
    size_t count = 0;
    begin(&t);
    assert_int_equal(sx_new_store_begin(&t.store, NULL), STRIA_OK);
    assert_int_not_equal(open_it(&t, &count), STRIA_OK);
    assert_int_equal(sx_new_store_finish(&t.store, uuid, sx_buf_bytes(&t.state), NULL), STRIA_OK);
    assert_int_equal(open_it(&t, &count), STRIA_OK);
    assert_int_equal(count, 1);
    end(&t);
}

static void test_undone_nothing_is_left_and_what_was_there_stays(void **state)
{
    (void)state;
    struct new_test t;
    struct sx_file_info info;
    begin(&t);
    assert_int_equal(sx_new_store_begin(&t.store, NULL), STRIA_OK);
    sx_new_store_undo(&t.store);
    assert_int_equal(t.os->ops->stat(t.os, "new", &info, NULL), STRIA_NOT_FOUND);
    assert_int_equal(t.os->ops->mkdir(t.os, "new", NULL), STRIA_OK);
    assert_int_equal(t.os->ops->mkdir(t.os, "new/mine", NULL), STRIA_OK);
    t.store.own_folder = false;
    assert_int_equal(sx_new_store_begin(&t.store, NULL), STRIA_EXISTS);
    sx_new_store_undo(&t.store);
    assert_int_equal(t.os->ops->stat(t.os, "new/mine", &info, NULL), STRIA_OK);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_a_store_with_that_state_when_it_is_finished),
        cmocka_unit_test(test_undone_nothing_is_left_and_what_was_there_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
