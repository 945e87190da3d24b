/* SPDX-License-Identifier: Apache-2.0 */
/* repair_test.c -- a damaged store is whole again; what is lost is told and put by. */
#include "engine/repair.h"

#include "engine/engine_fixture_test.h"

struct told {
    unsigned count;
    stria_status code;
    char text[200];
};

static void hear(void *context, stria_status code, const char *file, uint64_t offset,
                 const char *text)
{
    struct told *told = context;
    (void)offset;
    told->count++;
    told->code = code;
    (void)snprintf(told->text, sizeof told->text, "%s: %s", file, text);
}

static stria_status repair(struct engine_test *t, struct told *told, uint64_t *mended)
{
    struct sx_repair_options options = {
        .os = t->disk, .path = "db", .found = hear, .context = told};
    *told = (struct told){0};
    return sx_repair(&options, mended, &t->err);
}

/* Two series in a segment, and a row in the log; closed. */
static void fill(struct engine_test *t, char *path)
{
    engine_test_init(t);
    engine_test_write(t, "m,k=1", 1, "a1=1");
    engine_test_write(t, "n,k=2", 1, "a1=2");
    engine_test_compact(t, STRIA_COMPACT_FLUSH);
    (void)engine_test_files(t, "db/seg", ".seg", path);
    engine_test_write(t, "m,k=3", 1, "a1=3");
    engine_test_close(t);
}

static void test_a_whole_store_is_left_as_it_is(void **state)
{
    (void)state;
    struct engine_test t;
    struct told told;
    char path[SX_PATH_MAX];
    uint64_t mended = 9;
    size_t size;
    fill(&t, path);
    engine_test_must(&t, repair(&t, &told, &mended));
    assert_int_equal(mended, 0);
    assert_int_equal(told.count, 0);
    assert_non_null(sx_os_mem_bytes(t.disk, path, &size));
    engine_test_open(&t);
    assert_holds(&t, "m,k=1{1:a1=1} m,k=3{1:a1=3} n,k=2{1:a1=2}");
    engine_test_deinit(&t);
}

static void test_what_can_be_read_of_a_segment_is_kept(void **state)
{
    (void)state;
    struct engine_test t;
    struct told told;
    char path[SX_PATH_MAX];
    uint64_t mended = 0;
    size_t size;
    fill(&t, path);
    sx_os_mem_bytes(t.disk, path, &size)[SX_SEGMENT_HEADER_SIZE + 4] ^= 1; /* m's chunks */
    engine_test_must(&t, repair(&t, &told, &mended));
    assert_true(mended > 0 && told.count > 0);
    assert_int_equal(told.code, STRIA_CORRUPT);
    assert_non_null(strstr(told.text, "seg"));
    assert_true(engine_test_files(&t, "db/damaged", ".seg", NULL) > 0);
    engine_test_open(&t);
    assert_holds(&t, "m,k=3{1:a1=3} n,k=2{1:a1=2}");
    engine_test_close(&t);
    engine_test_must(&t, repair(&t, &told, &mended));
    assert_int_equal(mended, 0); /* it is sound now */
    assert_int_equal(told.count, 0);
    engine_test_deinit(&t);
}

static void test_a_store_that_is_open_is_not_repaired(void **state)
{
    (void)state;
    struct engine_test t;
    struct told told;
    char path[SX_PATH_MAX];
    uint64_t mended;
    fill(&t, path);
    engine_test_open(&t);
    assert_int_equal(repair(&t, &told, &mended), STRIA_LOCKED);
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_store_is_left_as_it_is),
        cmocka_unit_test(test_what_can_be_read_of_a_segment_is_kept),
        cmocka_unit_test(test_a_store_that_is_open_is_not_repaired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
