/* SPDX-License-Identifier: Apache-2.0 */
/* open_test.c -- what a folder must look like to become a store, and who may open one. */
#include "engine/engine_fixture_test.h"

#include <errno.h>

/* A disk without a store. */
static void begin(struct engine_test *t)
{
    *t = (struct engine_test){.policy_id = 1};
    t->disk = t->os = sx_os_mem_create(7);
    assert_non_null(t->disk);
    scan_test_init(&t->scan);
}

static void put(struct engine_test *t, const char *path)
{
    size_t len = strlen(path);
    char name[80];
    struct sx_file *file = NULL;
    (void)snprintf(name, sizeof name, "%s", path);
    if (name[len - 1] == '/') {
        name[len - 1] = 0;
        assert_int_equal(t->disk->ops->mkdir(t->disk, name, NULL), STRIA_OK);
        return;
    }
    assert_int_equal(sx_os_open(t->disk, name, SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL),
                     STRIA_OK);
    sx_file_close(file);
}

static void test_a_folder_is_taken_only_if_it_is_a_store_or_empty(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *paths[5];
        bool read_only, must_exist;
        stria_status status;
        const char *text; /* part of it */
    } rows[] = {
        {"nothing", {0}, false, false, STRIA_OK, ""},
        {"nothing, for reading", {0}, true, false, STRIA_NOT_FOUND, "there is no store"},
        {"nothing, must exist", {0}, false, true, STRIA_NOT_FOUND, "there is no store"},
        {"an empty folder", {"db/"}, false, false, STRIA_OK, ""},
        {"an empty folder, for reading", {"db/"}, true, false, STRIA_NOT_FOUND, "no store"},
        {"an empty folder, must exist", {"db/"}, false, true, STRIA_NOT_FOUND, "no store"},
        {"a file system's own", {"db/", "db/lost+found/"}, false, false, STRIA_OK, ""},
        {"something else", {"db/", "db/photo.jpg"}, false, false, STRIA_INVALID, "photo.jpg"},
        {"a file", {"db"}, false, false, STRIA_INVALID, "not a folder"},
        {"an opening that did not get far",
         {"db/", "db/LOCK", "db/wal/", "db/seg/"},
         false,
         false,
         STRIA_OK,
         ""},
        {"an empty manifest folder", {"db/", "db/manifest/"}, false, false, STRIA_OK, ""},
        {"segments without a manifest",
         {"db/", "db/seg/", "db/seg/0000000000000001.seg"},
         false,
         false,
         STRIA_CORRUPT,
         "data but no manifest"},
        {"a log without a manifest",
         {"db/", "db/wal/", "db/manifest/", "db/wal/0000000000000001.wal"},
         false,
         false,
         STRIA_CORRUPT,
         "data but no manifest"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct engine_test t;
        print_message("%s\n", rows[i].name);
        begin(&t);
        for (size_t j = 0; j < 5 && rows[i].paths[j]; j++)
            put(&t, rows[i].paths[j]);
        uint64_t before = sx_os_mem_mutations(t.disk);
        struct sx_engine_options options = {.os = t.os,
                                            .path = "db",
                                            .read_only = rows[i].read_only,
                                            .must_exist = rows[i].must_exist};
        assert_int_equal(sx_engine_open(&options, &t.engine, &t.err), rows[i].status);
        if (rows[i].status) {
            assert_null(t.engine);
            assert_int_equal(t.err.code, rows[i].status);
            assert_non_null(strstr(t.err.text, rows[i].text));
            if (rows[i].status != STRIA_CORRUPT)
                assert_int_equal(sx_os_mem_mutations(t.disk), before); /* nothing was changed */
        }
        engine_test_deinit(&t);
    }
}

static void test_one_process_writes_and_others_may_read(void **state)
{
    (void)state;
    struct engine_test t, other = {.policy_id = 1};
    engine_test_init(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    other.os = other.disk = t.disk;
    assert_int_equal(engine_test_try_open(&other, false), STRIA_LOCKED);
    assert_non_null(strstr(other.err.text, "another process has the store open"));
    engine_test_must(&other, engine_test_try_open(&other, true));
    scan_test_init(&other.scan);
    assert_holds(&other, "m{1:a1=1}");
    struct sx_command drop = {.kind = SX_DROP_DATABASE, .database = SX_LITERAL("d")};
    assert_int_equal(engine_test_execute(&other, &drop), STRIA_READ_ONLY);
    assert_int_equal(engine_test_try_write(&other, "m", 2, "a1=1"), STRIA_READ_ONLY);
    assert_int_equal(sx_engine_compact(other.engine, STRIA_COMPACT_SEAL, NULL, &other.err),
                     STRIA_READ_ONLY);
    engine_test_close(&other);
    scan_test_deinit(&other.scan);
    engine_test_close(&t);
    engine_test_open(&t); /* the lock went with the first */
    engine_test_deinit(&t);
}

static void test_what_the_store_is_stays_over_openings(void **state)
{
    (void)state;
    struct engine_test t;
    uint8_t uuid[16];
    engine_test_init(&t);
    memcpy(uuid, t.engine->store_uuid, 16);
    engine_test_write(&t, "m", 1, "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_write(&t, "m", 2, "a1=2");
    struct sx_counters counters = t.engine->counters;
    for (int i = 0; i < 3; i++) {
        engine_test_reopen(&t);
        assert_memory_equal(t.engine->store_uuid, uuid, 16);
        assert_holds(&t, "m{1:a1=1 2:a1=2}");
        assert_true(t.engine->counters.next_segment_id >= counters.next_segment_id);
        assert_true(t.engine->counters.next_seq >= counters.next_seq);
        assert_int_equal(t.engine->counters.next_policy_id, counters.next_policy_id);
        counters = t.engine->counters;
    }
    engine_test_deinit(&t);
}

static void test_a_flushed_store_that_is_closed_has_no_log(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    for (int round = 0; round < 3; round++) {
        engine_test_write(&t, "m", round + 1, "a1=1");
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
        engine_test_close(&t);
        assert_int_equal(engine_test_files(&t, "db/wal", ".wal", NULL), 0);
        engine_test_open(&t);
    }
    assert_holds(&t, "m{1:a1=1 2:a1=1 3:a1=1}");
    engine_test_deinit(&t);
}

static void test_too_little_memory_is_refused_at_once(void **state)
{
    (void)state;
    struct engine_test t;
    begin(&t);
    struct sx_engine_options options = {.os = t.os, .path = "db", .memory_size = 1 << 20};
    assert_int_equal(sx_engine_open(&options, &t.engine, &t.err), STRIA_INVALID);
    assert_non_null(strstr(t.err.text, "memory_size is 1048576"));
    engine_test_deinit(&t);
}

static void test_an_opening_that_fails_can_be_repeated(void **state)
{
    (void)state;
    bool fired = true;
    for (uint64_t nth = 1; fired; nth++) {
        struct engine_test t;
        struct sx_os_fault_options options = {.fail_at = nth, .os_errno = EIO};
        engine_test_init(&t);
        engine_test_write(&t, "m", 1, "a1=1");
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
        engine_test_write(&t, "m", 2, "a1=2");
        engine_test_close(&t);
        t.os = sx_os_fault_create(t.disk, &options);
        stria_status st = engine_test_try_open(&t, false);
        fired = sx_os_fault_fired(t.os);
        assert_int_equal(t.engine != NULL, st == STRIA_OK);
        (void)engine_test_try_close(&t);
        sx_os_fault_destroy(t.os);
        t.os = t.disk;
        engine_test_open(&t);
        assert_holds(&t, "m{1:a1=1 2:a1=2}");
        engine_test_deinit(&t);
    }
}

static void test_refused_memory_opens_nothing(void **state)
{
    (void)state;
    bool fired = true;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    engine_test_close(&t);
    for (int64_t nth = 1; fired; nth++) {
        struct sx_mem_fault fault = {.countdown = nth};
        t.fault = &fault;
        stria_status st = engine_test_try_open(&t, false);
        fired = atomic_load(&fault.fired);
        if (st && (st != STRIA_NOMEM || !fired))
            fail_msg("allocation %d: %d: %s", (int)nth, (int)st, t.err.text);
        atomic_store(&fault.countdown, -1);
        (void)engine_test_try_close(&t);
        if (nth % 50)
            continue;
        t.fault = NULL; /* it can be opened, and a flush tidies up */
        engine_test_open(&t);
        engine_test_write(&t, "m", 2, "a1=1");
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
        assert_in_range(engine_test_files(&t, "db/wal", ".wal", NULL), 1, 5);
        engine_test_write(&t, "m", nth, "a1=1");
        engine_test_close(&t);
    }
    t.fault = NULL;
    engine_test_open(&t);
    assert_memory_equal(engine_test_holds(&t), "m{1:a1=1", 8);
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_folder_is_taken_only_if_it_is_a_store_or_empty),
        cmocka_unit_test(test_one_process_writes_and_others_may_read),
        cmocka_unit_test(test_what_the_store_is_stays_over_openings),
        cmocka_unit_test(test_a_flushed_store_that_is_closed_has_no_log),
        cmocka_unit_test(test_too_little_memory_is_refused_at_once),
        cmocka_unit_test(test_an_opening_that_fails_can_be_repeated),
        cmocka_unit_test(test_refused_memory_opens_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
