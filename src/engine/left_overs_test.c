/* SPDX-License-Identifier: Apache-2.0 */
/* left_overs_test.c -- files that the manifest does not name: taken away only when that is
 * certain. */
#include "engine/engine_fixture_test.h"

#include <stdlib.h>

static void put_file(struct engine_test *t, const char *path, const void *bytes, size_t size)
{
    struct sx_file *file = NULL;
    assert_int_equal(sx_os_open(t->disk, path, SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL),
                     STRIA_OK);
    assert_int_equal(sx_file_pwrite(file, bytes, size, 0, NULL), STRIA_OK);
    sx_file_close(file);
}

static bool is_there(struct engine_test *t, const char *path)
{
    size_t size;
    return sx_os_mem_bytes(t->disk, path, &size) != NULL;
}

/* A store with one segment, closed; the segment's bytes. */
static uint8_t *fill(struct engine_test *t, char *path, size_t *size)
{
    engine_test_init(t);
    engine_test_write(t, "m,k=1", 1, "a1=1");
    engine_test_compact(t, STRIA_COMPACT_FLUSH);
    assert_int_equal(engine_test_files(t, "db/seg", ".seg", path), 1);
    engine_test_close(t);
    const uint8_t *bytes = sx_os_mem_bytes(t->disk, path, size);
    uint8_t *copy = malloc(*size);
    assert_non_null(copy);
    memcpy(copy, bytes, *size);
    return copy;
}

static void test_files_go_only_when_it_is_certain(void **state)
{
    (void)state;
    static const struct {
        const char *what, *name;
        bool garbage;     /* else a copy of the segment that is there */
        bool lose_named;  /* the segment that the manifest names is gone */
        bool stays, told; /* as an unknown segment */
    } rows[] = {
        {"an id that was given out", "0000000000000000.seg", true, false, false, false},
        {"not a segment", "00000000000000ff.seg", true, false, false, false},
        {"its rows are in another segment", "00000000000000ff.seg", false, false, false, false},
        {"a named one is gone: garbage", "00000000000000ff.seg", true, true, true, true},
        {"a named one is gone: a segment", "00000000000000ff.seg", false, true, true, true},
        {"another ending", "00000000000000ff.txt", true, false, true, false},
        {"another name", "00000000000000fg.seg", true, false, true, false},
        {"a longer name", "00000000000000ff0.seg", true, false, true, false},
        {"upper case", "00000000000000FF.seg", true, false, true, false},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct engine_test t;
        char named[SX_PATH_MAX], path[64];
        size_t size;
        print_message("%s\n", rows[i].what);
        uint8_t *bytes = fill(&t, named, &size);
        (void)snprintf(path, sizeof path, "db/seg/%s", rows[i].name);
        put_file(&t, path, rows[i].garbage ? (const void *)"garbage" : bytes,
                 rows[i].garbage ? 7 : size);
        if (rows[i].lose_named)
            assert_int_equal(t.disk->ops->unlink(t.disk, named, NULL), STRIA_OK);
        engine_test_open(&t);
        assert_int_equal(is_there(&t, path), rows[i].stays);
        assert_int_equal(engine_test_heard(&t, "unknown_segment"), rows[i].told);
        assert_int_equal(engine_test_heard(&t, "segment_missing"), rows[i].lose_named);
        if (!rows[i].lose_named)
            assert_holds(&t, "m,k=1{1:a1=1}");
        free(bytes);
        engine_test_deinit(&t);
    }
}

static void test_the_id_of_an_unknown_segment_is_not_given_again(void **state)
{
    (void)state;
    struct engine_test t;
    char named[SX_PATH_MAX];
    size_t size;
    uint8_t *bytes = fill(&t, named, &size);
    put_file(&t, "db/seg/00000000000000ff.seg", bytes, size);
    assert_int_equal(t.disk->ops->unlink(t.disk, named, NULL), STRIA_OK);
    engine_test_open(&t);
    engine_test_write(&t, "m,k=2", 1, "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    assert_true(is_there(&t, "db/seg/0000000000000100.seg"));
    free(bytes);
    engine_test_deinit(&t);
}

static void test_a_segment_of_a_dropped_policy_is_a_left_over(void **state)
{
    (void)state;
    struct engine_test t;
    char named[SX_PATH_MAX];
    size_t size;
    uint8_t *bytes = fill(&t, named, &size);
    engine_test_open(&t);
    struct sx_command drop = {.kind = SX_DROP_DATABASE, .database = SX_LITERAL("d")};
    engine_test_must(&t, engine_test_execute(&t, &drop));
    engine_test_close(&t);
    assert_false(is_there(&t, named));
    put_file(&t, "db/seg/00000000000000ff.seg", bytes, size);
    engine_test_open(&t);
    assert_false(is_there(&t, "db/seg/00000000000000ff.seg"));
    free(bytes);
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_go_only_when_it_is_certain),
        cmocka_unit_test(test_the_id_of_an_unknown_segment_is_not_given_again),
        cmocka_unit_test(test_a_segment_of_a_dropped_policy_is_a_left_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
