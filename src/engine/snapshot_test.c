/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot_test.c -- which files of a snapshot are shared, and what a store does with those.
 *
 * Why         tests/snapshot_test.c looks at what snapshots hold, at failures and crashes. */
#include "engine/snapshot.h"

#include "engine/engine_fixture_test.h"

static const stria_snapshot_options defaults = {.struct_size = sizeof defaults};

static stria_snapshot_report take(struct engine_test *t, const char *path)
{
    stria_snapshot_report report;
    engine_test_must(t, sx_snapshot_write(t->engine, path, &defaults, &report, &t->err));
    return report;
}

static uint64_t links_of(struct engine_test *t, const char *folder, const char *ending)
{
    char path[SX_PATH_MAX];
    struct sx_file_info info;
    assert_true(engine_test_files(t, folder, ending, path) > 0);
    engine_test_must(t, t->os->ops->stat(t->os, path, &info, &t->err));
    return info.link_count;
}

static void test_segments_and_finished_log_files_are_shared(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "cpu", 1, "v1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_write(&t, "cpu", 2, "v1=2");
    stria_snapshot_report report = take(&t, "snap");
    assert_int_equal(report.file_count, 2);
    assert_int_equal(report.copied_bytes, 0);
    assert_int_equal(links_of(&t, "snap/seg", ".seg"), 2);
    assert_int_equal(links_of(&t, "snap/wal", ".wal"), 2);
    assert_int_equal(engine_test_files(&t, "snap/wal", ".wal", NULL), 1);
    assert_int_equal(engine_test_files(&t, "snap", "LOCK", NULL), 0); /* nobody has opened it */
    engine_test_deinit(&t);
}

static void test_a_shared_log_file_is_let_go_and_not_used_again(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "cpu", 1, "v1=1");
    (void)take(&t, "snap");
    for (int i = 2; i < 8; i++) {
        engine_test_write(&t, "cpu", i, "v1=1");
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    }
    assert_int_equal(links_of(&t, "snap/wal", ".wal"), 1); /* the store has unlinked its name */
    engine_test_close(&t);
    struct sx_engine_options options = {.os = t.os, .path = "snap"};
    engine_test_must(&t, sx_engine_open(&options, &t.engine, &t.err));
    assert_holds(&t, "cpu{1:v1=1}");
    engine_test_deinit(&t);
}

static void test_bytes_that_only_snapshots_have_are_counted(void **state)
{
    (void)state;
    struct engine_test t;
    engine_test_init(&t);
    engine_test_write(&t, "cpu", 1, "v1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    uint64_t size = engine_test_store(&t)->segments[0]->info.file_size;
    (void)take(&t, "snap");
    engine_test_write(&t, "cpu", 2, "v1=2");
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    assert_int_equal(atomic_load(&t.engine->counts.snapshot_bytes), size);
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments_and_finished_log_files_are_shared),
        cmocka_unit_test(test_a_shared_log_file_is_let_go_and_not_used_again),
        cmocka_unit_test(test_bytes_that_only_snapshots_have_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
