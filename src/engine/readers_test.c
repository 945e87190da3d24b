/* SPDX-License-Identifier: Apache-2.0 */
/* readers_test.c -- the locks in DIR/readers: what a writer learns of readers, and what they keep.
 *
 * Why         tests/readers_test.c looks at rows; here it is the locks themselves. */
#include "engine/readers.h"

#include "engine/engine_priv.h"
#include "os/os_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct readers_test {
    struct sx_os *os;
    struct sx_engine *writer, *reader;
    stria_error err;
};

static void must(const struct readers_test *t, stria_status st)
{
    if (st)
        fail_msg("%d: %s", (int)st, t->err.text);
}

static struct sx_engine *open_store(struct readers_test *t, bool read_only)
{
    struct sx_engine_options options = {.os = t->os, .path = "db", .read_only = read_only};
    struct sx_engine *engine = NULL;
    must(t, sx_engine_open(&options, &engine, &t->err));
    return engine;
}

static void begin(struct readers_test *t)
{
    *t = (struct readers_test){.os = sx_os_mem_create(5)};
    t->writer = open_store(t, false);
    t->reader = open_store(t, true);
}

static void end(struct readers_test *t)
{
    must(t, sx_engine_close(t->reader, &t->err));
    must(t, sx_engine_close(t->writer, &t->err));
    sx_os_mem_destroy(t->os);
}

static uint64_t last_edit(const struct readers_test *t)
{
    return sx_manifest_edit_seq(t->writer->manifest);
}

/* An edit that a reader cannot miss. */
static void commit_edit(struct readers_test *t, const char *database)
{
    struct sx_command command = {.kind = SX_CREATE_DATABASE, .database = sx_bytes_of(database)};
    must(t, sx_engine_execute(t->writer, &command, &t->err));
}

static bool pinned(const struct readers_test *t, uint64_t edit)
{
    return sx_readers_pin(t->writer, edit, edit + 1);
}

static void test_a_reader_pins_the_edit_it_looks_at_while_it_reads(void **state)
{
    (void)state;
    struct readers_test t;
    begin(&t);
    uint64_t edit = last_edit(&t);
    assert_false(pinned(&t, edit));
    must(&t, sx_engine_begin_read(t.reader, &t.err));
    assert_true(pinned(&t, edit));
    assert_false(pinned(&t, edit + 1));
    assert_false(sx_readers_pin(t.writer, edit + 1, edit + 1000));
    assert_true(sx_readers_pin(t.writer, 0, edit + 1));
    assert_false(sx_readers_pin(t.writer, 0, edit)); /* what went before that edit is not needed */
    sx_engine_end_read(t.reader);
    assert_false(sx_readers_pin(t.writer, 0, edit + 1000));
    end(&t);
}

static void test_the_pin_moves_to_what_the_last_reading_needs(void **state)
{
    (void)state;
    struct readers_test t;
    begin(&t);
    must(&t, sx_engine_begin_read(t.reader, &t.err));
    uint64_t first = last_edit(&t);
    commit_edit(&t, "a");
    uint64_t second = last_edit(&t);
    assert_true(pinned(&t, first));
    assert_false(pinned(&t, second)); /* nobody has looked since */
    must(&t, sx_engine_begin_read(t.reader, &t.err));
    assert_true(pinned(&t, second)); /* and the first look has no segment that is gone by now */
    sx_engine_end_read(t.reader);
    assert_true(pinned(&t, second));
    sx_engine_end_read(t.reader);
    assert_false(sx_readers_pin(t.writer, 0, second + 1));
    end(&t);
}

static void test_two_readers_pin_each_their_own_edit(void **state)
{
    (void)state;
    struct readers_test t;
    begin(&t);
    struct sx_engine *other = open_store(&t, true);
    must(&t, sx_engine_begin_read(t.reader, &t.err));
    uint64_t first = last_edit(&t);
    commit_edit(&t, "a");
    uint64_t second = last_edit(&t);
    must(&t, sx_engine_begin_read(other, &t.err));
    assert_true(pinned(&t, first));
    assert_true(pinned(&t, second));
    must(&t, sx_engine_close(other, &t.err)); /* however a process ends, its locks go */
    assert_true(pinned(&t, first));
    assert_false(pinned(&t, second));
    sx_engine_end_read(t.reader);
    end(&t);
}

/* Byte 0 is held by another process that reads the manifest and the log. */
static void test_the_log_is_kept_for_who_reads_it_but_not_for_ever(void **state)
{
    (void)state;
    struct readers_test t;
    struct sx_file *file = NULL;
    begin(&t);
    must(&t, sx_os_open(t.os, "db/readers", SX_OPEN_READ, &file, &t.err));
    must(&t, t.os->ops->lock(file, 0, 1, false, &t.err));
    assert_true(sx_readers_reading(t.writer));
    sx_mutex_lock(&t.writer->state_mutex);
    t.writer->flushed_generation = 1;
    sx_mutex_unlock(&t.writer->state_mutex);
    sx_engine_release_log(t.writer);
    assert_int_equal(atomic_load(&t.writer->readers.released_generation), 0);
    t.os->ops->sleep_ns(t.os, (int64_t)30000000000);
    sx_engine_release_log(t.writer);
    assert_int_equal(atomic_load(&t.writer->readers.released_generation), 0);
    t.os->ops->sleep_ns(t.os, (int64_t)31000000000); /* it hangs: the disk must not fill for it */
    sx_engine_release_log(t.writer);
    assert_int_equal(atomic_load(&t.writer->readers.released_generation), 1);
    sx_file_close(file);
    assert_false(sx_readers_reading(t.writer));
    end(&t);
}

static void test_the_log_is_let_go_at_once_when_nobody_reads_it(void **state)
{
    (void)state;
    struct readers_test t;
    begin(&t);
    must(&t, sx_engine_begin_read(t.reader, &t.err)); /* it has read what it needs */
    sx_mutex_lock(&t.writer->state_mutex);
    t.writer->flushed_generation = 1;
    sx_mutex_unlock(&t.writer->state_mutex);
    sx_engine_release_log(t.writer);
    assert_int_equal(atomic_load(&t.writer->readers.released_generation), 1);
    sx_engine_end_read(t.reader);
    end(&t);
}

static void test_a_look_at_what_did_not_change_reads_nothing_anew(void **state)
{
    (void)state;
    struct readers_test t;
    begin(&t);
    uint64_t load_count = atomic_load(&t.reader->readers.load_count);
    for (int i = 0; i < 5; i++) {
        must(&t, sx_engine_begin_read(t.reader, &t.err));
        sx_engine_end_read(t.reader);
    }
    assert_int_equal(atomic_load(&t.reader->readers.load_count), load_count);
    commit_edit(&t, "a"); /* appended to the manifest: that is enough */
    must(&t, sx_engine_begin_read(t.reader, &t.err));
    sx_engine_end_read(t.reader);
    assert_int_equal(atomic_load(&t.reader->readers.load_count), load_count);
    struct sx_catalog *catalog = sx_engine_catalog(t.reader);
    assert_int_equal(catalog->database_count, 1);
    sx_catalog_release(catalog);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reader_pins_the_edit_it_looks_at_while_it_reads),
        cmocka_unit_test(test_the_pin_moves_to_what_the_last_reading_needs),
        cmocka_unit_test(test_two_readers_pin_each_their_own_edit),
        cmocka_unit_test(test_the_log_is_kept_for_who_reads_it_but_not_for_ever),
        cmocka_unit_test(test_the_log_is_let_go_at_once_when_nobody_reads_it),
        cmocka_unit_test(test_a_look_at_what_did_not_change_reads_nothing_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
