/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_read_test.c -- manifests that no store left but whose checksums are right, folders that
 * change while they are read, and reading on beside the process that writes. */
#include "engine/manifest_priv.h"

#include "base/error.h"
#include "engine/manifest_fixture_test.h"

#include <errno.h>

#define PATH_2 "man/0000000000000002.man"

/* ---- forging ---- */

struct forged {
    size_t page; /* where it stands; 0: no more */
    uint64_t edit_seq;
    uint8_t copy;
    const char *operations; /* golden text; NULL: the page is spoilt */
    uint32_t size_more;     /* that its header lies about the size */
};

static void forge(struct fixture *f, const struct forged *forged)
{
    size_t offset = forged->page * PAGE, size;
    uint8_t storage[64];
    struct sx_buf payload;
    uint8_t *bytes = sx_os_mem_bytes(f->disk, PATH, &size);
    if (size < offset + PAGE) {
        assert_true(sx_os_mem_resize(f->disk, PATH, offset + PAGE));
        bytes = sx_os_mem_bytes(f->disk, PATH, &size);
    }
    uint8_t *head = bytes + offset;
    if (!forged->operations) {
        head[0] ^= 1;
        return;
    }
    sx_buf_init_fixed(&payload, storage, sizeof storage);
    golden_put(&payload, forged->operations);
    uint32_t seed = sx_crc32c_seed(sx_manifest_salt(uuid, 1), offset);
    memset(head, 0, PAGE);
    sx_put_u32(head, SX_EDIT_MAGIC);
    sx_put_u64(head + 8, forged->edit_seq);
    sx_put_u32(head + 16, (uint32_t)payload.len + forged->size_more);
    sx_put_u32(head + 20, sx_crc32c(seed, payload.ptr, payload.len));
    head[24] = forged->copy;
    sx_put_u32(head + 4, sx_crc32c(seed, head + 8, SX_EDIT_HEADER_SIZE - 8));
    memcpy(head + SX_EDIT_HEADER_SIZE, payload.ptr, payload.len);
}

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

static struct hooks {
    const struct sx_os_ops *below;
    struct sx_os_ops ops;
    const char *gone; /* goes behind the list's back */
    uint64_t size;    /* that every file is said to have */
} hooks;

static stria_status list_and_unlink(struct sx_os *os, const char *path, sx_list_each each,
                                    void *context, stria_error *err)
{
    stria_status st = hooks.below->list(os, path, each, context, err);
    (void)hooks.below->unlink(os, hooks.gone, NULL);
    return st;
}

static stria_status tell_size(struct sx_file *file, struct sx_file_info *info, stria_error *err)
{
    stria_status st = hooks.below->file_info(file, info, err);
    info->size = hooks.size;
    return st;
}

static void hook(struct fixture *f)
{
    hooks = (struct hooks){.below = f->disk->ops, .ops = *f->disk->ops};
    f->disk->ops = &hooks.ops;
}

static void unhook(struct fixture *f)
{
    f->disk->ops = hooks.below;
}

/* A second manifest beside the first: the state 5, as edit 1. */
static void add_second(struct fixture *f)
{
    uint64_t state = f->state;
    make_manifest(f);
    f->manifest->options.keep_others = true;
    f->manifest->last_manifest_no = 1;
    f->state = 5;
    assert_int_equal(sx_manifest_begin(f->manifest, uuid, &f->err), STRIA_OK);
    f->state = state;
}

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

static void test_a_file_that_is_far_too_long_is_none(void **state)
{
    (void)state;
    struct fixture f;
    fill(&f);
    hook(&f);
    hooks.ops.file_info = tell_size;
    hooks.size = SX_MANIFEST_SIZE_MAX + 1;
    assert_int_equal(read_back(&f), STRIA_CORRUPT);
    assert_string_equal(f.err.text, PATH ": 2147483649 bytes long");
    unhook(&f);
    assert_reads(&f, "7 . 8 9 ");
    fixture_deinit(&f);
}

/* ---- beside the process that writes ---- */

struct follower {
    struct fixture f;           /* of the writer */
    struct sx_manifest *reader; /* on f.os */
    bool replaced;
    stria_status each_status; /* what the callback returns */
};

static stria_status see_new(void *context, struct sx_bytes operations, stria_error *err)
{
    struct follower *r = context;
    stria_status st = see(&r->f, operations, err);
    return r->each_status ? sx_fail(err, r->each_status, "no") : st;
}

/* Reads what is new; what was seen is in f.seen. */
static stria_status read_on(struct follower *r)
{
    sx_buf_clear(&r->f.seen);
    r->f.err = (stria_error){0};
    stria_status st = sx_manifest_read_new(r->reader, see_new, r, &r->replaced, &r->f.err);
    assert_int_equal(r->f.err.code, st);
    sx_buf_put_u8(&r->f.seen, 0);
    return st;
}

static void assert_reads_on(struct follower *r, const char *want, bool replaced)
{
    if (read_on(r))
        fail_msg("%s", r->f.err.text);
    assert_string_equal((const char *)r->f.seen.ptr, want);
    assert_int_equal(r->replaced, replaced);
}

/* The reader has read "7 . 8 9 ". */
static void follower_init(struct follower *r)
{
    struct sx_manifest_result result;
    *r = (struct follower){0};
    fill(&r->f);
    struct sx_manifest_options options = r->f.manifest->options;
    options.os = r->f.os;
    assert_int_equal(sx_manifest_create(&options, &r->reader, NULL), STRIA_OK);
    assert_int_equal(sx_manifest_read(r->reader, see, &r->f, &result, NULL), STRIA_OK);
}

static void follower_deinit(struct follower *r)
{
    sx_manifest_destroy(r->reader);
    fixture_deinit(&r->f);
}

static void test_a_reader_sees_new_edits_until_the_manifest_is_begun_anew(void **state)
{
    (void)state;
    struct follower r;
    follower_init(&r);
    assert_reads_on(&r, "", false);
    assert_int_equal(commit(&r.f, 10), STRIA_OK);
    assert_int_equal(commit(&r.f, 11), STRIA_OK);
    assert_reads_on(&r, "10 11 ", false);
    assert_int_equal(sx_manifest_edit_seq(r.reader), sx_manifest_edit_seq(r.f.manifest));
    assert_int_equal(sx_manifest_size(r.reader), sx_manifest_size(r.f.manifest));
    assert_reads_on(&r, "", false);
    assert_int_equal(commit(&r.f, 12), STRIA_OK);
    assert_int_equal(sx_manifest_begin(r.f.manifest, uuid, NULL), STRIA_OK);
    assert_reads_on(&r, "", true);
    follower_deinit(&r);
}

/* What may have happened to the file since it was read. */
static void nothing(struct follower *r)
{
    (void)r;
}

static void second_copy_is_missing(struct follower *r)
{
    assert_int_equal(commit(&r->f, 10), STRIA_OK);
    assert_true(sx_os_mem_resize(r->f.disk, PATH, 7 * PAGE));
}

static void is_cut_short(struct follower *r)
{
    assert_true(sx_os_mem_resize(r->f.disk, PATH, PAGE));
}

static void is_shorter_than_what_was_read(struct follower *r)
{
    assert_true(sx_os_mem_resize(r->f.disk, PATH, 4 * PAGE));
}

static void is_gone(struct follower *r)
{
    assert_int_equal(r->f.disk->ops->unlink(r->f.disk, PATH, NULL), STRIA_OK);
}

static void has_another_beside_it(struct follower *r)
{
    add_second(&r->f);
}

static void is_damaged_before_a_good_edit(struct follower *r)
{
    assert_int_equal(commit(&r->f, 10), STRIA_OK);
    assert_int_equal(commit(&r->f, 11), STRIA_OK);
    forge(&r->f, &(struct forged){.page = 6});
    forge(&r->f, &(struct forged){.page = 7});
}

static void has_an_edit_that_is_damaged_inside(struct follower *r)
{
    assert_int_equal(commit(&r->f, 10), STRIA_OK);
    forge(&r->f, &(struct forged){8, 5, 0, "05 02 07", 0});
    forge(&r->f, &(struct forged){9, 5, 1, "05 02 07", 0});
}

static void cannot_be_understood(struct follower *r)
{
    assert_int_equal(commit(&r->f, 10), STRIA_OK);
    r->each_status = STRIA_LIMIT;
}

static const struct {
    const char *name;
    void (*happens)(struct follower *r);
    stria_status st;
    const char *seen, *seen_again; /* at the first look, at the next */
    bool replaced;
} changes[] = {
    {"nothing", nothing, STRIA_OK, "", "", false},
    {"the second copy of an edit is not written yet", second_copy_is_missing, STRIA_OK, "10 ", "",
     false},
    {"it was cut to less than a manifest", is_cut_short, STRIA_OK, "", "", true},
    {"it was cut to less than was read", is_shorter_than_what_was_read, STRIA_OK, "", "", false},
    {"it is gone", is_gone, STRIA_OK, "", "", true},
    {"another is beside it", has_another_beside_it, STRIA_OK, "", "", true},
    {"a good edit stands behind a bad one", is_damaged_before_a_good_edit, STRIA_OK, "", "", true},
    {"an edit is damaged inside", has_an_edit_that_is_damaged_inside, STRIA_CORRUPT, "10 ", "",
     false},
    {"who is told of it refuses", cannot_be_understood, STRIA_LIMIT, "10 ", "10 ", false},
};

static void test_a_reader_is_told_when_it_must_begin_anew(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(changes); i++) {
        struct follower r;
        print_message("%s\n", changes[i].name);
        follower_init(&r);
        changes[i].happens(&r);
        for (int again = 0; again < 2; again++) { /* an edit that failed comes again */
            assert_int_equal(read_on(&r), changes[i].st);
            assert_string_equal((const char *)r.f.seen.ptr,
                                again ? changes[i].seen_again : changes[i].seen);
            assert_int_equal(r.replaced, changes[i].replaced);
        }
        follower_deinit(&r);
    }
}

static void test_a_file_that_goes_while_it_is_looked_for_makes_the_reader_begin_anew(void **state)
{
    (void)state;
    struct follower r;
    follower_init(&r);
    hook(&r.f);
    hooks.ops.list = list_and_unlink;
    hooks.gone = PATH;
    assert_reads_on(&r, "", true);
    unhook(&r.f);
    follower_deinit(&r);
}

static void test_every_failing_call_and_allocation_of_reading_on_is_told(void **state)
{
    (void)state;
    bool fired = true;
    for (uint64_t nth = 1; fired; nth++) {
        struct follower r;
        struct sx_os_fault_options options = {.fail_at = nth, .os_errno = EIO};
        follower_init(&r);
        assert_int_equal(commit(&r.f, 10), STRIA_OK);
        r.reader->options.os = sx_os_fault_create(r.f.disk, &options);
        stria_status st = read_on(&r);
        fired = sx_os_fault_fired(r.reader->options.os);
        sx_os_fault_destroy(r.reader->options.os);
        r.reader->options.os = r.f.disk;
        assert_int_equal(st, fired ? STRIA_IO : STRIA_OK);
        assert_reads_on(&r, fired ? "10 " : "", false); /* nothing was left out */
        follower_deinit(&r);
    }
    fired = true;
    for (int64_t nth = 1; fired; nth++) {
        struct follower r;
        follower_init(&r);
        assert_int_equal(commit(&r.f, 10), STRIA_OK);
        test_mem_arm(&r.f.memory, nth);
        stria_status st = read_on(&r);
        fired = test_mem_fired(&r.f.memory);
        if (!fired || st)
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        if (st)
            assert_reads_on(&r, "10 ", false);
        follower_deinit(&r);
    }
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
        cmocka_unit_test(test_a_reader_sees_new_edits_until_the_manifest_is_begun_anew),
        cmocka_unit_test(test_a_reader_is_told_when_it_must_begin_anew),
        cmocka_unit_test(test_a_file_that_goes_while_it_is_looked_for_makes_the_reader_begin_anew),
        cmocka_unit_test(test_every_failing_call_and_allocation_of_reading_on_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
