/* SPDX-License-Identifier: Apache-2.0 */
/* verify_test.c -- stria_verify: a whole store, a damaged one, wrong calls. */
#include "api/api_fixture_test.h"

struct findings {
    uint64_t count;
    stria_status code;
    char file[200];
    unsigned progress;
    unsigned stop_after; /* 0: never */
};

static void find(void *user, const stria_finding *finding)
{
    struct findings *f = user;
    f->count++;
    f->code = finding->code;
    (void)snprintf(f->file, sizeof f->file, "%s", finding->file);
}

static bool go_on(void *user, uint64_t done, uint64_t total)
{
    struct findings *f = user;
    assert_true(done <= total);
    return ++f->progress != f->stop_after;
}

static void fill(struct api_test *t)
{
    api_init(t);
    api_must(t, api_ingest(t, "m,k=1 a=1,b=\"x\" 1\nm,k=2 a=2 2"));
    api_must(t, stria_compact(t->db, STRIA_COMPACT_FLUSH, NULL, &t->err));
    api_must(t, api_ingest(t, "m,k=3 a=3 3"));
    api_must(t, stria_close(t->db, &t->err));
    t->db = NULL;
}

static bool see_segment(void *context, const char *name, bool is_directory)
{
    if (!is_directory)
        (void)snprintf(context, 64, "%.63s", name);
    return true;
}

/* Changes a byte of the segment. */
static void damage(struct api_test *t, uint64_t offset)
{
    struct sx_os *os = sx_os_posix();
    char folder[120], name[64] = "", path[300];
    struct sx_file *file = NULL;
    uint8_t byte;
    (void)snprintf(folder, sizeof folder, "%s/seg", t->path);
    api_must(t, os->ops->list(os, folder, see_segment, name, &t->err));
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    api_must(t, sx_os_open(os, path, SX_OPEN_WRITE, &file, &t->err));
    api_must(t, sx_file_read(file, path, &byte, 1, offset, &t->err));
    byte ^= 1;
    api_must(t, sx_file_pwrite(file, &byte, 1, offset, &t->err));
    sx_file_close(file);
}

static void test_a_whole_store_has_no_findings(void **state)
{
    (void)state;
    struct api_test t;
    struct findings f = {0};
    stria_verify_report report;
    fill(&t);
    api_must(
        &t, stria_verify(t.path,
                         STRIA_VERIFY_OPTIONS(.on_finding = find, .on_progress = go_on, .user = &f),
                         &report, &t.err));
    assert_int_equal(f.count, 0);
    assert_int_equal(report.finding_count, 0);
    assert_true(report.file_count >= 2 && report.byte_count > 0);
    assert_true(report.chunk_count >= 3 && report.row_count >= 2);
    api_must(&t, stria_verify(t.path, NULL, NULL, &t.err));
    api_deinit(&t);
}

static void test_damage_is_found_and_named(void **state)
{
    (void)state;
    struct api_test t;
    struct findings f = {0};
    stria_verify_report report;
    fill(&t);
    damage(&t, 68);
    assert_int_equal(
        stria_verify(t.path, STRIA_VERIFY_OPTIONS(.on_finding = find, .user = &f), &report, &t.err),
        STRIA_CORRUPT);
    assert_true(f.count > 0);
    assert_int_equal(report.finding_count, f.count);
    assert_int_equal(f.code, STRIA_CORRUPT);
    assert_memory_equal(f.file, "seg/", 4);
    api_deinit(&t);
}

static void test_it_can_be_stopped(void **state)
{
    (void)state;
    struct api_test t;
    struct findings f = {.stop_after = 1};
    fill(&t);
    assert_int_equal(
        stria_verify(t.path, STRIA_VERIFY_OPTIONS(.on_progress = go_on, .user = &f), NULL, &t.err),
        STRIA_CANCELLED);
    api_deinit(&t);
}

static void test_wrong_calls_are_refused(void **state)
{
    (void)state;
    stria_error err = {0};
    const stria_verify_options wrong_size = {.struct_size = 1};
    assert_int_equal(stria_verify(NULL, NULL, NULL, &err), STRIA_INVALID);
    assert_int_equal(stria_verify("", NULL, NULL, &err), STRIA_INVALID);
    assert_int_equal(stria_verify("/tmp", &wrong_size, NULL, &err), STRIA_INVALID);
    assert_int_equal(stria_verify("/tmp/stria_none", NULL, NULL, &err), STRIA_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_store_has_no_findings),
        cmocka_unit_test(test_damage_is_found_and_named),
        cmocka_unit_test(test_it_can_be_stopped),
        cmocka_unit_test(test_wrong_calls_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
