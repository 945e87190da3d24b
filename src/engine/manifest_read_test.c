/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_read_test.c -- manifests that no store left but whose checksums are right, and
 * folders that change while they are read. */
#include "engine/manifest_priv.h"

#include "engine/manifest_fixture_test.h"

/* What fill() leaves: the snapshot in pages 0 and 1, edit 2 in pages 2 and 3, edit 3 in 4 and 5. */
static const struct row {
    const char *name;
    struct forged forged[5];
    stria_status st;
    const char *told; /* what was seen, or a part of the error */
    uint64_t damaged;
    size_t bad;
} rows[] = {
    {"another edit where the second copy should stand",
     {{3, 9, 1, "05 01 05", 0}},
     STRIA_OK,
     "7 . 8 9 ",
     1,
     1},
    {"an edit appended by hand",
     {{6, 4, 0, "05 01 0a", 0}, {7, 4, 1, "05 01 0a", 0}},
     STRIA_OK,
     "7 . 8 9 10 ",
     0,
     0},
    {"one with an operation that may be skipped",
     {{6, 4, 0, "c8 01 00 05 01 0a", 0}, {7, 4, 1, "c8 01 00 05 01 0a", 0}},
     STRIA_OK,
     "7 . 8 9 10 ",
     0,
     0},
    {"one that is packed, and damaged inside",
     {{6, 4, 0, "13 02 05ff", 0}, {7, 4, 1, "13 02 05ff", 0}},
     STRIA_CORRUPT,
     "man/0000000000000001.man: edit at 24576: ",
     0,
     0},
    {"one that is cut inside",
     {{6, 4, 0, "05 02 07", 0}, {7, 4, 1, "05 02 07", 0}},
     STRIA_CORRUPT,
     "man/0000000000000001.man: edit at 24576: an operation of an edit is cut",
     0,
     0},
    {"one with an operation of a newer version",
     {{6, 4, 0, "40 00", 0}, {7, 4, 1, "40 00", 0}},
     STRIA_VERSION,
     "edit at 24576: operation 64 of the manifest is not known",
     0,
     0},
    {"one that says it is longer than the file",
     {{6, 4, 0, "05 01 0a", 4000}, {7, 4, 1, "05 01 0a", 4000}},
     STRIA_OK,
     "7 . 8 9 ",
     0,
     0},
    {"one that says so where others follow",
     {{2, 2, 0, "05 01 08", 65536}, {3, 2, 1, "05 01 08", 65536}},
     STRIA_CORRUPT,
     "an edit at 8192 cannot be read, and others follow",
     0,
     0},
    {"a second copy whose first is gone, too far away for its size",
     {{2, 0, 0, NULL, 0}, {3, 0, 0, NULL, 0}, {4, 0, 0, NULL, 0}},
     STRIA_CORRUPT,
     "an edit at 8192 cannot be read, and others follow",
     0,
     0},
    {"an edit of a lower number behind the end",
     {{4, 0, 0, NULL, 0}, {5, 0, 0, NULL, 0}, {6, 1, 0, "05 01 0a", 0}},
     STRIA_OK,
     "7 . 8 ",
     0,
     0},
    {"an edit of a higher number behind the end",
     {{4, 0, 0, NULL, 0}, {5, 0, 0, NULL, 0}, {6, 4, 0, "05 01 0a", 0}},
     STRIA_CORRUPT,
     "an edit at 16384 cannot be read, and others follow",
     0,
     0},
};

static void test_a_manifest_that_lies_is_refused_or_gives_what_is_certain(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct fixture f;
        print_message("%s\n", rows[i].name);
        fill(&f);
        for (size_t j = 0; j < SX_COUNT_OF(rows[i].forged) && rows[i].forged[j].page; j++)
            forge(&f, &rows[i].forged[j]);
        assert_int_equal(read_back(&f), rows[i].st);
        if (rows[i].st) {
            if (!strstr(f.err.text, rows[i].told))
                fail_msg("%s", f.err.text);
        } else {
            assert_string_equal((const char *)f.seen.ptr, rows[i].told);
            assert_int_equal(f.result.damaged_count, rows[i].damaged);
            assert_int_equal(f.result.bad_count, rows[i].bad);
        }
        fixture_deinit(&f);
    }
}

static void test_of_many_bad_copies_the_first_sixteen_are_named(void **state)
{
    (void)state;
    struct fixture f;
    fill(&f);
    for (uint64_t i = 10; i < 27; i++)
        assert_int_equal(commit(&f, i), STRIA_OK);
    for (size_t i = 0; i < 17; i++)
        forge(&f, &(struct forged){.page = 7 + 2 * i});
    assert_int_equal(read_back(&f), STRIA_OK);
    assert_non_null(strstr((const char *)f.seen.ptr, "26 "));
    assert_int_equal(f.result.damaged_count, 16); /* the last may have been under way */
    assert_int_equal(f.result.bad_count, SX_MANIFEST_BAD_MAX);
    for (size_t i = 0; i < SX_MANIFEST_BAD_MAX; i++)
        assert_int_equal(f.result.bad_offsets[i], (6 + 2 * i) * PAGE);
    fixture_deinit(&f);
}

/* A state that cannot be packed: 600 large numbers in no order. */
static void put_much(void *context, struct sx_buf *out)
{
    uint64_t state = 1;
    (void)context;
    for (uint32_t i = 0; i < 600; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        sx_edit_put_number(out, SX_OP_KEEP_LOG, state ^ state >> 29);
    }
}

static void test_a_file_that_ends_behind_the_first_copy_of_a_long_state_is_enough(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.manifest->options.put_state = put_much;
    assert_int_equal(sx_manifest_begin(f.manifest, uuid, &f.err), STRIA_OK);
    uint64_t size = sx_manifest_size(f.manifest);
    assert_true(size >= 4 * PAGE);
    assert_int_equal(read_back(&f), STRIA_OK);
    assert_int_equal(f.result.bad_count, 0);
    assert_true(sx_os_mem_resize(f.disk, PATH, size / 2));
    assert_int_equal(read_back(&f), STRIA_OK);
    assert_true(f.result.found);
    assert_int_equal(f.result.edit_count, 1);
    assert_int_equal(f.result.bad_count, 0); /* what is not there was never written */
    fixture_deinit(&f);
}

/* ---- folders ---- */

static void spoil(struct fixture *f, const char *path)
{
    size_t size;
    uint8_t *bytes = sx_os_mem_bytes(f->disk, path, &size);
    bytes[0] ^= 1;
    bytes[PAGE] ^= 1;
}

static void test_what_a_folder_of_two_manifests_says(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *spoilt[2], *gone;
        stria_status st;
        const char *told; /* what was seen, or a part of the error */
    } folders[] = {
        {"the lower number has the later edits", {NULL}, NULL, STRIA_OK, "7 . 8 9 "},
        {"the first is damaged", {PATH}, NULL, STRIA_OK, "5 . "},
        {"the second is damaged", {PATH_2}, NULL, STRIA_OK, "7 . 8 9 "},
        {"both are damaged", {PATH, PATH_2}, NULL, STRIA_CORRUPT, PATH ": not a manifest"},
        {"the first goes meanwhile", {NULL}, PATH, STRIA_OK, "5 . "},
        {"the first is damaged, the second goes meanwhile",
         {PATH},
         PATH_2,
         STRIA_NOT_FOUND,
         PATH_2},
        {"the second is damaged, the first goes meanwhile", {PATH_2}, PATH, STRIA_NOT_FOUND, PATH},
    };
    for (size_t i = 0; i < SX_COUNT_OF(folders); i++) {
        struct fixture f;
        print_message("%s\n", folders[i].name);
        fill(&f);
        add_second(&f);
        for (size_t j = 0; j < 2 && folders[i].spoilt[j]; j++)
            spoil(&f, folders[i].spoilt[j]);
        hook(&f);
        hooks.gone = folders[i].gone;
        if (folders[i].gone)
            hooks.ops.list = list_and_unlink;
        assert_int_equal(read_back(&f), folders[i].st);
        unhook(&f);
        if (folders[i].st)
            assert_non_null(strstr(f.err.text, folders[i].told));
        else
            assert_string_equal((const char *)f.seen.ptr, folders[i].told);
        fixture_deinit(&f);
    }
}

static void test_other_names_in_the_folder_mean_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"man/notes", "man/000000000000009.man",
                                        "man/000000000000000g.man", "man/0000000000000009.MAN"};
    struct fixture f;
    fill(&f);
    for (size_t i = 0; i < SX_COUNT_OF(names); i++) {
        struct sx_file *file;
        assert_int_equal(sx_os_open(f.disk, names[i], SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL),
                         STRIA_OK);
        sx_file_close(file);
    }
    assert_int_equal(f.disk->ops->mkdir(f.disk, "man/0000000000000009.man", NULL), STRIA_OK);
    assert_reads(&f, "7 . 8 9 ");
    assert_int_equal(f.manifest->last_manifest_no, 1);
    fixture_deinit(&f);
}

static stria_status tell_size(struct sx_file *file, struct sx_file_info *info, stria_error *err)
{
    stria_status st = hooks.below->file_info(file, info, err);
    info->size = SX_MANIFEST_SIZE_MAX + 1;
    return st;
}

static void test_a_file_that_is_far_too_long_is_none(void **state)
{
    (void)state;
    struct fixture f;
    fill(&f);
    hook(&f);
    hooks.ops.file_info = tell_size;
    assert_int_equal(read_back(&f), STRIA_CORRUPT);
    assert_string_equal(f.err.text, PATH ": 2147483649 bytes long");
    unhook(&f);
    assert_reads(&f, "7 . 8 9 ");
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_manifest_that_lies_is_refused_or_gives_what_is_certain),
        cmocka_unit_test(test_of_many_bad_copies_the_first_sixteen_are_named),
        cmocka_unit_test(test_a_file_that_ends_behind_the_first_copy_of_a_long_state_is_enough),
        cmocka_unit_test(test_what_a_folder_of_two_manifests_says),
        cmocka_unit_test(test_other_names_in_the_folder_mean_nothing),
        cmocka_unit_test(test_a_file_that_is_far_too_long_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
