/* SPDX-License-Identifier: Apache-2.0 */
/* open_test.c -- opening and closing, background work and figures by the public calls. */
#include "api/api_fixture_test.h"
#include "api/store.h"

static void test_wrong_options_open_nothing(void **state)
{
    (void)state;
    stria *db = (stria *)1;
    stria_error err = {0};
    const stria_options wrong_size = {.struct_size = 3};
    const struct {
        const char *path;
        const stria_options *options;
        stria_status status;
    } rows[] = {
        {NULL, NULL, STRIA_INVALID},
        {"", NULL, STRIA_INVALID},
        {"/tmp/stria_none", &wrong_size, STRIA_INVALID},
        {"/tmp/stria_none", STRIA_OPTIONS(.durability = 9), STRIA_INVALID},
        {"/tmp/stria_none", STRIA_OPTIONS(.memory_size = 5), STRIA_INVALID},
        {"/tmp/stria_none", STRIA_OPTIONS(.must_exist = true), STRIA_NOT_FOUND},
        {"/tmp/stria_none", STRIA_OPTIONS(.read_only = true), STRIA_NOT_FOUND},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        db = (stria *)1;
        assert_int_equal(stria_open(rows[i].path, rows[i].options, &db, &err), rows[i].status);
        assert_null(db);
        assert_int_equal(err.code, rows[i].status);
    }
    assert_int_equal(stria_open("/tmp/stria_none", NULL, NULL, &err), STRIA_INVALID);
    assert_int_equal(stria_close(NULL, &err), STRIA_OK);
}

static void test_a_store_is_there_again_when_it_is_opened_again(void **state)
{
    (void)state;
    struct api_test t;
    stria *other;
    api_init(&t);
    api_must(&t, api_ingest(&t, "m a=1 1"));
    assert_int_equal(stria_open(t.path, NULL, &other, &t.err), STRIA_LOCKED);
    api_must(&t, stria_close(t.db, &t.err));
    api_open(&t);
    assert_stored(&t, "m: 1 1; ");
    api_deinit(&t);
}

static void test_work_can_be_asked_for(void **state)
{
    (void)state;
    struct api_test t;
    stria_compact_report report;
    bool more = true;
    api_init(&t);
    api_must(&t, api_ingest(&t, "m a=1,b=2 1"));
    api_must(&t, stria_compact(t.db, STRIA_COMPACT_SEAL, &report, &t.err));
    assert_true(report.sample_count >= 2 && report.bytes_out > 0 && report.bytes_copied == 0);
    assert_int_equal(stria_compact(t.db, (stria_compact_until)9, &report, &t.err), STRIA_INVALID);
    assert_int_equal(report.sample_count, 0);
    for (int i = 0; more && i < 100; i++)
        api_must(&t, stria_poll(t.db, &more, &t.err));
    assert_false(more);
    api_must(&t, stria_poll(t.db, NULL, &t.err));
    assert_stored(&t, "m: 1 1 2; ");
    api_deinit(&t);
}

static void test_memory_of_the_host_counts(void **state)
{
    (void)state;
    struct api_test t;
    api_init(&t);
    api_must(&t, stria_memory_reserve(t.db, 1 << 20, &t.err));
    assert_int_equal(stria_memory_reserve(t.db, (size_t)1 << 40, &t.err), STRIA_NOMEM);
    stria_memory_release(t.db, 1 << 20);
    stria_memory_release(NULL, 1);
    assert_int_equal(stria_memory_reserve(NULL, 1, &t.err), STRIA_INVALID);
    api_deinit(&t);
}

static void find(void *user, const stria_stat *stat)
{
    if (strcmp(stat->name, "rows_written_total") == 0)
        *(double *)user = stat->value;
}

static void test_figures_tell_what_was_written(void **state)
{
    (void)state;
    struct api_test t;
    double rows = -1;
    api_init(&t);
    api_must(&t, api_ingest(&t, "m a=1 1\nm a=1 2\nbad"
                                "\nm a=1 3") == STRIA_PARTIAL
                     ? STRIA_OK
                     : STRIA_INTERNAL);
    api_must(&t, stria_stats(t.db, find, &rows, &t.err));
    assert_true(rows >= 3 && rows <= 3);
    assert_int_equal(stria_stats(t.db, NULL, NULL, &t.err), STRIA_INVALID);
    assert_int_equal(stria_stats(NULL, find, NULL, &t.err), STRIA_INVALID);
    api_deinit(&t);
}

static void test_another_process_may_not_use_the_handle(void **state)
{
    (void)state;
    struct api_test t;
    api_init(&t);
    t.db->process_id++; /* as if this were its child */
    assert_int_equal(api_ingest(&t, "m a=1 1"), STRIA_INVALID);
    assert_non_null(strstr(t.err.text, "fork"));
    assert_int_equal(stria_close(t.db, &t.err), STRIA_INVALID);
    t.db->process_id--;
    api_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_options_open_nothing),
        cmocka_unit_test(test_a_store_is_there_again_when_it_is_opened_again),
        cmocka_unit_test(test_work_can_be_asked_for),
        cmocka_unit_test(test_memory_of_the_host_counts),
        cmocka_unit_test(test_figures_tell_what_was_written),
        cmocka_unit_test(test_another_process_may_not_use_the_handle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
