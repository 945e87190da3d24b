/* SPDX-License-Identifier: Apache-2.0 */
/* backup_test.c -- which files a folder of backups has, and which of its lists counts.
 *
 * Why         tests/backup_test.c looks at what is restored, at failures and power losses. */
#include "engine/backup.h"

#include "engine/backup_folder.h"
#include "engine/engine_fixture_test.h"

static const stria_backup_options defaults = {.struct_size = sizeof defaults};

static stria_backup_report take(struct engine_test *t)
{
    stria_backup_report report;
    engine_test_must(t, sx_backup_make(t->os, "db", "backup", &defaults, &report, &t->err));
    return report;
}

static void test_files_are_named_and_told_as_documented(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_backup_list list = {0};
    char path[SX_PATH_MAX];
    bool found;
    engine_test_init(&t);
    engine_test_write(&t, "cpu", 1, "v1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_write(&t, "cpu", 2, "v1=2");
    stria_backup_report report = take(&t);
    assert_int_equal(report.file_count, 3);
    assert_true(report.copied_bytes > 0 && report.copied_bytes < report.byte_count);
    struct sx_mem *mem = sx_engine_mem(t.engine, SX_ENGINE_MEM_OTHER);
    engine_test_must(&t, sx_backup_newest(t.os, mem, "backup", &list, &found, &t.err));
    assert_true(found);
    assert_int_equal(list.number, 1);
    assert_int_equal(list.file_count, 3);
    assert_string_equal(list.files[0].name, "0000000000000001.state");
    assert_int_equal(list.files[1].kind, SX_BACKUP_LOG);
    assert_int_equal(list.files[2].kind, SX_BACKUP_SEGMENT);
    for (size_t i = 0; i < list.file_count; i++) {
        struct sx_file_info info;
        engine_test_must(&t, sx_backup_file_path("backup", &list.files[i], path, &t.err));
        engine_test_must(&t, t.os->ops->stat(t.os, path, &info, &t.err));
        assert_int_equal(info.size, list.files[i].size);
    }
    sx_backup_list_deinit(&list);
    engine_test_deinit(&t);
}

static void test_a_list_that_is_not_whole_is_passed_over(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_backup_list list = {0};
    char path[SX_PATH_MAX];
    bool found;
    engine_test_init(&t);
    assert_int_equal(take(&t).number, 1);
    assert_int_equal(take(&t).number, 2);
    engine_test_must(&t, sx_backup_list_path("backup", 2, path, &t.err));
    assert_true(sx_os_mem_resize(t.disk, path, 40));
    struct sx_mem *mem = sx_engine_mem(t.engine, SX_ENGINE_MEM_OTHER);
    engine_test_must(&t, sx_backup_newest(t.os, mem, "backup", &list, &found, &t.err));
    assert_true(found);
    assert_int_equal(list.number, 1);
    sx_backup_list_deinit(&list);
    assert_int_equal(take(&t).number, 3); /* a number is never used twice */
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_are_named_and_told_as_documented),
        cmocka_unit_test(test_a_list_that_is_not_whole_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
